"""Products in the database: found by every name and code, brought in from files, one writer at a time, one tenant apart."""

import asyncio
import contextlib
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from backend.catalogue import importing, jobs, queries, service
from backend.catalogue.errors import GroupTreeRefused, ProductExists, ProductRefused, TooManyImports
from backend.catalogue.exporting import export_catalogue
from backend.catalogue.files.writer import Format
from backend.catalogue.groups import GroupFacts
from backend.catalogue.importing import Tally, import_now, open_file, try_import
from backend.catalogue.imports import WAITING_MAX, begin_import, import_standing
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.models import Product
from backend.catalogue.version import catalogue_version, lock_catalogue
from backend.catalogue.wishes import wish_of
from backend.kit.audit import Actor
from backend.kit.clock import utc_now
from tests.fixtures.catalogue_files import csv_file
from tests.fixtures.world import OpenWorld, World

GTIN = "96385074"
FILE = f"""sku;name;name_2;name_3;till_names;gtin;catalogue_number;group;price;loyalty_price
A1;Čokolada sa lešnikom;Chocolate with hazelnut;Schokolade;COK LESNIK 100|ČOKO L.;{GTIN};KAT-77;slatkiši;499,00;449,00
A2;Kafa;;;;;;kafa|piće;1.299,00;
"""


async def take(world: World, text: str, *, dry_run: bool = False) -> Tally:
    file = await open_file(world.database, world.tenant_id, csv_file(text))
    if dry_run:
        return await try_import(world.database, world.tenant_id, file, on_portion=lambda _: None)
    actor = Actor(world.tenant_id, None)
    return await import_now(world.database, actor, file, clock=utc_now, on_portion=lambda _: None)


async def version(world: World) -> int:
    async with world.database.transaction(world.tenant_id) as session:
        return await catalogue_version(session, world.tenant_id)


async def found(world: World, search: str) -> list[str]:
    async with world.database.transaction(world.tenant_id) as session:
        rows = await queries.products_like(session, world.tenant_id, search, before=None, limit=50)
    return [row.facts.sku for row in rows]


async def test_elb_27_an_item_is_found_by_every_name_and_code(world: World) -> None:
    await take(world, FILE)
    for search in (
        "cokolada lesnik",
        "ЧОКОЛАДА",
        "hazelnut",
        "schoko",
        "cok lesnik 100",
        "a1",
        "kat-77",
        GTIN,
        "0" * 6 + GTIN,
    ):
        assert await found(world, search) == ["A1"], search
    assert await found(world, "963850") == []


async def test_elb_27_signs_that_databases_search_with_are_plain_signs(world: World) -> None:
    await take(world, "sku;name\nxq%;Sok\nxqq;Sok\nx_q;Sok\nxaq;Sok\nx\\q;Sok\n")
    for search in ("xq%", "x_q", "x\\q"):
        assert await found(world, search) == [search]
    for search in ("%", "_", "\\", "'", "x%", "%q", "x__"):
        assert await found(world, search) == [], search


async def test_tron_27_both_prices_of_an_item_are_kept(world: World) -> None:
    await take(world, FILE)
    async with world.database.transaction(world.tenant_id) as session:
        facts = (await queries.product_by_sku(session, world.tenant_id, "A1")).facts
    assert facts.benefit_minor(utc_now().date(), "RSD") == 5000


async def test_the_same_file_again_changes_nothing(world: World) -> None:
    before = await version(world)
    first = await take(world, FILE)
    assert (first.added, first.groups_added, first.refused) == (2, 3, 0)
    grown = await version(world)
    assert grown > before
    again = await take(world, FILE)
    assert (again.added, again.changed, again.unchanged, await version(world)) == (0, 0, 2, grown)
    changed = await take(world, "sku;brand\nA2;Grand\n")
    assert (changed.changed, await found(world, "kafa")) == (1, ["A2"])
    assert await version(world) > grown


