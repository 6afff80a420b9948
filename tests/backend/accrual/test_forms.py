"""Whatever form a promotion gives in, a receipt settles, and only its points are points."""

from typing import Any

from backend.campaigns.service import start
from backend.kit.clock import utc_now
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, World

PROMOTIONS: list[dict[str, Any]] = [
    {"id": "back", "benefit": {"type": "percent", "percent": "2"}, "grant": {"as": "cashback"}},
    {"id": "card", "benefit": {"type": "amount", "amount": "50.00"}, "grant": {"as": "card", "valid_days": 30}},
    {"id": "slip", "benefit": {"type": "percent", "percent": "1"}, "grant": {"as": "receipt"}},
    {"id": "gift", "benefit": {"type": "gift", "sku": "MUG"}},
    {"id": "draw", "benefit": {"type": "entries", "draw": "d", "every": "100.00"}},
    {"id": "coupon", "benefit": {"type": "coupon", "series": "K"}},
    {"id": "text", "benefit": {"type": "text", "text": "HVALA"}},
    {
        "id": "stamps",
        "benefit": {"type": "stamp", "counter": "c", "needs": 1, "reward": {"type": "points", "points": "7"}},
    },
    {"id": "twice", "benefit": {"type": "multiply", "factor": "2", "of": ["card", "hundreds"]}},
]
HUNDREDS = 3


async def test_other_forms_than_points_settle_beside_them(world: World) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await start(
            session,
            tenant_id=world.tenant_id,
            programme_id=world.programme_id,
            code="forms",
            name="Forms",
            promotions=PROMOTIONS,
            now=utc_now(),
        )
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    awards = {award["promotion"]: award["points"] for award in receipt["awards"]}
    stamps = int(awards["stamps"])
    assert stamps > 0
    assert stamps % 7 == 0
    assert receipt["points"] == str(YOGHURT_AND_MILK_POINTS + stamps + HUNDREDS)
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS + stamps + HUNDREDS
    assert awards["twice"] == str(HUNDREDS)
    assert {awards[name] for name in ("back", "card", "slip", "gift", "draw", "coupon", "text")} == {"0"}
    assert sum(int(line["points"]) for line in receipt["lines"]) == int(receipt["points"])
