"""Refunds through the whole path: whoever brings them, in whatever order, once."""

import asyncio
from collections import Counter
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from backend.accrual.rules import RuleBook
from backend.accrual.service import settle
from backend.kit.clock import utc_now
from backend.ledger import service as ledger
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.world import YOGHURT_AND_MILK, YOGHURT_AND_MILK_POINTS, OpenWorld, Someone, World

YOGHURT, MILK = "9520101000040", "9520101000019"


async def settled(world: World, who: Someone, slip: dict[str, Any]) -> dict[str, Any]:
    """Scan and settle; the receipt."""
    receipt_id = await who.accepted(slip["payload"])
    await world.worker.run_due()
    receipt = await who.receipt(receipt_id)
    assert receipt["state"] == "settled"
    return receipt


async def refund(world: World, slip: dict[str, Any], *items: tuple[str, int]) -> dict[str, Any]:
    """A refund of the slip: of so many of each good, or of everything."""
    ordered = [{"gtin": gtin, "quantity": quantity} for gtin, quantity in items]
    return await world.issue(refund_of=slip["fiscal_id"], **({"items": ordered} if ordered else {}))


async def said(world: World, who: Someone) -> list[str]:
    rows = await world.rows(
        "select event from message where tenant_id = :tenant and member_id = :who order by id", who=who.id
    )
    return [row.event for row in rows]


async def test_a_refund_takes_back_line_by_line_and_says_so(world: World) -> None:
    slip = await world.slip()
    bought = await settled(world, world.mira, slip)
    assert [line["points"] for line in bought["lines"]] == ["31", "30"]
    back = await refund(world, slip, (YOGHURT, 2))
    await settled(world, world.mira, back)
    after = await world.mira.receipt(bought["id"])
    assert (after["points"], after["taken_back"]) == (str(YOGHURT_AND_MILK_POINTS), "21")
    assert [line["taken_back"] for line in after["lines"]] == ["21", "0"], "two thirds of 20, 10 and 1, each rounded"
    ((number, total, points),) = [(each["fiscal_id"], each["total"], each["points"]) for each in after["refunds"]]
    assert (number, total, points) == (back["fiscal_id"], "69.98", "21")
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS - 21
    assert await said(world, world.mira) == ["receipt-settled", "refund-settled", "receipt-refunded"]
    (told,) = await world.rows("select body from delivery where tenant_id = :tenant and title like '−%'")
    assert "21 poen " in told.body


async def test_l7_l8_a_refund_is_a_new_transfer_linked_to_the_old_one_at_its_own_time(world: World) -> None:
    slip = await world.slip()
    bought = await settled(world, world.mira, slip)
    back = await settled(world, world.mira, await refund(world, slip))
    earned, reversed_ = await world.rows(
        "select id, kind, reverses, reference, event_at from ledger_transfer where tenant_id = :tenant order by id"
    )
    assert (earned.reference, reversed_.reference) == (f"receipt:{bought['id']}", f"refund:{back['id']}")
    assert (reversed_.kind, reversed_.reverses) == ("reversal", earned.id)
    assert earned.event_at < reversed_.event_at
    (newest, oldest) = (await world.mira.api.get("/wallet/entries")).json()["entries"]
    assert newest["event_at"] == back["facts"]["issued_at"]
    assert (oldest["points"], oldest["balance_after"]) == (str(YOGHURT_AND_MILK_POINTS),) * 2
    assert await world.mira.points() == 0


async def test_any_order_of_a_purchase_and_its_partial_refunds_ends_alike(open_world: OpenWorld) -> None:
    world = await open_world(members=2)
    for place, order in enumerate(permutations(range(3))):
        slip = await world.slip()
        parts = [((YOGHURT, 1), (MILK, 1)), ((MILK, 1), (YOGHURT, 1))]
        slips = [slip, *[await refund(world, slip, *items) for items in parts]]
        before = await world.mira.points()
        for which in order:
            who = world.petar if which and place % 2 else world.mira
            await settled(world, who, slips[which])
        left = await world.mira.points() - before
        assert left == YOGHURT_AND_MILK_POINTS - 21 - 30, order
        await settled(world, world.petar, await refund(world, slip, (YOGHURT, 1)))
        assert await world.mira.points() == before, "the last part takes exactly the rest"
    assert await world.petar.points() == 0


async def test_of_a_purchase_and_64_refunds_at_once_each_counts_exactly_once(open_world: OpenWorld) -> None:
    world = await open_world(members=65)
    slip = await world.issue(shop=SHOPS[0].premises_id, items=[{"gtin": YOGHURT, "quantity": 65}])
    backs = [await refund(world, slip, (YOGHURT, 1)) for _ in range(64)]
    scans = [member.accepted(each["payload"]) for member, each in zip(world.members, [slip, *backs], strict=True)]
    receipts = await asyncio.gather(*scans)
    await world.worker.run_due()
    bought = await world.mira.receipt(receipts[0])
    assert int(bought["points"]) - int(bought["taken_back"]) == await world.mira.points()
    ((points, by_refunds),) = await world.rows(
        "select sum(points), count(distinct refund_id) from reversal where tenant_id = :tenant"
    )
    assert int(points) == int(bought["taken_back"])
    assert len(bought["refunds"]) == by_refunds
    last = await refund(world, slip, (YOGHURT, 1))
    await settled(world, world.petar, last)
    assert await world.mira.points() == 0


