"""Uses are held, captured and released once each, and no limit is passed whoever comes at the same time."""

import asyncio
from uuid import UUID

import pytest

from backend.campaigns import pools, uses
from backend.campaigns.content import Limits, limits_of
from backend.campaigns.models import Campaign
from backend.campaigns.uses import Claim, Short, Subject
from tests.fixtures.campaigns import NOON, drafted, receipts
from tests.fixtures.world import World

DAY = "2026-11-22"


@pytest.fixture
async def campaign_id(world: World) -> UUID:
    return await drafted(world, "limited", {})


class Limited:
    """A promotion `p` with limits, and a campaign with its own."""

    def __init__(self, world: World, campaign_id: UUID) -> None:
        self.world = world
        self.campaign_id = campaign_id
        self.limits = Limits()
        self.pools: tuple[str, ...] = ()

    async def to(self, limits: dict[str, object], **whole: object) -> "Limited":
        self.limits = limits_of({"limits": limits})
        named = (("own", limits), ("all", whole))
        self.pools = tuple(
            f"{whose}-{kind}"
            for whose, given in named
            for kind, key in (("uses", "total"), ("value", "budget"))
            if key in given
        )
        content = {"limits": whole, "promotions": [{"id": "p", "limits": limits}]}
        async with self.world.database.transaction(self.world.tenant_id) as session:
            campaign = await session.get_one(Campaign, (self.world.tenant_id, self.campaign_id))
            await pools.open_for(session, campaign, content)
        return self

    def claim(self, value: int, promotion: str = "p") -> Claim:
        return Claim(self.campaign_id, promotion, value, self.limits, self.pools)

    async def reserve(
        self, receipt_id: UUID, value: int = 5_00, *, day: str = DAY, who: UUID | None = None
    ) -> Short | None:
        subject = Subject(self.world.tenant_id, receipt_id, who or self.world.mira.id, day)
        async with self.world.database.transaction(self.world.tenant_id) as session:
            return await uses.reserve(session, subject, [self.claim(value)], now=NOON)

    async def release(self, receipt_id: UUID) -> None:
        async with self.world.database.transaction(self.world.tenant_id) as session:
            await uses.release(session, self.world.tenant_id, receipt_id, now=NOON)

    async def capture(self, receipt_id: UUID) -> None:
        async with self.world.database.transaction(self.world.tenant_id) as session:
            await uses.capture(session, self.world.tenant_id, receipt_id, now=NOON)

    async def give_back(self, receipt_id: UUID, value: int) -> None:
        async with self.world.database.transaction(self.world.tenant_id) as session:
            key = (self.campaign_id, "p")
            await uses.give_back(session, self.world.tenant_id, receipt_id, key, value, now=NOON)

    async def stands(self) -> dict[str, tuple[int, int, int]]:
        """Used, held and left of each pool."""
        async with self.world.database.transaction(self.world.tenant_id) as session:
            found = await pools.standings(session, self.world.tenant_id, self.campaign_id)
        return {
            f"{'own' if each.pool.promotion else 'all'}-{each.pool.kind}": (each.used, each.held, each.left)
            for each in found
        }


@pytest.fixture
def limited(world: World, campaign_id: UUID) -> Limited:
    return Limited(world, campaign_id)


@pytest.mark.parametrize(
    ("limits", "wins"),
    [
        ({"per_member": 2}, 2),
        ({"per_member_per_day": 3}, 3),
        ({"per_member": 5, "per_member_per_day": 3}, 3),
        ({"total": 10}, 10),
        ({"budget": "52.00"}, 10),
        ({"total": 12, "budget": "45.00", "per_member": 20}, 9),
        ({"per_member": 0}, 0),
    ],
    ids=str,
)
async def test_tron_16_no_limit_is_passed_by_64_receipts_at_once(
    world: World, limited: Limited, limits: dict[str, object], wins: int
) -> None:
    await limited.to(limits)
    found = await asyncio.gather(*(limited.reserve(receipt) for receipt in await receipts(world, 64)))
    assert sum(short is None for short in found) == wins
    held = await world.rows("select value_centi from promotion_use where tenant_id = :tenant and state = 'held'")
    assert [row.value_centi for row in held] == [5_00] * wins


