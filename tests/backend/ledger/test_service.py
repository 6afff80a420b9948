"""What each verb does, alone and twice."""

from datetime import timedelta
from typing import Any

import pytest

from backend.kit.db import driver
from backend.kit.ids import new_id
from backend.ledger import queries, service
from backend.ledger.errors import (
    AmountOutOfRange,
    InsufficientPoints,
    ReferenceReused,
    ReversalTooLarge,
    TransferUnknown,
)
from backend.ledger.queries import Wallet
from backend.ledger.service import Posted, Posting
from backend.members.models import Member

Shop = Any
OpenShop = Any


def posting(shop: Shop, kind: Any, points: int, reference: str, *, member: int = 0, **rest: Any) -> Posting:
    event_at = rest.pop("event_at", None) or shop.noon
    return Posting(kind, shop.programme_id, shop.members[member], points, reference, event_at, **rest)


async def test_an_earn_gives_points_and_the_issuer_owes_them(shop: Shop) -> None:
    posted = await shop.earn(0, 120, "receipt:1")
    assert (posted.points, posted.debt, posted.replayed) == (120, 0, False)
    assert await shop.wallet(0) == Wallet(balance=120, held=0, debt=0)
    assert await shop.wallet(1) == Wallet(balance=0, held=0, debt=0)
    amounts = await shop.auditor.fetch(
        "select a.kind, e.amount from ledger_entry e join ledger_account a on a.id = e.account_id "
        "where e.tenant_id = $1 order by a.kind",
        shop.tenant_id,
    )
    assert [tuple(row) for row in amounts] == [("issuer", -120), ("points", 120)]
    await shop.audit()


