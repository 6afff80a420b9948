"""Everybody at a till is identified or refused, both are written down, and nobody tries numbers out."""

import asyncio
from typing import Any

import pytest

from backend.cards import identifying
from backend.cards.errors import TooManyLookups
from backend.kit.limits import Limit
from tests.backend.accrual.test_refunds import settled
from tests.backend.accrual.test_rerate import another_programme
from tests.fixtures.campaigns import drafted, turned
from tests.fixtures.cards import attached, bound, identified, issued, issuer, some_cards
from tests.fixtures.staff import hire
from tests.fixtures.world import OpenWorld, World

UNKNOWN = "1900000100000420"


async def log(world: World) -> list[tuple[Any, ...]]:
    """Means, tail, outcome, and whether a card and a member are named."""
    rows = await world.rows("select * from card_identification where tenant_id = :tenant order by id")
    return [(row.means, row.tail, row.outcome, row.card_id is not None, row.member_id is not None) for row in rows]


async def test_lty_06_a_known_card_is_identified_and_logged_and_an_unknown_one_refused_and_logged(world: World) -> None:
    await issuer(world)
    card = await issued(world, world.mira.id)
    (stock,) = await some_cards(world, 1)
    for text, code in ((card.number, None), (UNKNOWN, "card-unknown"), (stock, "card-unassigned")):
        found = await identified(world, text)
        assert (found.refusal.code if found.refusal else None) == code
    assert await log(world) == [
        ("number", card.number[-4:], "identified", True, True),
        ("number", "0420", "card-unknown", False, False),
        ("number", stock[-4:], "card-unassigned", True, False),
    ]
    rows = str(await world.rows("select i::text from card_identification i where tenant_id = :tenant"))
    assert [number for number in (card.number, stock, UNKNOWN) if number in rows] == []


async def test_lty_05_a_phone_number_and_a_code_of_the_app_resolve_to_the_member(world: World) -> None:
    await issuer(world)
    digital = await issued(world, world.petar.id)
    await attached(world, digital.number, "digital", "petars-code-7Q2MX3K9PD")
    for text in ("+381 60 0000001", "petars-code-7q2mx3k9pd\r\n", digital.number):
        found = await identified(world, text)
        assert found.member is not None
        assert found.member.id == world.petar.id
    stranger = await identified(world, "+381699999999")
    assert stranger.refusal is not None
    assert [row[:3] for row in await log(world)][-1] == ("phone", "9999", "card-unknown")


async def test_lty_06_another_tenants_card_is_unknown(open_world: OpenWorld) -> None:
    one, other = await open_world(), await open_world()
    await issuer(one)
    card = await issued(one, one.mira.id)
    found = await identified(other, card.number)
    assert (found.card, found.refusal and found.refusal.code) == (None, "card-unknown")


async def test_lty_07_a_scanned_string_posted_as_it_is_finds_the_member(world: World) -> None:
    await issuer(world)
    agent = await hire(world, "support_agent")
    (number,) = await some_cards(world, 1)
    await bound(world, number, world.mira.id)
    for text in (number, f"{number}\n", f"]C0{number}\r\n", f";{number}=491212000000?"):
        answer = await agent.api.post("/staff/identify", json={"text": text})
        assert answer.status_code == 200, answer.text
        assert answer.json()["member"]["id"] == str(world.mira.id)
        assert answer.json()["card"]["number"].replace("-", "") == number
    refused = await agent.api.post("/staff/identify", json={"text": UNKNOWN})
    assert (refused.status_code, refused.json()["code"]) == (404, "card-unknown")
    shown = (await agent.api.get("/staff/cards/identifications")).json()
    assert [row["outcome"] for row in shown] == ["card-unknown", *["identified"] * 4]
    assert {row["account"] for row in shown} == {str(agent.id)}


async def test_lty_08_one_card_carries_several_programmes_and_a_purchase_is_evaluated_in_each(
    open_world: OpenWorld,
) -> None:
    bonus = {"id": "bonus", "benefit": {"type": "percent", "percent": "3"}, "grant": {"as": "card"}}
    fuel = {
        "id": "fuel",
        "benefit": {"type": "amount_per_unit", "amount": "3.00", "unit": "l"},
        "grant": {"as": "cashback"},
    }
    world = await open_world(promotions=[bonus])
    second = await another_programme(world)
    await turned(world, await drafted(world, "fuel", {"promotions": [fuel]}, programme_id=second), "started")
    await issuer(world)
    card = await issued(world, world.mira.id)
    agent = await hire(world, "support_agent")
    opened = (await agent.api.post("/staff/identify", json={"text": card.number})).json()
    assert opened["programmes"] == ["lipa", "second"]
    slip = await world.issue(items=[{"name": "Mleko sa mlekomata", "quantity": 40, "unit_price": "190.00"}])
    await settled(world, world.mira, slip)
    vouchers = (await world.mira.api.get("/vouchers")).json()["vouchers"]
    assert {one["kind"]: one["value"] for one in vouchers} == {"card": "228.00", "cashback": "120.00"}


async def test_lty_06_of_64_look_ups_at_once_no_more_pass_than_may(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await issuer(world)
    card = await issued(world, world.mira.id)
    waits: list[int | None] = []

    async def passes() -> bool:
        try:
            await identified(world, card.number)
        except TooManyLookups as refused:
            waits.append(refused.retry_after_s)
            return False
        return True

    for name, other in (("PER_ACCOUNT", "PER_TENANT"), ("PER_TENANT", "PER_ACCOUNT")):
        monkeypatch.setattr(identifying, name, Limit(f"test-{name}", 10, 600))
        monkeypatch.setattr(identifying, other, Limit(f"test-other-{name}", 1000, 600))
        assert sum(await asyncio.gather(*(passes() for _ in range(64)))) == 10
    assert (await world.count("card_identification"), all(waits)) == (20, True)
