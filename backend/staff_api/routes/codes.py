"""Lists of promo codes: see them, and add codes from a CSV file."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, PathParameter

from backend.campaigns.codes import import_codes, lists, read_codes
from backend.kit.clock import utc_now
from backend.kit.web.openapi import Problem
from backend.kit.web.problems import MEDIA_TYPE
from backend.staff.login import Staff
from backend.staff_api.campaign_shapes import CodeListView, ImportedView
from backend.staff_api.campaign_views import imported_view, list_view
from backend.staff_api.common import AnyRequest, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs

TAG = "Promo codes"
ListName = Annotated[str, PathParameter(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", description="The list's name.")]
_UNSUPPORTED_MEDIA_TYPE = 415
_ONLY_CSV = {
    _UNSUPPORTED_MEDIA_TYPE: ResponseSpec(
        data_container=Problem, description="The body is no CSV", media_type=MEDIA_TYPE, generate_examples=False
    )
}


@get(
    "/code-lists",
    opt=needs("campaign.read"),
    operation_id="listCodeLists",
    tags=[TAG],
    summary="List lists of codes",
    responses=problems(),
)
async def list_code_lists(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[CodeListView]:
    """Every list by name, and how many of its codes are unspent, held and spent."""
    async with context.database.transaction(staff.tenant_id) as session:
        return [list_view(row) for row in await lists(session, staff.tenant_id, partner_id=staff.partner_id)]


@post(
    "/code-lists/{name:str}/codes",
    opt=needs("campaign.manage"),
    status_code=200,
    operation_id="uploadCodes",
    tags=[TAG],
    summary="Add codes to a list",
    responses=problems("code-list-refused", "code-list-not-found") | _ONLY_CSV,
)
async def upload_codes(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    name: ListName,
    single_use: FromQuery[bool] = True,
) -> ImportedView:
    """Add the first column of a body of `text/csv` to the list, which begins with its first codes; again adds nothing.

    `single_use` counts when the list begins. Files of more than 12 MB go through the command line.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/csv":
        raise HTTPException(status_code=_UNSUPPORTED_MEDIA_TYPE)
    codes = read_codes(await request.body())
    async with context.database.transaction(staff.tenant_id) as session:
        done = await import_codes(
            session, staff.actor, name, codes, single_use=single_use, partner_id=staff.partner_id, now=utc_now()
        )
    return imported_view(done)
