"""Receipts that settled before a text was linked get what its lines bring: once, by their own time's rules, and only more."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.accrual import deciding, rerate_jobs
from backend.accrual.jobs import AccrualServices
from backend.accrual.rerate import rerate
from backend.accrual.rerate_jobs import rerate_text
from backend.accrual.rules import RuleBook
from backend.campaigns import service as campaigns
from backend.campaigns.pools import standings
from backend.catalogue.matching import linking
from backend.catalogue.matching.reratings import RERATE
from backend.kit.audit import Actor
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.kit.jobs import Job
from backend.programmes.models import Programme
from backend.promotions.basket import Basket
from backend.promotions.engine import evaluate
from backend.promotions.promotion import Promotion
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.campaigns import actor, drafted, turned
from tests.fixtures.world import BRAND, OpenWorld, Someone, World

BREAD = "9520202000017"
TEXT = "Hleb beli 500g"
OTHER_SELLER = next(place for place, shop in enumerate(SHOPS) if shop.tax_id != SHOPS[0].tax_id)
YOGHURT = "LIPA-9520101000040"
FIVE_EACH: dict[str, Any] = {
    "id": "five-each",
    "name": "Five for yoghurt",
    "audience": "members",
    "items": {"skus": [YOGHURT]},
    "benefit": {"type": "points", "points": "5"},
    "grant": {"as": "points"},
}
TENTH: dict[str, Any] = {**FIVE_EACH, "id": "tenth", "benefit": {"type": "points", "percent": "10"}}


async def slip_of(world: World, count: int = 1, shop: int = 0, **rest: Any) -> dict[str, Any]:
    """A slip of bread, which no product is found for."""
    return await world.issue(shop=SHOPS[shop].premises_id, items=[{"gtin": BREAD, "quantity": count}], **rest)


async def settled(world: World, who: Someone, slip: dict[str, Any] | None = None) -> UUID:
    receipt = await who.accepted((slip or await slip_of(world))["payload"])
    await world.worker.run_due()
    return UUID(receipt)


async def link(world: World, sku: str = YOGHURT, text: str = TEXT, seller: str = SHOPS[0].tax_id) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await linking.link(session, actor(world), text=text, sku=sku, seller_tax_id=seller, now=utc_now())


AT_ONCE = asyncio.Semaphore(16)
"""As many as there are connections, less some for what runs beside them."""


async def once_more(world: World, receipt: UUID) -> bool:
    rules = await RuleBook(world.database).of(world.tenant_id)
    async with AT_ONCE, world.database.transaction(world.tenant_id) as session:
        return await rerate(session, rules, receipt, now=utc_now())


async def runs(world: World) -> list[tuple[str, int, int, int]]:
    rows = await world.rows("select * from rerating where tenant_id = :tenant order by id")
    return [(row.state, row.looked_at, row.given_more, row.broken) for row in rows]


async def test_inf_07_a_link_pays_past_receipts_the_difference_and_says_so(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[FIVE_EACH])
    mine, other, elsewhere = (
        await settled(world, world.mira),
        await settled(world, world.petar),
        await settled(world, world.mira, await slip_of(world, shop=OTHER_SELLER)),
    )
    assert await world.mira.points() == 0
    await link(world)
    await world.worker.run_due()
    assert (await world.mira.points(), await world.petar.points()) == (5, 5), "the other shop is another seller"
    receipt = await world.mira.receipt(str(mine))
    assert receipt["points"] == "0", "what it was given at first stays told"
    assert [(each["promotion"], each["points"]) for each in receipt["awards"]] == [("five-each", "5")]
    assert [each["points"] for each in receipt["later"]] == ["5"]
    assert [(line["product"], line["points"]) for line in receipt["lines"]] == [("Lipa jogurt 180g", "5")]
    assert (await world.mira.receipt(str(elsewhere)))["awards"] == []
    assert await runs(world) == [("done", 2, 2, 0)]
    said = await world.rows(
        "select m.params, d.body from message m join delivery d on (d.tenant_id, d.message_id) = (m.tenant_id, m.id) "
        "where m.tenant_id = :tenant and event = 'receipt-rerated'"
    )
    assert [(row.params["points"], row.params["reasons"]) for row in said] == [(5, ["Five for yoghurt"])] * 2
    transfers = await world.rows("select reference, event_at, posted_at from ledger_transfer where tenant_id = :tenant")
    assert {row.reference for row in transfers} == {f"rerate:{mine}:1", f"rerate:{other}:1"}
    issued = {row.issued_at for row in await world.rows("select issued_at from receipt where tenant_id = :tenant")}
    assert {row.event_at for row in transfers} <= issued


async def test_twice_and_64_times_at_once_is_once(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[FIVE_EACH, TENTH])
    receipt = await settled(world, world.mira)
    await link(world)
    paid = await asyncio.gather(*(once_more(world, receipt) for _ in range(64)))
    assert sum(paid) == 1
    points = await world.mira.points()
    before = await world.trace()
    await world.worker.run_due()
    assert await once_more(world, receipt) is False
    after = await world.trace()
    for kept in ("award", "ledger_transfer", "ledger_entry"):
        assert after[kept] == before[kept]
    assert await world.mira.points() == points > 5


async def test_two_texts_linked_at_once_both_count_once(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[TENTH])
    items = [
        {"name": "KAFA 100G", "quantity": 1, "unit_price": "100.00"},
        {"name": "CAJ 20G", "quantity": 1, "unit_price": "50.00"},
    ]
    receipt = await settled(world, world.mira, await world.issue(shop=SHOPS[0].premises_id, items=items))
    await asyncio.gather(link(world, text="KAFA 100G"), link(world, text="CAJ 20G"))
    await asyncio.gather(world.worker.run_due(), *(once_more(world, receipt) for _ in range(8)))
    await world.worker.run_due()
    assert await world.mira.points() == 15
    lines = (await world.mira.receipt(str(receipt)))["lines"]
    assert [(line["product"], line["points"]) for line in lines] == [
        ("Lipa jogurt 180g", "10"),
        ("Lipa jogurt 180g", "5"),
    ]


async def test_old_receipts_keep_the_old_rule_and_earlier_ones_get_nothing(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    before = await settled(world, world.mira)
    campaign_id = await drafted(world, "bread", {"promotions": [FIVE_EACH]})
    await turned(world, campaign_id, "started")
    during = await settled(world, world.mira)
    async with world.database.transaction(world.tenant_id) as session:
        richer = {"promotions": [{**FIVE_EACH, "benefit": {"type": "points", "points": "50"}}]}
        await campaigns.change(session, actor(world), campaign_id, richer, now=utc_now() + timedelta(seconds=2))
    await link(world)
    await world.worker.run_due()
    given = await world.rows("select receipt_id, points from award where tenant_id = :tenant")
    assert [(row.receipt_id, row.points) for row in given] == [(during, 5)]
    assert before != during


async def test_what_else_has_changed_since_gives_a_settled_receipt_nothing(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[FIVE_EACH])
    receipt = await settled(world, world.mira)
    long_ago = utc_now() - timedelta(days=2)
    late = {"promotions": [{**FIVE_EACH, "id": "late", "items": None}]}
    await turned(world, await drafted(world, "late", late, now=long_ago), "started", now=long_ago)
    await link(world)
    await world.worker.run_due()
    given = await world.rows("select promotion from award where tenant_id = :tenant")
    assert [row.promotion for row in given] == ["five-each"]
    assert await once_more(world, receipt) is False


async def test_a_better_promotion_pays_what_it_is_better_by(open_world: OpenWorld) -> None:
    three = {**FIVE_EACH, "id": "three", "items": None, "benefit": {"type": "points", "points": "3"}}
    best = {"combine": {"group": "g", "mode": "best"}}
    world = await open_world(promotions=[{**three, **best}, {**FIVE_EACH, **best}])
    receipt = await settled(world, world.mira)
    assert await world.mira.points() == 3
    await link(world)
    await world.worker.run_due()
    assert await world.mira.points() == 5
    assert await once_more(world, receipt) is False


async def test_nothing_is_taken_away_when_a_line_leaves_what_a_promotion_counted(open_world: OpenWorld) -> None:
    rest = {**TENTH, "items": {"all": True, "except": {"brands": [BRAND]}}}
    world = await open_world(promotions=[rest])
    await settled(world, world.mira)
    points = await world.mira.points()
    assert points > 0
    await link(world)
    await world.worker.run_due()
    assert await world.mira.points() == points
    assert await world.count("resettlement") == 0


async def test_a_refund_before_lessens_it_and_one_after_takes_exactly_the_rest(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[TENTH])
    slip = await slip_of(world, 4)
    receipt = await settled(world, world.mira, slip)
    part = [{"gtin": BREAD, "quantity": 1}]
    await settled(world, world.petar, await world.issue(refund_of=slip["fiscal_id"], items=part))
    await link(world)
    await world.worker.run_due()
    (award,) = await world.rows("select points from award where tenant_id = :tenant")
    shown = await world.mira.receipt(str(receipt))
    assert await world.mira.points() == award.points - int(shown["taken_back"]) < award.points
    assert 0 < int(shown["taken_back"]) <= award.points // 4 + 1
    assert await world.count("ledger_transfer") == 1, "what was returned already is not paid first"
    await settled(world, world.petar, await world.issue(refund_of=slip["fiscal_id"], items=part))
    assert await world.mira.points() > 0
    back = [{"gtin": BREAD, "quantity": 2}]
    await settled(world, world.petar, await world.issue(refund_of=slip["fiscal_id"], items=back))
    wallet = (await world.mira.api.get("/wallet")).json()
    assert (wallet["balance"], wallet["debt"]) == ("0", "0")
    assert (await world.mira.receipt(str(receipt)))["taken_back"] == str(award.points)


async def test_a_refund_at_the_same_time_ends_alike_whoever_is_first(open_world: OpenWorld) -> None:
    world = await open_world(members=9, promotions=[TENTH])
    slips = [await slip_of(world, 2) for _ in range(8)]
    receipts = [await settled(world, who, slip) for who, slip in zip(world.members, slips, strict=False)]
    await link(world)
    for slip in slips:
        await world.members[8].accepted((await world.issue(refund_of=slip["fiscal_id"]))["payload"])
    await asyncio.gather(world.worker.run_due(), *(once_more(world, receipt) for receipt in receipts))
    await world.worker.run_due()
    assert [await who.points() for who in world.members] == [0] * 9


async def test_a_budget_holds_for_64_past_receipts_and_counts_what_they_got(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[])
    limited = {"promotions": [{**FIVE_EACH, "limits": {"budget": "52.00", "total": 40}}]}
    campaign_id = await drafted(world, "limited", limited)
    await turned(world, campaign_id, "started")
    for slip in [await slip_of(world) for _ in range(16)]:
        await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    await link(world)
    receipts = [row.id for row in await world.rows("select id from receipt where tenant_id = :tenant")]
    await asyncio.gather(*(once_more(world, receipt) for receipt in receipts * 4))
    await world.worker.run_due()
    assert await world.mira.points() == 50
    async with world.database.transaction(world.tenant_id) as session:
        found = await standings(session, world.tenant_id, campaign_id)
    assert {each.pool.kind: (each.used, each.held) for each in found} == {"uses": (10, 0), "value": (50_00, 0)}


async def test_what_the_member_was_shown_is_given_when_a_line_is_found_later(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[{**FIVE_EACH, "limits": {"per_member": 1, "total": 1}}])
    receipt = await settled(world, world.mira)
    assert len((await world.mira.api.get("/offers")).json()["offers"]) == 1
    await link(world)
    await world.worker.run_due()
    assert await world.mira.points() == 5
    assert not await once_more(world, receipt)


async def test_what_a_limited_promotion_gives_on_top_is_one_use_and_more_of_the_budget(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    limited = {"promotions": [{**TENTH, "limits": {"budget": "1000.00", "per_member": 1}}]}
    campaign_id = await drafted(world, "limited", limited)
    await turned(world, campaign_id, "started")
    items = [{"gtin": BREAD, "quantity": 1}, {"gtin": YOGHURT.removeprefix("LIPA-"), "quantity": 3}]
    await settled(world, world.mira, await world.issue(shop=SHOPS[0].premises_id, items=items))
    first = await world.mira.points()
    await settled(world, world.mira)
    await link(world)
    await world.worker.run_due()
    points = await world.mira.points()
    assert points > first > 0
    async with world.database.transaction(world.tenant_id) as session:
        (value,) = await standings(session, world.tenant_id, campaign_id)
    assert value.used == points * 100
    ((uses,),) = await world.rows("select uses from member_uses where tenant_id = :tenant")
    assert uses == 1, "the second receipt gets nothing of it, linked or not"
    assert await world.count("resettlement") == 1


async def test_a_run_that_was_cut_goes_on_where_it_was(open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await open_world(members=1, promotions=[FIVE_EACH])
    monkeypatch.setattr(rerate_jobs, "PAGE", 2)
    for _ in range(5):
        await settled(world, world.mira)
    await link(world)
    ((run,),) = await world.rows("select id from rerating where tenant_id = :tenant")
    job = Job(run, world.tenant_id, RERATE, run, 1)
    services = AccrualServices(world.database, RuleBook(world.database), utc_now)
    original, left = rerate, [3]

    async def dying(*args: Any, **rest: Any) -> bool:
        gave = await original(*args, **rest)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt  # in the transaction, after everything was posted
        return gave

    monkeypatch.setattr(rerate_jobs, "rerate", dying)
    with pytest.raises(KeyboardInterrupt):
        await rerate_text(services, job)
    assert await runs(world) == [("running", 2, 2, 0)]
    monkeypatch.setattr(rerate_jobs, "rerate", original)
    await asyncio.gather(rerate_text(services, job), rerate_text(services, job))
    assert await runs(world) == [("done", 5, 5, 0)]
    assert await world.mira.points() == 25
    await rerate_text(services, job)
    assert await world.count("ledger_transfer") == 5


async def test_a_link_that_is_replaced_or_gone_stops_its_run_and_takes_nothing_back(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[FIVE_EACH, {**TENTH, "items": {"skus": ["LIPA-9520101000033"]}}])
    receipt = await settled(world, world.mira)
    await link(world)
    await link(world, "LIPA-9520101000033")
    await world.worker.run_due()
    assert [state for state, *_ in await runs(world)] == ["stopped", "done"]
    points = await world.mira.points()
    assert [row.promotion for row in await world.rows("select promotion from award where tenant_id = :tenant")] == [
        "tenth"
    ]
    await link(world)
    ((text_id,),) = await world.rows("select id from unmatched_text where tenant_id = :tenant")
    async with world.database.transaction(world.tenant_id) as session:
        await linking.unlink(session, Actor(world.tenant_id, None), text_id, now=utc_now())
    await world.worker.run_due()
    assert [state for state, *_ in await runs(world)] == ["stopped", "done", "stopped"]
    assert await once_more(world, receipt) is False
    assert await world.mira.points() == points > 0


async def test_another_tenants_receipts_with_the_text_stay_as_they_are(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(promotions=[FIVE_EACH]), await open_world(promotions=[FIVE_EACH])
    await settled(world, world.mira)
    await settled(elsewhere, elsewhere.mira)
    await link(world, seller="*")
    await world.worker.run_due()
    assert (await world.mira.points(), await elsewhere.mira.points()) == (5, 0)


async def another_programme(world: World) -> UUID:
    """A second programme of everyone, with points of one decimal."""
    row = Programme(
        tenant_id=world.tenant_id,
        id=new_id(),
        created_at=utc_now(),
        code="second",
        name="Second",
        currency="RSD",
        points_decimals=1,
    )
    async with world.database.transaction(world.tenant_id) as session:
        session.add(row)
        return row.id


async def test_every_programme_gives_its_own_within_its_own_limits_and_refunds_take_each_back(
    open_world: OpenWorld,
) -> None:
    world = await open_world(promotions=[])
    second = await another_programme(world)
    once = {"limits": {"per_member": 2}}
    all_of_it = {**FIVE_EACH, "id": "whatever", "items": None, **once}
    for code, programme in (("first", world.programme_id), ("other", second)):
        own = {"promotions": [{**FIVE_EACH, **once}, {**all_of_it, "id": f"all-{code}"}]}
        await turned(world, await drafted(world, code, own, programme_id=programme), "started")
    slip = await slip_of(world)
    receipt = await settled(world, world.mira, slip)
    await link(world)
    await world.worker.run_due()
    wallets = await world.rows(
        "select programme_id, balance from ledger_account where tenant_id = :tenant and kind = 'points'"
    )
    assert {row.programme_id: row.balance for row in wallets} == {world.programme_id: 10, second: 100}
    references = await world.rows("select reference from ledger_transfer where tenant_id = :tenant")
    assert {row.reference for row in references} == {
        f"{name}{programme}" for name in (f"receipt:{receipt}", f"rerate:{receipt}:1") for programme in ("", ":second")
    }
    assert await once_more(world, receipt) is False
    await settled(world, world.petar, await world.issue(refund_of=slip["fiscal_id"]))
    wallets = await world.rows("select balance from ledger_account where tenant_id = :tenant and kind <> 'issuer'")
    assert {row.balance for row in wallets} == {0}
    said = await world.rows("select 1 from message where tenant_id = :tenant and event = 'receipt-refunded'")
    assert len(said) == 2, "one for each programme, not for each round"


async def test_a_receipt_that_a_campaign_breaks_on_is_passed_by_and_counted(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await open_world(promotions=[FIVE_EACH])
    await settled(world, world.mira)
    spoilt = await settled(world, world.petar)
    await link(world)

    def breaking(basket: Basket, promotions: tuple[Promotion, ...]) -> Any:
        assert basket.member is not None
        return 1 // 0 if basket.member.id == str(world.petar.id) else evaluate(basket, promotions)

    monkeypatch.setattr(deciding, "evaluate_paid", breaking)
    await world.worker.run_due()
    assert await runs(world) == [("done", 2, 1, 1)]
    assert (await world.mira.points(), await world.petar.points()) == (5, 0)
    monkeypatch.undo()
    assert await once_more(world, spoilt) is True
