"""A member has the programmes that are open or assigned to them, and every one of them is evaluated at a purchase."""

from typing import Any
from uuid import UUID

import pytest

from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.members.groups import groups_of, put_in_group, take_out_of_group
from backend.programmes.assigning import Whom, assign, programmes_of, run, unassign
from backend.programmes.models import Programme
from backend.programmes.schemes import Scheme
from tests.fixtures.campaigns import actor, drafted, giving, turned
from tests.fixtures.world import OpenWorld, Someone, World


async def second(world: World, *, open_to: str = "everyone") -> UUID:
    """Another programme, whose points have two decimals."""
    row = Programme(
        tenant_id=world.tenant_id,
        id=new_id(),
        code="fuel",
        name="Fuel",
        currency="RSD",
        points_decimals=2,
        open_to=open_to,
        created_at=utc_now(),
    )
    async with world.database.transaction(world.tenant_id) as session:
        session.add(row)
    return row.id


async def codes(world: World, someone: Someone) -> list[str]:
    async with world.database.transaction(world.tenant_id) as session:
        groups = await groups_of(session, world.tenant_id, someone.id)
        return [row.code for row in await programmes_of(session, world.tenant_id, someone.id, groups=groups)]


async def test_lty_03_a_programme_is_for_a_group_and_for_members_by_name(world: World) -> None:
    (jana,) = await world.join()
    programme_id = await second(world, open_to="assigned")
    assert [await codes(world, each) for each in (world.mira, world.petar, jana)] == [["lipa"]] * 3
    async with world.database.transaction(world.tenant_id) as session:
        await put_in_group(session, actor(world), world.mira.id, "drivers", now=utc_now())
        for whom in (Whom(group="drivers"), Whom(member_id=world.petar.id), Whom(member_id=world.petar.id)):
            await assign(session, actor(world), programme_id, whom, now=utc_now())
    has = [await codes(world, each) for each in (world.mira, world.petar, jana)]
    assert has == [["lipa", "fuel"], ["lipa", "fuel"], ["lipa"]]
    async with world.database.transaction(world.tenant_id) as session:
        await take_out_of_group(session, actor(world), world.mira.id, "drivers", now=utc_now())
        await unassign(session, actor(world), programme_id, Whom(member_id=world.petar.id), now=utc_now())
    assert [await codes(world, each) for each in (world.mira, world.petar, jana)] == [["lipa"]] * 3


async def settled(world: World, slip: dict[str, Any]) -> dict[str, Any]:
    receipt_id = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    return await world.mira.receipt(receipt_id)


async def balances(world: World) -> dict[str, int]:
    rows = await world.rows(
        "select p.code, a.balance from ledger_account a join programme p on p.id = a.programme_id "
        "where a.tenant_id = :tenant and a.kind = 'points'"
    )
    return {row.code: row.balance for row in rows}


async def test_lty_08_one_card_carries_several_programmes_and_all_are_evaluated(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[giving("5")])
    fuel = await second(world)
    content = {"promotions": [{**giving("1"), "id": "bonus", "benefit": {"type": "points", "percent": "3"}}]}
    await turned(world, await drafted(world, "bonus", content, programme_id=fuel), "started")
    receipt = await settled(world, await world.slip())
    given = {award["promotion"]: (award["points"], award["programme"]) for award in receipt["awards"]}
    assert given == {"five": ("5", str(world.programme_id)), "bonus": ("11.55", str(fuel))}
    assert (receipt["points"], sum(int(line["points"]) for line in receipt["lines"])) == ("5", 5)
    assert await balances(world) == {"lipa": 5, "fuel": 11_55}
    ((versions,),) = await world.rows("select campaign_versions from settlement where tenant_id = :tenant")
    assert versions == {"welcome": 1, "bonus": 1}


async def test_a_refund_takes_back_in_each_programme_what_that_gave(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[giving("5")])
    fuel = await second(world)
    content = {"promotions": [giving("2.5", id="bonus")]}
    await turned(world, await drafted(world, "bonus", content, programme_id=fuel), "started")
    slip = await world.slip()
    await settled(world, slip)
    await settled(world, await world.issue(refund_of=slip["fiscal_id"]))
    assert await balances(world) == {"lipa": 0, "fuel": 0}
    told = await world.rows(
        "select params from message where tenant_id = :tenant and event = 'receipt-refunded' order by reference"
    )
    assert sorted(row.params["points"] for row in told) == [5, 250]


async def test_whoever_has_no_programme_gets_nothing(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[giving("5")])
    async with world.database.transaction(world.tenant_id) as session:
        await run(session, actor(world), world.programme_id, open_to="assigned", scheme=None, now=utc_now())
    receipt = await settled(world, await world.slip())
    assert (receipt["state"], receipt["points"], receipt["awards"]) == ("settled", "0", [])


@pytest.mark.parametrize(("schemes", "points"), [(["points", "amount"], "0"), (["none", "points"], "5")])
async def test_elb_03_a_programme_has_one_scheme_at_a_time(
    open_world: OpenWorld, schemes: list[Scheme], points: str
) -> None:
    world = await open_world(promotions=[giving("5")])
    for scheme in schemes:
        async with world.database.transaction(world.tenant_id) as session:
            await run(session, actor(world), world.programme_id, open_to="everyone", scheme=scheme, now=utc_now())
    assert (await settled(world, await world.slip()))["points"] == points
