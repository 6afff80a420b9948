"""`paragon campaign`: campaigns from files, what they said and say, and the turns by which they run."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from backend.cli import campaign_templates, simulating
from backend.cli.entry import inside
from backend.cli.operating import operate
from backend.cli.output import Json, err, out, show, show_fields

if TYPE_CHECKING:
    from backend.campaigns.campaign_file import CampaignFile, Plan
    from backend.campaigns.differences import Difference
    from backend.campaigns.overview import Shown
    from backend.campaigns.service import Turned
    from backend.kit.db import Database

app = typer.Typer(help="Campaigns.", no_args_is_help=True)
app.add_typer(campaign_templates.app)
app.command()(simulating.simulate)
app.command()(simulating.replay)

Tenant = Annotated[str, typer.Option(help="The tenant's slug.")]
Code = Annotated[str, typer.Argument(help="The campaign's code.")]


@app.command("list")
def list_campaigns(
    tenant: Tenant,
    group: Annotated[str | None, typer.Option(help="Those of one group alone, such as Easter.")] = None,
    as_json: Json = False,
) -> None:
    """Name the tenant's campaigns with state and validity."""
    found = operate(lambda database: _list(database, tenant, group))

    def people() -> None:
        from rich.table import Table

        table = Table("Code", "Name", "Group", "State", "From", "To", "Revision", "Promotions")
        for row in found:
            cells = (row["group"], row["state"], row["from"], row["to"], row["revision"], row["promotions"])
            table.add_row(row["code"], row["name"], *("-" if cell is None else str(cell) for cell in cells))
        out.print(table)

    show(found, as_json=as_json, people=people)


