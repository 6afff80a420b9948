"""A worker that is killed amid a re-rating, and another that goes on: every past receipt is given everything once."""

import asyncio
from datetime import UTC, datetime

import pytest

from backend.catalogue.matching.wording import line_key
from tests.backend.accrual.test_giving import things
from tests.backend.accrual.test_rerate import FIVE_EACH, TEXT, link, runs
from tests.backend.accrual.test_rerate_things import GIVING
from tests.fixtures.campaigns import drafted, turned
from tests.fixtures.replays import many_receipts
from tests.fixtures.served import Work
from tests.fixtures.world import OpenWorld

RECEIPTS = 400
KILLS = 3
BREAD_EACH = """
    insert into receipt_line (tenant_id, receipt_id, no, name, unit, quantity_milli, unit_price_minor, total_minor,
        tax_labels, gtin, folded)
    select tenant_id, id, 3, :name, 'kom', 1000, 5000, 5000, '["E"]', null, :folded from receipt
    where tenant_id = :tenant returning 1
"""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_workers_that_are_killed_amid_a_rerating_give_everything_once(open_world: OpenWorld, work: Work) -> None:
    world = await open_world(members=5, promotions=[])
    campaign_id = await drafted(world, "bread", {"promotions": [FIVE_EACH, GIVING[0], *GIVING[2:]]}, now=LONG_AGO)
    await turned(world, campaign_id, "started", now=LONG_AGO)
    await many_receipts(world, RECEIPTS)
    await world.rows(BREAD_EACH, name=TEXT, folded=line_key(TEXT))
    await link(world, seller="*")
    killed_at = [0]
    while (await runs(world))[0][0] != "done":
        with work():
            while True:
                ((state, looked_at, *_),) = await runs(world)
                if state == "done" or (len(killed_at) <= KILLS and looked_at > killed_at[-1] + 80):
                    break
                await asyncio.to_thread(lambda: None)
        killed_at.append(looked_at)
    assert len(killed_at) > KILLS
    assert await runs(world) == [("done", RECEIPTS, RECEIPTS, 0)]
    found = await things(world)
    once = {"voucher": RECEIPTS, "coupon": RECEIPTS, "draw_entry": RECEIPTS, "gift": RECEIPTS}
    assert {kind: len(found[kind]) for kind in once} == once
    messages = await world.rows("select distinct reference from message where tenant_id = :tenant")
    assert len(messages) == await world.count("message") == RECEIPTS
    cards, stamps = divmod(RECEIPTS // 5, 3)
    assert [row.units for row in found["stamp_count"]] == [stamps] * 5
    assert [await who.points() for who in world.members] == [RECEIPTS // 5 * 5 + cards * 7] * 5
