"""`paragon campaign simulate` and `replay`: what campaigns would give for a basket, or would have given in a period."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from backend.cli.entry import inside, tenant_named
from backend.cli.operating import operate
from backend.cli.output import Json, err, fail, out, show, show_fields
from backend.cli.promotions import printable, refuse_document

if TYPE_CHECKING:
    from backend.kit.db import Database

_SHOWN = 10
_MEMBERS = ("seen", "touched", "gain", "lose", "mixed", "same")
_INTERRUPTED = 130
"""The exit status of what a person stopped."""
_LOOK_EVERY_S = 0.2
Tenant = Annotated[str, typer.Option(help="The tenant's slug.")]
Language = Annotated[
    Literal["en", "sr-Latn", "sr-Cyrl", "hr", "bs"], typer.Option("--lang", help="The language of the explanations.")
]


def simulate(
    tenant: Tenant,
    basket: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="A JSON file with one basket.")],
    campaign: Annotated[
        list[str] | None, typer.Option(help="A campaign's code, drafts too; without any, those of the basket's time.")
    ] = None,
    programme: Annotated[str | None, typer.Option(help="A programme's code; else the tenant's first.")] = None,
    member: Annotated[UUID | None, typer.Option(help="A stored member's id.")] = None,
    as_json: Json = False,
    lang: Language = "en",
) -> None:
    """Say what campaigns would give for a basket, and why the others give nothing; nothing is stored."""
    from backend.promotions.documents import MalformedDocument
    from backend.promotions.wire import read_json

    try:
        document = read_json(basket.read_bytes(), lambda parsed: parsed)
        found = operate(lambda database: _simulate(database, tenant, document, campaign, programme, member, lang))
    except MalformedDocument as error:
        refuse_document(basket, error, as_json=as_json)
    show(found, as_json=as_json, people=lambda: _tell(found))


async def _simulate(
    database: "Database",
    slug: str,
    document: object,
    campaigns: list[str] | None,
    programme: str | None,
    member: UUID | None,
    lang: str,
) -> dict[str, Any]:
    from backend.accrual.simulation import Wish, simulate
    from backend.kit.clock import utc_now
    from backend.kit.i18n import translate

    wish = Wish(document, tuple(campaigns or ()), programme, member)
    async with inside(database, slug) as (session, tenant):
        found = await simulate(session, tenant.id, wish, now=utc_now())
    return found.document(lambda text: translate(text, lang))


def _tell(found: dict[str, Any]) -> None:
    outcome = found["outcome"]
    for key in ("total", "discount", "pay", "points", "cashback"):
        out.print(f"{key.rjust(9)}  {outcome[key]}", markup=False)
    applied = {each["promotion"]: each for each in outcome["applied"]}
    stopped = {each["promotion"]: each for each in outcome["not_applied"]}
    for campaign in found["campaigns"]:
        out.print(f"{campaign['campaign']} (revision {campaign['revision']}, {campaign['state']})", markup=False)
        for promotion in campaign["applied"]:
            given = applied[promotion]
            out.print(f"+ {promotion}: {given['value']}, {printable(given['why'])}", markup=False)
        for promotion in campaign["not_applied"]:
            out.print(f"- {promotion}: {printable(stopped[promotion]['why'])}", markup=False)
        for promotion in campaign["undecided"]:
            out.print(f"? {promotion}", markup=False)


def replay(
    code: Annotated[str, typer.Argument(help="The campaign's code.")],
    tenant: Tenant,
    from_on: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    to_on: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")],
    revision: Annotated[int | None, typer.Option(help="A revision's number; else the newest.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a campaign would have given for the receipts of a period; nothing is posted. Ctrl-C cancels it."""
    begun = operate(lambda database: _begin(database, tenant, code, from_on.date(), to_on.date(), revision))
    try:
        found = operate(lambda database: _follow(database, tenant, begun))
    except KeyboardInterrupt:
        operate(lambda database: _cancel(database, tenant, begun))
        fail("cancelled", "The replay was cancelled.", status=_INTERRUPTED)
    state, result = found
    if result is None:
        fail(state, f"The replay has {state}." if state == "failed" else "The replay was cancelled.")
    show(result, as_json=as_json, people=lambda: _tell_replay(result))


