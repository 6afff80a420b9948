"""Members see their cards, report one lost, and block one for a while."""

import pytest

from backend.cards.models import Card
from tests.fixtures.cards import HOME, blocked, bound, identified, issued, issuer, some_cards
from tests.fixtures.world import OpenWorld, World


@pytest.fixture
async def card(world: World) -> Card:
    await issuer(world)
    return await issued(world, world.mira.id)


async def outcome(world: World, number: str) -> str:
    """What a till hears."""
    found = await identified(world, number)
    return found.refusal.code if found.refusal else "identified"


async def test_lty_09_a_card_that_is_reported_missing_is_blocked_at_once(world: World, card: Card) -> None:
    assert await outcome(world, card.number) == "identified"
    answer = await world.mira.api.post(f"/cards/{card.number}/lost")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["blocked_for"], answer.json()["code"]) == ("blocked", "lost", None)
    assert await outcome(world, card.number) == "card-blocked"
    again = await world.mira.api.post(f"/cards/{card.number}/lost")
    assert (again.status_code, again.json()) == (200, answer.json())
    (row,) = await world.rows("select * from audit where tenant_id = :tenant and action = 'card.blocked'")
    assert (row.actor_id, row.before["state"], row.after["blocked_for"], row.after["by"]) == (
        None,
        "active",
        "lost",
        "member",
    )


async def test_lty_36_a_member_blocks_and_unblocks_a_card_of_their_own(world: World, card: Card) -> None:
    heard = []
    for path in ("block", "block", "unblock", "unblock"):
        answer = await world.mira.api.post(f"/cards/{card.number}/{path}")
        assert answer.status_code == 200, answer.text
        heard.append((answer.json()["state"], await outcome(world, card.number)))
    assert heard == [("paused", "card-blocked")] * 2 + [("active", "identified")] * 2
    rows = await world.rows("select action from audit where tenant_id = :tenant order by seq desc limit 2")
    assert [row.action for row in rows] == ["card.resumed", "card.paused"]


async def test_lty_36_what_staff_blocked_or_was_lost_no_member_unblocks(world: World, card: Card) -> None:
    expelled = await issued(world, world.mira.id)
    await blocked(world, card.number, "lost")
    await blocked(world, expelled.number, "rules")
    for number in (card.number, expelled.number):
        for path in ("block", "unblock"):
            answer = await world.mira.api.post(f"/cards/{number}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (409, "card-blocked")
        assert await outcome(world, number) == "card-blocked"


async def test_lty_36_another_members_and_nobodys_cards_are_unknown(
    world: World, card: Card, open_world: OpenWorld
) -> None:
    (stock,) = await some_cards(world, 1)
    stranger = (await open_world(members=1)).mira
    for who, number in ((world.petar, card.number), (world.mira, stock), (stranger, card.number)):
        for path in ("lost", "block", "unblock"):
            answer = await who.api.post(f"/cards/{number}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "card-unknown")
    assert await outcome(world, card.number) == "identified"
    assert (await world.petar.api.get("/cards")).json() == {"cards": []}
    malformed = await world.mira.api.post("/cards/1900/lost")
    assert (malformed.status_code, malformed.json()["code"]) == (400, "malformed-request")


async def test_inf_02_inf_03_the_app_shows_what_the_till_scans_and_both_forms_open_one_balance(
    world: World, card: Card
) -> None:
    (stock,) = await some_cards(world, 1)
    await bound(world, stock, world.mira.id)
    await issued(world, world.mira.id, post=HOME)
    cards = (await world.mira.api.get("/cards")).json()["cards"]
    assert [one["form"] for one in cards] == ["plastic", "plastic", "digital"]
    assert cards[2]["code"] == card.number
    assert len(cards[2]["number"]) == 19
    for one in cards:
        found = await identified(world, one["code"])
        assert found.member is not None
        assert found.member.id == world.mira.id
