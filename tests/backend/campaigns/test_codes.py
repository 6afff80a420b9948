"""Codes of any number are taken in once each, and a single-use one is spent exactly once."""

import asyncio
from uuid import UUID

import pytest

from backend.campaigns.codes import ListStanding, import_codes, lists, read_codes, release_codes, spend
from backend.campaigns.errors import CodeListNotFound, CodeListRefused
from backend.kit.clock import utc_now
from tests.fixtures.campaigns import actor, receipts
from tests.fixtures.staff import partner_of
from tests.fixtures.world import World


async def imported(
    world: World, codes: list[str], *, single_use: bool = True, partner: UUID | None = None
) -> tuple[int, int]:
    async with world.database.transaction(world.tenant_id) as session:
        done = await import_codes(
            session, actor(world), "spring", codes, single_use=single_use, partner_id=partner, now=utc_now()
        )
    return done.added, done.repeated


async def spent(world: World, code: str, receipt_id: UUID, **rest: str) -> bool:
    async with world.database.transaction(world.tenant_id) as session:
        return await spend(session, world.tenant_id, "spring", code, receipt_id, **rest)  # type: ignore[arg-type]


async def standing(world: World) -> ListStanding:
    async with world.database.transaction(world.tenant_id) as session:
        (found,) = await lists(session, world.tenant_id)
    return found


def test_the_first_column_is_read_with_or_without_a_heading() -> None:
    assert read_codes('\ufeffCode,what\r\n a1 ,x\r\n\r\n"b2"\r\n'.encode()) == ["A1", "B2"]
    assert read_codes(b"k-7q2m\n") == ["K-7Q2M"]
    for content, line in ((b"a1\n,x\n", "2"), (b"a1\nb 2\n", "2"), (b"\xff", "1"), (b"a" * 65, "1")):
        with pytest.raises(CodeListRefused) as refused:
            read_codes(content)
        assert refused.value.params == {"line": line}


async def test_tron_17_a_list_of_many_codes_is_taken_in_once(world: World) -> None:
    codes = [f"C{number:05}" for number in range(25_000)]
    assert await imported(world, codes) == (25_000, 0)
    assert await imported(world, [*codes[:10], "NEW"]) == (1, 10)
    assert await standing(world) == ListStanding("spring", single_use=True, unspent=25_001, held=0, spent=0)


async def test_tron_17_of_64_receipts_at_once_exactly_one_spends_a_code(world: World) -> None:
    await imported(world, ["ONLY"])
    waiting = await receipts(world, 64)
    won = await asyncio.gather(*(spent(world, " only ", receipt) for receipt in waiting))
    assert sum(won) == 1
    winner = waiting[won.index(True)]
    assert await spent(world, "ONLY", winner), "twice by one receipt is once"
    assert not await spent(world, "UNKNOWN", winner)
    assert (await standing(world)).spent == 1


async def test_a_held_code_is_let_go_and_a_spent_one_is_not(world: World) -> None:
    await imported(world, ["A", "B"])
    one, other = await receipts(world, 2)
    assert await spent(world, "A", one, state="held")
    assert await spent(world, "B", one)
    assert not await spent(world, "A", other)
    async with world.database.transaction(world.tenant_id) as session:
        await release_codes(session, world.tenant_id, one)
    assert await spent(world, "A", other)
    assert not await spent(world, "B", other)


async def test_a_code_for_many_uses_is_anybodys(world: World) -> None:
    await imported(world, ["EVERYONE"], single_use=False)
    for receipt in await receipts(world, 3):
        assert await spent(world, "everyone", receipt)
    assert (await standing(world)).unspent == 1


async def test_a_partner_adds_to_its_own_lists_alone(world: World) -> None:
    await imported(world, ["A"])
    with pytest.raises(CodeListNotFound):
        await imported(world, ["B"], partner=await partner_of(world))
