"""`paragon card`: prefixes, batches of numbers, print runs with their files, and single cards."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from backend.cli.entry import inside
from backend.cli.operating import operate
from backend.cli.output import Json, err, out, show, show_fields

if TYPE_CHECKING:
    from uuid import UUID

    from backend.cards.models import CardRun
    from backend.kit.db import Database

app = typer.Typer(help="Cards.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(help="The tenant's slug.")]
Number = Annotated[str, typer.Argument(help="The card's number, hyphens or not.")]
Output = Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="The file to write.")]
_COUNT_MAX = 1_000_000


@app.command()
def register(
    prefix: Annotated[str, typer.Argument(help="Four to eight digits, with which the numbers begin.")],
    tenant: Tenant,
    as_json: Json = False,
) -> None:
    """Make a prefix the tenant's for good; it overlaps with nobody's."""
    found = operate(lambda database: _register(database, tenant, prefix))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command()
def batch(
    count: Annotated[int, typer.Argument(min=1, max=_COUNT_MAX, help="How many numbers.")],
    tenant: Tenant,
    prefix: Annotated[str | None, typer.Option(help="The prefix; without it the tenant's oldest.")] = None,
    points: Annotated[str | None, typer.Option(help="Points that each card brings whoever binds it.")] = None,
    programme: Annotated[str | None, typer.Option(help="The code of their programme; without it the first.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="A print file of the cards.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make numbers for cards without a name, all of them or none."""
    found = operate(lambda database: _batch(database, tenant, count, prefix, points, programme, output))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command("show")
def show_card(number: Number, tenant: Tenant, as_json: Json = False) -> None:
    """Show a card."""
    found = operate(lambda database: _show(database, tenant, number))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command()
def block(
    number: Number,
    tenant: Tenant,
    reason: Annotated[Literal["lost", "rules", "ended"], typer.Option(help="Why.")],
    as_json: Json = False,
) -> None:
    """Block a card for good."""
    found = operate(lambda database: _block(database, tenant, number, reason))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command()
def run(tenant: Tenant, as_json: Json = False) -> None:
    """Send the cards that wait to the printer, before enough have gathered."""
    found = operate(lambda database: _run(database, tenant))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command()
def runs(tenant: Tenant, as_json: Json = False) -> None:
    """Name the print runs, and how many cards wait for the next one."""
    found = operate(lambda database: _runs(database, tenant))

    def people() -> None:
        from rich.table import Table

        table = Table("Run", "Cards", "Because", "Made")
        for row in found["runs"]:
            table.add_row(row["run"], str(row["cards"]), row["cause"], row["made_at"])
        out.print(table)
        out.print(f"Waiting: {found['waiting']}")

    show(found, as_json=as_json, people=people)


@app.command()
def files(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")],
    tenant: Tenant,
    output: Output,
    kind: Annotated[
        Literal["cards", "addresses", "letters"], typer.Option("--kind", help="For the printer, or for the post.")
    ] = "cards",
    embossed: Annotated[bool, typer.Option("--embossed", help="With the name in an embosser's letters.")] = False,
    as_json: Json = False,
) -> None:
    """Write a run's file: its cards as CSV, its addresses as CSV, or its letters as PDF."""
    identity = _run_id(run_id)
    count, content = operate(lambda database: _files(database, tenant, identity, kind, embossed=embossed))
    output.write_bytes(content)
    found = {"cards": count, "file": str(output)}
    show(found, as_json=as_json, people=lambda: show_fields(found))


def _run_id(text: str) -> "UUID":
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter("a run's id is what `runs` lists", param_hint="RUN") from error


async def _register(database: "Database", slug: str, prefix: str) -> dict[str, Any]:
    from backend.cards.issuers import register as register_prefix
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        row = await register_prefix(session, Actor(tenant.id, None), prefix, now=utc_now())
    return {"tenant": slug, "prefix": row.prefix}


async def _batch(
    database: "Database",
    slug: str,
    count: int,
    prefix: str | None,
    points: str | None,
    programme: str | None,
    output: Path | None,
) -> dict[str, Any]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from backend.cards.batches import make_batch, prize_of
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with inside(database, slug) as (session, tenant):
        prize = await prize_of(session, tenant.id, points, programme) if points is not None else None
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("cards", total=count)
            row = await make_batch(
                session,
                Actor(tenant.id, None),
                count,
                prefix=prefix,
                prize=prize,
                now=utc_now(),
                on_portion=lambda made: progress.update(task, completed=made),
            )
    if output is not None:
        await _write_batch(database, slug, row.id, output)
    return {"batch": str(row.id), "prefix": row.prefix, "cards": row.count, "file": str(output) if output else None}


async def _write_batch(database: "Database", slug: str, batch_id: "UUID", output: Path) -> None:
    from backend.cards.print_files import card_line, heading
    from backend.cards.queries import numbers_of_batch

    async with inside(database, slug) as (session, tenant):
        with output.open("w", encoding="utf-8-sig", newline="") as file:
            file.write(heading())
            async for number in numbers_of_batch(session, tenant.id, batch_id):
                file.write(card_line(number))


async def _show(database: "Database", slug: str, number: str) -> dict[str, Any]:
    import msgspec

    from backend.cards.numbers import digits_of
    from backend.cards.queries import card
    from backend.staff_api.card_views import card_view

    async with inside(database, slug) as (session, tenant):
        row = await card(session, tenant.id, digits_of(number))
    return dict(msgspec.to_builtins(card_view(row)))


async def _block(
    database: "Database", slug: str, number: str, reason: Literal["lost", "rules", "ended"]
) -> dict[str, Any]:
    import msgspec

    from backend.cards.numbers import digits_of
    from backend.cards.service import block as block_card
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now
    from backend.staff_api.card_views import card_view

    async with inside(database, slug) as (session, tenant):
        row = await block_card(session, Actor(tenant.id, None), digits_of(number), reason, now=utc_now())
    return dict(msgspec.to_builtins(card_view(row)))


async def _run(database: "Database", slug: str) -> dict[str, Any]:
    from backend.cards.runs import make_run
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        return _run_row(await make_run(session, Actor(tenant.id, None), now=utc_now()))


async def _runs(database: "Database", slug: str) -> dict[str, Any]:
    from backend.cards.runs import count_waiting
    from backend.cards.runs import runs as runs_of

    async with inside(database, slug) as (session, tenant):
        rows = await runs_of(session, tenant.id)
        return {"waiting": await count_waiting(session, tenant.id), "runs": [_run_row(row) for row in rows]}


def _run_row(row: "CardRun") -> dict[str, Any]:
    from backend.kit.clock import rfc3339

    return {"run": str(row.id), "cards": row.cards, "cause": row.cause, "made_at": rfc3339(row.created_at)}


async def _files(database: "Database", slug: str, run_id: "UUID", kind: str, *, embossed: bool) -> tuple[int, bytes]:
    from backend.cards.letters import letters
    from backend.cards.print_files import card_lines, letter_lines
    from backend.cards.runs import Printed, printed
    from backend.settings import Settings

    async with inside(database, slug) as (session, tenant):
        cards = await printed(session, tenant.id, run_id, key=Settings().token_key())
    makers: dict[str, Callable[[list[Printed]], bytes]] = {
        "cards": lambda rows: card_lines(rows, embossed=embossed).encode("utf-8-sig"),
        "addresses": lambda rows: letter_lines(rows).encode("utf-8-sig"),
        "letters": lambda rows: letters(rows, sender=tenant.name),
    }
    return len(cards), makers[kind](cards)
