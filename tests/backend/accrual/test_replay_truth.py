"""A replay knows what settling knew, and compares everything that receipts bring; one that breaks ends as failed."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accrual import replay as replaying
from backend.accrual import replay_portion, replay_sums
from backend.accrual.jobs import AccrualServices, replay_campaign
from backend.accrual.replay import Period, advance
from backend.accrual.rules import RuleBook
from backend.campaigns.codes import import_codes
from backend.kit.clock import utc_now
from backend.kit.jobs import Retry
from receipt_parsers.playground.shops import SHOPS
from tests.backend.accrual.test_refunds import YOGHURT, refund, settled
from tests.backend.accrual.test_replay import bought, changed, items
from tests.fixtures.campaigns import actor, drafted, giving, turned
from tests.fixtures.replays import YEAR, begun, many_receipts, replayed, taken
from tests.fixtures.staff import hire
from tests.fixtures.world import OpenWorld, Someone, World

TICKETS = {"id": "tickets", "benefit": {"type": "entries", "draw": "easter", "every": "100.00"}}
COUPONS = {"id": "coupons", "limits": {"per_member": 2}, "benefit": {"type": "coupon", "series": "K"}}
BACK = {"id": "back", "benefit": {"type": "percent", "percent": "2"}, "grant": {"as": "cashback"}}
FOR_COUPON = {
    "id": "for-coupon",
    "conditions": [{"type": "coupon", "series": "K"}],
    "benefit": {"type": "amount", "amount": "5.00"},
    "grant": {"as": "card"},
}
FOR_CODE = giving("9", id="for-code", conditions=[{"type": "code", "list": "spring"}])
EVERYTHING: list[dict[str, Any]] = [
    TICKETS,
    COUPONS,
    BACK,
    FOR_COUPON,
    FOR_CODE,
    {"id": "gift", "limits": {"total": 3}, "benefit": {"type": "gift", "sku": "MUG", "quantity": "2"}},
    {"id": "text", "benefit": {"type": "text", "text": "HVALA"}},
    giving("2", id="third", conditions=[{"type": "purchase_number", "every": 3}]),
    giving("3", id="spent", conditions=[{"type": "spent", "min": "300.00", "days": 30}]),
    giving("4", id="new", conditions=[{"type": "event", "name": "signed_up"}]),
    {
        "id": "stamps",
        "items": {"gtins": [YOGHURT]},
        "benefit": {"type": "stamp", "counter": "cups", "needs": 5, "reward": {"type": "points", "points": "7"}},
    },
    {"id": "off", "benefit": {"type": "percent", "percent": "50"}, "combine": {"mode": "alone"}},
]
purchases = st.lists(
    st.fixed_dictionaries(
        {
            "items": items,
            "who": st.integers(0, 1),
            "code": st.booleans(),
            "coupon": st.booleans(),
            "back": st.booleans(),
        }
    ),
    min_size=1,
    max_size=5,
)


async def shown(world: World, who: Someone, slip: dict[str, Any], **presented: Any) -> None:
    answer = await who.api.post("/receipts", json={"payload": slip["payload"], **presented})
    assert answer.status_code == 202, answer.text
    await world.worker.run_due()


async def spring(world: World, *codes: str) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await import_codes(session, actor(world), "spring", list(codes), now=utc_now())


async def coupons_of(world: World, who: Someone) -> list[str]:
    rows = await world.rows(
        "select code from coupon where tenant_id = :tenant and member_id = :id order by 1", id=who.id
    )
    return [row.code for row in rows]


def amounts(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        ":".join(filter(None, (each["kind"], each["name"], each["currency"]))): (each["given"], each["would_give"])
        for each in found["awards"]
    }


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slips=purchases)
async def test_mt_30_replaying_what_is_live_changes_nothing_of_any_kind(
    open_world: OpenWorld, slips: list[Any]
) -> None:
    world = await open_world(promotions=EVERYTHING)
    await spring(world, "A1", "A2")
    for number, each in enumerate(slips):
        who = world.members[each["who"]]
        slip = await world.issue(shop=SHOPS[0].premises_id, items=each["items"])
        codes = {"codes": [f"a{1 + number % 2}"]} if each["code"] else {}
        coupons = {"coupons": (await coupons_of(world, who))[:1]} if each["coupon"] else {}
        await shown(world, who, slip, **codes, **coupons)
        if each["back"]:
            await settled(world, who, await refund(world, slip, (each["items"][0]["gtin"], 1)))
    found = await replayed(world, "welcome")
    assert {each["difference"] for each in found["awards"]} <= {"0", "0.00"}
    assert (found["gainers"], found["losers"], found["receipts"]["broken"]) == ([], [], 0)
    assert found["members"]["same"] == found["members"]["seen"] == len({each["who"] for each in slips})
    kinds = {row.kind for row in await world.rows("select kind from voucher where tenant_id = :tenant")}
    for table, kind in (("draw_entry", "entries"), ("coupon", "coupon"), ("gift", "gift")):
        kinds |= {kind} if await world.count(table) else set()
    assert kinds <= {each["kind"] for each in found["awards"]}


async def test_lty_38_tickets_coupons_and_money_are_compared_by_kind_and_member(world: World) -> None:
    await turned(world, await drafted(world, "live", {"promotions": [TICKETS, BACK]}), "started")
    await bought(world, await world.slip())
    await bought(world, await world.slip(), who=1)
    twice = {**TICKETS, "benefit": {**TICKETS["benefit"], "every": "50.00"}}  # type: ignore[dict-item]
    half = {**BACK, "benefit": {"type": "percent", "percent": "1"}}
    await changed(world, "live", [twice, half, {**COUPONS, "limits": {"total": 1}}])
    found = await replayed(world, "live")
    assert amounts(found) == {
        "cashback:RSD": ("15.40", "7.70"),
        "coupon:K": ("0", "1"),
        "entries:easter": ("6", "14"),
        "points": ("122", "122"),
    }
    assert (found["cost"]["entries"], found["cost"]["coupon"]) == (14, 1)
    assert found["members"] == {"seen": 2, "touched": 2, "gain": 0, "lose": 0, "mixed": 2, "same": 0}
    first = {each["kind"]: each["difference"] for each in found["gainers"][0]["awards"]}
    assert (found["gainers"][0]["member"], first["entries"], first["coupon"]) == (str(world.mira.id), "4", "1")
    assert [day["spent"] for day in found["by_day"]] == ["7.70"], "the budget's money of the day"
    assert {each["sku"] for each in found["products"]} == {"LIPA-9520101000040", "LIPA-9520101000019"}


async def test_a_draft_of_tickets_alone_says_who_gains_most_and_on_which_products(world: World) -> None:
    await bought(world, await world.slip())
    await bought(world, await world.slip(), await world.slip(), who=1)
    await drafted(world, "draw", {"promotions": [{**TICKETS, "items": {"gtins": [YOGHURT]}}]})
    found = await replayed(world, "draw")
    assert [each["member"] for each in found["gainers"]] == [str(world.petar.id), str(world.mira.id)]
    assert [(each["sku"], each["receipts"]) for each in found["products"]] == [(f"LIPA-{YOGHURT}", 3)]
    assert found["members"]["gain"] == 2


async def test_purchases_spending_and_signing_up_are_what_settling_knew_whatever_the_order(
    open_world: OpenWorld,
) -> None:
    promotions = [each for each in EVERYTHING if each["id"] in {"third", "spent", "new"}]
    world = await open_world(members=1, promotions=[*promotions, giving("1", id="one")])
    slips = [await world.slip() for _ in range(4)]
    for slip in (slips[2], slips[0], slips[3], slips[1]):
        await bought(world, slip)
    found = await replayed(world, "welcome")
    assert found["points"]["given"] == found["points"]["would_give"]
    assert (found["gainers"], found["losers"]) == ([], [])
    await drafted(
        world, "second", {"promotions": [giving("5", conditions=[{"type": "purchase_number", "first": True}])]}
    )
    assert int((await replayed(world, "second"))["cost"]["points"]) > 0


async def test_a_draft_spends_a_single_use_code_once_and_a_coupon_too(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[COUPONS])
    await spring(world, "A1")
    await bought(world, await world.slip())
    (coupon,) = await coupons_of(world, world.mira)
    for who in (world.mira, world.petar, world.mira):
        await shown(world, who, await world.slip(), codes=["a1"], coupons=[coupon])
    own = giving("1", id="own", conditions=[{"type": "code", "list": ["A1"], "single_use": True}])
    await drafted(world, "draft", {"promotions": [FOR_CODE, FOR_COUPON, own]})
    found = await replayed(world, "draft")
    uses = {each["promotion"]: each["uses"] for each in found["by_promotion"]}
    assert uses == {"for-code": 1, "for-coupon": 1, "own": 1}


async def test_codes_spent_in_one_portion_are_spent_in_the_next(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_portion, "PORTION", 1)
    world = await open_world(promotions=[])
    await spring(world, "A1")
    for who in (world.mira, world.petar):
        await shown(world, who, await world.slip(), codes=["a1"])
    await drafted(world, "draft", {"promotions": [FOR_CODE]})
    assert (await replayed(world, "draft"))["cost"]["uses"] == 1


async def test_a_code_that_somebody_else_had_spent_by_then_gives_a_draft_nothing(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[FOR_CODE])
    await spring(world, "A1")
    for who in (world.mira, world.petar):
        await shown(world, who, await world.slip(), codes=["a1"])
    await drafted(world, "draft", {"promotions": [{**FOR_CODE, "id": "again", "audience": "members"}]})
    found = await replayed(world, "draft")
    assert (found["cost"]["uses"], [each["member"] for each in found["gainers"]]) == (1, [str(world.mira.id)])


async def test_a_changed_card_of_stamps_fills_from_receipt_to_receipt(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_portion, "PORTION", 2)
    (stamps,) = (each for each in EVERYTHING if each["id"] == "stamps")
    world = await open_world(members=1, promotions=[stamps])
    for _ in range(4):  # three yoghurts each: 12 stamps, two cards of five
        await bought(world, await world.slip())
    assert amounts(await replayed(world, "welcome")) == {"points": ("14", "14")}
    await changed(world, "welcome", [{**stamps, "benefit": {**stamps["benefit"], "needs": 4}}])
    assert amounts(await replayed(world, "welcome")) == {"points": ("14", "21")}


async def test_limits_go_on_from_what_was_used_before_the_period(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[])
    limited = giving("5", limits={"total": 3, "per_member": 3, "budget": "99.00"})
    await turned(world, await drafted(world, "limited", {"promotions": [limited]}), "started")
    for _ in range(4):
        await bought(world, await world.slip())
    await world.rows(
        "update receipt set issued_at = issued_at - interval '40 days' where tenant_id = :tenant and id in "
        "(select id from receipt where tenant_id = :tenant order by id limit 2) returning id"
    )
    today = utc_now().date()
    found = await replayed(world, "limited", Period(today - timedelta(2), today + timedelta(1)))
    assert amounts(found) == {"points": ("5", "5")}
    assert {each["kind"]: each["used"] for each in found["limits"]} == {"uses": "3", "value": "15.00"}


class Broken:
    """A replay whose portions cannot be added."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.services = AccrualServices(world.database, RuleBook(world.database), utc_now)
        self.patches = monkeypatch

    async def running(self) -> UUID:
        """A replay whose receipts are counted and not yet decided."""
        replay_id = await begun(self.world, "welcome")
        await advance(self.world.database, self.world.tenant_id, replay_id, clock=utc_now)
        return replay_id

    async def turn(self, replay_id: UUID) -> str:
        try:
            await replay_campaign(self.services, await self.world.job_of(str(replay_id)))
        except Retry as wish:
            return wish.reason
        return "ended"

    def breaks(self) -> None:
        async def add(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        self.patches.setattr("backend.accrual.replay.add_tally", add)

    def mended(self, add: Any) -> None:
        self.patches.setattr("backend.accrual.replay.add_tally", add)


@pytest.fixture
async def broken(world: World, monkeypatch: pytest.MonkeyPatch) -> Broken:
    monkeypatch.setattr(replay_portion, "PORTION", 7)
    await many_receipts(world, 30)
    return Broken(world, monkeypatch)


async def test_a_replay_that_breaks_turn_after_turn_fails_with_a_reason_and_leaves_nothing(broken: Broken) -> None:
    world = broken.world
    replay_id = await broken.running()
    broken.breaks()
    reasons = [await broken.turn(replay_id) for _ in range(replaying.TRIES_MAX + 1)]
    assert reasons == ["replay-broken"] * replaying.TRIES_MAX + ["ended"]
    manager = await hire(world, "brand_manager")
    shown = (await manager.api.get(f"/staff/replays/{replay_id}")).json()
    assert (shown["replay"]["state"], shown["replay"]["failure"], shown["result"]) == ("failed", "replay-broken", None)
    assert shown["replay"]["ended_at"]
    refused = await manager.api.post(f"/staff/replays/{replay_id}/cancel")
    assert refused.json()["code"] == "replay-ended"
    assert (await world.count("replay_member"), await world.count("replay_sum")) == (0, 0)
    for _ in range(replaying.OPEN_MAX):
        await begun(world, "welcome", YEAR)


async def test_a_replay_that_breaks_now_and_then_is_taken_up_however_many_turns_it_had(broken: Broken) -> None:
    world, add = broken.world, replay_sums.add_tally
    whole = await replayed(world, "welcome")
    replay_id = await begun(world, "welcome")
    for _ in range(4):
        broken.mended(add)
        await advance(world.database, world.tenant_id, replay_id, clock=utc_now)
        broken.breaks()
        for _ in range(replaying.TRIES_MAX - 1):
            assert await broken.turn(replay_id) == "replay-broken"
    broken.mended(add)
    assert await broken.turn(replay_id) == "ended"
    assert await taken(world, replay_id) == whole


async def test_a_replay_that_takes_its_worker_with_it_fails_too(broken: Broken) -> None:
    world = broken.world
    replay_id = await broken.running()

    async def killed(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    broken.patches.setattr("backend.accrual.replay.add_tally", killed)
    for _ in range(replaying.TRIES_MAX):
        with pytest.raises(asyncio.CancelledError):
            await broken.turn(replay_id)
    assert await broken.turn(replay_id) == "ended"
    ((state,),) = await world.rows("select state from replay where id = :id", id=replay_id)
    assert state == "failed"


async def test_what_ran_before_the_period_does_not_count_on_all_days(world: World) -> None:
    limited = giving("5", limits={"total": 1})
    days = {"from": utc_now().date().isoformat(), "days": 1}
    await turned(world, await drafted(world, "today", {"valid": days, "promotions": [limited]}), "started")
    await bought(world, await world.slip())
    assert amounts(await replayed(world, "today"))["points"] == ("66", "66")
    await world.rows(
        "update receipt set issued_at = issued_at - interval '400 days' where tenant_id = :tenant returning id"
    )
    await bought(world, await world.slip())
    found = await replayed(world, "today", Period(date(2025, 1, 1), date(2025, 12, 31)))
    assert (found["days"], found["cost"]["uses"]) == ("all", 1)
