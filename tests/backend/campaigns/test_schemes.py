"""A programme has one scheme: of campaigns of several schemes at once, only that scheme's are active."""

from backend.campaigns.queries import rules_at
from backend.campaigns.templates.building import content_of
from backend.campaigns.templates.registry import TEMPLATES
from backend.kit.clock import utc_now
from backend.programmes.assigning import Scheme, run
from tests.fixtures.campaigns import actor, drafted, turned
from tests.fixtures.world import OpenWorld, World

OF_SCHEMES = ("points-percent", "cashback", "discount-scheme", "prize-coupon-text")


async def active(world: World, scheme: Scheme | None) -> set[str]:
    """What gives after the programme was set to that scheme."""
    async with world.database.transaction(world.tenant_id) as session:
        await run(session, actor(world), world.programme_id, open_to="everyone", scheme=scheme, now=utc_now())
    async with world.database.transaction(world.tenant_id) as session:
        rules = await rules_at(session, world.tenant_id, world.programme_id, utc_now())
    return {promotion for rule in rules for promotion in rule.ids}


async def test_elb_03_elb_23_setting_another_scheme_leaves_only_that_one_active(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    for code in OF_SCHEMES:
        content = content_of(TEMPLATES[code], {}, own=code, name=code)
        await turned(world, await drafted(world, code, content), "started")
    always = "prize-coupon-text"
    assert await active(world, None) == set(OF_SCHEMES)
    assert await active(world, "points") == {"points-percent", always}
    assert await active(world, "amount") == {"cashback", always}
    assert await active(world, "discount") == {"discount-scheme", always}
    assert await active(world, "none") == {always}
    assert await active(world, "points") == {"points-percent", always}


async def test_elb_07_the_discount_scheme_collects_points_on_a_receipt(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    for code in OF_SCHEMES:
        content = content_of(TEMPLATES[code], {}, own=code, name=code)
        await turned(world, await drafted(world, code, content), "started")
    await active(world, "discount")
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert receipt["state"] == "settled"
    given = {award["promotion"] for award in receipt["awards"]}
    assert given == {"discount-scheme", "prize-coupon-text"}
    assert int(receipt["points"]) > 0
