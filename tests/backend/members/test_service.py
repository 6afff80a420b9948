"""Joining needs a phone number and nothing else, and happens once."""

import asyncio

import pytest

from backend.kit.clock import utc_now
from backend.members.errors import MemberNotFound, NameMalformed, PhoneMalformed
from backend.members.models import Member
from backend.members.queries import lock_member, member
from backend.members.service import NAME_LENGTH_MAX, join, phone_hash
from tests.fixtures.world import KEY, OpenWorld, World


async def _join(world: World, phone: str, name: str = "Ana") -> Member:
    async with world.database.transaction(world.tenant_id) as session:
        return await join(
            session,
            tenant_id=world.tenant_id,
            phone=phone,
            name=name,
            language="hr",
            key=KEY.encode(),
            now=utc_now(),
        )


async def test_inf_01_joining_twice_in_any_spelling_is_joining_once(world: World) -> None:
    first = await _join(world, "+381641234567")
    for spelled in ("+381 64 123-45-67", "+381 (64) 123/4567", " +381.64.1234567 "):
        again = await _join(world, spelled, "Another name")
        assert (again.id, again.name) == (first.id, "Ana")
    joined = await asyncio.gather(*(_join(world, "+381641234568") for _ in range(16)))
    assert len({row.id for row in joined}) == 1


async def test_the_number_itself_is_kept_nowhere(world: World) -> None:
    row = await _join(world, "+381641234567")
    stored = await world.rows(
        "select to_jsonb(m)::text from member m where tenant_id = :tenant and id = :id", id=row.id
    )
    assert "641234567" not in str(stored)
    assert phone_hash(KEY.encode(), "+381641234567") != phone_hash(b"another key", "+381641234567")


@pytest.mark.parametrize(
    "phone", ["", "0641234567", "+0641234567", "+38164", "+" + "1" * 16, "+38164123456x", "٠١٢٣", "+38164٠١٢٣٤٥٦٧"]
)
async def test_what_is_no_international_number_is_refused(world: World, phone: str) -> None:
    before = await world.count("member")
    with pytest.raises(PhoneMalformed):
        await _join(world, phone)
    assert await world.count("member") == before


@pytest.mark.parametrize("name", ["", "  ", "A" * (NAME_LENGTH_MAX + 1), "Ana\nAnić", "Ana\0", "Ana\udce9"])
async def test_what_is_no_name_is_refused(world: World, name: str) -> None:
    before = await world.count("member")
    with pytest.raises(NameMalformed):
        await _join(world, "+381641234567", name)
    assert await world.count("member") == before
    assert (await _join(world, "+381641234567", f" {'Š' * NAME_LENGTH_MAX} ")).name == "Š" * NAME_LENGTH_MAX


async def test_one_number_may_join_two_tenants(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    here, there = await _join(world, "+381641234567"), await _join(elsewhere, "+381641234567")
    assert here.id != there.id
    async with world.database.transaction(world.tenant_id) as session:
        assert (await member(session, world.tenant_id, here.id)).name == "Ana"
        for question in (member, lock_member):
            with pytest.raises(MemberNotFound):
                await question(session, world.tenant_id, there.id)
