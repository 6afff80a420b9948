"""`paragon tenant`: make and change tenants from their files, and look at them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backend.cli.entry import inside
from backend.cli.files import read_start
from backend.cli.operating import operate
from backend.cli.output import Json, err, out, show, show_fields

if TYPE_CHECKING:
    from backend.kit.db import Database
    from backend.programmes.tenant_file import TenantFile
    from backend.programmes.tenant_plan import Change

app = typer.Typer(help="Tenants.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="The tenant's slug.")]
_COLOURS = {"added": "green", "reopened": "green", "changed": "yellow", "closed": "red", "removed": "red"}
_MARKS = {"added": "+", "reopened": "+", "changed": "~", "closed": "-", "removed": "-"}


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The tenant's TOML file.")],
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Show what the file would change, and apply it once you agree: all of it or nothing; twice is once.

    Outlets that the file no longer names are closed and keep their history. With --json and without --yes nothing is
    applied.
    """
    from backend.programmes.errors import TenantFileRefused
    from backend.programmes.tenant_file import FILE_BYTES_MAX, read_tenant_file

    try:
        wanted = read_tenant_file(read_start(file, FILE_BYTES_MAX))
        changes = operate(lambda database: _plan(database, wanted))
    except TenantFileRefused as error:
        _refuse(error.faults, error.code, as_json=as_json)
    document: dict[str, Any] = {"tenant": wanted.tenant.slug, "changes": [_document(change) for change in changes]}
    if not as_json:
        _print_plan(wanted.tenant.slug, changes)
    agreed = bool(changes) and (yes or (not as_json and typer.confirm("Apply?")))
    token = operate(lambda database: _apply(database, wanted, changes)) if agreed else None
    document |= {"applied": agreed, "invitation": token}
    show(document, as_json=as_json, people=lambda: _print_end(agreed, token))


@app.command("list")
def list_tenants(as_json: Json = False) -> None:
    """Name every tenant of the installation."""
    found = operate(_all)

    def people() -> None:
        from rich.table import Table

        table = Table("Slug", "Name", "Hosts")
        for row in found:
            table.add_row(row["slug"], row["name"], ", ".join(row["hosts"]))
        out.print(table)

    show(found, as_json=as_json, people=people)


@app.command("show")
def show_tenant(slug: Slug, as_json: Json = False) -> None:
    """Show a tenant: what it is, what it runs, and what it has used."""
    found = operate(lambda database: _shown(database, slug))

    def people() -> None:
        show_fields({key: value for key, value in found.items() if not isinstance(value, list | dict)})
        for kind in ("branding", "settings"):
            out.print(
                f"{kind}: {'; '.join(f'{key} {value}' for key, value in found[kind].items()) or '-'}", markup=False
            )
        for kind in ("hosts", "programmes", "outlets", "staff"):
            out.print(f"{kind}: {'; '.join(map(str, found[kind])) or '-'}", markup=False)
        _print_usage({slug: found["usage"]})

    show(found, as_json=as_json, people=people)


@app.command()
def usage(as_json: Json = False) -> None:
    """Count members, receipts and messages of every tenant, by month."""
    found = operate(_usages)
    show(found, as_json=as_json, people=lambda: _print_usage(found))


async def _plan(database: "Database", wanted: "TenantFile") -> "list[Change]":
    from backend.programmes.queries import tenant_by_slug
    from backend.staff.setup import plan_setup

    async with database.transaction(None) as session:
        tenant = await tenant_by_slug(session, wanted.tenant.slug)
    async with database.transaction(tenant.id if tenant else None) as session:
        return await plan_setup(session, tenant, wanted)


async def _apply(database: "Database", wanted: "TenantFile", changes: "list[Change]") -> str | None:
    from backend.kit.clock import utc_now
    from backend.kit.ids import new_id
    from backend.programmes.queries import tenant_by_slug
    from backend.staff.setup import apply_setup

    async with database.transaction(None) as session:
        tenant = await tenant_by_slug(session, wanted.tenant.slug)
    tenant_id = tenant.id if tenant else new_id()
    async with database.transaction(tenant_id) as session:
        return await apply_setup(session, tenant_id, wanted, shown=changes, now=utc_now())


