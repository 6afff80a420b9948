"""Receipts are decided by what held when they were issued, whatever the campaign says by the time they are settled."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns import service
from backend.campaigns.errors import CampaignExists, CampaignStateRefused, CorrectionUnexplained
from backend.campaigns.models import Campaign, CampaignRevision, CampaignTurn
from backend.campaigns.overview import overview
from backend.campaigns.queries import rules_at
from backend.campaigns.service import Turned
from backend.campaigns.timeline import Timeline
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.promotions.documents import MalformedDocument
from tests.fixtures.campaigns import NOON, ZONE, actor, drafted, giving, turned
from tests.fixtures.world import OpenWorld, World

HOUR = timedelta(hours=1)
OWN: dict[str, Any] = {"tenant_id": new_id(), "campaign_id": new_id(), "created_at": NOON}


def revision(number: int, holds_from: datetime, **content: Any) -> CampaignRevision:
    return CampaignRevision(**OWN, number=number, holds_from=holds_from, content={"promotions": [], **content}, note="")


def turn(number: int, turned_: str, since_at: datetime) -> CampaignTurn:
    return CampaignTurn(**OWN, number=number, turned=turned_, since_at=since_at)


def timeline(revisions: list[CampaignRevision], turns: list[CampaignTurn]) -> Timeline:
    row = Campaign(
        tenant_id=OWN["tenant_id"], id=OWN["campaign_id"], programme_id=new_id(), code="c", name="c", created_at=NOON
    )
    return Timeline(row, revisions, turns)


async def worth(world: World, at: datetime) -> dict[str, str | None]:
    """How many points each promotion gives by the rules of that moment."""
    async with world.database.transaction(world.tenant_id) as session:
        rules = await rules_at(session, world.tenant_id, world.programme_id, at)
    return {document["id"]: document["benefit"].get("points") for rule in rules for document in rule.documents}


async def changed(world: World, campaign_id: Any, content: dict[str, Any], **rest: Any) -> CampaignRevision:
    async with world.database.transaction(world.tenant_id) as session:
        return await service.change(session, actor(world), campaign_id, content, **{"now": utc_now(), **rest})


async def state(world: World, code: str, now: datetime) -> str:
    async with world.database.transaction(world.tenant_id) as session:
        found = await overview(session, world.tenant_id, now=now)
    return next(shown.state for shown in found if shown.timeline.campaign.code == code)


async def test_lty_38_old_receipts_keep_the_old_rule(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[giving("5")])
    before = await world.mira.accepted((await world.slip())["payload"])
    (campaign,) = await world.rows("select id from campaign where tenant_id = :tenant")
    number = (await changed(world, campaign.id, {"promotions": [giving("7")]})).number
    after = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert number == 2
    for receipt_id, points, version in ((before, "5", 1), (after, "7", 2)):
        assert (await world.mira.receipt(receipt_id))["points"] == points
        ((versions,),) = await world.rows(
            "select campaign_versions from settlement where tenant_id = :tenant and receipt_id = :id", id=receipt_id
        )
        assert versions == {"welcome": version}


async def test_a_change_holds_from_its_moment_on_and_not_before(world: World) -> None:
    campaign_id = await drafted(world, "easter", {"promotions": [giving("1")]}, now=NOON)
    await turned(world, campaign_id, "started", now=NOON)
    await changed(world, campaign_id, {"promotions": [giving("2")]}, holds_from=NOON + 2 * HOUR, now=NOON + HOUR)
    moments = (NOON - HOUR, NOON, NOON + 2 * HOUR - timedelta(microseconds=1), NOON + 2 * HOUR, NOON + 9 * HOUR)
    assert [(await worth(world, at)).get("five") for at in moments] == [None, "1", "1", "2", "2"]


async def test_a_correction_of_the_past_says_why(world: World) -> None:
    campaign_id = await drafted(world, "easter", {"promotions": [giving("1")]}, now=NOON)
    await turned(world, campaign_id, "started", now=NOON)
    right = {"promotions": [giving("2")]}
    with pytest.raises(CorrectionUnexplained):
        await changed(world, campaign_id, right, holds_from=NOON, now=NOON + HOUR)
    await changed(world, campaign_id, right, holds_from=NOON, note="one point was a slip of the pen", now=NOON + HOUR)
    assert (await worth(world, NOON))["five"] == "2"


async def test_the_same_again_is_no_revision(world: World) -> None:
    campaign_id = await drafted(world, "easter", {"promotions": [giving("1")]}, now=NOON)
    await turned(world, campaign_id, "started", now=NOON)
    before = await world.count("audit")
    assert (
        await changed(world, campaign_id, {"promotions": [giving("1")], "outlets": []}, now=NOON + HOUR)
    ).number == 1
    assert await world.count("audit") == before


async def test_tron_03_a_campaign_is_drafted_scheduled_live_paused_and_ended(world: World) -> None:
    content = {"valid": {"from": "2026-11-23", "to": "2026-11-24"}, "promotions": [giving("1")]}
    campaign_id = await drafted(world, "easter", content, now=NOON)
    assert await state(world, "easter", NOON) == "draft"
    await turned(world, campaign_id, "started", now=NOON)
    midnight = datetime(2026, 11, 22, 23, tzinfo=UTC)  # in Belgrade
    second = timedelta(seconds=1)
    moments = (NOON, midnight - second, midnight, midnight + 48 * HOUR - second, midnight + 48 * HOUR)
    assert [await state(world, "easter", at) for at in moments] == ["scheduled", "scheduled", "live", "live", "ended"]
    await turned(world, campaign_id, "paused", now=midnight)
    assert await state(world, "easter", midnight) == "paused"
    assert "five" not in await worth(world, midnight)
    await turned(world, campaign_id, "started", now=midnight + HOUR)
    assert await state(world, "easter", midnight + HOUR) == "live"
    await turned(world, campaign_id, "ended", now=midnight + 2 * HOUR)
    assert await state(world, "easter", midnight + 2 * HOUR) == "ended"
    verbs: tuple[Turned, ...] = ("started", "paused", "ended")
    for verb in verbs:
        with pytest.raises(CampaignStateRefused):
            await turned(world, campaign_id, verb, now=midnight + 3 * HOUR)
    with pytest.raises(CampaignStateRefused):
        await changed(world, campaign_id, content, now=midnight + 3 * HOUR)


async def test_a_purchase_while_a_campaign_was_paused_gets_nothing_of_it_later(world: World) -> None:
    campaign_id = await drafted(world, "easter", {"promotions": [giving("1")]}, now=NOON)
    verbs: tuple[Turned, ...] = ("started", "paused", "started")
    for number, verb in enumerate(verbs):
        await turned(world, campaign_id, verb, now=NOON + number * HOUR)
    worths = [(await worth(world, NOON + timedelta(minutes=minutes))).get("five") for minutes in (-30, 30, 90, 150)]
    assert worths == [None, "1", None, "1"]


async def test_a_planned_start_is_overridden_by_a_later_decision() -> None:
    planned = turn(1, "started", NOON + HOUR)
    ended = turn(2, "ended", NOON)
    assert timeline([revision(1, NOON)], [planned]).state_at(NOON, time_zone=ZONE) == "scheduled"
    assert timeline([revision(1, NOON)], [planned]).state_at(NOON + HOUR, time_zone=ZONE) == "live"
    assert timeline([revision(1, NOON)], [planned, ended]).state_at(NOON + HOUR, time_zone=ZONE) == "ended"


@given(
    moments=st.lists(st.integers(0, 6), min_size=1, max_size=6),
    more=st.lists(st.integers(0, 6), max_size=4),
    at=st.integers(0, 6),
)
def test_lty_38_what_begins_after_a_moment_never_changes_what_held_then(
    moments: list[int], more: list[int], at: int
) -> None:
    numbers = count(1)
    known = [revision(next(numbers), NOON + HOUR * moment) for moment in moments]
    later = [revision(next(numbers), NOON + HOUR * (at + 1 + moment)) for moment in more]
    asked = NOON + HOUR * at
    before = timeline(known, []).revision_at(asked)
    assert timeline([*known, *later], []).revision_at(asked) == before
    assert (before is None) == all(moment > at for moment in moments)


async def test_ids_stay_with_their_campaign_and_codes_with_theirs(world: World) -> None:
    with pytest.raises(CampaignExists):
        await drafted(world, "welcome", {})
    with pytest.raises(MalformedDocument) as refused:
        await drafted(world, "easter", {"promotions": [giving("1"), giving("1", id="hundreds")]})
    assert [fault.pointer for fault in refused.value.faults] == ["/promotions/1/id"]


async def test_shops_that_are_not_the_tenants_are_refused_at_their_place(world: World) -> None:
    with pytest.raises(MalformedDocument) as refused:
        await drafted(world, "easter", {"partners": ["000"], "outlets": ["nowhere"]})
    assert [fault.pointer for fault in refused.value.faults] == ["/partners/0", "/outlets/0"]


async def test_each_change_of_the_rules_is_counted(world: World) -> None:
    async def version() -> int:
        ((number,),) = await world.rows("select rules_version from tenant where id = :tenant")
        return int(number)

    versions = [await version()]
    campaign_id = await drafted(world, "easter", {"promotions": [giving("1")]})
    versions.append(await version())
    await turned(world, campaign_id, "started")
    versions.append(await version())
    await changed(world, campaign_id, {"promotions": []})
    versions.append(await version())
    assert versions == sorted(set(versions))
