"""Whatever was changed, removed or put in after it was sealed is named, and a head kept elsewhere finds the rest."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.ledger import seals
from backend.ledger.seals import audit, head, seal

Shop = Any
OpenShop = Any


@pytest.fixture
async def sealed(shop: Shop) -> Shop:
    """Two seals: the first of two transfers, the second of one."""
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 30, "reward:1")
    assert await seal(shop.database, shop.tenant_id) == 1
    await shop.earn(1, 50, "receipt:2")
    assert await seal(shop.database, shop.tenant_id) == 1
    return shop


async def tamper(shop: Shop, *statements: str) -> None:
    """As the owner, past every trigger, with `$1` the tenant."""
    async with shop.auditor.transaction():
        await shop.auditor.execute("set local session_replication_role = replica")
        for statement in statements:
            await shop.auditor.execute(statement, shop.tenant_id)


async def noted(shop: Shop) -> tuple[int, str]:
    async with shop.database.transaction(shop.tenant_id) as session:
        newest = await head(session, shop.tenant_id)
    assert newest is not None
    return newest.number, newest.hash.hex()


async def test_what_was_posted_is_sealed_once_in_a_chain(sealed: Shop) -> None:
    found = await audit(sealed.database, sealed.tenant_id, known=dict([await noted(sealed)]))
    assert (found.seals, found.transfers, found.fault) == (2, 3, None)
    assert found.head == (await noted(sealed))[1]
    assert await seal(sealed.database, sealed.tenant_id) == 0


async def test_several_sealers_at_once_make_one_seal(sealed: Shop) -> None:
    await sealed.earn(2, 5, "receipt:3")
    assert sum(await asyncio.gather(*(seal(sealed.database, sealed.tenant_id) for _ in range(8)))) == 1
    assert (await audit(sealed.database, sealed.tenant_id)).transfers == 4


async def test_a_portion_leaves_the_rest_to_the_next_seal(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "TRANSFERS_MAX", 2)
    for number in range(5):
        await shop.earn(0, 1, f"receipt:{number}")
    assert await seal(shop.database, shop.tenant_id) == 3
    assert (await audit(shop.database, shop.tenant_id)).transfers == 5


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set amount = amount + 1 where tenant_id = $1 and transfer_id = {0}",
        "update ledger_entry set balance_after = 0 where tenant_id = $1 and transfer_id = {0} and seq is not null",
        "update ledger_transfer set event_at = event_at + interval '1 second' where tenant_id = $1 and id = {0}",
        "update ledger_transfer set kind = 'earn' where tenant_id = $1 and id = {0}",
        "delete from ledger_entry where tenant_id = $1 and transfer_id = {0} and seq is null",
        "delete from ledger_transfer where tenant_id = $1 and id = {0}",
        (
            "insert into ledger_entry select tenant_id, transfer_id, gen_random_uuid(), 1 from ledger_entry "
            "where tenant_id = $1 and transfer_id = {0} limit 1"
        ),
    ],
)
async def test_a_row_changed_past_every_guard_is_named(sealed: Shop, statement: str) -> None:
    burn = "(select transfer_id from ledger_sealed where tenant_id = $1 order by transfer_id offset 1 limit 1)"
    changed = await sealed.auditor.fetchval(f"select {burn}", sealed.tenant_id)
    await tamper(sealed, statement.format(burn))
    found = await audit(sealed.database, sealed.tenant_id)
    assert found.transfer_id == changed
    assert str(changed) in (found.fault or "")
    assert found.seals == 0


async def test_a_row_and_its_own_hash_changed_break_the_seal(sealed: Shop) -> None:
    await tamper(
        sealed,
        "update ledger_entry set amount = -amount where tenant_id = $1",
        "update ledger_sealed s set hash = ledger_hash(t) from ledger_transfer t "
        "where s.tenant_id = $1 and t.tenant_id = $1 and t.id = s.transfer_id",
    )
    assert (await audit(sealed.database, sealed.tenant_id)).fault == "seal 1 is not what was sealed"


async def test_seals_cut_off_or_made_anew_are_found_by_a_head_kept_elsewhere(sealed: Shop) -> None:
    number, digest = await noted(sealed)
    await tamper(
        sealed,
        "delete from ledger_sealed where tenant_id = $1 and seal = 2",
        "delete from ledger_seal where tenant_id = $1 and number = 2",
    )
    assert (await audit(sealed.database, sealed.tenant_id)).fault is None
    assert (await audit(sealed.database, sealed.tenant_id, known={number: digest})).fault == "seal 2 is missing"
    await sealed.earn(2, 1, "receipt:4")
    await seal(sealed.database, sealed.tenant_id)
    found = await audit(sealed.database, sealed.tenant_id, known={number: digest})
    assert found.fault == "seal 2 is not the one that was noted"


async def test_a_missing_seal_in_the_middle_is_named(sealed: Shop) -> None:
    await tamper(
        sealed,
        "delete from ledger_sealed where tenant_id = $1 and seal = 1",
        "delete from ledger_seal where tenant_id = $1 and number = 1",
    )
    assert (await audit(sealed.database, sealed.tenant_id)).fault is not None


async def test_a_transfer_put_among_old_ones_is_named(sealed: Shop) -> None:
    await tamper(
        sealed,
        "insert into ledger_transfer (tenant_id, id, kind, reference, input_hash, event_at, posted_at) "
        "values ($1, '00000000-0000-7000-8000-000000000000', 'earn', 'past', '', now(), now())",
    )
    found = await audit(sealed.database, sealed.tenant_id)
    assert (str(found.transfer_id), found.seals) == ("00000000-0000-7000-8000-000000000000", 2)
    assert "was put among those that were sealed" in (found.fault or "")


async def test_the_hash_depends_on_no_setting_of_the_connection(sealed: Shop) -> None:
    first = await sealed.auditor.fetch(
        "select ledger_hash(t) from ledger_transfer t where tenant_id = $1", sealed.tenant_id
    )
    async with sealed.auditor.transaction():
        for setting in (
            "time zone 'Asia/Kathmandu'",
            "datestyle = 'German'",
            "bytea_output = 'escape'",
            "extra_float_digits = 0",
        ):
            await sealed.auditor.execute(f"set local {setting}")
        again = await sealed.auditor.fetch(
            "select ledger_hash(t) from ledger_transfer t where tenant_id = $1", sealed.tenant_id
        )
    assert first == again


async def test_a_tenant_without_a_posting_has_nothing_to_seal(shop: Shop) -> None:
    assert await seal(shop.database, shop.tenant_id) == 0
    found = await audit(shop.database, shop.tenant_id)
    assert (found.seals, found.head, found.fault) == (0, "", None)
    await shop.earn(0, 1, "receipt:1", event_at=shop.noon - timedelta(days=900))
    assert (await audit(shop.database, shop.tenant_id)).fault is None, "what is not sealed yet is no fault"
