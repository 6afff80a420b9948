"""Cards: show, issue, hand over, block, replace; and who stands at the till."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from backend.cards import service
from backend.cards.identifying import identify
from backend.cards.numbers import digits_of
from backend.cards.queries import card, cards_of, identifications, media_of, successor
from backend.cards.runs import Post, Wish
from backend.kit.clock import utc_now
from backend.members.groups import groups_of
from backend.members.queries import member
from backend.members.service import join
from backend.programmes.assigning import programmes_of
from backend.programmes.queries import tenant
from backend.staff.login import Staff
from backend.staff_api.card_shapes import (
    NUMBER_PATTERN,
    BindTaken,
    BlockTaken,
    CardDetail,
    CardTaken,
    CardView,
    IdentificationView,
    IdentifiedView,
    LookupTaken,
    MediumTaken,
    MediumView,
    ReissueTaken,
    WishTaken,
)
from backend.staff_api.card_views import card_detail, card_view, identification_view, identified_view, medium_view
from backend.staff_api.common import Limit, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs

TAG = "Cards"
Number = Annotated[str, PathParameter(pattern=NUMBER_PATTERN, description="A card's number, hyphens or not.")]
Owner = Annotated[UUID, QueryParameter(name="member", description="Whose cards.")]


@post(
    "/identify",
    opt=needs("card.identify"),
    status_code=200,
    operation_id="identify",
    tags=[TAG],
    summary="Identify a customer",
    responses=problems("card-unknown", "card-unassigned", "card-blocked", "too-many-lookups"),
)
async def identify_customer(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[LookupTaken]
) -> IdentifiedView:
    """Find the member for whatever a reader gives or somebody types: a card's number, a track, a chip, a phone number.

    Every look-up is written down, refused ones too.
    """
    async with context.database.transaction(staff.tenant_id) as session:
        found = await identify(session, staff.actor, data.text, key=context.vault.key, now=utc_now())
        if found.member is not None:
            groups = await groups_of(session, staff.tenant_id, found.member.id)
            programmes = await programmes_of(session, staff.tenant_id, found.member.id, groups=groups)
    if found.refusal is not None:
        raise found.refusal
    return identified_view(found, programmes)


@get(
    "/cards/identifications",
    opt=needs("card.read"),
    operation_id="listIdentifications",
    tags=[TAG],
    summary="List look-ups",
    responses=problems(),
)
async def list_identifications(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], limit: Limit = 20
) -> list[IdentificationView]:
    """Who was looked up last, and what came of it."""
    async with context.database.transaction(staff.tenant_id) as session:
        return [identification_view(row) for row in await identifications(session, staff.tenant_id, limit=limit)]


@get(
    "/cards",
    opt=needs("card.read"),
    operation_id="listMemberCards",
    tags=[TAG],
    summary="List a member's cards",
    responses=problems("member-not-found"),
)
async def list_cards(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], owner: Owner
) -> list[CardView]:
    """The member's cards, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        await member(session, staff.tenant_id, owner)
        return [card_view(row) for row in await cards_of(session, staff.tenant_id, owner)]


@get(
    "/cards/{number:str}",
    opt=needs("card.read"),
    operation_id="getCard",
    tags=[TAG],
    summary="Show a card",
    responses=problems("card-unknown"),
)
async def get_card(staff: NamedDependency[Staff], context: NamedDependency[StaffContext], number: Number) -> CardDetail:
    """One card, what else is read for it, and what was issued in its place."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await card(session, staff.tenant_id, digits_of(number))
        media = await media_of(session, staff.tenant_id, row.id)
        return card_detail(row, media, await successor(session, staff.tenant_id, row.id))


@post(
    "/cards",
    opt=needs("card.serve"),
    operation_id="issueCard",
    tags=[TAG],
    summary="Issue a card",
    responses=problems("member-not-found", "card-issuer-not-found", "card-numbers-exhausted", "card-name-malformed"),
)
async def issue_card(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[CardTaken]
) -> CardView:
    """A number of the member's own, good at once; a plastic card with it waits for the printer."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await service.issue(
            session,
            staff.actor,
            data.member,
            wish=_wish(data.printed),
            prefix=data.prefix,
            key=context.vault.key,
            now=utc_now(),
        )
    return card_view(row)


@post(
    "/cards/{number:str}/bind",
    opt=needs("card.serve"),
    status_code=200,
    operation_id="bindCard",
    tags=[TAG],
    summary="Hand over a card",
    responses=problems(
        "card-unknown", "card-assigned", "card-blocked", "member-not-found", "phone-malformed", "name-malformed"
    ),
)
async def bind_card(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], number: Number, data: JSONBody[BindTaken]
) -> CardView:
    """Make an unassigned card a member's, or that of whoever filled in the form, who joins with it; it goes once."""
    async with context.database.transaction(staff.tenant_id) as session:
        if data.form is not None:
            joined = await join(
                session,
                tenant_id=staff.tenant_id,
                phone=data.form.phone,
                name=data.form.name,
                language=data.form.language or (await tenant(session, staff.tenant_id)).language,
                key=context.vault.key,
                now=utc_now(),
            )
            member_id = joined.id
        else:
            assert data.member is not None, "the body names one of them"
            member_id = data.member
        return card_view(await service.bind(session, staff.actor, digits_of(number), member_id, now=utc_now()))


@post(
    "/cards/{number:str}/media",
    opt=needs("card.serve"),
    operation_id="attachMedium",
    tags=[TAG],
    summary="Attach a chip or token",
    responses=problems("card-unknown", "card-blocked", "card-medium-malformed", "card-medium-taken"),
)
async def attach_medium(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], number: Number, data: JSONBody[MediumTaken]
) -> MediumView:
    """Let the card be known by what a reader gives for its chip, token or other code as well."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await service.attach(session, staff.actor, digits_of(number), data.kind, data.value, now=utc_now())
    return medium_view(row)


@post(
    "/cards/{number:str}/block",
    opt=needs("card.serve"),
    status_code=200,
    operation_id="blockCard",
    tags=[TAG],
    summary="Block a card",
    responses=problems("card-unknown", "card-blocked"),
)
async def block_card(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], number: Number, data: JSONBody[BlockTaken]
) -> CardView:
    """Block the card for good; other cards of its member and household go on working."""
    async with context.database.transaction(staff.tenant_id) as session:
        return card_view(await service.block(session, staff.actor, digits_of(number), data.reason, now=utc_now()))


@post(
    "/cards/{number:str}/reissue",
    opt=needs("card.serve"),
    operation_id="reissueCard",
    tags=[TAG],
    summary="Replace a lost card",
    responses=problems(
        "card-unknown", "card-unassigned", "card-reissue-refused", "card-numbers-exhausted", "card-name-malformed"
    ),
)
async def reissue_card(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], number: Number, data: JSONBody[ReissueTaken]
) -> CardView:
    """Give the member of a lost card a new number; the old one is blocked and stays so, the points are the member's."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await service.reissue(
            session,
            staff.actor,
            digits_of(number),
            wish=_wish(data.printed),
            key=context.vault.key,
            now=utc_now(),
        )
    return card_view(row)


def _wish(asked: WishTaken | None) -> Wish | None:
    if asked is None:
        return None
    to = asked.post
    return Wish(asked.name, Post(to.street, to.postal_code, to.city, to.country))
