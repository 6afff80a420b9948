"""`paragon ledger`: recompute the books, seal them, and do what is due by the clock."""

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backend.cli.audit import heads
from backend.cli.operating import operate
from backend.cli.output import Json, err, out, show

if TYPE_CHECKING:
    from backend.kit.db import Database
    from backend.programmes.models import Tenant

app = typer.Typer(help="The points ledger.", no_args_is_help=True)

Slug = Annotated[str | None, typer.Option("--tenant", help="Only this tenant, by its slug.")]


@app.command()
def verify(tenant: Slug = None, as_json: Json = False) -> None:
    """Recompute every balance and lot from the entries; exit status 1 with the first difference."""
    found = operate(lambda database: _verify(database, tenant))

    def people() -> None:
        for row in found:
            says = f"[red]{row['fault']}[/]" if row["fault"] else "[green]right[/]"
            out.print(f"{row['tenant']}: {says}, {row['entries']} entries, {row['entries_per_s']} a second")

    show(found, as_json=as_json, people=people)
    raise typer.Exit(1 if any(row["fault"] for row in found) else 0)


@app.command()
def seal(tenant: Slug = None, as_json: Json = False) -> None:
    """Seal what was posted since the last seal; workers do it every day. Keep the heads that it prints elsewhere."""
    found = operate(lambda database: _seal(database, tenant))

    def people() -> None:
        for row in found:
            head = f"{row['seal']}:{row['head']}" if row["head"] else "nothing was posted yet"
            out.print(f"{row['tenant']}: {row['made']} new, head {head}", markup=False)

    show(found, as_json=as_json, people=people)


@app.command()
def audit(
    tenant: Slug = None,
    head: Annotated[
        list[str] | None, typer.Option(help="A head noted earlier, as NUMBER:HASH; it must still stand there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold every sealed transfer against its seal; exit status 1 with the one that was changed, removed or put in."""
    known = heads(head or [])
    if known and tenant is None:
        raise typer.BadParameter("a head belongs to one --tenant", param_hint="--head")
    found = operate(lambda database: _audit(database, tenant, known))

    def people() -> None:
        for row in found:
            says = f"[red]{row['fault']}[/]" if row["fault"] else "[green]as it was sealed[/]"
            out.print(f"{row['tenant']}: {says}, {row['transfers']} transfers, head {row['seals']}:{row['head']}")

    show(found, as_json=as_json, people=people)
    raise typer.Exit(1 if any(row["fault"] for row in found) else 0)


@app.command()
def expire(tenant: Slug = None, as_json: Json = False) -> None:
    """Take the points whose time is over, and tell members of those that will; workers do it every day."""
    done = operate(lambda database: _expire(database, tenant))
    show(
        done,
        as_json=as_json,
        people=lambda: out.print(
            f"Wallets that lost points: {done['wallets']}. Members told: {done['warnings']}. "
            f"Holds that ended: {done['holds']}."
        ),
    )


async def _verify(database: "Database", slug: str | None) -> list[dict[str, Any]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from backend.ledger.verifying import count
    from backend.ledger.verifying import verify as recompute

    found = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        for tenant in await _tenants(database, slug):
            entries, fault = 0, None
            bar = bars.add_task(tenant.slug, total=await count(database, tenant.id))
            begun = time.perf_counter()
            async for reached in recompute(database, tenant.id):
                entries, fault = reached.entries, reached.fault
                bars.update(bar, completed=entries)
            rate = round(entries / (time.perf_counter() - begun))
            found.append({"tenant": tenant.slug, "entries": entries, "entries_per_s": rate, "fault": fault})
    return found


async def _seal(database: "Database", slug: str | None) -> list[dict[str, Any]]:
    from backend.ledger import seals

    found = []
    for tenant in await _tenants(database, slug):
        made = await seals.seal(database, tenant.id)
        async with database.transaction(tenant.id) as session:
            head = await seals.head(session, tenant.id)
        row = {"seal": head.number, "head": head.hash.hex()} if head else {"seal": 0, "head": ""}
        found.append({"tenant": tenant.slug, "made": made, **row})
    return found


async def _audit(database: "Database", slug: str | None, known: dict[int, str]) -> list[dict[str, Any]]:
    from backend.ledger import seals

    found = []
    for tenant in await _tenants(database, slug):
        verdict = await seals.audit(database, tenant.id, known=known)
        found.append(
            {
                "tenant": tenant.slug,
                "seals": verdict.seals,
                "transfers": verdict.transfers,
                "head": verdict.head,
                "fault": verdict.fault,
                "transfer": str(verdict.transfer_id) if verdict.transfer_id else None,
            }
        )
    return found


async def _expire(database: "Database", slug: str | None) -> dict[str, int]:
    from backend.kit.clock import utc_now
    from backend.ledger.clockwork import keep_books

    done = {"holds": 0, "wallets": 0, "warnings": 0}
    for tenant in await _tenants(database, slug):
        kept = await keep_books(database, tenant.id, now=utc_now())
        done = {name: count + getattr(kept, name) for name, count in done.items()}
    return done


async def _tenants(database: "Database", slug: str | None) -> "list[Tenant]":
    from backend.cli.entry import tenant_named
    from backend.programmes.queries import tenants

    if slug is not None:
        return [await tenant_named(database, slug)]
    async with database.transaction(None) as session:
        return await tenants(session)
