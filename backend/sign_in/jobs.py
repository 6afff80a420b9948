"""The job that sends a code: read in one transaction, send with none open, erase what was sent in another.

The code has no message and no delivery of its own: those are kept in words, and belong to members.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import Database
from backend.kit.jobs import GiveUp, Job, Retry
from backend.programmes import queries as programmes
from backend.sign_in.codes import opened
from backend.sign_in.models import SignInChallenge
from notifications.channel import Address, Channel, Rendered
from notifications.errors import ChannelError, Misconfigured, TryLater
from notifications.render import render

EVENT = "sign-in-code"
CHANNEL = "console"
"""The channel that takes codes, to either kind of address."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignInServices:
    """What sending codes needs; with `show_codes` what was sent stays sealed, for the message console."""

    database: Database
    channels: Mapping[str, Channel]
    key: bytes
    show_codes: bool
    clock: Callable[[], datetime]


async def deliver_code(services: SignInServices, job: Job) -> None:
    """Send the code of the challenge `job.subject` if it still stands; one that is over is erased unsent."""
    now = services.clock()
    async with services.database.transaction(job.tenant_id) as session:
        challenge = await _waiting(session, job)
        brand = (await programmes.tenant(session, job.tenant_id)).name
    if challenge is None or challenge.sealed is None:
        return
    try:
        if now < challenge.expires_at:
            to, rendered = words(services.key, challenge.sealed, challenge, brand)
            channel = services.channels.get(CHANNEL)
            if channel is None:
                raise Misconfigured(f"the channel {CHANNEL!r} is not configured")
            await channel.send(rendered, Address(to), idempotency_key=str(challenge.id))
    except TryLater as busy:
        raise Retry(busy.code, timedelta(seconds=busy.after_s)) from busy
    except ChannelError as error:
        await _erase(services, job, {"sealed": None})
        if isinstance(error, Misconfigured):
            raise GiveUp(error.code) from error
    else:
        await _erase(services, job, {"sent_at": now} if services.show_codes else {"sent_at": now, "sealed": None})


def words(key: bytes, sealed: bytes, challenge: SignInChallenge, brand: str) -> tuple[str, Rendered]:
    """The address that a challenge goes to, and what is said there."""
    to, code = opened(key, sealed)
    minutes = (challenge.expires_at - challenge.created_at) // _MINUTE
    text = render(EVENT, challenge.language, {"brand": brand, "code": code, "minutes": minutes})
    return to, Rendered(title=text.title, body=text.body, is_secret=True)


async def _waiting(session: AsyncSession, job: Job) -> SignInChallenge | None:
    found = await session.exec(
        select(SignInChallenge).where(
            SignInChallenge.tenant_id == job.tenant_id,
            SignInChallenge.id == job.subject,
            col(SignInChallenge.sent_at).is_(None),
        )
    )
    return found.one_or_none()


async def _erase(services: SignInServices, job: Job, values: Mapping[str, object]) -> None:
    async with services.database.transaction(job.tenant_id) as session:
        await session.exec(
            update(SignInChallenge)
            .where(col(SignInChallenge.tenant_id) == job.tenant_id, col(SignInChallenge.id) == job.subject)
            .values(**values)
        )
