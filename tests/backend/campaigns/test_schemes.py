"""A programme has one scheme: of campaigns of several schemes at once, only that scheme's are active."""

from datetime import datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns.queries import rules_at
from backend.campaigns.templates.building import content_of
from backend.campaigns.templates.registry import TEMPLATES
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.programmes.assigning import run
from backend.programmes.models import ProgrammeScheme
from backend.programmes.schemes import Scheme, scheme_after, scheme_at
from tests.fixtures.campaigns import NOON, actor, drafted, giving, turned
from tests.fixtures.staff import hire
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


async def test_elb_03_a_receipt_keeps_the_scheme_of_its_time_however_late_it_is_settled(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[giving("5")])
    await active(world, "points")
    before = await world.mira.accepted((await world.slip())["payload"])
    await active(world, "amount")
    after = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert [(await world.mira.receipt(each))["points"] for each in (before, after)] == ["5", "0"]


async def test_elb_03_a_scheme_is_planned_shown_and_noted(open_world: OpenWorld) -> None:
    world = await open_world(members=0, promotions=[giving("5")])
    owner, path = await hire(world, "owner"), f"/staff/programmes/{world.programme_id}"
    for body, shown in (
        ({"scheme": "points"}, ("points", None)),
        ({"scheme": "amount", "since": "2999-01-01T00:00:00Z"}, ("points", "amount")),
        ({"scheme": "discount", "since": "2030-01-01T00:00:00+01:00"}, ("points", "discount")),
        ({"scheme": "points"}, ("points", None)),
        ({"scheme": "none", "since": "2001-01-01T00:00:00Z"}, ("none", None)),
    ):
        answer = await owner.api.put(path, json={"open_to": "everyone", **body})
        for view in (answer.json(), (await owner.api.get("/staff/programmes")).json()[0]):
            coming = view["next_scheme"]
            assert (view["scheme"], coming and coming["scheme"]) == shown, "the past stays as it was said"
    noted = await world.rows(
        "select before, after from audit where tenant_id = :tenant and action = 'programme.changed'"
    )
    said = [(row.before["scheme"], row.after["scheme"]) for row in noted]
    assert said == [
        (None, "points"),
        ("points", "amount"),
        ("points", "discount"),
        ("points", "points"),
        ("points", "none"),
    ]
    assert noted[1].after["since"] == "2999-01-01T00:00:00+00:00"


OWN = new_id()
HOURS = st.integers(-5, 5).map(lambda hours: NOON + timedelta(hours=hours))
SAID = st.lists(st.tuples(st.sampled_from(["points", "amount", None]), HOURS), max_size=5).map(
    lambda said: [
        ProgrammeScheme(tenant_id=OWN, programme_id=OWN, number=number, scheme=scheme, since_at=since, created_at=NOON)
        for number, (scheme, since) in zip(count(1), said, strict=False)
    ]
)


@given(SAID, HOURS, HOURS)
def test_until_what_is_planned_next_the_scheme_stays(
    said: list[ProgrammeScheme], first: datetime, second: datetime
) -> None:
    at, later = sorted((first, second))
    coming = scheme_after(said, at)
    if coming is None or later < coming.since_at:
        assert scheme_at(said, later) == scheme_at(said, at)
    if coming is not None:
        assert at < coming.since_at
        assert scheme_at(said, coming.since_at) == coming.scheme
