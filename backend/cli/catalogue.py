"""`paragon catalogue`: a tenant's products in and out of files, and looked at."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from backend.cli.entry import inside, tenant_named
from backend.cli.operating import operate
from backend.cli.output import Json, err, out, show, show_fields

if TYPE_CHECKING:
    from backend.catalogue.importing import Tally
    from backend.kit.db import Database

app = typer.Typer(help="Products.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(help="The tenant's slug.")]
_FOUND_MAX = 1000


@app.command("import")
def import_products(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV or XLSX file.")],
    tenant: Tenant,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Take a file's products by their SKU: good rows land, others are named; the same file again changes nothing.

    Ends with exit status 1 when a row was refused.
    """
    found = operate(lambda database: _import(database, tenant, file, dry_run=dry_run))

    def people() -> None:
        for each in found["refusals"]:
            out.print(f"row {each['row']}, {each['column']}: {each['title']} ({each['code']})", markup=False)
        show_fields({key: value for key, value in found.items() if not isinstance(value, list)})
        if found["ignored_columns"]:
            out.print(f"Columns that mean nothing here: {', '.join(found['ignored_columns'])}", markup=False)

    show(found, as_json=as_json, people=people)
    sys.exit(1 if found["refused"] else 0)


@app.command()
def export(
    tenant: Tenant,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="The file to write.")],
    kind: Annotated[Literal["csv", "xlsx"], typer.Option("--format", help="What kind of file.")] = "csv",
    as_json: Json = False,
) -> None:
    """Write every product into a file that an import reads back to the same."""
    count = operate(lambda database: _export(database, tenant, kind, output))
    found = {"products": count, "file": str(output)}
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command("list")
def list_products(
    tenant: Tenant,
    search: Annotated[str | None, typer.Option(help="Words of any name; or an SKU, catalogue number, barcode.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=_FOUND_MAX, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """Name products, the newest first."""
    found = operate(lambda database: _listed(database, tenant, search, limit))

    def people() -> None:
        from rich.markup import escape
        from rich.table import Table

        table = Table("SKU", "Name", "Barcodes", "Groups", "State")
        for row in found:
            cells = (row["sku"], row["name"], " ".join(row["gtins"]), ", ".join(row["groups"]), row["state"])
            table.add_row(*map(escape, cells))
        out.print(table)

    show(found, as_json=as_json, people=people)


@app.command("show")
def show_product(
    sku: Annotated[str, typer.Argument(help="The product's SKU.")], tenant: Tenant, as_json: Json = False
) -> None:
    """Show a product."""
    found = operate(lambda database: _shown(database, tenant, sku))
    show(found, as_json=as_json, people=lambda: show_fields({key: _in_words(value) for key, value in found.items()}))


def _in_words(value: object) -> object:
    if not isinstance(value, list):
        return value
    return (
        "; ".join(" ".join(filter(None, each.values())) if isinstance(each, dict) else each for each in value) or None
    )


async def _import(database: "Database", slug: str, file: Path, *, dry_run: bool) -> dict[str, Any]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from backend.catalogue.importing import import_now, open_file, try_import
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    tenant = await tenant_named(database, slug)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with file.open("rb") as source, Progress(*columns, console=err, transient=True) as progress:
        opened = await open_file(database, tenant.id, source)
        task = progress.add_task("rows", total=opened.rows_expected)

        def on_portion(tally: "Tally") -> None:
            progress.update(task, completed=tally.rows_done)

        if dry_run:
            tally = await try_import(database, tenant.id, opened, on_portion=on_portion)
        else:
            actor = Actor(tenant.id, None)
            tally = await import_now(database, actor, opened, clock=utc_now, on_portion=on_portion)
    return {"dry_run": dry_run, **tally.counts(), "ignored_columns": list(opened.ignored_columns)} | {
        "refusals": [_refusal(each) for each in tally.refusals]
    }


def _refusal(stored: dict[str, Any]) -> dict[str, Any]:
    from backend.catalogue.flaws import said
    from backend.kit.i18n import DEFAULT_LANGUAGE

    title = said(stored, DEFAULT_LANGUAGE)
    return {"row": stored["row"], "column": stored["field"], "code": stored["code"], "title": title}


async def _export(database: "Database", slug: str, kind: Literal["csv", "xlsx"], output: Path) -> int:
    from backend.catalogue.exporting import export_catalogue

    async with inside(database, slug) as (session, tenant):
        with output.open("wb") as file:
            return await export_catalogue(session, tenant.id, kind, file)


async def _listed(database: "Database", slug: str, search: str | None, limit: int) -> list[dict[str, Any]]:
    from backend.catalogue.queries import products_like

    async with inside(database, slug) as (session, tenant):
        rows = await products_like(session, tenant.id, search, before=None, limit=limit)
    return [row.facts.document() for row in rows]


async def _shown(database: "Database", slug: str, sku: str) -> dict[str, Any]:
    from backend.catalogue.queries import product_by_sku

    async with inside(database, slug) as (session, tenant):
        return (await product_by_sku(session, tenant.id, sku)).facts.document()