async def test_a_whole_campaigns_budget_is_shared_by_its_promotions(world: World, limited: Limited) -> None:
    await limited.to({}, budget="20.00", total=3)
    subject = Subject(world.tenant_id, (await receipts(world, 1))[0], world.mira.id, DAY)
    async with world.database.transaction(world.tenant_id) as session:
        claims = [limited.claim(9_00), limited.claim(9_00, "q")]
        assert await uses.reserve(session, subject, claims, now=NOON) is None
    assert await limited.stands() == {"all-uses": (0, 2, 1), "all-value": (0, 18_00, 2_00)}
    (one,) = await receipts(world, 1)
    short = await limited.reserve(one, 2_01)
    assert (short.key, short.reason) == ((limited.campaign_id, "p"), "budget") if short else False
    assert await limited.reserve(one, 2_00) is None
    found = await asyncio.gather(*(limited.reserve(receipt, 0) for receipt in await receipts(world, 8)))
    assert {short.reason for short in found if short} == {"limit"}


async def test_reserving_twice_is_once_and_another_value_replaces_it(world: World, limited: Limited) -> None:
    await limited.to({"total": 2, "budget": "10.00", "per_member": 1})
    (one,) = await receipts(world, 1)
    for value, held in ((4_00, 4_00), (4_00, 4_00), (10_00, 10_00)):
        assert await limited.reserve(one, value) is None
        assert await limited.stands() == {"own-uses": (0, 1, 1), "own-value": (0, held, 10_00 - held)}
    short = await limited.reserve(one, 10_01)
    assert short is not None
    assert await limited.stands() == {"own-uses": (0, 1, 1), "own-value": (0, 10_00, 0)}, "what was held stays held"


async def test_a_receipt_at_once_64_times_is_one_use(world: World, limited: Limited) -> None:
    await limited.to({"total": 64, "per_member": 64})
    (one,) = await receipts(world, 1)
    found = await asyncio.gather(*(limited.reserve(one) for _ in range(64)))
    assert set(found) == {None}
    assert await limited.stands() == {"own-uses": (0, 1, 63)}


async def test_what_is_released_is_there_for_others_and_what_is_captured_stays(world: World, limited: Limited) -> None:
    await limited.to({"total": 1, "per_member": 1, "per_member_per_day": 1, "budget": "5.00"})
    one, other = await receipts(world, 2)
    assert await limited.reserve(one) is None
    assert await limited.reserve(other) is not None
    await asyncio.gather(*(limited.release(one) for _ in range(16)))
    assert await limited.stands() == {"own-uses": (0, 0, 1), "own-value": (0, 0, 5_00)}
    assert await limited.reserve(other) is None
    await limited.capture(other)
    await limited.release(other)
    assert await limited.stands() == {"own-uses": (1, 0, 0), "own-value": (5_00, 0, 0)}
    assert await limited.reserve(one) is not None
    assert await limited.reserve(other) is None, "captured twice is captured once"


async def test_each_day_has_its_own_count(world: World, limited: Limited) -> None:
    await limited.to({"per_member_per_day": 1, "per_member": 2})
    first, second, third, fourth = await receipts(world, 4)
    assert await limited.reserve(first) is None
    assert await limited.reserve(second) is not None
    assert await limited.reserve(third, day="2026-11-23") is None
    assert await limited.reserve(fourth, day="2026-11-24") is not None
    assert await limited.reserve(fourth, day="2026-11-24", who=world.petar.id) is None


async def test_a_refund_puts_value_back_and_leaves_the_use_counted(world: World, limited: Limited) -> None:
    await limited.to({"total": 5, "budget": "20.00", "per_member": 1}, budget="30.00")
    one, other = await receipts(world, 2)
    assert await limited.reserve(one, 9_00) is None
    await limited.give_back(one, 9_00)
    assert (await limited.stands())["own-value"] == (0, 9_00, 11_00), "nothing was given yet"
    await limited.capture(one)
    for part, used in ((4_00, 5_00), (4_00, 1_00), (4_00, 0)):
        await limited.give_back(one, part)
        assert await limited.stands() == {
            "own-uses": (1, 0, 4),
            "own-value": (used, 0, 20_00 - used),
            "all-value": (used, 0, 30_00 - used),
        }
    assert await limited.reserve(other, 1_00) is not None, "the member has used it"
