"""Prefixes of several tenants never overlap, whoever comes at the same time."""

import asyncio

import pytest

from backend.cards.errors import CardIssuerNotFound, CardPrefixTaken
from backend.cards.issuers import issuers, prefix_of
from tests.fixtures.cards import issuer, some_cards
from tests.fixtures.world import OpenWorld, World


async def registered(world: World, prefix: str) -> bool:
    try:
        await issuer(world, prefix)
    except CardPrefixTaken:
        return False
    return True


async def test_mt_18_g07_a_prefix_belongs_to_one_issuer_and_its_numbers_begin_with_it(open_world: OpenWorld) -> None:
    one, other = await open_world(members=0), await open_world(members=0)
    await issuer(one, "1900")
    with pytest.raises(CardPrefixTaken) as refused:
        await issuer(other, "1900")
    assert (refused.value.code, refused.value.params) == ("card-prefix-taken", {"prefix": "1900"})
    (number,) = await some_cards(one, 1)
    assert (len(number), number[:4]) == (16, "1900")


async def test_mt_18_a_longer_or_shorter_prefix_overlaps_and_a_neighbour_does_not(open_world: OpenWorld) -> None:
    one, other = await open_world(members=0), await open_world(members=0)
    assert await registered(one, "19001")
    assert not await registered(other, "1900"), "it would hold the other's"
    assert not await registered(other, "190015"), "it is in the other's"
    assert not await registered(one, "19001"), "not even one's own twice"
    assert await registered(other, "19002")
    assert await registered(other, "1901")


async def test_mt_18_of_64_who_register_overlapping_prefixes_at_once_one_has_it(open_world: OpenWorld) -> None:
    worlds = [await open_world(members=0) for _ in range(2)]
    won = await asyncio.gather(
        *(registered(worlds[turn % 2], ("1900", "19001", "190011", "1900112")[turn // 16]) for turn in range(64))
    )
    assert sum(won) == 1
    kept = []
    for world in worlds:
        async with world.database.transaction(world.tenant_id) as session:
            kept += await issuers(session, world.tenant_id)
    assert len(kept) == 1


async def test_mt_17_a_tenant_uses_its_own_prefixes_alone(open_world: OpenWorld) -> None:
    one, other = await open_world(members=0), await open_world(members=0)
    await issuer(one, "1900")
    await issuer(one, "1800")
    async with other.database.transaction(other.tenant_id) as session:
        assert await issuers(session, other.tenant_id) == []
        for asked in (None, "1900"):
            with pytest.raises(CardIssuerNotFound):
                await prefix_of(session, other.tenant_id, asked)
    async with one.database.transaction(one.tenant_id) as session:
        assert [row.prefix for row in await issuers(session, one.tenant_id)] == ["1900", "1800"]
        assert (await prefix_of(session, one.tenant_id, None), await prefix_of(session, one.tenant_id, "1800")) == (
            "1900",
            "1800",
        )
