"""A card is assigned once, carried by several media, blocked for good and issued anew; points stay the member's."""

import asyncio

import pytest

from backend.cards import service
from backend.cards.batches import Prize, make_batch, prize_of
from backend.cards.errors import (
    CardAssigned,
    CardBlocked,
    CardMediumMalformed,
    CardMediumTaken,
    CardNumbersExhausted,
    CardPointsMalformed,
    CardReissueRefused,
    CardUnassigned,
    CardUnknown,
)
from backend.cards.numbers import capacity
from backend.kit.clock import utc_now
from backend.kit.errors import ParagonError
from backend.ledger.service import earn
from tests.fixtures.campaigns import actor
from tests.fixtures.cards import attached, blocked, bound, identified, issued, issuer, some_cards
from tests.fixtures.world import KEY, World


@pytest.fixture
async def shop(world: World) -> World:
    """A world with a prefix."""
    await issuer(world)
    return world


async def given_points(world: World, points: int) -> None:
    now = utc_now()
    async with world.database.transaction(world.tenant_id) as session:
        await earn(
            session,
            tenant_id=world.tenant_id,
            programme_id=world.programme_id,
            member_id=world.mira.id,
            points=points,
            reference="before",
            event_at=now,
            now=now,
        )


async def reissued(world: World, number: str) -> str:
    async with world.database.transaction(world.tenant_id) as session:
        row = await service.reissue(session, actor(world), number, wish=None, key=KEY.encode(), now=utc_now())
    return row.number


async def test_mt_19_500_numbers_are_distinct_and_unassigned(shop: World) -> None:
    numbers = await some_cards(shop, 500)
    assert (len(set(numbers)), {number[:4] for number in numbers}) == (500, {"1900"})
    rows = await shop.rows("select distinct state, form, member_id from card where tenant_id = :tenant")
    assert [tuple(row) for row in rows] == [("unassigned", "plastic", None)]


async def test_mt_19_a_batch_goes_in_portions_and_says_how_far_it_is(shop: World) -> None:
    heard: list[int] = []
    async with shop.database.transaction(shop.tenant_id) as session:
        await make_batch(session, actor(shop), 25_000, now=utc_now(), on_portion=heard.append)
    assert (await shop.count("card"), heard[-1], len(heard) >= 3) == (25_000, 25_000, True)
    (row,) = await shop.rows("select * from audit where tenant_id = :tenant and action = 'card.batch-made'")
    assert row.after == {"prefix": "1900", "count": 25_000, "points": None}


