"""Members about themselves: profile and devices, each their own and nobody else's."""

import asyncio
from typing import Any
from uuid import UUID

import httpx

from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.kit.sealing import unseal
from backend.members.devices import SEALED, put_device
from tests.fixtures.world import KEY, OpenWorld, Someone, World

FID = {"kind": "fid", "value": "cVw8kq0WTpKp2dN5xQe1aB"}
TOKEN = {"kind": "token", "value": "dQw4w9WgXcQ:APA91bHun4MxP5egoKMwt2KZFBaFUH"}
SUBSCRIPTION: dict[str, Any] = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
    "keys": {"p256dh": "B" * 87, "auth": "a" * 22},
}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def devices(world: World) -> dict[UUID, tuple[UUID, str, str]]:
    rows = await world.rows("select * from device where tenant_id = :tenant order by seen_at")
    return {row.id: (row.member_id, row.kind, unseal(KEY.encode(), SEALED, row.value_sealed)) for row in rows}


async def put(member: Someone, installation: UUID, body: object) -> int:
    return (await member.api.put(f"/devices/{installation}", json=body)).status_code


async def test_what_is_absent_stays_and_a_null_name_goes(world: World) -> None:
    api = world.mira.api
    before = (await api.get("/me")).json()
    assert before["name"] == "Member 0"
    assert (await api.patch("/me", json={})).json() == before
    assert (await api.patch("/me", json={"language": "bs"})).json() == before | {"language": "bs"}
    assert (await api.patch("/me", json={"name": " Ана "})).json() == before | {"name": "Ана", "language": "bs"}
    gone = await api.patch("/me", json={"name": None})
    assert gone.json() == (await api.get("/me")).json() == before | {"name": None, "language": "bs"}
    assert (await world.petar.api.get("/me")).json()["name"] == "Member 1"


async def test_a_change_that_is_not_right_changes_nothing(world: World) -> None:
    before = (await world.mira.api.get("/me")).json()
    bodies: list[object] = [
        {"language": None},
        {"language": "de"},
        {"name": ""},
        {"name": " \t "},
        {"name": "a\nb"},
        {"name": "\x00"},
        {"name": 5},
        {"name": "Zora", "phone": "+381641234567"},
        {"name": "Zora", "id": str(world.petar.id)},
        ["name"],
        5,
    ]
    for body in bodies:
        assert refusal(await world.mira.api.patch("/me", json=body)) == (400, "malformed-request"), body
    assert (await world.mira.api.get("/me")).json() == before


async def test_a_device_is_kept_sealed_in_each_of_its_kinds(world: World) -> None:
    ids = [new_id() for _ in range(3)]
    for installation, body in zip(ids, (FID, TOKEN, {"kind": "webpush", "value": SUBSCRIPTION}), strict=True):
        for _ in range(2):
            assert await put(world.mira, installation, body) == 204
    kept = await devices(world)
    assert kept[ids[0]] == (world.mira.id, "fid", FID["value"])
    assert kept[ids[1]] == (world.mira.id, "token", TOKEN["value"])
    assert kept[ids[2]][2].startswith('{"endpoint":"https://updates.push')
    assert len(kept) == 3


async def test_an_installation_is_the_members_who_signed_in_on_it_last(world: World) -> None:
    installation = new_id()
    await put(world.mira, installation, FID)
    await put(world.petar, installation, TOKEN)
    assert await devices(world) == {installation: (world.petar.id, "token", TOKEN["value"])}
    assert refusal(await world.mira.api.delete(f"/devices/{installation}")) == (404, "device-not-found")
    assert (await world.petar.api.delete(f"/devices/{installation}")).status_code == 204
    assert refusal(await world.petar.api.delete(f"/devices/{installation}")) == (404, "device-not-found")
    assert await devices(world) == {}


async def test_a_member_has_twenty_devices_and_the_one_seen_longest_ago_goes(world: World) -> None:
    ids = [new_id() for _ in range(21)]
    for installation in ids[:20]:
        assert await put(world.mira, installation, FID) == 204
    await put(world.petar, new_id(), FID)
    await put(world.mira, ids[0], TOKEN)
    await put(world.mira, ids[20], FID)
    own = {installation for installation, (owner, _, _) in (await devices(world)).items() if owner == world.mira.id}
    assert own == set(ids) - {ids[1]}


async def test_devices_that_register_at_once_are_twenty(world: World) -> None:
    for _ in range(19):
        await put(world.mira, new_id(), FID)
    async with world.database.transaction(world.tenant_id) as session:
        await put_device(
            session,
            tenant_id=world.tenant_id,
            member_id=world.mira.id,
            installation=new_id(),
            kind="fid",
            value=FID["value"],
            key=KEY.encode(),
            devices_max=20,
            now=utc_now(),
        )
        other = asyncio.ensure_future(put(world.mira, new_id(), FID))
        waiting = 0
        while not waiting and not other.done():
            waiting = int((await world.rows("select count(*) from pg_locks where not granted"))[0][0])
    assert await other == 204
    assert len(await devices(world)) == 20


async def test_a_device_of_another_tenant_is_another_device(open_world: OpenWorld) -> None:
    here, there = await open_world(), await open_world()
    installation = new_id()
    await put(here.mira, installation, FID)
    assert refusal(await there.mira.api.delete(f"/devices/{installation}")) == (404, "device-not-found")
    await put(there.mira, installation, TOKEN)
    assert await devices(here) == {installation: (here.mira.id, "fid", FID["value"])}


async def test_a_device_that_is_not_right_is_refused(world: World) -> None:
    bodies: list[object] = [
        {},
        {"kind": "pager", "value": "1"},
        {"kind": "fid", "value": "short"},
        {"kind": "fid", "value": "c" * 23},
        {"kind": "token", "value": ""},
        {"kind": "token", "value": "a b"},
        {"kind": "token", "value": "a\n"},
        {"kind": "token", "value": "a" * 4097},
        {"kind": "token", "value": SUBSCRIPTION},
        {"kind": "webpush", "value": "https://push.example"},
        {"kind": "webpush", "value": SUBSCRIPTION | {"endpoint": "http://push.example/1"}},
        {"kind": "webpush", "value": SUBSCRIPTION | {"endpoint": "https://" + "a" * 2048}},
        {"kind": "webpush", "value": SUBSCRIPTION | {"expirationTime": None}},
        {"kind": "webpush", "value": SUBSCRIPTION | {"keys": {"p256dh": "B" * 86, "auth": "a" * 22}}},
        FID | {"member_id": str(world.petar.id)},
    ]
    for body in bodies:
        answer = await world.mira.api.put(f"/devices/{new_id()}", json=body)
        assert refusal(answer) == (400, "malformed-request"), body
    assert (await world.mira.api.put("/devices/not-an-id", json=FID)).status_code == 404
    assert await devices(world) == {}
