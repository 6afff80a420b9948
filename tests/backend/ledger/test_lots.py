"""Which points are spent, given back and moved, and when they can be spent at all."""

from datetime import timedelta
from typing import Any

import pytest

from backend.ledger.errors import InsufficientPoints, ReversalTooLarge, TransferUnknown, WalletHeld
from backend.ledger.queries import Expiry, Wallet, expiries

Shop = Any
OpenShop = Any

DAY = timedelta(days=1)


async def three_lots(shop: Shop) -> None:
    """10 that end on day 30, 20 on day 10, 30 never: earned in this order."""
    for days, points in ((30, 10), (10, 20), (None, 30)):
        await shop.valid(days)
        await shop.earn(0, points, f"receipt:{points}")


async def test_the_earliest_expiring_points_are_spent_first_and_of_those_the_oldest(shop: Shop) -> None:
    await three_lots(shop)
    await shop.valid(10)
    await shop.earn(0, 5, "receipt:later")
    tenth, thirtieth = shop.noon + 10 * DAY, shop.noon + 30 * DAY
    await shop.burn(0, 19, "reward:1")
    assert await shop.lots(0) == [(1, tenth), (5, tenth), (10, thirtieth), (30, None)]
    await shop.burn(0, 8, "reward:2")
    assert await shop.lots(0) == [(0, tenth), (0, tenth), (8, thirtieth), (30, None)]
    await shop.audit()


async def test_points_are_pending_until_their_day(shop: Shop) -> None:
    await shop.valid(40, pending=3)
    await shop.earn(0, 50, "receipt:1")
    assert await shop.wallet(0) == Wallet(balance=50, pending=50)
    with pytest.raises(InsufficientPoints) as refused:
        await shop.burn(0, 1, "reward:1", now=shop.noon + 3 * DAY - timedelta(microseconds=1))
    assert refused.value.params == {"available": "0"}
    await shop.burn(0, 50, "reward:2", now=shop.noon + 3 * DAY)
    await shop.audit()


async def test_points_are_valid_until_their_moment_even_if_nobody_took_them(shop: Shop) -> None:
    await shop.valid(5)
    await shop.earn(0, 50, "receipt:1")
    end = shop.noon + 5 * DAY
    assert await shop.wallet(0) == Wallet(balance=50, expiring=50)
    assert (await shop.wallet(0, expiring_within=4 * DAY)).expiring == 0
    await shop.burn(0, 10, "reward:1", now=end - timedelta(microseconds=1))
    assert await shop.wallet(0, now=end) == Wallet(balance=40, expired=40)
    with pytest.raises(InsufficientPoints):
        await shop.burn(0, 1, "reward:2", now=end)


async def test_a_reversal_takes_its_own_points_first_then_others_then_makes_a_debt(shop: Shop) -> None:
    await three_lots(shop)
    taken = await shop.take_back(0, 25, "undo:1", original="receipt:30")
    assert taken.points == -25
    assert [left for left, _ in await shop.lots(0)] == [20, 10, 5]
    await shop.burn(0, 15, "reward:1")
    await shop.take_back(0, 5, "undo:2", original="receipt:30")
    await shop.take_back(0, 10, "undo:3", original="receipt:10")
    assert [left for left, _ in await shop.lots(0)] == [5, 0, 0]
    taken = await shop.take_back(0, 20, "undo:4", original="receipt:20")
    assert (taken.points, taken.debt) == (-5, -15)
    await shop.audit()


async def test_a_rollback_gives_back_to_the_lots_that_were_spent(shop: Shop) -> None:
    await three_lots(shop)
    await shop.burn(0, 35, "reward:1")
    assert [left for left, _ in await shop.lots(0)] == [0, 0, 25]
    back = await shop.roll_back(0, "void:1", original="reward:1", points=12)
    assert (back.points, back.debt) == (12, 0)
    assert [left for left, _ in await shop.lots(0)] == [0, 7, 30], "what would have gone last comes back first"
    back = await shop.roll_back(0, "void:2", original="reward:1")
    assert back.points == 23
    assert [left for left, _ in await shop.lots(0)] == [20, 10, 30]
    with pytest.raises(ReversalTooLarge):
        await shop.roll_back(0, "void:3", original="reward:1")
    assert (await shop.entries(0))[0].kind == "restoration"
    await shop.audit()


async def test_l7_a_rollback_is_linked_to_what_it_takes_back(shop: Shop) -> None:
    await shop.earn(0, 10, "receipt:1")
    burned = await shop.burn(0, 10, "reward:1")
    back = await shop.roll_back(0, "void:1", original="reward:1")
    row = await shop.auditor.fetchrow("select kind, reverses from ledger_transfer where id = $1", back.transfer_id)
    assert tuple(row) == ("restoration", burned.transfer_id)


async def test_a_rollback_pays_a_debt_first_and_an_expired_lot_stays_expired(shop: Shop) -> None:
    await shop.valid(5)
    await shop.earn(0, 30, "receipt:1")
    await shop.burn(0, 30, "reward:1")
    await shop.take_back(0, 10, "undo:1", original="receipt:1")
    late = shop.noon + 6 * DAY
    back = await shop.roll_back(0, "void:1", original="reward:1", now=late)
    assert (back.points, back.debt) == (20, 10)
    assert await shop.wallet(0, now=late) == Wallet(balance=20, expired=20)
    await shop.audit()


