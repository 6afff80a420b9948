"""`paragon campaign simulate` and `replay`: what campaigns would give for a basket, or would have given in a period."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from backend.cli.entry import inside
from backend.cli.operating import operate
from backend.cli.output import Json, out, show
from backend.cli.promotions import printable, refuse_document

if TYPE_CHECKING:
    from backend.kit.db import Database

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
