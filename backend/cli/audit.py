"""`paragon audit`: check that nobody rewrote what was done."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from backend.cli.operating import operate
from backend.cli.output import Json, out, show

if TYPE_CHECKING:
    from backend.kit.db import Database

app = typer.Typer(help="The audit trail.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """The audit trail."""


@app.command()
def verify(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant, by its slug.")] = None,
    head: Annotated[
        list[str] | None, typer.Option(help="A head noted earlier, as NUMBER:HASH; it must still stand there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk every tenant's chain; exit status 1 if a row is missing or not what was written.

    Note the heads that it prints somewhere else: only they show that rows were cut off at the end.
    """
    known = heads(head or [])
    if known and tenant is None:
        raise typer.BadParameter("a head belongs to one --tenant", param_hint="--head")
    found = operate(lambda database: _verify(database, tenant, known))

    def people() -> None:
        for row in found:
            says = f"[red]{row['fault']}[/]" if row["fault"] else "[green]complete[/]"
            out.print(f"{row['tenant']}: {says}, {row['rows']} rows, head {row['rows']}:{row['head']}")

    show(found, as_json=as_json, people=people)
    raise typer.Exit(1 if any(row["fault"] for row in found) else 0)


def heads(texts: list[str]) -> dict[int, str]:
    """Heads that were noted as NUMBER:HASH, by number."""
    noted = {}
    for text in texts:
        number, _, digest = text.partition(":")
        if not number.isdecimal() or not digest:
            raise typer.BadParameter("write it as NUMBER:HASH", param_hint="--head")
        noted[int(number)] = digest
    return noted


async def _verify(database: "Database", slug: str | None, known: dict[int, str]) -> list[dict[str, Any]]:
    from backend.cli.entry import tenant_named
    from backend.kit.audit import verify as walk
    from backend.programmes.queries import tenants

    if slug is None:
        async with database.transaction(None) as session:
            everyone = await tenants(session)
    else:
        everyone = [await tenant_named(database, slug)]
    found = []
    for tenant in everyone:
        async with database.transaction(tenant.id) as session:
            verdict = await walk(session, tenant.id, known=known)
        found.append({"tenant": tenant.slug, "rows": verdict.rows, "head": verdict.head, "fault": verdict.fault})
    return found
