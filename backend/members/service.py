"""Joining: a phone number or an e-mail address is enough, no card is needed. And what members change about themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.ids import new_id
from backend.members.contacts import Contact, contact_hash, phone_contact, seal_contact
from backend.members.errors import NameMalformed
from backend.members.models import Member, TermsAcceptance
from backend.members.queries import member as member_of

NAME_LENGTH_MAX = 80
"""However a member joins, and whoever changes the name later."""


async def join(
    session: AsyncSession, *, tenant_id: UUID, phone: str, name: str, language: str, key: bytes, now: datetime
) -> Member:
    """The member with that phone number, who joins now if new; joining twice changes nothing.

    `key` hashes and seals the number. Raises PhoneMalformed or NameMalformed.
    """
    name = name.strip()
    if not (0 < len(name) <= NAME_LENGTH_MAX and name.isprintable()):
        raise NameMalformed(most=str(NAME_LENGTH_MAX))
    contact = phone_contact(phone)
    return await join_by(session, tenant_id=tenant_id, contact=contact, name=name, language=language, key=key, now=now)


async def join_by(
    session: AsyncSession, *, tenant_id: UUID, contact: Contact, name: str, language: str, key: bytes, now: datetime
) -> Member:
    """The member with that contact, who joins now if new; joining twice changes nothing, two at once are one."""
    by_hash = col(Member.phone_hash) if contact.kind == "phone" else col(Member.email_hash)
    digest = contact_hash(key, contact)
    row = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "name": name,
        "language": language,
        f"{contact.kind}_hash": digest,
        f"{contact.kind}_sealed": seal_contact(key, contact),
        "created_at": now,
    }
    await session.exec(
        insert(Member).on_conflict_do_nothing(index_elements=["tenant_id", f"{contact.kind}_hash"]), params=row
    )
    found = await session.exec(select(Member).where(Member.tenant_id == tenant_id, by_hash == digest))
    return found.one()


def phone_hash(key: bytes, phone: str) -> bytes:
    """The keyed hash of a number in any of its spellings: blanks, dashes, slashes and brackets do not matter."""
    return contact_hash(key, phone_contact(phone))


async def accept_terms(session: AsyncSession, *, tenant_id: UUID, member_id: UUID, version: str, now: datetime) -> None:
    """Keep that the member accepted this version; accepting it again keeps the first time."""
    row = {"tenant_id": tenant_id, "id": new_id(), "member_id": member_id, "version": version, "accepted_at": now}
    await session.exec(
        insert(TermsAcceptance).on_conflict_do_nothing(index_elements=["tenant_id", "member_id", "version"]),
        params=row,
    )


async def change(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, name: str | None, language: str | None
) -> Member:
    """The member with what is given changed; None leaves a thing as it is, an empty name takes it away.

    Raises MemberNotFound.
    """
    row = await member_of(session, tenant_id, member_id)
    row.name = row.name if name is None else name
    row.language = row.language if language is None else language
    session.add(row)
    return row
