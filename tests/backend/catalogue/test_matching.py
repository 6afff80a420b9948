"""A line of a tenant's receipt finds its product by barcode or name, and never another tenant's."""

from backend.catalogue.matching import fold, padded
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.service import add_product
from backend.kit.clock import utc_now
from tests.fixtures.world import OpenWorld, World


async def _match(world: World, name: str, gtin: str | None = None) -> str | None:
    async with world.database.transaction(world.tenant_id) as session:
        found = await match_lines(session, world.tenant_id, [LineFacts("1", name, gtin)])
    return found.products["1"].name if found.products else None


CASES = [
    ("whatever a till prints", "9520101000040", "Lipa jogurt 180g"),
    ("whatever a till prints", "09520101000040", "Lipa jogurt 180g"),
    ("Lipa jogurt 180g", None, "Lipa jogurt 180g"),
    ("LIPA JOGURT 180G", None, "Lipa jogurt 180g"),
    ("Липа јогурт 180г", None, "Lipa jogurt 180g"),
    ("Lipa  čokoladno-mleko (500ml)", None, "Lipa čokoladno mleko 500ml"),
    ("LIPA COKOLADNO MLEKO 500ML", None, "Lipa čokoladno mleko 500ml"),
    ("Lipa jogurt", None, None),
    ("Lipa jogurt 180g akcija", None, "Lipa jogurt 180g"),
    ("Lipa jogurt 180g vanila", None, None),
    ("Lipa jogurt 180g", "9520202000017", None),
    ("Hleb", "9520202000017", None),
    ("", None, None),
]


async def test_a_line_finds_its_product(world: World) -> None:
    assert [(name, gtin, await _match(world, name, gtin)) for name, gtin, _ in CASES] == CASES


async def test_another_tenants_products_are_not_there(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    now = utc_now()
    async with world.database.transaction(world.tenant_id) as session:
        await add_product(
            session,
            tenant_id=world.tenant_id,
            sku="NEW",
            name="Novi sok",
            brand=None,
            groups=[],
            gtins=["96385074"],
            slip_names=["SOK NOVI 1/1"],
            now=now,
        )
    assert await _match(world, "x", "96385074") == "Novi sok"
    assert await _match(world, "sok novi 1/1") == "Novi sok"
    assert await _match(elsewhere, "sok novi 1/1", "96385074") is None


def test_barcodes_compare_in_their_longest_form() -> None:
    assert {padded(gtin) for gtin in ("96385074", "000096385074", "00000096385074")} == {"00000096385074"}
    assert fold("Đorđe, ŠĆEPAN!") == fold("ђорђе шћепан")
