"""`paragon receipts`: the receipts of the database, for operators."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from backend.cli.operating import PORTION, in_portions, operate
from backend.cli.output import Json, out, show

if TYPE_CHECKING:
    from backend.kit.db import Database

app = typer.Typer(help="Submitted receipts.", no_args_is_help=True)


@app.callback()
def receipts() -> None:
    """Keep `retry` a command with a name, although it is the only one."""


@app.command()
def retry(
    tenant: Annotated[str | None, typer.Option(help="A tenant's slug; without it, every tenant.")] = None,
    waiting_for: Annotated[
        str | None,
        typer.Option(help="Only those that wait for this, such as authority-layout-changed or campaign-broken."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take up receipts that nobody works on any more, after what stopped it was mended: asking, or a broken campaign."""
    retried = operate(lambda database: _retry(database, tenant, waiting_for))
    show({"retried": retried}, as_json=as_json, people=lambda: out.print(f"Receipts taken up again: {retried}."))


async def _retry(database: "Database", slug: str | None, waiting_for: str | None) -> int:
    from backend.programmes.queries import tenant_by_slug, tenants

    async with database.transaction(None) as session:
        found = await tenants(session) if slug is None else [await tenant_by_slug(session, slug)]
    total = 0
    for tenant in found:
        if tenant is None:
            raise typer.BadParameter("there is no such tenant", param_hint="--tenant")
        total += await _retry_of(database, tenant.id, tenant.slug, waiting_for)
    return total


async def _retry_of(database: "Database", tenant_id: UUID, slug: str, waiting_for: str | None) -> int:
    from backend.receipts.parked import retry_parked

    async def portion(after: UUID | None) -> list[UUID]:
        async with database.transaction(tenant_id) as session:
            return await retry_parked(session, tenant_id, waiting_for=waiting_for, after=after, limit=PORTION)

    return await in_portions(portion, slug)
