"""What the staff API answers about the catalogue: products, groups, files in and out."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.kit.web.uploads import FORM_BYTES_MAX
from tests.fixtures.catalogue_files import xlsx_file
from tests.fixtures.staff import Colleague, hire
from tests.fixtures.world import OpenWorld, World

PRODUCTS = "/staff/catalogue/products"
GROUPS = "/staff/catalogue/groups"
IMPORTS = "/staff/catalogue/imports"
EXPORT = "/staff/catalogue/export"
GTIN = "96385074"
NEW: dict[str, Any] = {
    "sku": "A1",
    "name": "Čokolada",
    "second_name": "Chocolate",
    "till_names": ["COK 100"],
    "gtins": [GTIN],
    "groups": ["slatkiši"],
    "unit": "g",
    "pack_size": "100",
    "regular_prices": [{"amount": "499,00", "currency": "RSD"}],
    "loyalty_prices": [{"amount": "449.00", "currency": "RSD", "from": "2026-12-01", "to": "2026-12-31"}],
}


@pytest.fixture
async def manager(world: World) -> Colleague:
    return await hire(world, "brand_manager")


def said(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


async def added(colleague: Colleague, **other: Any) -> dict[str, Any]:
    answer = await colleague.api.post(PRODUCTS, json={**NEW, **other})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def skus(colleague: Colleague, **params: Any) -> list[str]:
    answer = await colleague.api.get(PRODUCTS, params=params)
    assert answer.status_code == 200, answer.text
    return [row["sku"] for row in answer.json()["products"]]


async def trail(world: World) -> list[Any]:
    return await world.rows("select * from audit where tenant_id = :tenant order by seq")


async def test_a_product_is_added_whole_found_and_shown(world: World, manager: Colleague) -> None:
    product = await added(manager)
    assert product == {
        **NEW,
        "id": product["id"],
        "third_name": None,
        "catalogue_number": None,
        "brand": None,
        "regular_prices": [{"amount": "499.00", "currency": "RSD", "from": None, "to": None}],
        "loyalty_prices": [{"amount": "449.00", "currency": "RSD", "from": "2026-12-01", "to": "2026-12-31"}],
        "state": "active",
        "withdrawn_at": None,
    }
    assert (await manager.api.get(f"{PRODUCTS}/{product['id']}")).json() == product
    for search in ("чоколада", "chocolate", "cok 100", "a1", GTIN):
        assert await skus(manager, search=search) == ["A1"], search
    assert await skus(manager, search="%") == []
    (row,) = await trail(world)
    assert (row.action, str(row.subject_id), row.before, row.after["gtins"]) == (
        "product.added",
        product["id"],
        {},
        [GTIN],
    )
    assert row.actor_id == manager.id


async def test_a_change_says_what_it_names_and_leaves_the_rest(world: World, manager: Colleague) -> None:
    product = await added(manager)
    change = {"brand": "Lipa", "second_name": None, "loyalty_prices": [], "groups": ["kafa"]}
    changed = await manager.api.patch(f"{PRODUCTS}/{product['id']}", json=change)
    assert (changed.status_code, changed.json()) == (200, {**product, **change})
    assert (await manager.api.patch(f"{PRODUCTS}/{product['id']}", json={})).json() == {**product, **change}
    row = (await trail(world))[1]
    assert (row.action, row.before["second_name"], row.after["second_name"], row.after["brand"]) == (
        "product.changed",
        "Chocolate",
        None,
        "Lipa",
    )


async def test_a_product_that_is_withdrawn_is_told_apart_and_may_come_back(manager: Colleague) -> None:
    product = await added(manager)
    first = (await manager.api.post(f"{PRODUCTS}/{product['id']}/withdraw")).json()
    again = (await manager.api.post(f"{PRODUCTS}/{product['id']}/withdraw")).json()
    assert (first["state"], again) == ("withdrawn", first)
    assert first["withdrawn_at"] is not None
    assert await skus(manager, state="withdrawn") == ["A1"]
    assert "A1" not in await skus(manager, state="active")
    back = (await manager.api.patch(f"{PRODUCTS}/{product['id']}", json={"state": "active"})).json()
    assert (back["state"], back["withdrawn_at"]) == ("active", None)


async def test_products_come_in_pages(manager: Colleague) -> None:
    for number in range(3):
        await added(manager, sku=f"P{number}", name=f"Proizvod {number}", gtins=[])
    page = (await manager.api.get(PRODUCTS, params={"limit": 2})).json()
    assert [row["sku"] for row in page["products"]] == ["P2", "P1"]
    assert (await skus(manager, limit=1, before=page["next"])) == ["P0"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"gtins": ["96385075"]}, ["/gtins"]),
        ({"name": " ", "pack_size": "much", "state": "gone"}, ["/name", "/pack_size", "/state"]),
        ({"regular_prices": [{"amount": "1.299", "currency": "RSD"}]}, ["/regular_prices"]),
        (
            {"regular_prices": [{"amount": "1", "currency": "RSD"}, {"amount": "2", "currency": "RSD"}]},
            ["/regular_prices"],
        ),
    ],
)
async def test_what_cannot_be_taken_names_each_field(
    world: World, manager: Colleague, body: dict[str, Any], pointers: list[str]
) -> None:
    product = await added(manager, sku="OLD", gtins=[])
    before = await world.count("audit")
    for answer in (
        await manager.api.post(PRODUCTS, json={**NEW, **body}),
        await manager.api.patch(f"{PRODUCTS}/{product['id']}", json=body),
    ):
        assert said(answer) == (422, "product-refused")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    assert (await manager.api.get(f"{PRODUCTS}/{product['id']}")).json() == product
    assert await world.count("audit") == before


async def test_what_is_taken_or_malformed_has_a_code_of_its_own(manager: Colleague) -> None:
    product = await added(manager)
    assert said(await manager.api.post(PRODUCTS, json={**NEW, "gtins": []})) == (409, "product-exists")
    taken = await manager.api.post(PRODUCTS, json={**NEW, "sku": "A2"})
    assert (said(taken), taken.json()["errors"][0]["pointer"]) == ((422, "product-refused"), "/gtins")
    bodies: list[object] = [
        {"name": "No code"},
        {**NEW, "colour": "red"},
        {**NEW, "gtins": GTIN},
        {**NEW, "sku": "\x00"},
        [],
    ]
    for body in bodies:
        assert said(await manager.api.post(PRODUCTS, json=body)) == (400, "malformed-request"), body
    change = await manager.api.patch(f"{PRODUCTS}/{product['id']}", json={"sku": "B1"})
    assert said(change) == (400, "malformed-request")
    for params in ({"search": ""}, {"state": "lost"}, {"limit": 0}, {"before": "x"}):
        assert said(await manager.api.get(PRODUCTS, params=params)) == (400, "malformed-request"), params


async def test_groups_are_arranged_all_at_once_and_a_cycle_is_refused(world: World, manager: Colleague) -> None:
    await added(manager)
    standing = (await manager.api.get(GROUPS)).json()
    tree = [{"code": "hrana", "name": "Hrana", "parent": None}, *({**each, "parent": "hrana"} for each in standing)]
    arranged = await manager.api.put(GROUPS, json=tree)
    assert (arranged.status_code, arranged.json()) == (200, sorted(tree, key=lambda each: str(each["code"])))
    row = (await trail(world))[-1]
    assert (row.action, row.after["hrana"]) == ("catalogue.groups-arranged", {"name": "Hrana", "parent": None})
    before = await world.count("audit")
    cycle = [{**each, "parent": "slatkiši"} if each["code"] == "hrana" else each for each in tree]
    for body, reason in ((cycle, "cycle"), ([*tree, tree[0]], "doubled"), (tree[:1], "in-use")):
        refused = await manager.api.put(GROUPS, json=body)
        assert (said(refused), reason in refused.json()["title"]) == ((422, "group-tree-refused"), True)
    assert said(await manager.api.put(GROUPS, json=[{"code": "a"}])) == (400, "malformed-request")
    assert (await manager.api.get(GROUPS)).json() == arranged.json()
    assert await world.count("audit") == before


async def sent(colleague: Colleague, content: bytes) -> dict[str, Any]:
    answer = await colleague.api.post(IMPORTS, files={"file": ("products.csv", content)})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def test_a_file_is_sent_in_taken_by_a_job_and_followed(world: World, manager: Colleague) -> None:
    text = f"šifra;naziv;barkod;beleška\nA1;Kafa;{GTIN};x\nA2;;1;\nA3;Sok;;\n"
    begun = await sent(manager, text.encode())
    assert (begun["state"], begun["rows_done"], begun["ended_at"]) == ("waiting", 0, None)
    await world.worker.run_due()
    headers = {"Accept-Language": "sr-Latn"}
    report = (await manager.api.get(f"{IMPORTS}/{begun['id']}", headers=headers)).json()
    progress = report["progress"]
    counts = {"rows_total": 3, "rows_done": 3, "added": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert {key: progress[key] for key in counts} == counts
    assert (progress["state"], progress["ignored_columns"], progress["refusal"]) == ("done", ["beleška"], None)
    assert [(each["row"], each["column"], each["code"]) for each in report["refusals"]] == [
        (3, "name", "missing"),
        (3, "gtins", "gtin-length"),
    ]
    assert report["refusals"][1]["title"] == "Bar-kod ima 8, 12, 13 ili 14 cifara."
    assert await skus(manager, search=GTIN) == ["A1"]
    assert [(row.action, row.actor_id) for row in await trail(world)] == [
        ("catalogue.import-begun", manager.id),
        ("catalogue.imported", manager.id),
    ]
    again = await sent(manager, text.encode())
    await world.worker.run_due()
    page = (await manager.api.get(IMPORTS, params={"limit": 1})).json()
    assert (page["imports"][0]["id"], page["imports"][0]["unchanged"]) == (again["id"], 2)
    rest = (await manager.api.get(IMPORTS, params={"before": page["next"]})).json()
    assert (rest["imports"], rest["next"]) == ([progress], None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"naziv\nKafa\n", "catalogue-column-missing"),
        (b"sku;code\nA;A\n", "catalogue-column-doubled"),
        (b"PK\x03\x04 no workbook", "catalogue-file-unreadable"),
        (b"sku;name\n" + b";" * 70_000, "catalogue-file-too-large"),
    ],
)
async def test_a_file_that_is_none_ends_with_its_reason(
    world: World, manager: Colleague, content: bytes, code: str
) -> None:
    before = await world.count("product")
    begun = await sent(manager, content)
    await world.worker.run_due()
    progress = (await manager.api.get(f"{IMPORTS}/{begun['id']}")).json()["progress"]
    assert (progress["state"], progress["refusal"]["code"], progress["rows_total"]) == ("refused", code, 0)
    assert await world.count("product") == before


async def test_what_is_no_form_with_one_file_of_12_mb_is_refused(manager: Colleague) -> None:
    for files in ({"other": b"sku\n"}, {"file": b"sku\n", "more": b"sku\n"}):
        assert said(await manager.api.post(IMPORTS, files=files)) == (400, "malformed-request")
    assert said(await manager.api.post(IMPORTS, json={"file": "sku"})) == (400, "malformed-request")
    assert said(await manager.api.post(IMPORTS, files={"file": bytes(FORM_BYTES_MAX)})) == (413, "body-too-large")
    for _ in range(3):
        await sent(manager, b"sku;name\n")
    limited = await manager.api.post(IMPORTS, files={"file": b"sku;name\n"})
    assert (said(limited), int(limited.headers["retry-after"]) > 0) == ((429, "too-many-imports"), True)
    assert said(await manager.api.get(f"{IMPORTS}/{uuid4()}")) == (404, "import-not-found")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_is_exported_is_imported_to_the_same(world: World, manager: Colleague, kind: str) -> None:
    await added(manager)
    answer = await manager.api.get(EXPORT, params={"format": kind})
    assert (answer.status_code, answer.headers["content-disposition"]) == (
        200,
        f'attachment; filename="catalogue.{kind}"',
    )
    assert answer.content.startswith(b"PK" if kind == "xlsx" else "\ufeffsku;name;".encode())
    begun = await sent(manager, answer.content)
    await world.worker.run_due()
    progress = (await manager.api.get(f"{IMPORTS}/{begun['id']}")).json()["progress"]
    assert (progress["state"], progress["unchanged"], progress["refused"]) == ("done", await world.count("product"), 0)
    assert said(await manager.api.get(EXPORT, params={"format": "pdf"})) == (400, "malformed-request")


async def test_a_workbook_is_taken_like_a_text(world: World, manager: Colleague) -> None:
    await sent(manager, xlsx_file([["sku", "naziv", "barkod"], ["X1", "Kafa", int(GTIN)]]).getvalue())
    await world.worker.run_due()
    assert await skus(manager, search=GTIN) == ["X1"]


async def test_another_tenants_catalogue_is_not_there(open_world: OpenWorld) -> None:
    ours, theirs = await open_world(), await open_world()
    we, they = await hire(ours, "owner"), await hire(theirs, "owner")
    product, begun = await added(we), await sent(we, b"sku;name\nOURS;Kafa\n")
    await ours.worker.run_due()
    assert await skus(they, search=GTIN) == await skus(they, search="OURS") == []
    path = f"{PRODUCTS}/{product['id']}"
    for answer in (
        await they.api.get(path),
        await they.api.patch(path, json={"name": "Theirs"}),
        await they.api.post(f"{path}/withdraw"),
    ):
        assert said(answer) == (404, "product-not-found")
    assert said(await they.api.get(f"{IMPORTS}/{begun['id']}")) == (404, "import-not-found")
    assert (await they.api.get(IMPORTS)).json()["imports"] == []
    assert "slatkiši" not in {group["code"] for group in (await they.api.get(GROUPS)).json()}
    assert "OURS" not in (await they.api.get(EXPORT)).text
    assert (await added(they))["id"] != product["id"]
    assert (await we.api.get(path)).json() == product