async def test_one_refund_at_once_by_64_members_and_settled_64_times_counts_once(open_world: OpenWorld) -> None:
    world = await open_world(members=64)
    slip = await world.slip()
    await settled(world, world.mira, slip)
    back = await refund(world, slip)
    answers = await asyncio.gather(*(member.scan(back["payload"]) for member in world.members))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 63}
    await world.worker.run_due()
    before = await world.trace()
    (receipt_id,) = [answer.json()["id"] for answer in answers if answer.status_code == 202]

    async def once_more() -> None:
        rules = await RuleBook(world.database).of(world.tenant_id)
        async with world.database.transaction(world.tenant_id) as session:
            await settle(session, rules, UUID(receipt_id), now=utc_now())

    await asyncio.gather(*(once_more() for _ in range(64)))
    assert await world.trace() == before
    assert await world.mira.points() == 0
    assert await world.count("ledger_transfer") == 2


async def test_l4_what_was_spent_is_owed_and_later_earns_pay_it_first(world: World) -> None:
    slip = await world.slip()
    await settled(world, world.mira, slip)
    async with world.database.transaction(world.tenant_id) as session:
        await ledger.burn(
            session,
            tenant_id=world.tenant_id,
            programme_id=world.programme_id,
            member_id=world.mira.id,
            points=50,
            reference="a reward",
            event_at=utc_now(),
            now=utc_now(),
        )
    await settled(world, world.mira, await refund(world, slip))
    wallet = (await world.mira.api.get("/wallet")).json()
    assert (wallet["balance"], wallet["debt"], wallet["available"]) == ("0", "50", "0")
    (told,) = await world.rows("select params from message where tenant_id = :tenant and event = 'receipt-refunded'")
    assert (told.params["points"], told.params["owed"]) == (YOGHURT_AND_MILK_POINTS, 50)
    await settled(world, world.mira, await world.slip())
    wallet = (await world.mira.api.get("/wallet")).json()
    assert (wallet["balance"], wallet["debt"]) == (str(YOGHURT_AND_MILK_POINTS - 50), "0")


async def test_a_stranger_learns_nothing_from_a_refund(world: World) -> None:
    bought, elsewhere = await world.slip(), await world.slip()
    await settled(world, world.mira, bought)
    views = [await settled(world, world.petar, await refund(world, slip)) for slip in (bought, elsewhere)]
    for view in views:
        for own in ("id", "facts"):
            view.pop(own)
    assert views[0] == views[1]
    assert views[0]["sure"] == {"points": "0", "applied": [], "undecided": []}
    assert (views[0]["points"], views[0]["taken_back"], views[0]["refunds"]) == ("0", "0", [])
    assert await said(world, world.petar) == ["refund-settled", "refund-settled"]
    assert await said(world, world.mira) == ["receipt-settled", "receipt-refunded"]
    assert (await world.mira.points(), await world.petar.points()) == (0, 0)


async def test_a_refund_of_what_earned_nothing_leaves_no_trace(world: World) -> None:
    bread = await world.issue(shop=SHOPS[0].premises_id, items=[{"name": "Hleb beli 500g"}])
    await settled(world, world.mira, bread)
    await settled(world, world.mira, await refund(world, bread))
    assert await world.count("reversal") == await world.count("ledger_transfer") == 0
    assert await said(world, world.mira) == ["receipt-settled-empty", "refund-settled"]


async def test_another_tenants_purchase_is_out_of_reach(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    slip = await world.slip()
    await settled(world, world.mira, slip)
    await settled(elsewhere, elsewhere.mira, await refund(world, slip))
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_a_purchase_that_still_waits_is_reduced_when_it_settles(world: World) -> None:
    slip = await world.slip()
    back = await refund(world, slip, (YOGHURT, 3))
    world.authorities.answer(503)
    receipt_id = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    world.authorities.instead = None
    await settled(world, world.petar, back)
    assert await world.count("reversal") == 0
    await world.attempt()
    bought = await world.mira.receipt(receipt_id)
    assert (bought["state"], bought["taken_back"]) == ("settled", "31")
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS - 31
    assert await said(world, world.mira) == ["receipt-waiting", "receipt-settled", "receipt-refunded"]


async def test_the_buyer_that_a_refund_must_name_is_forgotten_once_it_is_decided(world: World) -> None:
    slip = await world.slip()
    back = await world.issue(refund_of=slip["fiscal_id"], buyer_id="20:008765432")
    buyer = b"20:008765432"
    await world.mira.accepted(back["payload"])
    ((waiting,),) = await world.rows("select payload from receipt where tenant_id = :tenant")
    assert buyer in waiting, "the authority is asked by the whole code"
    await world.worker.run_due()
    assert (await world.mira.scan(back["payload"])).json()["state"] == "settled"
    assert (await world.petar.scan(back["payload"])).status_code == 409
    for rows in [*(await world.trace()).values(), await world.rows("select * from fiscal_answer")]:
        assert "008765432" not in str(rows)


@pytest.mark.parametrize("order", list(permutations(("advance", "advance_refund", "sale"))))
async def test_inf_15_an_advance_and_its_final_receipt_never_both_count(world: World, order: tuple[str, ...]) -> None:
    advance = await world.issue(shop=SHOPS[0].premises_id, items=YOGHURT_AND_MILK, kind="advance")
    slips = {
        "advance": advance,
        "advance_refund": await world.issue(refund_of=advance["fiscal_id"]),
        "sale": await world.slip(),
    }
    for kind in order:
        receipt = await settled(world, world.mira, slips[kind])
        assert receipt["facts"]["kind"] == kind
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS
    assert await world.count("ledger_transfer") == 1
