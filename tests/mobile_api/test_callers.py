"""Every address asks who is calling, and shows nobody what is another's."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.members.tokens import Caller, issue_token
from tests.fixtures.world import KEY, OpenWorld, World

ADDRESSES = [
    ("POST", "/receipts"),
    ("GET", "/receipts"),
    ("GET", "/receipts/{id}"),
    ("GET", "/wallet"),
    ("GET", "/wallet/entries"),
    ("GET", "/me"),
    ("PATCH", "/me"),
    ("PUT", "/devices/{id}"),
    ("DELETE", "/devices/{id}"),
]


def _token(tenant: UUID, member: UUID, *, key: str = KEY, hours: int = 1) -> str:
    return issue_token(key.encode(), Caller(tenant, member), expires_at=utc_now() + timedelta(hours=hours))


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
async def test_no_address_answers_without_a_valid_token(world: World, method: str, path: str) -> None:
    expired = _token(world.tenant_id, world.mira.id, hours=-1)
    foreign = _token(world.tenant_id, world.mira.id, key="another installation's key, as long as ours")
    bad = {
        "": "token-invalid",
        "Bearer": "token-invalid",
        "Bearer ": "token-invalid",
        "Bearer pgn1_": "token-invalid",
        "Bearer ž": "token-invalid",
        f"Basic {world.mira.token}": "token-invalid",
        f"Bearer {world.mira.token}x": "token-invalid",
        f"Bearer {world.mira.token[:-4]}": "token-invalid",
        f"Bearer {foreign}": "token-invalid",
        f"Bearer {expired}": "token-expired",
    }
    for header, code in bad.items():
        headers = httpx.Headers([(b"Authorization", header.encode())] if header else [])
        answer = await world.client().request(method, path.format(id=new_id()), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code), header
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_inf_17_a_receipt_is_shown_to_its_member_alone(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    stranger = world.client(_token(elsewhere.tenant_id, world.mira.id))
    ghost = world.client(_token(world.tenant_id, new_id()))
    for api in (world.petar.api, elsewhere.mira.api, stranger, ghost):
        answer = await api.get(f"/receipts/{receipt_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "receipt-not-found")
        assert (await api.get("/receipts")).json() == {"receipts": [], "next": None}
        assert (await api.get("/wallet/entries")).json() == {"entries": [], "next": None}
    assert (await elsewhere.petar.api.get("/wallet")).json()["balance"] == "0"
    for api in (stranger, ghost):
        answer = await api.get("/wallet")
        assert (answer.status_code, answer.json()["code"]) == (404, "member-not-found")


async def test_a_token_for_nobody_submits_nothing(world: World) -> None:
    payload = (await world.slip())["payload"]
    ghost = world.client(_token(world.tenant_id, new_id()))
    answer = await ghost.post("/receipts", json={"payload": payload}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (404, "member-not-found")
    assert (await world.count("receipt"), await world.count("idempotency")) == (0, 0)