async def _begin(database: "Database", slug: str, code: str, from_on: date, to_on: date, revision: int | None) -> UUID:
    from backend.accrual.replay import Period, begin_replay
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    period = Period(from_on, to_on)
    async with inside(database, slug) as (session, tenant):
        actor = Actor(tenant.id, None)
        row = await begin_replay(session, actor, code, period, revision=revision, now=utc_now())
    return row.id


async def _follow(database: "Database", slug: str, replay_id: UUID) -> tuple[str, dict[str, Any] | None]:
    """Take the replay to its end, by turns with a worker if one is at it: how it ended, and what it found if it is done."""
    import asyncio

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from backend.accrual.replay import advance, replay_standing
    from backend.kit.clock import utc_now

    tenant = await tenant_named(database, slug)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task, step = progress.add_task("receipts", total=None), "more"
        while step != "ended":
            step = await advance(database, tenant.id, replay_id, clock=utc_now)
            if step == "busy":
                await asyncio.sleep(_LOOK_EVERY_S)
            async with database.transaction(tenant.id) as session:
                row, _ = await replay_standing(session, tenant.id, replay_id)
            progress.update(task, completed=row.receipts_done, total=row.receipts_total)
    return row.state, row.result


async def _cancel(database: "Database", slug: str, replay_id: UUID) -> None:
    import contextlib

    from backend.accrual.errors import ReplayEnded
    from backend.accrual.replay import cancel_replay
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        with contextlib.suppress(ReplayEnded):
            await cancel_replay(session, Actor(tenant.id, None), replay_id, now=utc_now())


def _tell_replay(found: dict[str, Any]) -> None:
    from rich.table import Table

    cost, points = found["cost"], found["points"]
    title = f"{found['campaign']} (revision {found['revision']}), {found['from']} to {found['to']}"
    out.print(title if found["days"] == "own" else f"{title}, on all days", markup=False)
    show_fields(
        {
            **{f"receipts {name}": found["receipts"][name] for name in ("seen", "touched", "broken")},
            **{f"members {name}": found["members"][name] for name in _MEMBERS},
            "points of the campaign": cost["points"],
            **{f"{form} {currency}": sum_ for currency, forms in cost["money"].items() for form, sum_ in forms.items()},
            "points given then": points["given"],
            "points all would give": points["would_give"],
        }
    )
    awards = Table("Of all campaigns", "", "Given", "Would give", "Difference")
    for row in found["awards"]:
        awards.add_row(*_award(row))
    if awards.rows:
        out.print(awards)
    for limit in found["limits"]:
        of, short = limit["promotion"] or "the whole campaign", limit["short_on"]
        ran_out = f", too little left on {short}" if short else ""
        out.print(f"{limit['kind']} of {of}: {limit['used']} of {limit['total']}{ran_out}", markup=False)
    for name, key in (("Gains most", "gainers"), ("Loses most", "losers")):
        table = Table("Member", "Of", "", "Given", "Would give", "Difference", title=name)
        for row in found[key][:_SHOWN]:
            changed = [each for each in row["awards"] if each["given"] != each["would_give"]]
            for member, each in zip([row["member"], *[""] * len(changed)], changed, strict=False):
                table.add_row(member, *_award(each))
        if table.rows:
            out.print(table)
    products = Table("SKU", "Name", "Receipts", "Points", title="Products")
    for row in found["products"][:_SHOWN]:
        products.add_row(*(printable(str(row[key])) for key in ("sku", "name", "receipts", "points")))
    if products.rows:
        out.print(products)


def _award(row: dict[str, Any]) -> tuple[str, ...]:
    which = printable(row["name"] or row["currency"] or "")
    return row["kind"], which, row["given"], row["would_give"], row["difference"]