@pytest.mark.parametrize("original", ["receipt:1", "undo:1", "reward:other", "nothing"])
async def test_only_a_burn_or_capture_of_the_same_wallet_is_rolled_back(shop: Shop, original: str) -> None:
    await shop.earn(0, 30, "receipt:1")
    await shop.take_back(0, 5, "undo:1", original="receipt:1")
    await shop.earn(1, 30, "receipt:2")
    await shop.burn(1, 30, "reward:other")
    before = await shop.trace()
    with pytest.raises(TransferUnknown):
        await shop.roll_back(0, "void:1", original=original)
    assert await shop.trace() == before


async def test_mt_25_a_reissued_card_takes_the_remaining_points_to_the_new_wallet_with_their_times(shop: Shop) -> None:
    await shop.valid(30)
    await shop.earn(0, 200, "receipt:1")
    await shop.valid(90, pending=10)
    await shop.earn(0, 120, "receipt:2")
    lots = await shop.lots(0)
    moved = await shop.transfer(0, 1, "reissue:1")
    assert (moved.points, await shop.wallet(0)) == (-320, Wallet())
    assert await shop.wallet(1) == Wallet(balance=320, pending=120, expiring=200)
    assert await shop.lots(1) == lots
    entries = [(await shop.entries(member))[0] for member in (0, 1)]
    assert [entry.amount for entry in entries] == [-320, 320]
    assert {entry.transfer_id for entry in entries} == {moved.transfer_id}, "two linked entries"
    again = await shop.transfer(0, 1, "reissue:1")
    assert (again.points, again.replayed) == (-320, True)
    await shop.audit()


async def test_mt_25_a_debt_goes_with_the_wallet_and_is_paid_by_the_new_one(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 100, "reward:1")
    await shop.take_back(0, 70, "undo:1", original="receipt:1")
    await shop.earn(1, 50, "receipt:2")
    moved = await shop.transfer(0, 1, "merge:1")
    assert (moved.points, moved.debt) == (0, 70)
    assert (await shop.wallet(0), await shop.wallet(1)) == (Wallet(), Wallet(debt=20))
    await shop.earn(2, 30, "receipt:3")
    await shop.transfer(2, 1, "merge:2")
    assert (await shop.wallet(1), await shop.lots(1)) == (Wallet(balance=10), [(0, None), (10, None)])
    await shop.audit()


async def test_a_part_of_a_wallet_is_moved_if_it_is_available(shop: Shop) -> None:
    await three_lots(shop)
    before = await shop.trace()
    with pytest.raises(InsufficientPoints) as refused:
        await shop.transfer(0, 1, "gift:1", points=61)
    assert refused.value.params == {"available": "60"}
    assert await shop.trace() == before
    await shop.transfer(0, 1, "gift:1", points=25)
    assert [left for left, _ in await shop.lots(1)] == [20, 5]
    assert [left for left, _ in await shop.lots(0)] == [0, 5, 30]
    await shop.audit()


async def test_nothing_is_moved_out_of_an_empty_wallet_nor_a_whole_one_that_is_held(shop: Shop) -> None:
    with pytest.raises(InsufficientPoints):
        await shop.transfer(0, 1, "merge:1")
    assert not any(await shop.trace())
    await shop.earn(0, 10, "receipt:1")
    await shop.hold(0, 1, "hold:1")
    with pytest.raises(WalletHeld):
        await shop.transfer(0, 1, "merge:2")
    assert (await shop.transfer(0, 1, "gift:1", points=9)).points == -9


async def test_staff_give_and_take_points_with_a_reason_that_stays_and_an_audit_row(shop: Shop) -> None:
    await shop.valid(30, pending=5)
    given = await shop.adjust(0, 40, "case:1", reason="Wrong price on the shelf")
    assert (await shop.wallet(0)).available == 40, "given by hand, it is not pending"
    assert await shop.lots(0) == [(40, shop.noon + 30 * DAY)]
    await shop.adjust(0, -15, "case:2")
    assert (await shop.adjust(0, -15, "case:2", now=shop.noon + DAY)).replayed
    with pytest.raises(InsufficientPoints):
        await shop.adjust(0, -26, "case:3")
    row = await shop.auditor.fetchrow("select kind, reason from ledger_transfer where id = $1", given.transfer_id)
    assert tuple(row) == ("adjustment", "Wrong price on the shelf")
    audited = await shop.auditor.fetch(
        "select action, subject_id, after from audit where tenant_id = $1 order by seq", shop.tenant_id
    )
    assert [(row["action"], row["subject_id"]) for row in audited] == [("points.adjust", shop.members[0])] * 2
    assert '"points": -15' in audited[1]["after"]
    await shop.audit()


async def test_the_next_expiries_are_listed_and_lots_of_one_moment_are_one(shop: Shop) -> None:
    await three_lots(shop)
    await shop.valid(30)
    await shop.earn(0, 7, "receipt:7")
    async with shop.database.transaction(shop.tenant_id) as session:
        listed = await expiries(
            session, shop.tenant_id, shop.members[0], shop.programme_id, now=shop.noon + DAY, limit=5
        )
    assert listed == [Expiry(20, shop.noon + 10 * DAY), Expiry(17, shop.noon + 30 * DAY)]