@app.command("show")
def show_campaign(code: Code, tenant: Tenant, as_json: Json = False) -> None:
    """Show a campaign: every revision with what it changed, every turn, and what is left of its budgets."""
    found = operate(lambda database: _show(database, tenant, code))

    def people() -> None:
        show_fields({key: value for key, value in found.items() if not isinstance(value, list)})
        for revision in found["revisions"]:
            note = f" ({revision['note']})" if revision["note"] else ""
            out.print(f"revision {revision['number']} from {revision['holds_from']}{note}", markup=False)
            _print_changes(revision["changes"])
        for turn in found["turns"]:
            out.print(f"{turn['turned']} as of {turn['since']}", markup=False)
        for budget in found["budgets"]:
            of = budget["promotion"] or "the whole campaign"
            parts = ", ".join(f"{name} {budget[name]}" for name in ("total", "used", "held", "left"))
            out.print(f"{budget['kind']} of {of}: {parts}", markup=False)

    show(found, as_json=as_json, people=people)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The campaign's TOML or JSON file.")],
    tenant: Tenant,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Show what the file would change, and apply it once you agree: as a draft, or as a new revision.

    With --json and without --yes nothing is applied.
    """
    from backend.campaigns.campaign_file import read_campaign_file
    from backend.promotions.documents import MalformedDocument

    try:
        text = file.read_bytes().decode(errors="replace")
        wanted = read_campaign_file(text, is_json=file.suffix.lower() == ".json")
        plan = operate(lambda database: _plan(database, tenant, wanted))
        changes = [_difference(change) for change in plan.changes]
        if not as_json:
            said = f"{len(changes)} to change" if changes else "nothing to change"
            out.print(f"Campaign {wanted.code}: {said}.", markup=False)
            _print_changes(changes)
        agreed = bool(changes) and (yes or (not as_json and typer.confirm("Apply?")))
        number = operate(lambda database: _apply(database, tenant, wanted, plan)) if agreed else None
    except MalformedDocument as error:
        faults = [{"pointer": fault.pointer, "message": fault.message} for fault in error.faults]
        _refuse(error.code, faults, as_json=as_json)
    document = {"campaign": wanted.code, "changes": changes, "applied": agreed, "revision": number}
    show(document, as_json=as_json, people=lambda: out.print(f"Revision {number}." if agreed else "Nothing applied."))


@app.command()
def start(code: Code, tenant: Tenant, as_json: Json = False) -> None:
    """Start a campaign, or resume a paused one; it gives something on the days that it says."""
    _turn(tenant, code, "started", as_json=as_json)


@app.command()
def pause(code: Code, tenant: Tenant, as_json: Json = False) -> None:
    """Pause a campaign: purchases from now on get nothing of it until it is started again."""
    _turn(tenant, code, "paused", as_json=as_json)


@app.command()
def end(code: Code, tenant: Tenant, as_json: Json = False) -> None:
    """End a campaign for good; purchases from before keep what it said."""
    _turn(tenant, code, "ended", as_json=as_json)


@app.command()
def codes(
    name: Annotated[str, typer.Argument(help="The list's name; it begins with its first codes.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, codes in the first column.")],
    tenant: Tenant,
    many_uses: Annotated[bool, typer.Option("--many-uses", help="Codes that are not spent by using them.")] = False,
    as_json: Json = False,
) -> None:
    """Add the codes of a file to a list; again adds nothing."""
    from backend.campaigns.codes import read_codes

    read = read_codes(file.read_bytes())
    found = operate(lambda database: _codes(database, tenant, name, read, single_use=not many_uses))
    show(found, as_json=as_json, people=lambda: show_fields(found))


def _turn(slug: str, code: str, turned: "Turned", *, as_json: bool) -> None:
    found = operate(lambda database: _turned(database, slug, code, turned))
    show(found, as_json=as_json, people=lambda: show_fields(found))


async def _list(database: "Database", slug: str, group: str | None) -> list[dict[str, Any]]:
    from backend.campaigns.overview import overview
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        return [_row(shown) for shown in await overview(session, tenant.id, group=group, now=utc_now())]


async def _show(database: "Database", slug: str, code: str) -> dict[str, Any]:
    import msgspec

    from backend.campaigns.overview import one
    from backend.campaigns.queries import timeline_called
    from backend.kit.clock import utc_now
    from backend.staff_api.campaign_views import campaign_view

    async with inside(database, slug) as (session, tenant):
        found = await timeline_called(session, tenant.id, code)
        shown, standings = await one(session, tenant.id, found.campaign.id, now=utc_now())
    view = msgspec.to_builtins(campaign_view(shown, standings))
    del view["campaign"]
    return {**_row(shown), **view}


async def _plan(database: "Database", slug: str, wanted: "CampaignFile") -> "Plan":
    from backend.campaigns.campaign_file import plan
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        return await plan(session, tenant.id, wanted, now=utc_now())


async def _apply(database: "Database", slug: str, wanted: "CampaignFile", shown: "Plan") -> int:
    from backend.campaigns.campaign_file import apply_file
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        return await apply_file(session, Actor(tenant.id, None), wanted, shown=shown, now=utc_now())


async def _turned(database: "Database", slug: str, code: str, turned: "Turned") -> dict[str, Any]:
    from backend.campaigns.overview import one
    from backend.campaigns.queries import timeline_called
    from backend.campaigns.service import turn
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    now = utc_now()
    async with inside(database, slug) as (session, tenant):
        found = await timeline_called(session, tenant.id, code)
        actor, campaign_id = Actor(tenant.id, None), found.campaign.id
        await turn(session, actor, campaign_id, turned, time_zone=tenant.time_zone, now=now)
        shown, _ = await one(session, tenant.id, campaign_id, now=now)
        return _row(shown)


async def _codes(database: "Database", slug: str, name: str, read: list[str], *, single_use: bool) -> dict[str, Any]:
    from backend.campaigns.codes import import_codes
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        actor = Actor(tenant.id, None)
        done = await import_codes(session, actor, name, read, single_use=single_use, now=utc_now())
    return {"list": done.name, "added": done.added, "repeated": done.repeated}


def _row(shown: "Shown") -> dict[str, Any]:
    campaign = shown.timeline.campaign
    first, last = shown.days
    return {
        "code": campaign.code,
        "name": campaign.name,
        "group": campaign.group_label,
        "programme": shown.programme,
        "state": shown.state,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "revision": shown.revision.number,
        "promotions": len(shown.revision.content["promotions"]),
    }


def _difference(change: "Difference") -> dict[str, Any]:
    return {"pointer": change.pointer, "before": change.before, "after": change.after}


def _print_changes(changes: Iterable[dict[str, Any]]) -> None:
    import json

    for change in changes:
        old, new = (json.dumps(change[side], ensure_ascii=False) for side in ("before", "after"))
        if change["before"] is None:
            out.print(f"+ {change['pointer']}: {new}", markup=False)
        elif change["after"] is None:
            out.print(f"- {change['pointer']}: {old}", markup=False)
        else:
            out.print(f"~ {change['pointer']}: {old} -> {new}", markup=False)


def _refuse(code: str, faults: list[dict[str, str]], *, as_json: bool) -> NoReturn:
    def people() -> None:
        for fault in faults:
            err.print(f"paragon: {fault['pointer'] or '(file)'}: {fault['message']}", markup=False)
        err.print(f"Nothing was applied ({code}).", markup=False)

    show({"code": code, "errors": faults}, as_json=as_json, people=people)
    sys.exit(1)
