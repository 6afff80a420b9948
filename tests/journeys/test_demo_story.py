"""The story that the demo plays, told in one process and without a clock."""

import base64

from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, World


async def test_inf_01_inf_16_inf_18_inf_19_the_demos_story(world: World) -> None:
    mira, petar = world.mira, world.petar
    slip = await world.slip()

    photo = {"photo": ("slip.png", base64.b64decode(slip["png"]), "image/png")}
    answer = await mira.api.post("/receipts", files=photo)
    assert (answer.status_code, answer.json()["facts"]["fiscal_id"]) == (202, slip["fiscal_id"])
    assert answer.json()["sure"]["points"] == "3"

    await world.worker.run_due()
    receipt = await mira.receipt(answer.json()["id"])
    assert (receipt["state"], receipt["points"]) == ("settled", str(YOGHURT_AND_MILK_POINTS))
    assert sum(int(line["points"]) for line in receipt["lines"]) == YOGHURT_AND_MILK_POINTS

    refused = await petar.scan(slip["payload"])
    assert (refused.status_code, refused.json()["code"]) == (409, "receipt-already-claimed")

    refund = await world.issue(refund_of=slip["fiscal_id"], items=[{"gtin": "9520101000040", "quantity": 3}])
    await mira.accepted(refund["payload"])
    await world.worker.run_due()
    returned = await mira.receipt(receipt["id"])
    assert [(line["points"], line["taken_back"]) for line in returned["lines"]] == [("31", "31"), ("30", "0")]
    assert returned["refunds"][0]["fiscal_id"] == refund["fiscal_id"]

    world.authorities.answer(503, headers={"Retry-After": "1"})
    later = await mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    waiting = await mira.receipt(later)
    assert (waiting["state"], waiting["waiting_for"]) == ("pending", "authority-unavailable")
    world.authorities.instead = None
    await world.attempt()
    assert (await mira.receipt(later))["state"] == "settled"

    wallet = (await mira.api.get("/wallet")).json()
    entries = (await mira.api.get("/wallet/entries")).json()["entries"]
    assert wallet["available"] == entries[0]["balance_after"] == str(2 * YOGHURT_AND_MILK_POINTS - 31)
    told = await world.rows(
        "select m.event from delivery d join message m on m.tenant_id = d.tenant_id and m.id = d.message_id "
        "where d.tenant_id = :tenant and d.state = 'accepted' order by m.id"
    )
    assert [row.event for row in told] == [
        "receipt-settled",
        "refund-settled",
        "receipt-refunded",
        "receipt-waiting",
        "receipt-settled",
    ]
    console = await world.client().get("http://api.test/console")
    assert console.status_code == 200
    assert "Member 0" in console.text


async def test_inf_01_a_shopper_takes_part_without_any_card(world: World) -> None:
    (newcomer,) = await world.join()
    columns = await world.rows("select * from member where tenant_id = :tenant and id = :id", id=newcomer.id)
    assert not [name for name in columns[0]._fields if "card" in name]
    await newcomer.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert await newcomer.points() == YOGHURT_AND_MILK_POINTS
