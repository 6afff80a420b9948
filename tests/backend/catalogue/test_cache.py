"""One index a tenant and process: compiled once for a version, replaced whole, and forgotten when room is needed."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from backend.catalogue.matching import cache
from backend.catalogue.matching.cache import IndexCache
from backend.catalogue.matching.index import Index, ProductFacts, compile_index
from backend.catalogue.service import add_product
from backend.catalogue.version import catalogue_version
from backend.kit.clock import utc_now
from tests.fixtures.world import OpenWorld, World


class Compiler:
    """Counts what is compiled, and fails once when told to."""

    def __init__(self) -> None:
        self.count = 0
        self.fails = False

    def __call__(self, products: Iterable[ProductFacts]) -> Index:
        self.count += 1
        if self.fails:
            self.fails = False
            raise MemoryError
        return compile_index(products)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    counting = Compiler()
    monkeypatch.setattr(cache, "compile_index", counting)
    return counting


async def _index(world: World, indexes: IndexCache) -> Index:
    async with world.database.transaction(world.tenant_id) as session:
        return await indexes.index(session, world.tenant_id)


async def _add(world: World, sku: str, name: str, *, then: Callable[[], None] = lambda: None) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await add_product(
            session,
            tenant_id=world.tenant_id,
            sku=sku,
            name=name,
            brand=None,
            groups=[],
            gtins=[],
            slip_names=[],
            now=utc_now(),
        )
        then()


def _fail() -> None:
    raise ZeroDivisionError


async def _version(world: World) -> int:
    async with world.database.transaction(world.tenant_id) as session:
        return await catalogue_version(session, world.tenant_id)


async def test_sixteen_at_once_compile_once(world: World, compiler: Compiler) -> None:
    indexes = IndexCache()
    found = await asyncio.gather(*(_index(world, indexes) for _ in range(16)))
    assert compiler.count == 1
    assert len({id(index) for index in found}) == 1
    assert len(found[0].products) == 10


async def test_a_compilation_that_fails_is_the_next_ones_turn(world: World, compiler: Compiler) -> None:
    indexes = IndexCache()
    compiler.fails = True
    found: list[Any] = await asyncio.gather(*(_index(world, indexes) for _ in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Index", "Index", "Index", "MemoryError"]
    assert compiler.count == 2


async def test_a_changed_product_is_seen_by_the_next_line_and_not_by_another_tenant(
    open_world: OpenWorld, compiler: Compiler
) -> None:
    world, elsewhere = await open_world(), await open_world()
    indexes = IndexCache()
    before = await _index(world, indexes)
    theirs = await _index(elsewhere, indexes)
    counted = await _version(world)
    await _add(world, "NEW", "Novi sok 1L")
    assert await _version(world) == counted + 1
    after = await _index(world, indexes)
    assert ("novi sok 1l" in before.by_name, "novi sok 1l" in after.by_name) == (False, True)
    assert await _index(elsewhere, indexes) is theirs
    assert set(after.products).isdisjoint(theirs.products)
    assert compiler.count == 3


async def test_a_transaction_that_is_undone_counts_nothing(world: World) -> None:
    counted = await _version(world)
    with pytest.raises(ZeroDivisionError):
        await _add(world, "NEW", "Novi sok", then=_fail)
    assert await _version(world) == counted


async def test_sixty_four_changes_at_once_are_all_counted(world: World) -> None:
    counted = await _version(world)
    await asyncio.gather(*(_add(world, f"N{number}", f"Novi sok {number}") for number in range(64)))
    assert await _version(world) == counted + 64


async def test_what_was_used_longest_ago_makes_room(open_world: OpenWorld, compiler: Compiler) -> None:
    worlds = [await open_world(members=0) for _ in range(3)]
    indexes = IndexCache(products_max=20)
    first = await _index(worlds[0], indexes)
    await _index(worlds[1], indexes)
    assert await _index(worlds[0], indexes) is first
    await _index(worlds[2], indexes)
    assert await _index(worlds[0], indexes) is first
    assert compiler.count == 3
    await _index(worlds[1], indexes)
    assert compiler.count == 4