async def test_good_rows_land_and_others_do_not(world: World) -> None:
    tally = await take(world, f"{FILE}A3;Nova;;;;{GTIN};;;;\nA4;;;;;;;;;\nA5;Peta;;;;1;;;;\nA6;Šesta;;;;;;;;\n")
    assert [(each["row"], each["field"], each["code"]) for each in tally.refusals] == [
        (4, "gtins", "gtin-repeated"),
        (5, "name", "missing"),
        (6, "gtins", "gtin-length"),
    ]
    assert (tally.rows_done, tally.added, tally.refused) == (6, 3, 3)
    taken = await take(world, f"sku;name;gtin\nB;B;{GTIN}\n")
    (refusal,) = taken.refusals
    assert (refusal["code"], refusal["params"]) == ("gtin-taken", {"sku": "A1"})
    moved = await take(world, f"sku;name;gtin\nA1;A;\nB;B;{GTIN}\n")
    assert (moved.changed, moved.added, moved.refused) == (1, 1, 0)


async def test_a_dry_run_says_what_would_happen_and_does_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.catalogue.files.reader.PORTION", 1)
    await take(world, FILE)
    before = (await world.count("product"), await world.count("audit"), await version(world))
    moved = f"sku;name;gtin;group\nA1;Čokolada;;g\nA3;Sok;{GTIN};g|h\nA4;;;x\nA2;Kafa;;kafa|piće\nA5;Sok;{GTIN};h\n"
    foreseen = await take(world, moved, dry_run=True)
    assert (await world.count("product"), await world.count("audit"), await version(world)) == before
    counts = {"rows_done": 5, "added": 1, "changed": 1, "unchanged": 1, "refused": 2, "groups_added": 2}
    assert foreseen.counts() == counts
    assert await take(world, moved) == foreseen


async def test_a_dry_run_waits_for_nobody_who_changes_the_catalogue(world: World) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await lock_catalogue(session, world.tenant_id)
        async with asyncio.timeout(10):
            assert (await take(world, FILE, dry_run=True)).added == 2


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_portion_takes_the_same_statements_however_many_rows(world: World, dry_run: bool) -> None:
    counts = []
    for first, rows in ((0, 60), (1000, 600)):
        text = "".join(
            f"P{no};Proizvod {no};PR {no}|P {no};g{no};{no % 99 + 1},00\n" for no in range(first, first + rows)
        )
        with statements(world) as seen:
            await take(world, f"sku;name;till_names;groups;price\n{text}", dry_run=dry_run)
        assert not [statement for statement, many in seen if many]
        counts.append(len(seen))
    assert counts[0] == counts[1] < 30


@contextlib.contextmanager
def statements(world: World) -> Iterator[list[tuple[str, bool]]]:
    """What goes to the server meanwhile, and whether it goes there once for each row."""
    seen: list[tuple[str, bool]] = []

    def note(_connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, many: bool) -> None:
        seen.append((statement, many))

    event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(world.database.engine.sync_engine, "before_cursor_execute", note)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_is_exported_is_imported_to_the_same(world: World, kind: Format) -> None:
    await take(world, FILE)
    file = io.BytesIO()
    async with world.database.transaction(world.tenant_id) as session:
        count = await export_catalogue(session, world.tenant_id, kind, file)
    file.seek(0)
    opened = await open_file(world.database, world.tenant_id, file)
    tally = await import_now(
        world.database, Actor(world.tenant_id, None), opened, clock=utc_now, on_portion=lambda _: None
    )
    assert (tally.unchanged, tally.rows_done) == (count, await world.count("product"))


