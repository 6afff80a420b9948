"""What is due by the clock is done once: points expire, members are told beforehand, holds end."""

import json
from datetime import timedelta
from typing import Any

import pytest

from backend.ledger import clockwork
from backend.ledger.clockwork import Done, expire, keep_books, warn
from backend.ledger.errors import InsufficientPoints
from backend.ledger.queries import Wallet

Shop = Any
OpenShop = Any

DAY = timedelta(days=1)


async def messages(shop: Shop) -> list[tuple[Any, dict[str, Any]]]:
    rows = await shop.auditor.fetch(
        "select member_id, params from message where tenant_id = $1 and event = 'points-expiring' order by id",
        shop.tenant_id,
    )
    return [(row["member_id"], json.loads(row["params"])) for row in rows]


async def test_at_their_time_what_is_left_of_lots_is_taken_by_one_transfer_a_wallet(shop: Shop) -> None:
    await shop.valid(10)
    for member, points in ((0, 30), (0, 20), (1, 40), (2, 10)):
        await shop.earn(member, points, f"receipt:{points}")
    await shop.valid(11)
    await shop.earn(0, 7, "receipt:7")
    await shop.burn(0, 35, "reward:1")
    await shop.burn(2, 10, "reward:2")
    end = shop.noon + 10 * DAY
    assert await expire(shop.database, shop.tenant_id, now=end - timedelta(microseconds=1)) == 0
    assert await expire(shop.database, shop.tenant_id, now=end) == 2
    assert [await shop.wallet(member, now=end) for member in range(3)] == [
        Wallet(balance=7, expiring=7),
        Wallet(),
        Wallet(),
    ]
    line = (await shop.entries(0))[0]
    assert (line.kind, line.amount, line.balance_after, line.posted_at) == ("expire", -15, 7, end)
    assert await expire(shop.database, shop.tenant_id, now=end) == 0
    await shop.audit()


async def test_what_is_held_expires_when_the_hold_has_come_to_its_end(shop: Shop) -> None:
    await shop.valid(10)
    await shop.earn(0, 50, "receipt:1")
    await shop.hold(0, 20, "hold:1")
    late = shop.noon + 12 * DAY
    assert await keep_books(shop.database, shop.tenant_id, now=late) == Done(wallets=1)
    assert await shop.wallet(0, now=late) == Wallet(balance=20, held=20)
    await shop.let_lapse("hold:1")
    assert await shop.wallet(0, now=late) == Wallet(balance=20, expired=20)
    with pytest.raises(InsufficientPoints):
        await shop.burn(0, 1, "reward:1", now=late)
    assert await keep_books(shop.database, shop.tenant_id, now=late) == Done(holds=1, wallets=1)
    assert await shop.wallet(0, now=late) == Wallet()
    await shop.audit()


async def test_more_wallets_than_a_portion_expire_as_well(open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await open_shop(members=7)
    await shop.valid(1)
    for member in range(7):
        for number in range(3):
            await shop.earn(member, 5, f"receipt:{member}:{number}")
    monkeypatch.setattr(clockwork, "PORTION", 2)
    end = shop.noon + DAY
    assert await warn(shop.database, shop.tenant_id, now=shop.noon) == 7
    assert await expire(shop.database, shop.tenant_id, now=end) == 7
    assert {(await shop.wallet(member, now=end)).balance for member in range(7)} == {0}
    await shop.audit()


async def test_members_are_told_once_of_what_expires_within_the_days_of_warning(shop: Shop) -> None:
    await shop.valid(30, warning=14)
    await shop.earn(0, 30, "receipt:1")
    await shop.earn(0, 20, "receipt:2", now=shop.noon + 5 * DAY)
    await shop.earn(0, 9, "receipt:3", now=shop.noon + 15 * DAY)
    early, at_last = shop.noon + 16 * DAY - timedelta(microseconds=1), shop.noon + 21 * DAY
    assert await warn(shop.database, shop.tenant_id, now=early) == 0
    assert await warn(shop.database, shop.tenant_id, now=at_last) == 1
    told = {"points": 50, "points_decimals": 0, "programme": "Pekara", "on": "2026-12-22"}
    assert await messages(shop) == [(shop.members[0], told)]
    assert await warn(shop.database, shop.tenant_id, now=at_last + DAY) == 0
    assert await warn(shop.database, shop.tenant_id, now=shop.noon + 31 * DAY) == 1
    assert [told["points"] for _, told in await messages(shop)] == [50, 9], "each lot is told of once"


async def test_nobody_is_told_of_what_is_spent_or_never_expires(shop: Shop) -> None:
    await shop.earn(0, 30, "receipt:1")
    await shop.valid(5)
    await shop.earn(1, 30, "receipt:2")
    await shop.burn(1, 30, "reward:1")
    assert await warn(shop.database, shop.tenant_id, now=shop.noon) == 0


async def test_the_day_is_that_of_the_tenants_clock(shop: Shop) -> None:
    await shop.valid(1)
    await shop.earn(0, 5, "receipt:1", now=shop.noon.replace(hour=23, minute=30))
    await warn(shop.database, shop.tenant_id, now=shop.noon.replace(hour=23, minute=31))
    assert [told["on"] for _, told in await messages(shop)] == ["2026-11-24"]
