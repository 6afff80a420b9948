"""`paragon matching`: texts of slips that no product was found for, and what they are."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from backend.cli.entry import inside
from backend.cli.operating import operate
from backend.cli.output import Json, out, show, show_fields

if TYPE_CHECKING:
    from backend.kit.db import Database

app = typer.Typer(help="Texts of slips and the products that they are.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(help="The tenant's slug.")]
Seller = Annotated[str | None, typer.Option(help="The seller's tax number; without it, every seller.")]
Printed = Annotated[str, typer.Argument(help="The text as the slip prints it.")]


@app.command("list")
def list_texts(
    tenant: Tenant,
    seller: Seller = None,
    band: Annotated[str | None, typer.Option(help="review or reject.")] = None,
    search: Annotated[str | None, typer.Option(help="Part of the text, in any script.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """Name the texts that wait, those of most receipts first."""
    found = operate(lambda database: _list(database, tenant, seller, band, search, limit))

    def people() -> None:
        from rich.table import Table

        table = Table("Receipts", "Seller", "Text", "Band", "Nearest")
        for row in found:
            nearest = row["nearest"][0]["name"] if row["nearest"] else "-"
            table.add_row(str(row["receipts"]), row["seller"], row["text"], row["band"], nearest)
        out.print(table)

    show(found, as_json=as_json, people=people)


@app.command()
def link(
    text: Printed,
    tenant: Tenant,
    sku: Annotated[str, typer.Option(help="The product's number.")],
    seller: Seller = None,
    as_json: Json = False,
) -> None:
    """Take a text for that product from now on; twice is once, and another product replaces it."""
    found = operate(lambda database: _link(database, tenant, text, sku, seller))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command()
def preview(
    text: Printed,
    tenant: Tenant,
    sku: Annotated[str, typer.Option(help="The product's number.")],
    seller: Seller = None,
    as_json: Json = False,
) -> None:
    """Say what past receipts would be given if the text were linked so; nothing is changed."""
    found = operate(lambda database: _preview(database, tenant, text, sku, seller))

    def people() -> None:
        from rich.table import Table

        show_fields({key: value for key, value in found.items() if key != "costs"})
        table = Table("Campaign", "Programme", "Points", "Beside", "Receipts")
        for each in found["costs"]:
            beside = ", ".join(
                f"{kind['count']} {kind['kind']}" + (f" ({kind['value']})" if kind["value"] else "")
                for kind in each["beside"]
            )
            table.add_row(each["campaign"], each["programme"], each["points"], beside or "-", str(each["receipts"]))
        out.print(table)

    show(found, as_json=as_json, people=people)


@app.command()
def explain(text: Printed, tenant: Tenant, seller: Seller = None, as_json: Json = False) -> None:
    """Say what a text is taken for and why, and which products come near."""
    found = operate(lambda database: _explain(database, tenant, text, seller))

    def people() -> None:
        from rich.table import Table

        show_fields({key: value for key, value in found.items() if key != "candidates"})
        table = Table("Score", "Number", "Product", "Why", "Against")
        for each in found["candidates"]:
            cells = (str(each["score"]), each["sku"], each["name"], each["why"], "; ".join(each["against"]))
            table.add_row(*cells)
        out.print(table)

    show(found, as_json=as_json, people=people)


async def _list(
    database: "Database", slug: str, seller: str | None, band: str | None, search: str | None, limit: int
) -> list[dict[str, Any]]:
    from backend.catalogue.matching.review import queue

    async with inside(database, slug) as (session, tenant):
        rows = await queue(session, tenant.id, seller_tax_id=seller, band=band, search=search, after=None, limit=limit)
    return [
        {
            "id": str(row.id),
            "seller": row.seller_tax_id,
            "text": row.sample,
            "receipts": row.receipts,
            "lines": row.lines,
            "band": row.band,
            "nearest": row.candidates,
        }
        for row in rows
    ]


async def _link(database: "Database", slug: str, text: str, sku: str, seller: str | None) -> dict[str, Any]:
    from backend.catalogue.aliases import EVERY_SELLER
    from backend.catalogue.matching import linking
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now

    async with inside(database, slug) as (session, tenant):
        row = await linking.link(
            session,
            Actor(tenant.id, None),
            text=text,
            sku=sku,
            seller_tax_id=seller or EVERY_SELLER,
            now=utc_now(),
        )
        return {"id": str(row.id), "text": row.folded, "seller": row.seller_tax_id, "sku": sku}


async def _preview(database: "Database", slug: str, text: str, sku: str, seller: str | None) -> dict[str, Any]:
    import msgspec

    from backend.accrual.foresight import foresee_link
    from backend.accrual.rules import RuleBook
    from backend.catalogue.aliases import EVERY_SELLER
    from backend.kit.clock import utc_now
    from backend.staff_api.texts import foreseen_view

    async with inside(database, slug) as (_, tenant):
        tenant_id = tenant.id
    rules = await RuleBook(database).of(tenant_id)  # by a connection of its own
    async with inside(database, slug) as (session, _):
        found = await foresee_link(
            session, rules, text=text, sku=sku, seller_tax_id=seller or EVERY_SELLER, now=utc_now()
        )
    return dict(msgspec.to_builtins(foreseen_view(found)))


async def _explain(database: "Database", slug: str, text: str, seller: str | None) -> dict[str, Any]:
    from backend.catalogue.matching import lines
    from backend.kit.i18n import DEFAULT_LANGUAGE, translate

    async with inside(database, slug) as (session, tenant):
        found = await lines.explain(session, tenant.id, text, seller_tax_id=seller)
    return {
        "product": found.product.sku if found.product else None,
        "band": found.band,
        "score": found.score,
        "why": translate(found.why, DEFAULT_LANGUAGE),
        "candidates": [
            {
                "sku": each.product.sku,
                "name": each.product.name,
                "score": each.score,
                "why": translate(each.why, DEFAULT_LANGUAGE),
                "against": [translate(against, DEFAULT_LANGUAGE) for against in each.against],
            }
            for each in found.candidates
        ],
    }
