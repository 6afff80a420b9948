"""The member's cards: see them, report one lost, block one for a while."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from backend.cards.models import BLOCKED, Card
from backend.cards.numbers import digits_of, shown
from backend.cards.queries import cards_of
from backend.cards.service import pause, report_lost
from backend.kit.clock import rfc3339, utc_now
from backend.members.tokens import Caller
from mobile_api import card_examples as examples
from mobile_api.card_shapes import CardsView, CardView
from mobile_api.context import ApiContext
from mobile_api.openapi import answer, problems

TAG = "Cards"
Number = Annotated[
    str,
    PathParameter(
        pattern=r"^[0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{4}(?!\n)$", description="A card's number, hyphens or not."
    ),
]
_REFUSALS = ("card-unknown", "card-blocked", "malformed-request")


@get(
    "/cards",
    tags=[TAG],
    operation_id="listCards",
    summary="List cards",
    responses=answer(200, examples.CARDS, "The member's cards") | problems(),
)
async def list_cards(caller: NamedDependency[Caller], context: NamedDependency[ApiContext]) -> CardsView:
    """The member's cards, blocked ones included, with what a till scans."""
    async with context.database.transaction(caller.tenant_id) as session:
        rows = await cards_of(session, caller.tenant_id, caller.member_id)
    return CardsView([_view(row) for row in rows])


@post(
    "/cards/{number:str}/lost",
    status_code=200,
    tags=[TAG],
    operation_id="reportCardLost",
    summary="Report a card lost",
    responses=answer(200, examples.LOST, "The card, blocked") | problems(*_REFUSALS),
)
async def lose_card(caller: NamedDependency[Caller], context: NamedDependency[ApiContext], number: Number) -> CardView:
    """Block the card at once and for good; the points stay the member's, and staff issue another."""
    async with context.database.transaction(caller.tenant_id) as session:
        row = await report_lost(session, caller.tenant_id, caller.member_id, digits_of(number), now=utc_now())
    return _view(row)


@post(
    "/cards/{number:str}/block",
    status_code=200,
    tags=[TAG],
    operation_id="blockCard",
    summary="Block a card for a while",
    responses=answer(200, examples.PAUSED, "The card, paused") | problems(*_REFUSALS),
)
async def block_card(caller: NamedDependency[Caller], context: NamedDependency[ApiContext], number: Number) -> CardView:
    """Let the card open nothing until it is unblocked; twice is once."""
    return await _paused(caller, context, number, paused=True)


@post(
    "/cards/{number:str}/unblock",
    status_code=200,
    tags=[TAG],
    operation_id="unblockCard",
    summary="Let a card work again",
    responses=answer(200, examples.CARD, "The card, active") | problems(*_REFUSALS),
)
async def unblock_card(
    caller: NamedDependency[Caller], context: NamedDependency[ApiContext], number: Number
) -> CardView:
    """End the member's own block; a card that was lost or that staff blocked stays blocked."""
    return await _paused(caller, context, number, paused=False)


async def _paused(caller: Caller, context: ApiContext, number: str, *, paused: bool) -> CardView:
    async with context.database.transaction(caller.tenant_id) as session:
        row = await pause(session, caller.tenant_id, caller.member_id, digits_of(number), paused=paused, now=utc_now())
    return _view(row)


def _view(row: Card) -> CardView:
    return CardView(
        number=shown(row.number),
        code=None if row.state == BLOCKED else row.number,
        form=row.form,
        state=row.state,
        blocked_for=row.blocked_for,
        since=rfc3339(row.bound_at or row.created_at),
    )
