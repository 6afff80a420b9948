"""The staff API as one router under `/api/v1/staff`, with a description of its own, apart from the members'."""

from typing import Any

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityRequirement, SecurityScheme

from backend.staff_api.context import StaffContext
from backend.staff_api.guard import PUBLIC, checked, guard, staff_caller
from backend.staff_api.routes.accounts import block, change_role, invite, list_accounts
from backend.staff_api.routes.campaigns import (
    change_campaign,
    draft_campaign,
    get_campaign,
    list_campaigns,
    turn_campaign,
)
from backend.staff_api.routes.card_printing import (
    batch_file,
    list_batches,
    list_issuers,
    list_runs,
    make_card_batch,
    make_card_run,
    register_issuer,
    run_addresses,
    run_file,
    run_letters,
)
from backend.staff_api.routes.cards import (
    attach_medium,
    bind_card,
    block_card,
    get_card,
    identify_customer,
    issue_card,
    list_cards,
    list_identifications,
    reissue_card,
)
from backend.staff_api.routes.catalogue import (
    add_product,
    arrange_groups,
    change_product,
    find_products,
    get_product,
    list_groups,
    withdraw_product,
)
from backend.staff_api.routes.catalogue_files import begin, export, get_import, list_imports
from backend.staff_api.routes.codes import list_code_lists, upload_codes
from backend.staff_api.routes.groups import (
    assign_group,
    assign_member,
    change_programme,
    list_member_groups,
    put_member,
    take_member,
    unassign_group,
    unassign_member,
)
from backend.staff_api.routes.matching import (
    get_text,
    ignore_text,
    link_text,
    list_reratings,
    list_texts,
    preview_link,
    stop_rerating,
    unlink_text,
)
from backend.staff_api.routes.members import find_members, get_member
from backend.staff_api.routes.oversight import list_audit, list_jobs, retry_job
from backend.staff_api.routes.points import adjust_points
from backend.staff_api.routes.receipts import find_receipts, get_receipt, list_held, retry_receipt
from backend.staff_api.routes.replays import begin_one, cancel_one, get_replay, list_replays
from backend.staff_api.routes.session import accept_one, me, open_one, sign_in, sign_out
from backend.staff_api.routes.simulations import simulate_basket
from backend.staff_api.routes.templates import draft_from_template, list_templates
from backend.staff_api.routes.tenant import list_outlets, list_programmes

PATH = "/api/v1/staff"
SECURITY: list[SecurityRequirement] = [{"staff": []}]
HANDLERS: list[HTTPRouteHandler] = [
    sign_in,
    sign_out,
    me,
    open_one,
    accept_one,
    list_accounts,
    invite,
    change_role,
    block,
    find_members,
    get_member,
    adjust_points,
    find_receipts,
    list_held,
    get_receipt,
    retry_receipt,
    list_outlets,
    list_programmes,
    list_texts,
    get_text,
    link_text,
    unlink_text,
    preview_link,
    list_reratings,
    stop_rerating,
    ignore_text,
    change_programme,
    assign_group,
    unassign_group,
    assign_member,
    unassign_member,
    list_member_groups,
    put_member,
    take_member,
    list_campaigns,
    draft_campaign,
    get_campaign,
    change_campaign,
    turn_campaign,
    list_templates,
    draft_from_template,
    simulate_basket,
    begin_one,
    list_replays,
    get_replay,
    cancel_one,
    list_code_lists,
    upload_codes,
    list_audit,
    list_jobs,
    retry_job,
    find_products,
    get_product,
    add_product,
    change_product,
    withdraw_product,
    list_groups,
    arrange_groups,
    begin,
    list_imports,
    get_import,
    export,
    identify_customer,
    list_identifications,
    list_cards,
    get_card,
    issue_card,
    bind_card,
    attach_medium,
    block_card,
    reissue_card,
    list_issuers,
    register_issuer,
    list_batches,
    make_card_batch,
    batch_file,
    list_runs,
    make_card_run,
    run_file,
    run_addresses,
    run_letters,
]


def router(context: StaffContext, *, swagger: SwaggerRenderPlugin) -> Router:
    """Every address of the API behind its guard, and its description at `docs`, drawn by `swagger`.

    A handler that declares no permission is our mistake, and nothing starts.
    """
    return _router(context, [*HANDLERS, *_description(context, swagger)], in_schema=False)


def _router(context: StaffContext, handlers: list[HTTPRouteHandler], *, in_schema: bool) -> Router:
    return Router(
        path=PATH,
        route_handlers=checked(handlers),
        guards=[guard(context)],
        dependencies={
            "context": Provide(lambda: context, sync_to_thread=False),
            "staff": Provide(staff_caller, sync_to_thread=False),
        },
        security=SECURITY,
        include_in_schema=in_schema,
    )


def _description(context: StaffContext, swagger: SwaggerRenderPlugin) -> list[HTTPRouteHandler]:
    """The handlers of `docs`; the document is made once, by an application that holds these addresses alone."""
    alone = Litestar(
        route_handlers=[_router(context, HANDLERS, in_schema=True)],
        logging_config=None,  # it never serves
        openapi_config=OpenAPIConfig(
            title="Paragon: staff API",
            version="1",
            description="For those who work for a tenant. Refusals are problems (RFC 9457) with a stable `code`.",
            use_handler_docstrings=True,
            components=Components(
                security_schemes={
                    "staff": SecurityScheme(type="http", scheme="bearer", description="A session's token.")
                }
            ),
        ),
    )
    document = alone.openapi_schema.to_schema()

    @get("/docs", opt=PUBLIC, media_type=MediaType.HTML, sync_to_thread=False)
    def docs(request: Request[Any, Any, Any]) -> bytes:
        """The description as a page."""
        return swagger.render(request, document)

    @get("/docs/openapi.json", opt=PUBLIC, sync_to_thread=False)
    def docs_json() -> Response[dict[str, Any]]:
        """The description as OpenAPI."""
        return Response(document, media_type="application/vnd.oai.openapi+json")

    return [docs, docs_json]