async def test_mt_19_a_prefix_is_never_filled_beyond_its_half(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await issuer(world, "19000001")
    assert capacity("19000001") == 10**7
    monkeypatch.setattr("backend.cards.batches.capacity", lambda _: 1000)
    monkeypatch.setattr("backend.cards.numbers.capacity", lambda _: 1000)
    numbers = await some_cards(world, 500)
    assert len(set(numbers)) == 500, "numbers that were drawn twice are drawn again"
    with pytest.raises(CardNumbersExhausted) as refused:
        await some_cards(world, 1)
    assert refused.value.params["left"] == "0"


async def test_mt_20_a_card_is_bound_to_whoever_it_is_handed_and_to_nobody_else(shop: World) -> None:
    (number,) = await some_cards(shop, 1)
    row = await bound(shop, number, shop.mira.id)
    assert (row.state, row.member_id) == ("active", shop.mira.id)
    for who in (shop.petar, shop.mira):
        with pytest.raises(CardAssigned):
            await bound(shop, number, who.id)
    with pytest.raises(CardUnknown):
        await bound(shop, "1900000100000420", shop.mira.id)


async def test_mt_20_of_64_who_bind_a_card_at_once_one_has_it_and_its_prize(shop: World) -> None:
    (number,) = await some_cards(shop, 1, prize=Prize(shop.programme_id, 50))

    async def binds(turn: int) -> bool:
        try:
            await bound(shop, number, shop.members[turn % 2].id)
        except CardAssigned:
            return False
        return True

    assert sum(await asyncio.gather(*(binds(turn) for turn in range(64)))) == 1
    assert sorted([await shop.mira.points(), await shop.petar.points()]) == [0, 50]


async def test_mt_20_a_prize_card_brings_its_points_once_under_its_number(shop: World) -> None:
    async with shop.database.transaction(shop.tenant_id) as session:
        prize = await prize_of(session, shop.tenant_id, "120", None)
        for points in ("0", "1.5", "-3", "x", ""):
            with pytest.raises(CardPointsMalformed):
                await prize_of(session, shop.tenant_id, points, None)
    plain, loaded = (await some_cards(shop, 1))[0], (await some_cards(shop, 1, prize=prize))[0]
    await bound(shop, plain, shop.mira.id)
    assert await shop.mira.points() == 0
    await bound(shop, loaded, shop.mira.id)
    assert await shop.mira.points() == 120
    (entry,) = (await shop.mira.api.get("/wallet/entries")).json()["entries"]
    assert entry["reference"] == f"card:{loaded}"


async def test_mt_21_every_member_has_a_number_of_their_own(shop: World) -> None:
    cards = [await issued(shop, who.id) for who in (shop.mira, shop.petar, shop.mira)]
    assert len({card.number for card in cards}) == 3
    assert {(card.state, card.form) for card in cards} == {("active", "digital")}
    found = await identified(shop, cards[1].number)
    assert found.member is not None
    assert found.member.id == shop.petar.id


async def test_lty_04_lty_05_inf_03_every_medium_of_a_member_opens_the_same_account(shop: World) -> None:
    await given_points(shop, 320)
    (number,) = await some_cards(shop, 1)
    await bound(shop, number, shop.mira.id)
    digital = await issued(shop, shop.mira.id)
    await attached(shop, number, "rf", "04:A2:B9:1C:55")
    await attached(shop, number, "smart", "5FA0000000041010")
    await attached(shop, digital.number, "digital", "dQw4w9WgXcQ")
    texts = [number, f";{number}=?", "04:a2:b9:1c:55\r\n", "5fa0000000041010", digital.number, "DQW4W9WGXCQ"]
    for text in (*texts, "+381600000000"):
        found = await identified(shop, text)
        assert found.refusal is None, text
        assert found.member is not None
        assert found.member.id == shop.mira.id
    assert await shop.mira.points() == 320


async def test_lty_04_a_value_is_read_for_one_card_alone(shop: World) -> None:
    one, other = await some_cards(shop, 2)
    await attached(shop, one, "rf", "04A2B91C55")
    await attached(shop, one, "rf", "04a2b91c55")
    for value in ("04A2B91C55", one, other):
        with pytest.raises(CardMediumTaken):
            await attached(shop, other, "rf", value)
    for value in ("abc", "+381601234567", "ж" * 10, "x" * 129):
        with pytest.raises(CardMediumMalformed):
            await attached(shop, other, "rf", value)
    assert (await shop.count("card_medium"), await shop.count("audit")) == (1, 3)


async def test_mt_24_a_deactivated_card_neither_earns_nor_spends_and_the_familys_other_card_works(shop: World) -> None:
    reasons: tuple[service.Reason, ...] = ("lost", "rules", "ended")
    others = await issued(shop, shop.petar.id)
    for place, reason in enumerate(reasons):
        own = await issued(shop, shop.mira.id)
        await attached(shop, own.number, "rf", f"04A2B91C5{place}")
        row = await blocked(shop, own.number, reason)
        assert (row.state, row.blocked_for) == ("blocked", reason)
        for text in (own.number, f"04A2B91C5{place}"):
            found = await identified(shop, text)
            assert (found.member, found.refusal and found.refusal.code) == (None, "card-blocked")
        assert (await identified(shop, others.number)).member is not None
        assert (await blocked(shop, own.number, reason)).blocked_at == row.blocked_at, "twice is once"
        with pytest.raises(CardBlocked):
            await blocked(shop, own.number, reasons[place - 1])


async def test_mt_25_a_new_number_opens_the_320_points_and_the_old_card_stays_blocked(shop: World) -> None:
    await given_points(shop, 320)
    old = await issued(shop, shop.mira.id)
    new = await reissued(shop, old.number)
    assert new != old.number
    assert (await identified(shop, old.number)).member is None, "the old number opens nothing, which is 0 points"
    found = await identified(shop, new)
    assert found.member is not None
    assert (found.member.id, await shop.mira.points()) == (shop.mira.id, 320)
    rows = await shop.rows("select number, state, blocked_for from card where tenant_id = :tenant")
    assert {tuple(row) for row in rows} == {(old.number, "blocked", "lost"), (new, "active", None)}
    with pytest.raises(CardBlocked):
        await blocked(shop, old.number, "rules")


async def test_mt_25_of_64_who_replace_a_card_at_once_one_does(shop: World) -> None:
    old = await issued(shop, shop.mira.id)

    async def replaces() -> bool:
        try:
            await reissued(shop, old.number)
        except CardReissueRefused:
            return False
        return True

    assert sum(await asyncio.gather(*(replaces() for _ in range(64)))) == 1
    assert await shop.count("card") == 2


async def test_mt_24_mt_25_what_was_blocked_for_another_reason_or_is_nobodys_is_not_replaced(shop: World) -> None:
    expelled, (stock,) = await issued(shop, shop.mira.id), await some_cards(shop, 1)
    await blocked(shop, expelled.number, "rules")
    cases: list[tuple[str, type[ParagonError]]] = [(expelled.number, CardReissueRefused), (stock, CardUnassigned)]
    for number, refusal in cases:
        with pytest.raises(refusal):
            await reissued(shop, number)
    await blocked(shop, stock, "lost")
    with pytest.raises(CardBlocked):
        await bound(shop, stock, shop.mira.id)


async def test_mt_17_what_is_done_to_cards_stands_in_the_audit_trail_without_numbers(shop: World) -> None:
    (number,) = await some_cards(shop, 1)
    await bound(shop, number, shop.mira.id)
    new = await reissued(shop, number)
    rows = await shop.rows("select action, before, after from audit where tenant_id = :tenant order by seq")
    assert [row.action for row in rows] == [
        "card.prefix-registered",
        "card.batch-made",
        "card.bound",
        "card.reissued",
    ]
    assert (rows[2].before["state"], rows[2].after["state"]) == ("unassigned", "active")
    assert (rows[3].before["old"]["state"], rows[3].after["old"]["blocked_for"]) == ("active", "lost")
    assert [text for text in (number, new) if text in str(rows)] == []
