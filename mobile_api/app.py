"""The members' API as one router under `/api/v1`, to be mounted by the application."""

from litestar import Router
from litestar.di import Provide
from litestar.openapi.spec import SecurityRequirement

from mobile_api.caller import caller_of
from mobile_api.context import ApiContext
from mobile_api.routes.receipts import get_receipt, list_receipts, submit_receipt
from mobile_api.routes.wallet import get_wallet, list_entries

SECURITY: list[SecurityRequirement] = [{"member": []}]


def router(context: ApiContext) -> Router:
    """Every address of the API; each of them asks for the caller's token."""
    return Router(
        path="/api/v1",
        route_handlers=[submit_receipt, list_receipts, get_receipt, get_wallet, list_entries],
        dependencies={
            "context": Provide(lambda: context, sync_to_thread=False),
            "caller": Provide(caller_of),
        },
        security=SECURITY,
    )