async def test_of_files_at_once_each_product_is_made_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.catalogue.files.reader.PORTION", 40)
    before = await world.count("product")
    text = "sku;name\n" + "".join(f"P{number};Proizvod {number}\n" for number in range(100))
    backwards = "sku;name\n" + "".join(f"P{number};Proizvod {number}\n" for number in reversed(range(100)))
    tallies = await asyncio.gather(take(world, text), take(world, backwards), take(world, text))
    assert sum(tally.added for tally in tallies) == 100
    assert sum(tally.unchanged for tally in tallies) == 200
    assert await world.count("product") == before + 100


async def test_of_64_who_add_one_product_or_one_barcode_exactly_one_does(world: World) -> None:
    async def add(number: int, sku: str) -> bool:
        wish = wish_of({"sku": sku, "name": "Nov", "gtins": [GTIN]}, currency=None)
        try:
            async with world.database.transaction(world.tenant_id) as session:
                await service.create(session, Actor(world.tenant_id, None), wish, now=utc_now())
        except (ProductExists, ProductRefused):
            return False
        return number >= 0

    assert sum(await asyncio.gather(*(add(number, f"N{number % 2 * number}") for number in range(64)))) == 1


async def test_of_64_files_at_once_no_more_wait_than_may(world: World) -> None:
    async def send() -> bool:
        try:
            async with world.database.transaction(world.tenant_id) as session:
                await begin_import(session, Actor(world.tenant_id, None), b"sku;name\n", now=utc_now())
        except TooManyImports:
            return False
        return True

    assert sum(await asyncio.gather(*(send() for _ in range(64)))) == WAITING_MAX
    await world.worker.run_due()
    assert await send()


