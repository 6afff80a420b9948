"""What is left lies in slots: exactly what was put in is given, never more, and the last unit is found."""

import asyncio
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.campaigns import pools
from backend.campaigns.errors import BudgetSpent
from backend.campaigns.models import Campaign
from backend.campaigns.pools import PoolName
from backend.kit.ids import new_id
from tests.fixtures.campaigns import drafted
from tests.fixtures.world import World


@pytest.fixture
async def campaign_id(world: World) -> UUID:
    return await drafted(world, "limited", {})


async def opened(world: World, campaign_id: UUID, **limits: object) -> None:
    """The limits of a promotion `p`, without the rest of it."""
    async with world.database.transaction(world.tenant_id) as session:
        campaign = await session.get_one(Campaign, (world.tenant_id, campaign_id))
        await pools.open_for(session, campaign, {"promotions": [{"id": "p", "limits": limits}]})


async def taken(world: World, name: PoolName, units: int, *, nearest: int = 0, may_wait: bool = True) -> bool:
    async with world.database.transaction(world.tenant_id) as session:
        return await pools.take(session, world.tenant_id, name, units, nearest=nearest, may_wait=may_wait)


async def left(world: World, campaign_id: UUID) -> int:
    async with world.database.transaction(world.tenant_id) as session:
        (standing,) = await pools.standings(session, world.tenant_id, campaign_id)
    return standing.left


@pytest.mark.parametrize("total", [1, 10, 63])
async def test_tron_16_of_64_at_once_exactly_as_many_are_given_as_there_are(
    world: World, campaign_id: UUID, total: int
) -> None:
    await opened(world, campaign_id, total=total)
    name = PoolName(campaign_id, "p", "uses")
    won = await asyncio.gather(*(taken(world, name, 1, nearest=number) for number in range(64)))
    assert sum(won) == total
    assert await left(world, campaign_id) == 0


async def test_a_budget_is_given_to_the_last_cent_by_64_at_once(world: World, campaign_id: UUID) -> None:
    await opened(world, campaign_id, budget="100.00")
    name = PoolName(campaign_id, "p", "value")
    won = await asyncio.gather(*(taken(world, name, 7_00, nearest=number) for number in range(64)))
    assert sum(won) == 14
    assert await left(world, campaign_id) == 2_00
    won = await asyncio.gather(*(taken(world, name, 1, nearest=number) for number in range(64)))
    assert (sum(won), await left(world, campaign_id)) == (64, 1_36)
    assert not await taken(world, name, 1_37)
    assert await taken(world, name, 1_36)
    assert not await taken(world, name, 1)


async def test_who_may_not_wait_takes_from_one_slot_or_not_at_all(world: World, campaign_id: UUID) -> None:
    await opened(world, campaign_id, budget="64.00")
    name = PoolName(campaign_id, "p", "value")
    assert await taken(world, name, 2_00, may_wait=False)
    assert not await taken(world, name, 2_01, may_wait=False)
    assert await taken(world, name, 62_00)


async def test_what_was_not_committed_is_there_for_others(world: World, campaign_id: UUID) -> None:
    await opened(world, campaign_id, total=1)
    name = PoolName(campaign_id, "p", "uses")
    async with world.database.transaction(world.tenant_id) as session:
        assert await pools.take(session, world.tenant_id, name, 1, nearest=0, may_wait=True)
        waiting = asyncio.get_running_loop().create_task(taken(world, name, 1))
        await session.rollback()
    assert await waiting


async def test_putting_back_waits_for_nobody(world: World, campaign_id: UUID) -> None:
    await opened(world, campaign_id, total=3)
    name = PoolName(campaign_id, "p", "uses")
    async with world.database.transaction(world.tenant_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql("select 1 from campaign_slot for update")
        async with world.database.transaction(world.tenant_id) as other:
            await asyncio.wait_for(pools.put_back(other, world.tenant_id, name, 2), 2)
    assert await left(world, campaign_id) == 5
    assert await taken(world, name, 5)


async def test_a_limit_is_raised_at_will_and_lowered_to_what_was_used(world: World, campaign_id: UUID) -> None:
    await opened(world, campaign_id, total=10)
    name = PoolName(campaign_id, "p", "uses")
    assert await taken(world, name, 4)
    await opened(world, campaign_id, total=12)
    assert await left(world, campaign_id) == 8
    await opened(world, campaign_id, total=4)
    assert await left(world, campaign_id) == 0
    with pytest.raises(BudgetSpent):
        await opened(world, campaign_id, total=3)
    assert not await taken(world, name, 1)


STEPS = st.lists(st.tuples(st.sampled_from(["take", "take", "put"]), st.integers(1, 40)), max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=st.integers(0, 120), steps=STEPS, nearest=st.integers(0, 10**30))
async def test_whatever_is_taken_and_put_back_the_sum_is_the_budget(
    world: World, total: int, steps: list[tuple[str, int]], nearest: int
) -> None:
    campaign_id = await drafted(world, f"c-{new_id()}", {})
    await opened(world, campaign_id, total=total)
    name, given_out = PoolName(campaign_id, "p", "uses"), 0
    async with world.database.transaction(world.tenant_id) as session:
        for verb, wanted in steps:
            units = min(wanted, given_out) if verb == "put" else wanted
            if verb == "put":
                await pools.put_back(session, world.tenant_id, name, units)
                given_out -= units
            elif await pools.take(session, world.tenant_id, name, units, nearest=nearest, may_wait=True):
                given_out += units
            else:
                assert units > total - given_out, "what is left is found, wherever it lies"
            assert sum((await pools.lefts(session, world.tenant_id, [campaign_id])).values()) == total - given_out
            assert 0 <= given_out <= total
