"""The member's digital card: what an app draws, its bar code, the code that spends, and passes for the phone's wallet."""

import asyncio
from datetime import timedelta
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.kit.clock import rfc3339, utc_now
from backend.members.tokens import Caller
from backend.passes.apple_pass import MEDIA_TYPE, pkpass
from backend.passes.barcodes import Symbology, barcode_png, barcode_svg
from backend.passes.cards import DigitalCard, usable
from backend.passes.google_account import save_link
from backend.passes.rotating import STEP_S, code, step_start, till_key
from backend.passes.service import issue
from backend.programmes.queries import tenant
from mobile_api import digital_card_shapes as examples
from mobile_api.context import ApiContext
from mobile_api.digital_card_shapes import BrandView, CardCodeView, CardFaceView, SaveLinkView
from mobile_api.openapi import answer, file, problems

TAG = "Digital card"
Kind = Annotated[Symbology, QueryParameter(description="Which kind of bar code.")]
_NONE = ("digital-card-not-found", "member-not-found", "malformed-request")


@get(
    "/cards/{number:str}/face",
    tags=[TAG],
    operation_id="getCardFace",
    summary="Show a card",
    responses=answer(200, examples.FACE, "What to draw") | problems(*_NONE),
)
async def get_card_face(
    caller: NamedDependency[Caller], context: NamedDependency[ApiContext], number: FromPath[str]
) -> CardFaceView:
    """The card as an app draws it, in the owner's colours, with what can be spent now."""
    card = await _card(caller, context, number)
    offered = {"apple": context.wallets.apple, "google": context.wallets.google}
    return CardFaceView(
        number=card.number,
        holder=card.holder or None,
        programme=card.programme,
        balance=card.balance,
        is_blocked=card.is_blocked,
        brand=BrandView(card.brand.name, card.brand.mark, card.brand.primary_colour, card.brand.accent_colour),
        wallets=[name for name, wallet in offered.items() if wallet is not None],
    )


@get(
    "/cards/{number:str}/barcode.svg",
    tags=[TAG],
    operation_id="getBarcodeSvg",
    summary="Draw a card's bar code as SVG",
    responses=file("image/svg+xml", "The bar code", example=examples.SVG) | problems(*_NONE, "barcode-refused"),
)
async def get_barcode_svg(
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    number: FromPath[str],
    symbology: Kind = "qr",
) -> Response[bytes]:
    """The card's number for a till's scanner. It earns; to spend, show the code that changes."""
    card = await _card(caller, context, number)
    return Response(barcode_svg(card.number, symbology).encode(), media_type="image/svg+xml")


@get(
    "/cards/{number:str}/barcode.png",
    tags=[TAG],
    operation_id="getBarcodePng",
    summary="Draw a card's bar code as PNG",
    responses=file("image/png", "The bar code", example="(a PNG's bytes)") | problems(*_NONE, "barcode-refused"),
)
async def get_barcode_png(
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    number: FromPath[str],
    symbology: Kind = "qr",
) -> Response[bytes]:
    """The same as pixels, 3 to 8 of them a module."""
    card = await _card(caller, context, number)
    return Response(barcode_png(card.number, symbology), media_type="image/png")


@get(
    "/cards/{number:str}/code",
    tags=[TAG],
    operation_id="getCardCode",
    summary="Show the code that spends",
    responses=answer(200, examples.CODE, "The code") | problems(*_NONE, "digital-card-blocked"),
)
async def get_card_code(
    caller: NamedDependency[Caller], context: NamedDependency[ApiContext], number: FromPath[str]
) -> CardCodeView:
    """A code for the present 30 seconds, which a till checks without a network and takes once.

    A till whose clock is off takes it for one more such step, before and after.
    """
    card = usable(await _card(caller, context, number))
    now = utc_now()
    shown, begun_at = code(card.number, till_key(context.token_key, caller.tenant_id), now), step_start(now)
    return CardCodeView(
        code=shown,
        valid_from=rfc3339(begun_at),
        valid_to=rfc3339(begun_at + timedelta(seconds=STEP_S)),
        qr_svg=barcode_svg(shown, "qr"),
    )


@get(
    "/cards/{number:str}/apple.pkpass",
    tags=[TAG],
    operation_id="getApplePass",
    summary="Get a card for an iPhone's wallet",
    responses=file(MEDIA_TYPE, "The signed pass", example="(a signed archive's bytes)")
    | problems(*_NONE, "digital-card-blocked", "wallet-not-offered"),
)
async def get_apple_pass(
    caller: NamedDependency[Caller], context: NamedDependency[ApiContext], number: FromPath[str]
) -> Response[bytes]:
    """A pass that the wallet keeps and renews by itself when points come or go."""
    signer = context.wallets.apple_signer()
    async with context.database.transaction(caller.tenant_id) as session:
        card = usable(await context.wallets.card(session, caller.tenant_id, caller.member_id, number, now=utc_now()))
        given = await issue(session, caller.tenant_id, card, now=utc_now())
        slug = (await tenant(session, caller.tenant_id)).slug
    service = context.wallets.service_of(context.token_key, caller.tenant_id, slug, given.id)
    packed = await asyncio.to_thread(pkpass, card, signer, service)
    return Response(
        packed, media_type=MEDIA_TYPE, headers={"Content-Disposition": 'attachment; filename="card.pkpass"'}
    )


@get(
    "/cards/{number:str}/google",
    tags=[TAG],
    operation_id="getGoogleLink",
    summary="Get a link that saves a card to Google's wallet",
    responses=answer(200, examples.SAVE_LINK, "The link")
    | problems(*_NONE, "digital-card-blocked", "wallet-not-offered"),
)
async def get_google_link(
    caller: NamedDependency[Caller], context: NamedDependency[ApiContext], number: FromPath[str]
) -> SaveLinkView:
    """A link to open. What is saved by it is renewed when points come or go."""
    account = context.wallets.google_account()
    now = utc_now()
    async with context.database.transaction(caller.tenant_id) as session:
        card = usable(await context.wallets.card(session, caller.tenant_id, caller.member_id, number, now=utc_now()))
        await issue(session, caller.tenant_id, card, to_google=True, now=now)
        slug = (await tenant(session, caller.tenant_id)).slug
    return SaveLinkView(save_link(card, account, slug=slug, now=now))


async def _card(caller: Caller, context: ApiContext, number: str) -> DigitalCard:
    async with context.database.transaction(caller.tenant_id) as session:
        return await context.wallets.card(session, caller.tenant_id, caller.member_id, number, now=utc_now())
