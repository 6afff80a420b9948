"""The wallet: what a member has, and how it came to be."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from backend.kit.clock import utc_now
from backend.ledger.queries import Cursor, Wallet, balances, entries, expiries
from backend.members.queries import member
from backend.members.tokens import Caller
from backend.programmes.queries import programme
from mobile_api import examples
from mobile_api.context import ApiContext
from mobile_api.openapi import answer, problems
from mobile_api.routes.receipts import Limit
from mobile_api.shapes import EntryPage, WalletView
from mobile_api.views import entry_view, wallet_view

TAG = "Wallet"
EXPIRIES_MAX = 12
Before = Annotated[
    str | None,
    QueryParameter(pattern=r"^[0-9]{1,18}-(points|debt)(?!\n)$", description="`next` of the page before."),
]


@get(
    "/wallet",
    tags=[TAG],
    operation_id="getWallet",
    summary="Show the wallet",
    responses=answer(200, examples.WALLET, "The wallet") | problems("member-not-found"),
)
async def get_wallet(caller: NamedDependency[Caller], context: NamedDependency[ApiContext]) -> WalletView:
    """What the member has in the tenant's programme, and when it expires."""
    now = utc_now()
    async with context.database.transaction(caller.tenant_id) as session:
        await member(session, caller.tenant_id, caller.member_id)
        own = await programme(session, caller.tenant_id)
        wallets = await balances(session, caller.tenant_id, caller.member_id, now=now)
        ends = await expiries(session, caller.tenant_id, caller.member_id, own.id, now=now, limit=EXPIRIES_MAX)
    return wallet_view(own, wallets.get(own.id, Wallet()), ends)


@get(
    "/wallet/entries",
    tags=[TAG],
    operation_id="listEntries",
    summary="List the wallet's movements",
    responses=answer(200, examples.ENTRIES, "A page of movements") | problems("malformed-request"),
)
async def list_entries(
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    before: Before = None,
    limit: Limit = 20,
) -> EntryPage:
    """The wallet's movements, newest first, each with the balance after it."""
    async with context.database.transaction(caller.tenant_id) as session:
        own = await programme(session, caller.tenant_id)
        lines = await entries(session, caller.tenant_id, caller.member_id, own.id, before=_cursor(before), limit=limit)
    return EntryPage(
        entries=[entry_view(line, own) for line in lines],
        next=f"{lines[-1].place.seq}-{lines[-1].place.account}" if len(lines) == limit else None,
    )


def _cursor(before: str | None) -> Cursor | None:
    if before is None:
        return None
    seq, _, account = before.partition("-")
    return Cursor(int(seq), account)
