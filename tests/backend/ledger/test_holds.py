"""L6: a hold sets points aside and resolves once: captured, released, or expired by the database's clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.ledger.errors import (
    AmountOutOfRange,
    HoldCaptured,
    HoldExpired,
    HoldReleased,
    HoldTooSmall,
    HoldUnknown,
    InsufficientPoints,
    ReferenceReused,
)
from backend.ledger.queries import Wallet

Shop = Any
OpenShop = Any

DAY = timedelta(days=1)


@pytest.fixture
async def holding(shop: Shop) -> Shop:
    """60 points that end on day 5 and 90 that do not, and a hold of 80."""
    await shop.valid(5)
    await shop.earn(0, 60, "receipt:1")
    await shop.valid(None)
    await shop.earn(0, 90, "receipt:2")
    assert (await shop.hold(0, 80, "hold:1")).points == 80
    return shop


async def test_l6_what_is_held_is_not_available_and_moves_nothing(holding: Shop) -> None:
    assert await holding.wallet(0) == Wallet(balance=150, held=80)
    assert len(await holding.entries(0)) == 2
    with pytest.raises(InsufficientPoints) as refused:
        await holding.hold(0, 71, "hold:2")
    assert refused.value.params == {"available": "70"}
    await holding.audit()


async def test_l6_a_capture_spends_what_was_set_aside_and_frees_the_rest(holding: Shop) -> None:
    captured = await holding.capture(0, "till:1", held_as="hold:1", points=70)
    assert captured.points == -70
    assert await holding.wallet(0) == Wallet(balance=80)
    assert [left for left, _ in await holding.lots(0)] == [0, 80]
    assert (await holding.entries(0))[0].kind == "capture"
    await holding.audit()


async def test_l6_a_captured_hold_is_captured_once_and_the_same_asked_again_is_the_same(holding: Shop) -> None:
    first = await holding.capture(0, "till:1", held_as="hold:1")
    again = await holding.capture(0, "till:1", held_as="hold:1")
    assert (again.transfer_id, again.points, again.replayed) == (first.transfer_id, -80, True)
    before = await holding.trace()
    with pytest.raises(HoldCaptured):
        await holding.capture(0, "till:2", held_as="hold:1")
    with pytest.raises(HoldCaptured):
        await holding.release(0, "hold:1")
    with pytest.raises(ReferenceReused):
        await holding.capture(0, "till:1", held_as="hold:1", points=79)
    assert await holding.trace() == before


async def test_l6_no_more_is_captured_than_is_held(holding: Shop) -> None:
    before = await holding.trace()
    with pytest.raises(HoldTooSmall):
        await holding.capture(0, "till:1", held_as="hold:1", points=81)
    with pytest.raises(AmountOutOfRange):
        await holding.capture(0, "till:1", held_as="hold:1", points=10**15 + 1)
    assert await holding.trace() == before


async def test_l6_a_released_hold_holds_nothing_and_is_not_captured(holding: Shop) -> None:
    released = await holding.release(0, "hold:1")
    assert (released.points, released.replayed) == (80, False)
    assert (await holding.release(0, "hold:1")).replayed
    assert await holding.wallet(0) == Wallet(balance=150, expiring=60)
    with pytest.raises(HoldReleased):
        await holding.capture(0, "till:1", held_as="hold:1")
    await holding.audit()


async def test_l6_after_its_time_a_hold_holds_nothing_whatever_its_row_says(holding: Shop) -> None:
    await holding.let_lapse("hold:1")
    assert await holding.wallet(0) == Wallet(balance=150)
    with pytest.raises(HoldExpired) as refused:
        await holding.capture(0, "till:1", held_as="hold:1")
    assert refused.value.kind == "gone"
    assert (await holding.hold(0, 150, "hold:2")).points == 150
    assert (await holding.release(0, "hold:1")).replayed
    await holding.audit()


async def test_l6_the_databases_clock_decides_not_the_callers(holding: Shop) -> None:
    with pytest.raises(HoldExpired):
        await holding.hold(0, 1, "hold:2", expires_at=datetime.now(UTC) - timedelta(seconds=1), now=holding.noon - DAY)
    await holding.capture(0, "till:1", held_as="hold:1", now=datetime.now(UTC) + 2 * DAY)


async def test_the_same_hold_again_keeps_its_first_end_and_another_is_refused(holding: Shop) -> None:
    again = await holding.hold(0, 80, "hold:1", expires_at=datetime.now(UTC) + 9 * DAY)
    assert (again.points, again.replayed) == (80, True)
    ends_at = await holding.auditor.fetchval(
        "select max(expires_at) from ledger_hold where tenant_id = $1", holding.tenant_id
    )
    assert ends_at < datetime.now(UTC) + DAY
    with pytest.raises(ReferenceReused):
        await holding.hold(0, 79, "hold:1")
    assert await holding.wallet(0) == Wallet(balance=150, held=80)


@pytest.mark.parametrize("member", [1, 2])
async def test_a_hold_of_another_wallet_is_unknown(holding: Shop, member: int) -> None:
    await holding.earn(1, 100, "receipt:3")
    before = await holding.trace()
    with pytest.raises(HoldUnknown):
        await holding.capture(member, "till:1", held_as="hold:1")
    with pytest.raises(HoldUnknown):
        await holding.release(member, "hold:1")
    assert await holding.trace() == before


async def test_what_was_set_aside_in_time_is_captured_after_its_lots_expired(holding: Shop) -> None:
    late = holding.noon + 6 * DAY
    assert await holding.wallet(0, now=late) == Wallet(balance=150, held=80)
    await holding.capture(0, "till:1", held_as="hold:1", points=50, now=late)
    assert [left for left, _ in await holding.lots(0)] == [10, 90]
    assert await holding.wallet(0, now=late) == Wallet(balance=100, expired=10)
    await holding.audit()


async def test_a_rolled_back_capture_restores_its_lots(holding: Shop) -> None:
    lots = await holding.lots(0)
    await holding.capture(0, "till:1", held_as="hold:1")
    back = await holding.roll_back(0, "void:1", original="till:1")
    assert (back.points, await holding.lots(0)) == (80, lots)
    assert await holding.wallet(0) == Wallet(balance=150, expiring=60)
    await holding.audit()


async def test_nobody_holds_before_the_first_earn_nor_what_is_pending(shop: Shop) -> None:
    with pytest.raises(InsufficientPoints):
        await shop.hold(0, 1, "hold:1")
    assert not any(await shop.trace())
    await shop.valid(None, pending=2)
    await shop.earn(0, 10, "receipt:1")
    with pytest.raises(InsufficientPoints):
        await shop.hold(0, 1, "hold:1")
    await shop.hold(0, 10, "hold:2", now=shop.noon + 2 * DAY)
