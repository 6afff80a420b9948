"""A campaign is replayed over stored receipts: it gives what it gave, what a draft would give, and posts nothing."""

import asyncio
import itertools
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accrual import replay as replaying
from backend.accrual import replay_deciding, replay_portion, replay_sums
from backend.accrual.applicable import evaluate_paid
from backend.accrual.errors import TooManyReplays
from backend.accrual.jobs import AccrualServices, replay_campaign
from backend.accrual.replay import Period, advance, cancel_replay
from backend.accrual.rules import RuleBook
from backend.campaigns import service
from backend.kit.audit import Actor
from backend.kit.clock import utc_now
from backend.kit.jobs import Retry
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.campaigns import NOON, actor, drafted, giving, turned
from tests.fixtures.replays import YEAR, begun, many_receipts, replayed, taken
from tests.fixtures.world import PROMOTIONS, YOGHURT_AND_MILK_POINTS, OpenWorld, World

GTINS = ("9520101000040", "9520101000019", "9520101000071", "9520101000088")
items = st.lists(
    st.fixed_dictionaries({"gtin": st.sampled_from(GTINS), "quantity": st.integers(1, 9)}), min_size=1, max_size=3
)
_TRACES = ("award", "settlement", "ledger_entry", "promotion_use", "campaign_slot", "member_uses", "message", "receipt")


async def bought(world: World, *slips: dict[str, Any], who: int = 0) -> None:
    for slip in slips:
        await world.members[who].accepted(slip["payload"])
    await world.worker.run_due()


async def traces(world: World) -> dict[str, list[str]]:
    return {
        table: sorted(map(str, await world.rows(f"select * from {table} where tenant_id = :tenant")))  # noqa: S608
        for table in _TRACES
    }


async def changed(world: World, code: str, promotions: list[dict[str, Any]]) -> None:
    """A revision that is to hold from next year on."""
    ((campaign_id,),) = await world.rows(
        "select id from campaign where tenant_id = :tenant and code = :code", code=code
    )
    async with world.database.transaction(world.tenant_id) as session:
        await service.change(
            session,
            actor(world),
            campaign_id,
            {"promotions": promotions},
            holds_from=utc_now() + timedelta(days=365),
            now=utc_now(),
        )


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(baskets=st.lists(items, min_size=1, max_size=3))
async def test_mt_30_replaying_what_is_live_gives_what_was_given(world: World, baskets: list[Any]) -> None:
    slips = [await world.issue(shop=SHOPS[0].premises_id, items=basket) for basket in baskets]
    await bought(world, *slips, who=len(baskets) % 2)
    before = await traces(world)
    found = await replayed(world, "welcome")
    ((given_points, receipts),) = await world.rows(
        "select sum(points), count(distinct receipt_id) from award where tenant_id = :tenant"
    )
    assert found["points"] == {"given": str(given_points), "would_give": str(given_points)}
    assert (found["cost"]["points"], found["receipts"]["touched"]) == (str(given_points), receipts)
    assert (found["members"]["gain"], found["members"]["lose"], found["gainers"], found["losers"]) == (0, 0, [], [])
    assert sum(int(day["points"]) for day in found["by_day"]) == given_points
    assert sum(int(each["points"]) for each in found["by_promotion"]) == given_points
    assert all(each["receipts"] == each["uses"] > 0 for each in found["by_promotion"])
    assert await traces(world) == before


