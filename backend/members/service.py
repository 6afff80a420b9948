"""Joining: a phone number is enough, no card is needed."""

import hmac
import re
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.ids import new_id
from backend.members.errors import PhoneMalformed
from backend.members.models import Member

_E164 = re.compile(r"\+[1-9]\d{6,14}")


async def join(
    session: AsyncSession, *, tenant_id: UUID, phone: str, name: str, language: str, key: bytes, now: datetime
) -> Member:
    """The member with that phone number, who joins now if new; joining twice changes nothing.

    `key` hashes the number. Raises PhoneMalformed.
    """
    digest = phone_hash(key, phone)
    row = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "name": name,
        "language": language,
        "phone_hash": digest,
        "created_at": now,
    }
    await session.exec(insert(Member).on_conflict_do_nothing(index_elements=["tenant_id", "phone_hash"]), params=row)
    found = await session.exec(select(Member).where(Member.tenant_id == tenant_id, Member.phone_hash == digest))
    return found.one()


def phone_hash(key: bytes, phone: str) -> bytes:
    """The keyed hash of a number in any of its spellings: blanks, dashes, slashes and brackets do not matter."""
    compact = re.sub(r"[\s\-/().]", "", phone)
    if not _E164.fullmatch(compact):
        raise PhoneMalformed(phone=phone[:32])
    return hmac.digest(key, b"phone\0" + compact.encode(), "sha256")
