"""A member's history: complete, in order, and never rewritten."""

from datetime import timedelta
from typing import Any

from backend.ledger.queries import Cursor

Shop = Any
OpenShop = Any


async def test_the_history_says_what_happened_newest_first(shop: Shop) -> None:
    yesterday = shop.noon - timedelta(days=1)
    earned = await shop.earn(0, 100, "receipt:1", event_at=yesterday)
    await shop.burn(0, 60, "reward:1")
    taken = await shop.take_back(0, 100, "undo:1", original="receipt:1")
    await shop.earn(1, 5, "receipt:2")
    lines = await shop.entries(0)
    assert [(line.kind, line.reference, line.place.account, line.amount, line.balance_after) for line in lines] == [
        ("reversal", "undo:1", "points", -40, 0),
        ("reversal", "undo:1", "debt", -60, -60),
        ("burn", "reward:1", "points", -60, 40),
        ("earn", "receipt:1", "points", 100, 100),
    ]
    assert (lines[-1].transfer_id, lines[-1].event_at, lines[-1].posted_at) == (
        earned.transfer_id,
        yesterday,
        shop.noon,
    )
    assert lines[0].transfer_id == lines[1].transfer_id == taken.transfer_id


async def test_pages_hold_every_line_once_even_within_a_transfer(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    for number in range(5):
        await shop.burn(0, 20, f"reward:{number}")
    for number in range(4):
        await shop.take_back(0, 20, f"undo:{number}", original="receipt:1")
        await shop.earn(0, 30, f"receipt:again:{number}")
    whole = await shop.entries(0)
    for limit in (1, 2, 3):
        paged, before = [], None
        while page := await shop.entries(0, limit=limit, before=before):
            paged += page
            before = page[-1].place
        assert paged == whole
    assert await shop.entries(0, before=Cursor(1, "points")) == []


async def test_l8_a_late_receipt_is_a_new_line_and_changes_none_before_it(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 30, "reward:1")
    before = await shop.entries(0)
    late = shop.noon - timedelta(days=40)
    await shop.earn(0, 7, "receipt:late", event_at=late, now=shop.noon + timedelta(hours=1))
    newest, *rest = await shop.entries(0)
    assert rest == before
    assert (newest.event_at, newest.posted_at, newest.balance_after) == (late, shop.noon + timedelta(hours=1), 77)


async def test_the_order_does_not_depend_on_clocks(shop: Shop) -> None:
    await shop.earn(0, 1, "receipt:1", now=shop.noon)
    await shop.earn(0, 2, "receipt:2", now=shop.noon - timedelta(days=1))
    assert [line.balance_after for line in await shop.entries(0)] == [3, 1]


async def test_a_member_without_a_posting_has_no_wallet_and_no_history(shop: Shop) -> None:
    assert (await shop.wallet(0)).available == 0
    assert await shop.entries(0) == []


async def test_wallets_of_two_programmes_do_not_mix(open_shop: OpenShop) -> None:
    first, other = await open_shop(), await open_shop()
    await first.auditor.execute(
        "update programme set tenant_id = $1 where id = $2", first.tenant_id, other.programme_id
    )
    await first.earn(0, 10, "receipt:1")
    main = first.programme_id
    first.programme_id = other.programme_id
    await first.earn(0, 5, "receipt:2")
    assert (await first.wallet(0)).balance == 5
    assert [line.reference for line in await first.entries(0)] == ["receipt:2"]
    first.programme_id = main
    assert (await first.wallet(0)).balance == 10
    await first.audit()