async def test_mt_30_a_doubled_benefit_doubles_the_cost_and_says_who_gains(world: World) -> None:
    await bought(world, await world.slip(), await world.slip())
    await bought(world, await world.slip(), who=1)
    assert (await replayed(world, "welcome"))["cost"]["points"] == str(3 * YOGHURT_AND_MILK_POINTS)
    twice = {
        "hundreds": {"type": "points", "every": "100.00", "points": "2"},
        "brand": {"type": "points", "percent": "20"},
        "yoghurt": {"type": "points", "points": "40"},
    }
    await changed(world, "welcome", [{**each, "benefit": twice[each["id"]]} for each in PROMOTIONS])
    before = await traces(world)
    found = await replayed(world, "welcome")
    cost = 3 * (2 * 3 + 77 + 40)  # a fifth of 384.95 is 77 points, rounded once
    assert (found["revision"], found["cost"]["points"]) == (2, str(cost))
    assert found["members"] == {"seen": 2, "touched": 2, "gain": 2, "lose": 0, "mixed": 0, "same": 0}
    assert [(each["member"], each["difference"]) for each in found["gainers"]] == [
        (str(world.mira.id), str(2 * (123 - YOGHURT_AND_MILK_POINTS))),
        (str(world.petar.id), str(123 - YOGHURT_AND_MILK_POINTS)),
    ]
    classes = {(each["from"], each["below"]): each["members"] for each in found["distribution"] if each["members"]}
    assert classes == {("10", "100"): 1, ("100", "1000"): 1}
    assert {each["sku"] for each in found["products"]} == {"LIPA-9520101000040", "LIPA-9520101000019"}
    assert sum(int(each["points"]) for each in found["products"]) == cost
    assert await traces(world) == before
    assert (await replayed(world, "welcome", revision=1))["members"]["same"] == 2


async def test_lty_38_a_draft_is_replayed_beside_the_rules_of_the_time(world: World) -> None:
    await bought(world, await world.slip())
    alone = {"id": "alone", "benefit": {"type": "points", "points": "100"}, "combine": {"mode": "alone"}}
    await drafted(world, "draft", {"promotions": [{**giving("1"), **alone}]})
    found = await replayed(world, "draft")
    assert (found["cost"]["points"], found["points"]["would_give"]) == ("100", "100")
    assert found["points"]["given"] == str(YOGHURT_AND_MILK_POINTS)


async def test_a_draft_whose_days_are_to_come_is_replayed_on_all_days(world: World) -> None:
    await bought(world, await world.slip())
    await drafted(world, "easter", {"valid": {"from": "2027-03-22", "days": 7}, "promotions": [giving("5")]})
    found = await replayed(world, "easter")
    assert (found["days"], found["cost"]["points"]) == ("all", "5")
    await drafted(world, "spring", {"valid": {"from": "2026-03-01", "days": 7}, "promotions": [giving("5", id="six")]})
    assert (await replayed(world, "spring"))["days"] == "own"
    assert (await replayed(world, "spring"))["cost"]["points"] == "0"


