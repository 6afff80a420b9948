"""The members' API as one router under `/api/v1`, and that of their phones' wallets, to be mounted by the application."""

from litestar import Router
from litestar.di import Provide
from litestar.openapi.spec import SecurityRequirement

from mobile_api.caller import caller_of
from mobile_api.context import ApiContext
from mobile_api.routes.apple import ask_news, get_pass, register_for_pass, take_logs, unregister_from_pass
from mobile_api.routes.auth import ask_code, exchange_code, exchange_refresh, sign_out
from mobile_api.routes.cards import block_card, list_cards, lose_card, unblock_card
from mobile_api.routes.digital_cards import (
    get_apple_pass,
    get_barcode_png,
    get_barcode_svg,
    get_card_code,
    get_card_face,
    get_google_link,
)
from mobile_api.routes.events import follow_events
from mobile_api.routes.me import change_me, forget_device, get_me, register_device
from mobile_api.routes.offers import list_offers
from mobile_api.routes.receipts import get_receipt, list_receipts, submit_receipt
from mobile_api.routes.rewards import list_coupons, list_vouchers
from mobile_api.routes.wallet import get_wallet, list_entries

SECURITY: list[SecurityRequirement] = [{"member": []}]
SMALL_BODY_BYTES_MAX = 16 * 1024
"""For addresses that take a few short fields."""


def router(context: ApiContext) -> Router:
    """Every address of the API; each asks for the caller's token, but for those by which one gets it."""
    return Router(
        path="/api/v1",
        route_handlers=[
            Router(
                path="/",
                route_handlers=[
                    submit_receipt,
                    list_receipts,
                    get_receipt,
                    get_wallet,
                    list_entries,
                    list_vouchers,
                    list_coupons,
                    follow_events,
                    list_offers,
                    list_cards,
                    lose_card,
                    block_card,
                    unblock_card,
                    get_card_face,
                    get_barcode_svg,
                    get_barcode_png,
                    get_card_code,
                    get_apple_pass,
                    get_google_link,
                ],
                security=SECURITY,
            ),
            Router(
                path="/",
                route_handlers=[get_me, change_me, register_device, forget_device],
                security=SECURITY,
                request_max_body_size=SMALL_BODY_BYTES_MAX,
            ),
            Router(
                path="/",
                route_handlers=[ask_code, exchange_code, exchange_refresh, sign_out],
                request_max_body_size=SMALL_BODY_BYTES_MAX,
            ),
        ],
        dependencies={
            "context": Provide(lambda: context, sync_to_thread=False),
            "caller": Provide(caller_of),
        },
    )


def apple_router(context: ApiContext) -> Router:
    """What iPhones ask about passes, in Apple's own protocol and so not of our description; the pass's token opens it."""
    return Router(
        path="/apple/{tenant:str}/v1",
        route_handlers=[register_for_pass, unregister_from_pass, ask_news, get_pass, take_logs],
        dependencies={"context": Provide(lambda: context, sync_to_thread=False)},
        include_in_schema=False,
        request_max_body_size=SMALL_BODY_BYTES_MAX,
    )
