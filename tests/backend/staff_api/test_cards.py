"""What staff do with cards over HTTP, from a prefix to the letters of a print run."""

from typing import Any

import pytest

from backend.kit.ids import new_id
from tests.fixtures.cards import issuer, some_cards
from tests.fixtures.staff import Colleague, hire
from tests.fixtures.world import World

POST = {"street": "Balkanska 12", "postal_code": "11000", "city": "Beograd"}


@pytest.fixture
async def owner(world: World) -> Colleague:
    return await hire(world, "owner")


async def made(who: Colleague, path: str, body: object | None = None) -> dict[str, Any]:
    answer = await who.api.post(f"/staff{path}", json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def test_mt_17_mt_18_an_issuer_registers_a_prefix_and_makes_a_batch_with_its_print_file(owner: Colleague) -> None:
    assert (await made(owner, "/cards/issuers", {"prefix": "1900"}))["prefix"] == "1900"
    again = await owner.api.post("/staff/cards/issuers", json={"prefix": "19001"})
    assert (again.status_code, again.json()["code"]) == (409, "card-prefix-taken")
    batch = await made(owner, "/cards/batches", {"count": 20, "points": "50"})
    assert (batch["count"], batch["points"], batch["programme"]) == (20, "50", "lipa")
    assert (await owner.api.get("/staff/cards/batches")).json() == [batch]
    file = await owner.api.get(f"/staff/cards/batches/{batch['id']}/print-file")
    assert file.headers["content-type"].startswith("text/csv")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert (lines[0], len(lines)) == ("number;name;track;barcode", 21)
    assert all(line.startswith("1900-") for line in lines[1:])
    unknown = await owner.api.get(f"/staff/cards/batches/{new_id()}/print-file")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "card-batch-not-found")


async def test_mt_20_a_card_is_handed_over_with_the_form_that_the_customer_filled_in(
    world: World, owner: Colleague
) -> None:
    await issuer(world)
    first, second = await some_cards(world, 2)
    agent = await hire(world, "support_agent")
    form = {"phone": "+381641112223", "name": "Ana Anić", "language": "hr"}
    bound = await made(agent, f"/cards/{first}/bind", {"form": form})
    assert (bound["state"], bound["form"]) == ("active", "plastic")
    member = (await agent.api.get(f"/staff/members/{bound['member']}")).json()
    assert (member["name"], member["language"]) == ("Ana Anić", "hr")
    twice = await agent.api.post(f"/staff/cards/{first}/bind", json={"member": str(world.mira.id)})
    assert (twice.status_code, twice.json()["code"]) == (409, "card-assigned")
    assert (await made(agent, f"/cards/{second}/bind", {"form": form}))["member"] == bound["member"]
    for body in ({}, {"member": str(world.mira.id), "form": form}):
        assert (await agent.api.post(f"/staff/cards/{second}/bind", json=body)).status_code == 400
    listed = await owner.api.get("/staff/cards", params={"member": bound["member"]})
    assert len(listed.json()) == 2


async def test_mt_22_mt_23_a_card_is_ordered_printed_posted_lost_and_replaced(world: World, owner: Colleague) -> None:
    await issuer(world)
    wish = {"post": POST, "name": "Mira Petrović"}
    card = await made(owner, "/cards", {"member": str(world.mira.id), "printed": wish})
    assert (await owner.api.get("/staff/cards/runs")).json() == {"waiting": 1, "runs": []}
    run = await made(owner, "/cards/runs")
    path = f"/staff/cards/runs/{run['id']}"
    printed = (await owner.api.get(f"{path}/print-file", params={"embossed": True})).content.decode("utf-8-sig")
    assert f"{card['number']};MIRA PETROVIĆ;" in printed
    assert printed.splitlines()[1].endswith(";MIRA PETROVIC")
    assert "Balkanska 12;11000;Beograd" in (await owner.api.get(f"{path}/addresses")).content.decode("utf-8-sig")
    letters = await owner.api.get(f"{path}/letters")
    assert (letters.headers["content-type"], letters.content[:5]) == ("application/pdf", b"%PDF-")
    await made(owner, f"/cards/{card['number']}/media", {"kind": "rf", "value": "04A2B91C55"})
    new = await made(owner, f"/cards/{card['number']}/reissue", {"printed": {"post": POST}})
    assert (new["state"], new["form"], new["member"]) == ("active", "plastic", str(world.mira.id))
    shown = (await owner.api.get(f"/staff/cards/{card['number']}")).json()
    assert shown["card"]["blocked_for"] == "lost"
    assert (shown["replaced_by"], shown["media"]) == (new["number"], [{"kind": "rf", "value": "04A2B91C55"}])


async def test_mt_24_a_card_is_deactivated_with_a_reason_and_the_till_refuses_it(
    world: World, owner: Colleague
) -> None:
    await issuer(world)
    own = await made(owner, "/cards", {"member": str(world.mira.id)})
    familys = await made(owner, "/cards", {"member": str(world.petar.id)})
    assert (await made(owner, f"/cards/{own['number']}/block", {"reason": "rules"}))["blocked_for"] == "rules"
    refused = await owner.api.post("/staff/identify", json={"text": own["number"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "card-blocked")
    assert (await made(owner, "/identify", {"text": familys["number"]}))["member"]["id"] == str(world.petar.id)
    unknown = await owner.api.post("/staff/cards/1900000100000420/block", json={"reason": "lost"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "card-unknown")