async def test_money_is_told_by_currency_and_form(world: World) -> None:
    await bought(world, await world.slip())
    off = {"id": "off", "benefit": {"type": "percent", "percent": "10"}}
    back = {"id": "back", "benefit": {"type": "percent", "percent": "5"}, "grant": {"as": "cashback"}}
    await drafted(world, "money", {"promotions": [off, back]})
    found = await replayed(world, "money")
    assert found["cost"]["money"] == {"RSD": {"cashback": "19.25"}}, "what is paid is not discounted"
    assert [day["spent"] for day in found["by_day"]] == ["19.25"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of seven, so that a few receipts are many portions."""
    monkeypatch.setattr(replay_portion, "PORTION", 7)


LIMITED: dict[str, Any] = {
    "limits": {"total": 40},
    "promotions": [
        giving("5", limits={"per_member": 12, "budget": "150.00"}),
        giving("3", id="three", limits={"per_member_per_day": 4}),
    ],
}


@pytest.mark.usefixtures("small")
async def test_limits_are_used_up_in_the_order_of_purchases(world: World) -> None:
    await many_receipts(world, 60)
    await drafted(world, "limited", LIMITED)
    found = await replayed(world, "limited")
    limits = {(each["promotion"], each["kind"]): each for each in found["limits"]}
    # Each of the two takes twelve fives, and on the one day four threes.
    uses = {each["promotion"]: each["uses"] for each in found["by_promotion"]}
    assert uses == {"five": 24, "three": 8}
    assert (limits[None, "uses"]["used"], limits[None, "uses"]["short_on"]) == ("32", None)
    assert (limits["five", "value"]["used"], limits["five", "value"]["left"]) == ("120.00", "30.00")
    tight = {**LIMITED, "promotions": [giving("5", id="tight", limits={"budget": "12.00"})]}
    await drafted(world, "tight", tight)
    found = await replayed(world, "tight")
    assert (found["cost"]["points"], found["by_day"][0]["spent"]) == ("10", "10.00")
    assert [(each["kind"], each["used"], each["short_on"]) for each in found["limits"]] == [
        ("uses", "2", None),
        ("value", "10.00", "2026-03-01"),
    ]
    assert await world.count("promotion_use") == 0


async def test_what_is_limited_and_live_gives_in_a_replay_what_it_gave(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[])
    content = {"limits": {"total": 3}, "promotions": [giving("5"), giving("3", id="three", limits={"budget": "4.00"})]}
    await turned(world, await drafted(world, "limited", content), "started")
    for _ in range(4):
        await bought(world, await world.slip())
    ((points,),) = await world.rows("select sum(points) from award where tenant_id = :tenant")
    found = await replayed(world, "limited")
    assert found["points"] == {"given": str(points), "would_give": str(points)}
    assert {each["promotion"]: each["uses"] for each in found["by_promotion"]} == {"five": 2, "three": 1}
    await drafted(world, "other", {"promotions": [giving("1", id="one")]})
    assert (await replayed(world, "other"))["points"]["would_give"] == str(points + 4)


@pytest.mark.usefixtures("small")
async def test_a_replay_that_was_cut_is_taken_up_and_comes_to_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_receipts(world, 60)
    await drafted(world, "limited", LIMITED)
    whole = await replayed(world, "limited")
    replay_id = await begun(world, "limited")
    add = replay_sums.add_tally

    async def cut(*args: Any, **rest: Any) -> None:
        await add(*args, **rest)
        raise asyncio.CancelledError

    for _ in range(4):
        assert await advance(world.database, world.tenant_id, replay_id, clock=utc_now) == "more"
        with monkeypatch.context() as killed:
            killed.setattr("backend.accrual.replay.add_tally", cut)
            with pytest.raises(asyncio.CancelledError):
                await advance(world.database, world.tenant_id, replay_id, clock=utc_now)
    assert await world.count("replay_member") == 2
    assert await taken(world, replay_id) == whole
    assert (await world.count("replay_member"), await world.count("replay_sum")) == (0, 0)


@pytest.mark.usefixtures("small")
async def test_a_job_that_runs_twice_at_once_comes_to_the_same(world: World) -> None:
    await many_receipts(world, 40)
    await drafted(world, "limited", LIMITED)
    whole = await replayed(world, "limited")
    replay_id = await begun(world, "limited")

    async def work() -> None:
        while await advance(world.database, world.tenant_id, replay_id, clock=utc_now) != "ended":
            continue

    await asyncio.gather(work(), work(), work())
    assert await taken(world, replay_id) == whole
    ((done, total),) = await world.rows("select receipts_done, receipts_total from replay where id = :id", id=replay_id)
    assert (done, total) == (40, 40)


@pytest.mark.usefixtures("small")
async def test_a_cancelled_replay_stops_in_the_middle_and_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_receipts(world, 40)
    replay_id = await begun(world, "welcome")
    for _ in range(3):
        await advance(world.database, world.tenant_id, replay_id, clock=utc_now)
    decide = replay_deciding.decide_portion
    loop = asyncio.get_running_loop()

    async def cancel() -> None:
        async with world.database.transaction(world.tenant_id) as session:
            await cancel_replay(session, Actor(world.tenant_id, None), replay_id, now=utc_now())

    def cancelled_meanwhile(*args: Any) -> Any:
        asyncio.run_coroutine_threadsafe(cancel(), loop).result()
        return decide(*args)

    monkeypatch.setattr("backend.accrual.replay.decide_portion", cancelled_meanwhile)
    assert await advance(world.database, world.tenant_id, replay_id, clock=utc_now) == "ended"
    ((state, done, result),) = await world.rows(
        "select state, receipts_done, result from replay where id = :id", id=replay_id
    )
    assert (state, done, result) == ("cancelled", 14, None)
    assert (await world.count("replay_member"), await world.count("replay_sum")) == (0, 0)
    await world.worker.run_due()
    assert [job for job in await world.jobs() if job.kind == "accrual.replay"] == []


async def test_no_tenant_replays_anothers_receipts(open_world: OpenWorld, world: World) -> None:
    theirs = await open_world(members=1)
    await bought(theirs, await theirs.slip())
    assert (await replayed(world, "welcome"))["receipts"] == {"seen": 0, "touched": 0, "broken": 0}
    found = await replayed(theirs, "welcome")
    assert (found["receipts"]["seen"], found["members"]["seen"]) == (1, 1)


async def test_a_receipt_on_which_a_campaign_breaks_is_counted_and_the_others_replayed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_receipts(world, 3)
    calls = iter(range(9))

    def breaks_once(*args: Any) -> Any:
        if next(calls) == 1:
            raise ZeroDivisionError
        return evaluate_paid(*args)

    await drafted(world, "draft", {"promotions": [giving("5")]})
    monkeypatch.setattr("backend.accrual.replay_deciding.evaluate_paid", breaks_once)
    found = await replayed(world, "draft")
    assert (found["receipts"], found["cost"]["points"]) == ({"seen": 3, "touched": 2, "broken": 1}, "10")


async def test_the_period_is_of_whole_days_by_the_tenants_clock(world: World) -> None:
    await many_receipts(world, 1)  # on the first of March at 10:01 in Belgrade
    await world.rows("update receipt set issued_at = '2026-03-01T23:30:00Z' where tenant_id = :tenant returning id")
    for day, receipts in ((1, 0), (2, 1), (3, 0)):
        found = await replayed(world, "welcome", Period(date(2026, 3, day), date(2026, 3, day)))
        assert found["receipts"]["seen"] == receipts


@pytest.mark.parametrize("year", [1, 9999])
async def test_the_ends_of_the_calendar_hold_no_receipt(world: World, year: int) -> None:
    found = await replayed(world, "welcome", Period(date(year, 1, 1), date(year, 12, 31)))
    assert found["receipts"]["seen"] == 0


@pytest.mark.usefixtures("small")
async def test_a_long_replay_gives_way_to_other_jobs(world: World) -> None:
    await many_receipts(world, 30)
    replay_id = await begun(world, "welcome")
    seconds = itertools.count()

    def clock() -> datetime:
        return NOON + timedelta(seconds=next(seconds))

    services = AccrualServices(world.database, RuleBook(world.database), clock)
    waits = []
    while True:
        try:
            await replay_campaign(services, await world.job_of(str(replay_id)))
            break
        except Retry as wish:
            waits.append(wish.delay)
    assert len(waits) > 3
    assert set(waits) == {timedelta(0)}
    ((state, done),) = await world.rows("select state, receipts_done from replay where id = :id", id=replay_id)
    assert (state, done) == ("done", 30)


async def test_at_most_three_replays_of_64_at_once_are_let_in(world: World) -> None:
    async def one() -> UUID | None:
        try:
            return await begun(world, "welcome")
        except TooManyReplays:
            return None

    found = await asyncio.gather(*(one() for _ in range(64)))
    assert len([each for each in found if each]) == replaying.OPEN_MAX
    await world.worker.run_due()
    assert await begun(world, "welcome", YEAR)
