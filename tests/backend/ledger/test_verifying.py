"""The books are recomputed from their entries, and the first difference is named."""

from typing import Any

import pytest

from backend.ledger import verifying
from backend.ledger.verifying import count, verify

Shop = Any
OpenShop = Any

_POINTS = "(select id from ledger_account where tenant_id = $1 and kind = 'points' order by id limit 1)"


@pytest.fixture
async def kept(shop: Shop) -> Shop:
    """Two wallets that had everything: lots, a hold, a debt, a rollback."""
    await shop.valid(30)
    await shop.earn(0, 100, "receipt:1")
    await shop.earn(0, 50, "receipt:2")
    await shop.burn(0, 120, "reward:1")
    await shop.roll_back(0, "void:1", original="reward:1", points=60)
    await shop.hold(0, 40, "hold:1")
    await shop.earn(1, 10, "receipt:3")
    await shop.burn(1, 10, "reward:2")
    await shop.take_back(1, 10, "undo:1", original="receipt:3")
    return shop


async def fault(shop: Shop) -> str | None:
    return [reached.fault async for reached in verify(shop.database, shop.tenant_id)][-1]


async def test_right_books_are_right_in_any_stretches(kept: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for stretch in (1, 2, 1000):
        monkeypatch.setattr(
            verifying, "_PASSES", tuple((following, stretch, *rest) for following, _, *rest in verifying._PASSES)
        )
        steps = [reached async for reached in verify(kept.database, kept.tenant_id)]
        assert steps[-1].fault is None
        assert steps[-1].entries == await count(kept.database, kept.tenant_id) == 14
        assert [step.entries for step in steps] == sorted(step.entries for step in steps)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("update ledger_account set balance = balance + 1 where tenant_id = $1 and id = {0}", "its balance is 91"),
        ("update ledger_account set held = held - 1 where tenant_id = $1 and id = {0}", "39 are held, of its lots 40"),
        ("update ledger_account set last_seq = 1 where tenant_id = $1 and id = {0}", "was not counted"),
        (
            "update ledger_entry set balance_after = 1 where tenant_id = $1 and account_id = {0} and seq = 2",
            "the balance after entry 2",
        ),
        ("update ledger_entry set amount = 99 where tenant_id = $1 and account_id = {0} and seq = 1", "sum to -1"),
        ("delete from ledger_entry where tenant_id = $1 and account_id = {0} and seq = 1", "sum to -100"),
        (
            "update ledger_lot set remaining = remaining - 1, held = 0 where tenant_id = $1 and account_id = {0} and seq = 2",
            "its uses leave",
        ),
        (
            "update ledger_lot set held = 0 where tenant_id = $1 and account_id = {0} and seq = 1",
            "0 are held, by holds 40",
        ),
        (
            (
                "update ledger_lot_use set transfer_id = (select id from ledger_transfer where tenant_id = $1 "
                "and reference = 'receipt:2') where tenant_id = $1 and account_id = {0} and amount = -20"
            ),
            "did something else to its lots",
        ),
        (
            (
                "insert into ledger_transfer (tenant_id, id, kind, reference, input_hash, event_at, posted_at) "
                "values ($1, gen_random_uuid(), 'earn', 'x', '', now(), now())"
            ),
            "has no entries",
        ),
    ],
)
async def test_any_difference_is_found_and_named(kept: Shop, statement: str, says: str) -> None:
    async with kept.auditor.transaction():
        await kept.auditor.execute("set local session_replication_role = replica")
        assert await kept.auditor.execute(statement.format(_POINTS), kept.tenant_id) in {
            "UPDATE 1",
            "DELETE 1",
            "INSERT 0 1",
        }
    assert says in (await fault(kept) or "")