async def test_another_tenants_catalogue_is_apart(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    await take(world, FILE)
    before = await version(elsewhere)
    assert await found(elsewhere, "hazelnut") == []
    assert (await take(elsewhere, FILE)).added == 2
    assert await version(world) != 0 != before
    async with world.database.transaction(elsewhere.tenant_id) as session:
        assert await queries.standing(session, world.tenant_id, Product.sku, ["A1"]) == []


async def test_a_name_of_several_products_tells_none_of_them(world: World) -> None:
    await take(world, "sku;name;till_names\nX;Sok;SOK 1\nY;Sok;SOK 2\n")
    async with world.database.transaction(world.tenant_id) as session:
        lines = [LineFacts("1", "Sok", None), LineFacts("2", "sok 2", None)]
        matched = (await match_lines(session, world.tenant_id, lines)).products
    assert {line: product.sku for line, product in matched.items()} == {"2": "Y"}


TREE = [GroupFacts("hrana", "Hrana"), GroupFacts("slatkiši", "Slatkiši", "hrana"), GroupFacts("kafa", "Kafa", "hrana")]


async def arrange(world: World, groups: list[GroupFacts]) -> list[GroupFacts]:
    async with world.database.transaction(world.tenant_id) as session:
        return await service.arrange_groups(session, Actor(world.tenant_id, None), groups, now=utc_now())


@pytest.fixture
async def rest(world: World) -> list[GroupFacts]:
    """The groups that the world's products are in, and that of coffee."""
    await take(world, FILE)
    async with world.database.transaction(world.tenant_id) as session:
        standing = await queries.groups(session, world.tenant_id)
    return [group for group in standing if group.code not in {"slatkiši", "kafa"}]


async def test_a_product_is_in_every_group_above_its_own(world: World, rest: list[GroupFacts]) -> None:
    await arrange(world, [*reversed(TREE), *rest])
    async with world.database.transaction(world.tenant_id) as session:
        matched = (await match_lines(session, world.tenant_id, [LineFacts("1", "Kafa", None)])).products
        groups = await queries.groups_with_ancestors(session, world.tenant_id, matched.values())
    assert groups[matched["1"].id] == {"kafa", "piće", "hrana"}


NO_TREES = [
    ([GroupFacts("a", "A", "b"), GroupFacts("b", "B", "a")], "cycle"),
    ([GroupFacts("a", "A", "a")], "cycle"),
    ([GroupFacts("a", "A"), GroupFacts("a", "A")], "doubled"),
    ([GroupFacts("a", "A", "z")], "parent-unknown"),
    ([GroupFacts(f"g{n}", "G", f"g{n - 1}" if n else None) for n in range(18)], "too-deep"),
    ([GroupFacts("c", "C", "a"), GroupFacts("a", "A", "b"), GroupFacts("b", "B", "a")], "too-deep"),
    ([], "in-use"),
    ([GroupFacts(" ", "A")], "missing"),
]


async def test_what_is_no_tree_changes_nothing(world: World, rest: list[GroupFacts]) -> None:
    before = await arrange(world, [*TREE, *rest])
    for groups, reason in NO_TREES:
        with pytest.raises(GroupTreeRefused) as refused:
            await arrange(world, [*groups, *(rest if groups else [])])
        assert refused.value.params["reason"] == reason
        async with world.database.transaction(world.tenant_id) as session:
            assert await queries.groups(session, world.tenant_id) == before


async def test_an_import_that_was_cut_goes_on_where_it_stood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "sku;name\n" + "".join(f"P{number};Proizvod {number}\n" for number in range(12)) + "P3;again\n"
    monkeypatch.setattr("backend.catalogue.files.reader.PORTION", 5)
    async with world.database.transaction(world.tenant_id) as session:
        row = await begin_import(session, Actor(world.tenant_id, None), text.encode(), now=utc_now())
    ends = 0

    async def failing(*args: Any, **rest: Any) -> None:
        nonlocal ends
        ends += 1
        if ends == 2:
            raise RuntimeError
        await whole(*args, **rest)

    whole = importing.import_portion
    monkeypatch.setattr(jobs, "import_portion", failing)
    await world.worker.run_due()
    assert await standing(world, row.id) == ("running", 5, 5, 0)
    services, job = jobs.CatalogueServices(world.database, utc_now), await world.job_of(str(row.id))
    await asyncio.gather(*[jobs.import_file(services, job) for _ in range(3)])
    assert await standing(world, row.id) == ("done", 13, 12, 1)
    assert await world.rows("select content from catalogue_import where tenant_id = :tenant") == [(None,)]


async def test_an_import_that_keeps_breaking_ends_and_lets_others_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object, **__: object) -> None:
        msg = "broken"
        raise ValueError(msg)

    async with world.database.transaction(world.tenant_id) as session:
        row = await begin_import(session, Actor(world.tenant_id, None), b"sku;name\nA;B\n", now=utc_now())
    services, job = jobs.CatalogueServices(world.database, utc_now), await world.job_of(str(row.id))
    monkeypatch.setattr(jobs, "import_portion", failing)
    for attempts in range(1, jobs.ATTEMPTS_MAX + 1):
        assert await standing(world, row.id) == ("waiting", 0, 0, 0)
        with pytest.raises(ValueError, match="broken"):
            await jobs.import_file(services, replace(job, attempts=attempts))
    assert await standing(world, row.id) == ("refused", 0, 0, 0)
    async with world.database.transaction(world.tenant_id) as session:
        ended = await import_standing(session, world.tenant_id, row.id)
    assert ended.refusal is not None
    assert ended.refusal["code"] == "import-broken"


async def test_an_import_that_ends_its_workers_ends(world: World) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        row = await begin_import(session, Actor(world.tenant_id, None), b"sku;name\nA;B\n", now=utc_now())
    services, job = jobs.CatalogueServices(world.database, utc_now), await world.job_of(str(row.id))
    await jobs.import_file(services, replace(job, attempts=jobs.ATTEMPTS_MAX + 1))
    assert await standing(world, row.id) == ("refused", 0, 0, 0)


async def standing(world: World, import_id: UUID) -> tuple[str, int, int, int]:
    async with world.database.transaction(world.tenant_id) as session:
        row = await import_standing(session, world.tenant_id, import_id)
    return row.state, row.rows_done, row.added, row.refused