async def _all(database: "Database") -> list[dict[str, Any]]:
    from backend.programmes.queries import hosts, tenants

    async with database.transaction(None) as session:
        return [
            {"slug": row.slug, "name": row.name, "hosts": await hosts(session, row.id)}
            for row in await tenants(session)
        ]


async def _shown(database: "Database", slug: str) -> dict[str, Any]:
    from backend.analytics.usage import usage as used
    from backend.programmes import queries
    from backend.staff.queries import accounts

    async with inside(database, slug) as (session, tenant):
        return {
            "slug": slug,
            "name": tenant.name,
            "time_zone": tenant.time_zone,
            "language": tenant.language,
            "branding": tenant.branding,
            "settings": tenant.settings,
            "hosts": await queries.hosts(session, tenant.id),
            "programmes": [row.code for row in await queries.programmes(session, tenant.id)],
            "outlets": [
                row.code + (" (closed)" if row.closed_at else "") for row in await queries.outlets(session, tenant.id)
            ],
            "staff": [f"{row.email} ({row.role}, {row.state})" for row in await accounts(session, tenant.id)],
            "usage": _usage_document(await used(session, tenant.id, time_zone=tenant.time_zone)),
        }


async def _usages(database: "Database") -> dict[str, Any]:
    from backend.analytics.usage import usage as used
    from backend.programmes.queries import tenants

    async with database.transaction(None) as session:
        everyone = await tenants(session)
    found = {}
    for tenant in everyone:
        async with database.transaction(tenant.id) as session:
            found[tenant.slug] = _usage_document(await used(session, tenant.id, time_zone=tenant.time_zone))
    return found


def _usage_document(used: Any) -> dict[str, Any]:  # noqa: ANN401 (imported only when a command runs)
    return {"total": used.total, "months": used.months}


def _document(change: "Change") -> dict[str, Any]:
    kind, name = change.thing
    return {"kind": kind, "name": name, "verb": change.verb, "before": change.before, "after": change.after}


def _refuse(faults: list[str], code: str, *, as_json: bool) -> None:
    def people() -> None:
        for fault in faults:
            err.print(f"paragon: {fault}", markup=False)
        err.print(f"Nothing was applied ({code}).", markup=False)

    show({"code": code, "faults": faults}, as_json=as_json, people=people)
    sys.exit(1)


def _print_plan(slug: str, changes: "list[Change]") -> None:
    from rich.markup import escape

    out.print(f"Tenant {slug}: {f'{len(changes)} to change' if changes else 'nothing to change'}.", markup=False)
    for change in changes:
        colour, mark = _COLOURS[change.verb], _MARKS[change.verb]
        out.print(f"[{colour}]{mark} {' '.join(change.thing)} {change.verb}[/]")
        for name in {**change.before, **change.after}:
            old, new = (escape(str(side.get(name, "-"))) for side in (change.before, change.after))
            out.print(f"    {name}: {new}" if change.verb == "added" else f"    {name}: {old} -> {new}")
    if any(change.verb == "closed" for change in changes):
        out.print("Closed outlets keep their receipts; name them again to reopen them.")


def _print_end(agreed: bool, token: str | None) -> None:
    if agreed:
        out.print("Applied.")
    if token is not None:
        out.print(f"The owner's invitation, shown this once and valid for seven days:\n{token}", markup=False)


def _print_usage(found: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table("Tenant", "Month", "Members", "Receipts", "Messages")
    for slug, used in found.items():
        for month, counts in {**used["months"], "total": used["total"]}.items():
            table.add_row(slug, month, *(str(counts[name]) for name in ("members", "receipts", "messages")))
    out.print(table)
