"""The job that tells the wallets of a change: find who is to hear in one transaction, tell with none open, note it in another.

It is at least once: a pass counts as told only when every wallet that has it was, and a worker that dies in between
tells again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import Database
from backend.kit.jobs import GiveUp, Job, Retry
from backend.passes.apns import PushGateway
from backend.passes.apple_devices import Listener, count_up, forget, push_token
from backend.passes.cards import DigitalCard, FindCards, digest_of
from backend.passes.google_wallet import GoogleWallet
from backend.passes.models import WalletPass
from backend.programmes.queries import tenant
from notifications.errors import AddressGone, ChannelError, Misconfigured, TryLater

ATTEMPTS_MAX = 12
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class PassServices:
    """What telling needs; a wallet that is not offered is None."""

    database: Database
    cards: FindCards
    key: bytes
    clock: Callable[[], datetime]
    apple: PushGateway | None = None
    google: GoogleWallet | None = None


@dataclass(frozen=True, slots=True)
class _News:
    """The passes that look otherwise than the wallets were told, and who is to hear."""

    slug: str
    shown: list[tuple[WalletPass, DigitalCard | None]]
    listeners: list[Listener]


async def update_passes(services: PassServices, job: Job) -> None:
    """Tell every wallet of the change `job.subject`, unless a later change took its place: that one's job tells both."""
    async with services.database.transaction(job.tenant_id) as session:
        news = await _news(session, services, job)
    gone, failures = await _push(services, news.listeners)
    failures += await _renew(services, news)
    async with services.database.transaction(job.tenant_id) as session:
        await forget(session, job.tenant_id, gone)
        if not failures:
            await _told(session, job, news)
    _raise_for(failures, job)


async def _news(session: AsyncSession, services: PassServices, job: Job) -> _News:
    """What changed, by the rows and the cards as they are now; those who ask from now on learn of it."""
    found = await session.exec(
        select(WalletPass)
        .where(WalletPass.tenant_id == job.tenant_id, WalletPass.change_id == job.subject)
        .order_by(col(WalletPass.id))
        .with_for_update(key_share=True)
    )
    passes, now = found.all(), services.clock()
    cards: dict[UUID, DigitalCard] = {}
    for member_id in {one.member_id for one in passes}:
        cards |= {card.serial: card for card in await services.cards(session, job.tenant_id, member_id, now)}
    changed = [(one, cards.get(one.id)) for one in passes if digest_of(cards.get(one.id)) != one.shown]
    for one, _ in changed:
        one.updated_at = max(now.replace(microsecond=0), one.updated_at + _SECOND)
        session.add(one)
    await session.flush()
    listeners = await count_up(session, job.tenant_id, [one.id for one, _ in changed], now=now)
    if not changed:
        await _clear(session, job)
    return _News((await tenant(session, job.tenant_id)).slug, changed, listeners)


async def _push(services: PassServices, listeners: Sequence[Listener]) -> tuple[list[Listener], list[ChannelError]]:
    """Wake the devices one after another; those that are nobody's any more, and why others were not reached."""
    gone: list[Listener] = []
    failures: list[ChannelError] = []
    if services.apple is None:
        return gone, failures
    for listener in listeners:
        try:
            await services.apple.push(push_token(services.key, listener))
        except AddressGone:
            gone.append(listener)
        except ChannelError as error:
            failures.append(error)
    return gone, failures


async def _renew(services: PassServices, news: _News) -> list[ChannelError]:
    failures = []
    for one, card in news.shown:
        if services.google is not None and one.in_google and card is not None:
            try:
                await services.google.renew(card, slug=news.slug)
            except ChannelError as error:
                failures.append(error)
    return failures


async def _told(session: AsyncSession, job: Job, news: _News) -> None:
    """Remember what the wallets show now, but for passes of which a later change has something else to tell."""
    for one, card in news.shown:
        await session.exec(
            update(WalletPass)
            .where(*_of_job(job), col(WalletPass.id) == one.id)
            .values(shown=digest_of(card), change_id=None)
        )
    await _clear(session, job)


async def _clear(session: AsyncSession, job: Job) -> None:
    """Nothing is left to tell, unless it changed again meanwhile: that has an id of its own."""
    await session.exec(update(WalletPass).where(*_of_job(job)).values(change_id=None))


def _of_job(job: Job) -> tuple[ColumnElement[bool], ...]:
    return col(WalletPass.tenant_id) == job.tenant_id, col(WalletPass.change_id) == job.subject


def _raise_for(failures: Sequence[ChannelError], job: Job) -> None:
    """Ask for another run, later with each attempt; give up where an operator has to act, or in the end."""
    for failure in failures:
        if isinstance(failure, Misconfigured):
            raise GiveUp(failure.code) from failure
    waits = [failure.after_s for failure in failures if isinstance(failure, TryLater)]
    if not waits:
        return
    if job.attempts >= ATTEMPTS_MAX:
        raise GiveUp(TryLater.code)
    raise Retry(TryLater.code, timedelta(seconds=max(waits) * job.attempts**2))
