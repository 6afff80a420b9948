"""One-time codes: sending one and trying one, the same work whether or not anybody there is a member.

A try is counted before it is compared, under the locks of the number's counter and of its row, and the caller commits
it whatever came out: however many try at once, no more comparisons happen than the rules allow.
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit import jobs
from backend.kit.ids import new_id
from backend.kit.limits import Take, forget, take
from backend.kit.sealing import keyed_hash, seal, unseal
from backend.members.contacts import Contact, contact_hash
from backend.sign_in.errors import CodeExpired, CodeWrong, TooManyCodes
from backend.sign_in.models import SignInChallenge
from backend.sign_in.rules import SignInRules

DELIVER_CODE = "sign_in.deliver"
"""The job that sends a code; its subject is the challenge."""
DIGITS = 6
_CODE = "sign-in-code"
_KEPT = timedelta(days=1)
_FORGOTTEN_MAX = 20
_NO_CODE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the address that is to prove itself, and the network address that the request came from."""

    contact: Contact
    client: str


async def send_code(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    asker: Asker,
    language: str,
    key: bytes,
    rules: SignInRules,
    now: datetime,
) -> None:
    """Write a fresh code and the job that sends it; the code before it is void. Raises TooManyCodes.

    Nobody asks whether there is such a member. A number that is locked by wrong tries gets no code either.
    """
    contact = asker.contact
    wait_s = await take(
        session,
        key,
        [
            Take(rules.codes_number, contact.value),
            Take(rules.codes_client, asker.client),
            Take(rules.codes_prefix, contact.prefix),
            Take(rules.codes_total, ""),
            Take(rules.tries_number, contact.value, cost=0),
        ],
        now=now,
    )
    if wait_s is not None:
        raise TooManyCodes(retry_after_s=wait_s)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = _row(key, tenant_id, contact, language=language, expires_at=now + rules.code_valid, now=now)
    row |= {
        "code_hash": _code_hash(key, tenant_id, row["id"], code),
        "sealed": seal(key, _CODE, json.dumps({"to": contact.value, "code": code})),
    }
    statement = insert(SignInChallenge)
    replaced = {name: statement.excluded[name] for name in row if name not in {"tenant_id", "to_hash"}}
    await session.exec(
        statement.on_conflict_do_update(index_elements=["tenant_id", "to_hash"], set_=replaced), params=row
    )
    await _forget_old(session, tenant_id, now)
    await jobs.enqueue(session, DELIVER_CODE, tenant_id, row["id"], now=now)


async def try_code(
    session: AsyncSession, *, tenant_id: UUID, asker: Asker, code: str, key: bytes, rules: SignInRules, now: datetime
) -> SignInChallenge | CodeWrong | CodeExpired:
    """The challenge that the code answers, which is gone with this; or the reason why not, which must be committed.

    Raises TooManyCodes, before anything is compared.
    """
    contact = asker.contact
    wait_s = await take(
        session,
        key,
        [Take(rules.tries_number, contact.value), Take(rules.tries_client, asker.client)],
        now=now,
    )
    if wait_s is not None:
        raise TooManyCodes(retry_after_s=wait_s)
    challenge = await _counted(session, tenant_id, contact, key=key, rules=rules, now=now)
    if challenge is None:
        return CodeWrong(tries_left=0)
    if not answers(key, challenge, code):
        return CodeWrong(tries_left=rules.code_tries_max - challenge.tries)
    if now >= challenge.expires_at:
        return CodeExpired()
    await session.exec(
        delete(SignInChallenge).where(
            col(SignInChallenge.tenant_id) == tenant_id, col(SignInChallenge.id) == challenge.id
        )
    )
    await forget(session, key, rules.tries_number, contact.value)
    return challenge


def answers(key: bytes, challenge: SignInChallenge, code: str) -> bool:
    """Whether it is the challenge's code; takes as long when it is not."""
    return hmac.compare_digest(challenge.code_hash, _code_hash(key, challenge.tenant_id, challenge.id, code))


def opened(key: bytes, sealed: bytes) -> tuple[str, str]:
    """The address and the code that a challenge's seal holds."""
    content = json.loads(unseal(key, _CODE, sealed))
    return content["to"], content["code"]


async def _counted(
    session: AsyncSession, tenant_id: UUID, contact: Contact, *, key: bytes, rules: SignInRules, now: datetime
) -> SignInChallenge | None:
    """The address's challenge with one more try counted, a hollow one if there was none; None after the last try."""
    row = _row(key, tenant_id, contact, language="", expires_at=now + rules.code_valid, now=now)
    row |= {"code_hash": secrets.token_bytes(_NO_CODE_BYTES), "sealed": None}
    await session.exec(
        insert(SignInChallenge).on_conflict_do_nothing(index_elements=["tenant_id", "to_hash"]), params=row
    )
    found = await session.exec(
        update(SignInChallenge)
        .where(
            col(SignInChallenge.tenant_id) == tenant_id,
            col(SignInChallenge.to_hash) == row["to_hash"],
            col(SignInChallenge.tries) < rules.code_tries_max,
        )
        .values(tries=col(SignInChallenge.tries) + 1)
        .returning(SignInChallenge)
    )
    return found.scalar_one_or_none()


def _row(
    key: bytes, tenant_id: UUID, contact: Contact, *, language: str, expires_at: datetime, now: datetime
) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": new_id(),
        "to_hash": contact_hash(key, contact),
        "language": language,
        "tries": 0,
        "expires_at": expires_at,
        "sent_at": None,
        "created_at": now,
    }


def _code_hash(key: bytes, tenant_id: UUID, challenge_id: UUID, code: str) -> bytes:
    return keyed_hash(key, _CODE, tenant_id.bytes + challenge_id.bytes + code.encode())


async def _forget_old(session: AsyncSession, tenant_id: UUID, now: datetime) -> None:
    """Delete a few challenges that are long over, so that no address is remembered for having been asked about."""
    old = (
        select(SignInChallenge.id)
        .where(SignInChallenge.tenant_id == tenant_id, SignInChallenge.expires_at < now - _KEPT)
        .limit(_FORGOTTEN_MAX)
        .with_for_update(skip_locked=True)
    )
    await session.exec(
        delete(SignInChallenge).where(col(SignInChallenge.tenant_id) == tenant_id, col(SignInChallenge.id).in_(old))
    )
