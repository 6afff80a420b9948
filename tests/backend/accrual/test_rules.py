"""Rules in memory are those of the database: by stretches of time, and by version."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accrual.errors import RulesChanged
from backend.accrual.rules import RuleBook, Rules
from backend.accrual.service import settle
from backend.campaigns.models import Campaign, CampaignRevision, CampaignTurn
from backend.campaigns.queries import rules_among
from backend.campaigns.timeline import Timeline
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.programmes.models import Programme, ProgrammeScheme, Tenant
from backend.programmes.service import touch_rules
from tests.fixtures.campaigns import NOON, drafted, giving, turned
from tests.fixtures.world import OpenWorld, World

TENANT, PROGRAMME = new_id(), new_id()
MOMENTS = st.datetimes(datetime(2026, 10, 1), datetime(2027, 1, 31), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(datetime(2026, 10, 1, tzinfo=UTC).date(), datetime(2027, 1, 31, tzinfo=UTC).date())


def contents() -> st.SearchStrategy[dict[str, Any]]:
    """Contents with a period, without one, or with half of one."""
    period = st.tuples(DAYS, DAYS).map(sorted).map(lambda days: {"from": str(days[0]), "to": str(days[1])})
    begun = DAYS.map(lambda day: {"from": str(day)})
    return st.one_of(st.none(), period, begun).map(
        lambda valid: {"promotions": [giving("1")], **({"valid": valid} if valid else {})}
    )


@st.composite
def campaigns(draw: st.DrawFn) -> Timeline:
    """A campaign of some revisions and turns."""
    own: dict[str, Any] = {"tenant_id": TENANT, "campaign_id": new_id(), "created_at": NOON}
    revisions = [
        CampaignRevision(**own, number=number, holds_from=moment, content=content, note="")
        for number, (moment, content) in enumerate(
            draw(st.lists(st.tuples(MOMENTS, contents()), min_size=1, max_size=3)), start=1
        )
    ]
    turned = st.sampled_from(["started", "started", "paused", "ended"])
    turns = [
        CampaignTurn(**own, number=number, turned=turn, since_at=moment)
        for number, (moment, turn) in enumerate(draw(st.lists(st.tuples(MOMENTS, turned), max_size=4)), start=1)
    ]
    row = Campaign(tenant_id=TENANT, id=own["campaign_id"], programme_id=PROGRAMME, code="c", name="c", created_at=NOON)
    schemes = [
        ProgrammeScheme(
            tenant_id=TENANT, programme_id=PROGRAMME, number=number, scheme=scheme, since_at=moment, created_at=NOON
        )
        for number, (moment, scheme) in enumerate(
            draw(st.lists(st.tuples(MOMENTS, st.sampled_from(["points", "none", None])), max_size=3)), start=1
        )
    ]
    return Timeline(row, revisions, turns, schemes)


@given(st.lists(campaigns(), max_size=4), st.lists(MOMENTS, min_size=1, max_size=20))
def test_a_stretch_of_time_says_what_each_of_its_moments_does(found: list[Timeline], moments: list[datetime]) -> None:
    tenant = Tenant(id=TENANT, slug="t", name="t", time_zone="Europe/Belgrade", language="en", created_at=NOON)
    tenant.rules_version = 1
    programme = Programme(
        tenant_id=TENANT, id=PROGRAMME, code="p", name="p", currency="RSD", points_decimals=0, created_at=NOON
    )
    rules = Rules(tenant, [programme], [], found)
    borders = [border for each in found for border in each.borders()]
    for moment in [*moments, *borders, *(border - timedelta(microseconds=1) for border in borders)]:
        said = rules.at(moment)[PROGRAMME].rules
        expected = rules_among(found, moment)
        assert [(rule.campaign_id, rule.version, rule.scheme) for rule in said] == [
            (rule.campaign_id, rule.version, rule.scheme) for rule in expected
        ]


async def test_rules_are_read_once_and_again_when_they_are_forgotten(world: World) -> None:
    book = RuleBook(world.database)
    first = await book.of(world.tenant_id)
    assert await book.of(world.tenant_id) is first
    async with world.database.transaction(world.tenant_id) as session:
        await touch_rules(session, world.tenant_id)
    assert await book.of(world.tenant_id) is first, "nobody is told"
    book.forget(first)
    second = await book.of(world.tenant_id)
    assert second.version == first.version + 1
    book.forget(first)
    assert await book.of(world.tenant_id) is second, "what was forgotten is not forgotten twice"


@pytest.mark.parametrize(
    ("valid", "points"),
    [
        ({"to": "9999-12-31"}, "5"),
        ({"from": "0001-01-01"}, "5"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "5"),
        ({"from": "9999-12-01", "days": 36600}, "0"),
    ],
)
async def test_a_period_at_the_ends_of_the_calendar_stops_nobody(
    open_world: OpenWorld, valid: dict[str, Any], points: str
) -> None:
    world = await open_world(promotions=[])
    await turned(world, await drafted(world, "for ever", {"valid": valid, "promotions": [giving("5")]}), "started")
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert (await world.mira.receipt(receipt_id))["points"] == points
    assert (await world.mira.api.get("/offers")).status_code == 200


async def test_nothing_is_settled_by_rules_that_were_changed(world: World) -> None:
    rules = await RuleBook(world.database).of(world.tenant_id)
    receipt = await world.mira.accepted((await world.slip())["payload"])
    await world.rows("update job set run_at = now() + interval '1 hour' where kind = 'accrual.settle' returning id")
    async with world.database.transaction(world.tenant_id) as session:
        await touch_rules(session, world.tenant_id)
    with pytest.raises(RulesChanged):
        async with world.database.transaction(world.tenant_id) as session:
            await settle(session, rules, UUID(receipt), now=utc_now())
    await world.worker.run_due()
    assert await world.mira.points() > 0


async def test_a_submission_is_decided_by_the_rules_of_its_moment(world: World) -> None:
    first = await world.mira.scan((await world.slip())["payload"])
    given_before = [given["promotion"] for given in first.json()["sure"]["applied"]]
    await world.campaign("more", [giving("7", id="seven")])
    second = await world.mira.scan((await world.slip())["payload"])
    assert [given["promotion"] for given in second.json()["sure"]["applied"]] == sorted([*given_before, "seven"])