async def test_a_burn_spends_what_is_available_to_the_last_point(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    assert (await shop.burn(0, 100, "reward:1")).points == -100
    assert await shop.wallet(0) == Wallet(balance=0)
    await shop.audit()


async def test_a_burn_of_more_is_refused_and_says_what_is_available(open_shop: OpenShop) -> None:
    shop = await open_shop(points_decimals=2)
    await shop.earn(0, 10_050, "receipt:1")
    before = await shop.trace()
    with pytest.raises(InsufficientPoints) as refused:
        await shop.burn(0, 10_051, "reward:1")
    assert refused.value.text.params == {"available": "100.50"}
    assert (refused.value.code, refused.value.kind) == ("insufficient-points", "conflict")
    assert await shop.trace() == before


async def test_nobody_burns_before_the_first_earn(shop: Shop) -> None:
    with pytest.raises(InsufficientPoints) as refused:
        await shop.burn(0, 1, "reward:1")
    assert refused.value.params == {"available": "0"}
    assert not any(await shop.trace())


async def test_a_held_point_is_not_available(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.hold(0, 80, "hold:1")
    with pytest.raises(InsufficientPoints) as refused:
        await shop.burn(0, 21, "reward:1")
    assert refused.value.params == {"available": "20"}
    assert (await shop.wallet(0)).available == 20
    await shop.burn(0, 20, "reward:2")
    assert await shop.wallet(0) == Wallet(balance=80, held=80)


async def test_taking_back_is_a_transfer_linked_to_the_earn(shop: Shop) -> None:
    given = await shop.earn(0, 100, "receipt:1")
    taken = await shop.take_back(0, 30, "undo:1", original="receipt:1")
    assert (taken.points, taken.debt) == (-30, 0)
    linked = await shop.auditor.fetchrow("select kind, reverses from ledger_transfer where id = $1", taken.transfer_id)
    assert tuple(linked) == ("reversal", given.transfer_id)
    assert await shop.wallet(0) == Wallet(balance=70)
    await shop.audit()


async def test_what_was_spent_becomes_a_debt_that_the_next_earns_pay_first(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 60, "reward:1")
    taken = await shop.take_back(0, 100, "undo:1", original="receipt:1")
    assert (taken.points, taken.debt) == (-40, -60)
    assert await shop.wallet(0) == Wallet(balance=0, debt=60)
    with pytest.raises(InsufficientPoints):
        await shop.burn(0, 1, "reward:2")
    first = await shop.earn(0, 50, "receipt:2")
    assert (first.points, first.debt) == (0, 50)
    second = await shop.earn(0, 50, "receipt:3")
    assert (second.points, second.debt) == (40, 10)
    assert await shop.wallet(0) == Wallet(balance=40)
    await shop.audit()


async def test_what_is_held_becomes_a_debt_too_and_is_not_spendable_after_the_release(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.hold(0, 80, "hold:1")
    taken = await shop.take_back(0, 50, "undo:1", original="receipt:1")
    assert (taken.points, taken.debt) == (-20, -30)
    assert (await shop.wallet(0)).available == 0
    await shop.release(0, "hold:1")
    assert await shop.wallet(0) == Wallet(balance=80, debt=30)
    with pytest.raises(InsufficientPoints) as refused:
        await shop.burn(0, 51, "reward:1")
    assert refused.value.params == {"available": "50"}
    await shop.burn(0, 50, "reward:2")


async def test_no_more_is_taken_back_than_was_given(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.take_back(0, 70, "undo:1", original="receipt:1")
    before = await shop.trace()
    with pytest.raises(ReversalTooLarge):
        await shop.take_back(0, 31, "undo:2", original="receipt:1")
    assert await shop.trace() == before
    await shop.take_back(0, 30, "undo:3", original="receipt:1")


async def test_an_earn_that_paid_a_debt_can_be_taken_back(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 100, "reward:1")
    await shop.take_back(0, 100, "undo:1", original="receipt:1")
    await shop.earn(0, 40, "receipt:2")
    taken = await shop.take_back(0, 40, "undo:2", original="receipt:2")
    assert (taken.points, taken.debt) == (0, -40)
    assert await shop.wallet(0) == Wallet(debt=100)
    await shop.audit()


@pytest.mark.parametrize("original", ["receipt:2", "reward:1", "undo:1", "receipt:none"])
async def test_only_an_earn_of_the_same_wallet_is_taken_back(shop: Shop, original: str) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 10, "reward:1")
    await shop.take_back(0, 10, "undo:1", original="receipt:1")
    await shop.earn(1, 100, "receipt:2")
    before = await shop.trace()
    with pytest.raises(TransferUnknown):
        await shop.take_back(0, 1, "undo:2", original=original)
    assert await shop.trace() == before


async def test_the_same_posting_again_answers_as_it_did_the_first_time(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 60, "reward:1")
    first = await shop.take_back(0, 100, "undo:1", original="receipt:1")
    await shop.earn(0, 500, "receipt:2")
    before = await shop.trace()
    again = await shop.take_back(0, 100, "undo:1", original="receipt:1", now=shop.noon + timedelta(days=9))
    assert again == Posted(first.transfer_id, -40, -60, replayed=True)
    assert await shop.trace() == before


async def test_a_replayed_burn_is_not_refused_for_want_of_points(shop: Shop) -> None:
    await shop.earn(0, 100, "receipt:1")
    first = await shop.burn(0, 100, "reward:1")
    assert await shop.burn(0, 100, "reward:1") == Posted(first.transfer_id, -100, 0, replayed=True)


@pytest.mark.parametrize(
    "other",
    [
        {"points": 101},
        {"member": 1},
        {"kind": "burn"},
        {"kind": "reversal", "original": "receipt:0"},
        {"event_at": timedelta(microseconds=1)},
    ],
)
async def test_a_reference_with_another_input_is_refused(shop: Shop, other: dict[str, Any]) -> None:
    await shop.earn(0, 5, "receipt:0")
    await shop.earn(0, 100, "receipt:1")
    before = await shop.trace()
    changed = {"kind": "earn", "points": 100, "member": 0, **other}
    changed["event_at"] = shop.noon + other.get("event_at", timedelta())
    kind, points = changed.pop("kind"), changed.pop("points")
    (answer,) = await shop.post([posting(shop, kind, points, "receipt:1", **changed)])
    assert isinstance(answer, ReferenceReused)
    assert answer.kind == "invalid"
    assert await shop.trace() == before


async def test_the_hash_of_the_input_does_not_depend_on_the_time_zone(shop: Shop) -> None:
    first = await shop.earn(0, 100, "receipt:1")
    async with shop.database.transaction(shop.tenant_id) as session:
        await (await driver(session)).execute("set local time zone 'Asia/Kathmandu'")
        (again,) = await service.post(session, shop.tenant_id, [posting(shop, "earn", 100, "receipt:1")], now=shop.noon)
    assert again == Posted(first.transfer_id, 100, 0, replayed=True)


async def test_a_batch_answers_in_place_and_a_refusal_hinders_no_neighbour(shop: Shop) -> None:
    await shop.earn(0, 50, "receipt:0")
    answers = await shop.post(
        [
            posting(shop, "earn", 30, "z", member=2),
            posting(shop, "burn", 51, "b", member=0),
            posting(shop, "earn", 20, "a", member=1),
            posting(shop, "burn", 50, "c", member=0),
            posting(shop, "earn", 20, "a", member=1),
            posting(shop, "earn", 21, "a", member=1),
            posting(shop, "reversal", 1, "d", member=2, original="receipt:0"),
        ]
    )
    kinds = [type(answer).__name__ for answer in answers]
    expected = ["Posted", "InsufficientPoints", "Posted", "Posted", "Posted", "ReferenceReused", "TransferUnknown"]
    assert kinds == expected
    assert answers[4] == Posted(answers[2].transfer_id, 20, 0, replayed=True)
    assert [(await shop.wallet(member)).balance for member in range(3)] == [0, 20, 30]
    await shop.audit()


async def test_an_empty_batch_does_nothing(shop: Shop) -> None:
    assert await shop.post([]) == []


async def test_a_posting_shares_the_rollback_of_its_session(shop: Shop) -> None:
    before = await shop.trace()

    async def fail_afterwards() -> None:
        async with shop.database.transaction(shop.tenant_id) as session:
            await service.post(session, shop.tenant_id, [posting(shop, "earn", 5, "receipt:1")], now=shop.noon)
            seen = await queries.balances(session, shop.tenant_id, shop.members[0], now=shop.noon)
            assert seen[shop.programme_id].balance == 5
            raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError, match="afterwards"):
        await fail_afterwards()
    assert await shop.trace() == before


async def test_a_member_may_join_and_earn_in_one_transaction(shop: Shop) -> None:
    member = Member(tenant_id=shop.tenant_id, name="Ana", language="hr", phone_hash=b"ana", created_at=shop.noon)
    shop.members.append(member.id)
    async with shop.database.transaction(shop.tenant_id) as session:
        session.add(member)
        await service.post(session, shop.tenant_id, [posting(shop, "earn", 5, "join:1", member=3)], now=shop.noon)
    assert (await shop.wallet(3)).balance == 5


async def test_amounts_and_balances_stay_far_from_the_end_of_bigint(shop: Shop) -> None:
    with pytest.raises(AmountOutOfRange):
        await shop.earn(0, 10**15 + 1, "receipt:1")
    assert not any(await shop.trace())
    full = [posting(shop, "earn", 10**15, f"receipt:{number:04}") for number in range(1000)]
    assert all(isinstance(answer, Posted) for answer in await shop.post(full))
    before = await shop.trace()
    with pytest.raises(AmountOutOfRange):
        await shop.earn(0, 1, "receipt:over")
    assert await shop.trace() == before
    await shop.audit()


async def test_a_range_is_the_functions_own_concern_too(shop: Shop) -> None:
    async with shop.database.transaction(shop.tenant_id) as session:
        connection = await driver(session)
        outcomes = await connection.fetch(
            "select outcome from ledger_post($1, '{earn,burn,earn,earn}', array_fill($2::uuid, '{4}'), "
            "array_fill($3::uuid, '{4}'), $4, '{a,b,c,d}', array_fill($5::timestamptz, '{4}'), "
            "array_fill(null::text, '{4}'), $5)",
            shop.tenant_id,
            shop.programme_id,
            shop.members[0],
            [0, -5, None, 2**63 - 1],
            shop.noon,
        )
    assert {row["outcome"] for row in outcomes} == {"ledger-amount-out-of-range"}
    assert not any(await shop.trace())


def test_nothing_to_move_is_nothing_to_post() -> None:
    ids = {"programme_id": new_id(), "member_id": new_id()}
    for points, reference, original in ((0, "r", None), (1, "", None), (1, "r" * 201, None), (1, "r", "other")):
        with pytest.raises(AssertionError):
            Posting("earn", points=points, reference=reference, event_at=None, original=original, **ids)  # type: ignore[arg-type]
