"""A worker with everything it needs, opened and closed around a block."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx

from backend.accrual.jobs import AccrualServices
from backend.accrual.rules import RuleBook
from backend.catalogue.jobs import CatalogueServices
from backend.delivery.jobs import DeliveryServices
from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.wake import Announcer
from backend.ledger.digital_card import cards_of
from backend.passes.apns import PushGateway
from backend.passes.google_wallet import GoogleWallet
from backend.passes.jobs import PassServices
from backend.receipts.jobs import ReceiptServices
from backend.receipts.portal import Portal
from backend.settings import Settings
from backend.sign_in.jobs import SignInServices
from backend.worker.handlers import handlers
from backend.worker.loop import Worker
from backend.worker.upkeep import keep_up
from notifications.registry import open_channel
from receipt_parsers.registry import registry
from receipt_parsers.transport import AiohttpTransport

USER_AGENT = "Paragon/0.1 (+receipt verification)"


@contextlib.asynccontextmanager
async def open_worker(url: str, settings: Settings) -> AsyncIterator[Worker]:
    """A worker on the database at `url`; its connections and its way to the portals are closed with the block."""
    announcer = Announcer(url)
    database = Database(url, connections_max=settings.connections_max, announce=announcer.poke)
    try:
        async with (
            httpx.AsyncClient(transport=AiohttpTransport(), headers={"User-Agent": USER_AGENT}) as client,
            _wallets(database, settings) as passes,
        ):
            channels = {"console": open_channel("console", {})}
            portal = Portal(registry(settings.playground_url), client, requests_per_s=settings.portal_requests_per_s)
            worker = Worker(
                database,
                handlers(
                    ReceiptServices(database, portal, utc_now, settings.retry_unit_s),
                    AccrualServices(database, RuleBook(database), utc_now),
                    DeliveryServices(database, channels, utc_now),
                    SignInServices(database, channels, settings.token_key(), settings.console, utc_now),
                    CatalogueServices(database, utc_now),
                    passes,
                ),
                url=url,
            )
            async with _kept_up(database, timedelta(days=settings.events_keep_days)):
                yield worker
    finally:
        await announcer.close()
        await database.close()


@contextlib.asynccontextmanager
async def _wallets(database: Database, settings: Settings) -> AsyncIterator[PassServices]:
    """The ways to the wallets that the installation offers; they are closed with the block."""
    offered = settings.wallets(cards_of)
    apple = PushGateway(offered.apple, settings.apple_push_url) if offered.apple else None
    google = GoogleWallet(offered.google, settings.google_wallet_url, clock=utc_now) if offered.google else None
    try:
        yield PassServices(database, cards_of, settings.token_key(), utc_now, apple, google)
    finally:
        for way in (apple, google):
            if way is not None:
                await way.close()


@contextlib.asynccontextmanager
async def _kept_up(database: Database, events_keep: timedelta) -> AsyncIterator[None]:
    """Do what is due by the clock while the block runs."""
    task = asyncio.get_running_loop().create_task(keep_up(database, events_keep=events_keep, clock=utc_now))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
