"""The catalogue as a file: send one in, follow how far it is taken, and fetch one."""

import tempfile
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from backend.catalogue.exporting import export_catalogue
from backend.catalogue.files.writer import MEDIA_TYPES
from backend.catalogue.imports import begin_import, import_standing, imports
from backend.kit.clock import utc_now
from backend.kit.web.forms import only_file
from backend.staff.login import Staff
from backend.staff_api.catalogue_shapes import ImportPage, ImportRow, ImportView
from backend.staff_api.catalogue_views import import_row, import_view
from backend.staff_api.common import (
    AnyRequest,
    Before,
    Limit,
    chunks,
    file_operation,
    kept_as,
    language_of,
    problems,
)
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs

TAG = "Catalogue"
FILE_FIELD = "file"
Format = Annotated[Literal["csv", "xlsx"], QueryParameter(name="format", description="What kind of file.")]


@post(
    "/catalogue/imports",
    opt=needs("catalogue.manage"),
    status_code=202,
    operation_id="beginImport",
    tags=[TAG],
    summary="Import a file",
    responses=problems("too-many-imports"),
)
async def begin(
    request: AnyRequest, staff: NamedDependency[Staff], context: NamedDependency[StaffContext]
) -> ImportRow:
    """Take a form with one part `file`, CSV or XLSX of up to 12 MB. A job imports it; ask where it stands."""
    content = await only_file(request, FILE_FIELD)
    async with context.database.transaction(staff.tenant_id) as session:
        row = await begin_import(session, staff.actor, content, now=utc_now())
    return import_row(row, language_of(request))


@get(
    "/catalogue/imports",
    opt=needs("catalogue.read"),
    operation_id="listImports",
    tags=[TAG],
    summary="List imports",
    responses=problems(),
)
async def list_imports(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    before: Before = None,
    limit: Limit = 20,
) -> ImportPage:
    """Imports, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await imports(session, staff.tenant_id, before=before, limit=limit)
    language = language_of(request)
    following = str(rows[-1].id) if len(rows) == limit else None
    return ImportPage([import_row(row, language) for row in rows], following)


@get(
    "/catalogue/imports/{import_id:uuid}",
    opt=needs("catalogue.read"),
    operation_id="getImport",
    tags=[TAG],
    summary="Show an import",
    responses=problems("import-not-found"),
)
async def get_import(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    import_id: FromPath[UUID],
) -> ImportView:
    """How far an import is, and why rows of it were refused."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await import_standing(session, staff.tenant_id, import_id)
    return import_view(row, language_of(request))


@get(
    "/catalogue/export",
    opt=needs("catalogue.read"),
    operation_id="exportCatalogue",
    operation_class=file_operation(*MEDIA_TYPES.values()),
    tags=[TAG],
    summary="Export the catalogue",
    responses=problems(),
)
async def export(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], file_format: Format = "csv"
) -> Stream:
    """Every product as a file that an import reads back to the same."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it outlives this function: the answer closes it)
    try:
        async with context.database.transaction(staff.tenant_id) as session:
            await export_catalogue(session, staff.tenant_id, file_format, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = kept_as(f"catalogue.{file_format}")
    return Stream(chunks(file), media_type=MEDIA_TYPES[file_format], headers=headers)
