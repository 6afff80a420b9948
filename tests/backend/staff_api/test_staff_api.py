"""What staff see and do over HTTP."""

import json
import re
from typing import Any

import httpx
import pytest

from backend.catalogue.files.writer import MEDIA_TYPES
from backend.kit.errors import catalogue
from backend.kit.web import problems
from backend.staff.permissions import ROLES
from tests.fixtures.staff import PASSWORD, Colleague, enrol, hire
from tests.fixtures.world import World


@pytest.fixture
async def agent(world: World) -> Colleague:
    return await hire(world, "support_agent")


def login(world: World, email: str, code: str, **other: str) -> dict[str, str]:
    return {"email": email, "password": PASSWORD, "code": code, "tenant": world.tenant_id.hex, **other}


async def test_signing_in_and_out(world: World) -> None:
    ana = await enrol(world, "brand_manager")
    answer = await world.client().post("/staff/login", json=login(world, ana.email, ana.recovery_codes[0]))
    assert answer.status_code == 200, answer.text
    client = world.client(answer.json()["token"])
    me = (await client.get("/staff/me")).json()
    assert (me["account"]["email"], me["account"]["role"]) == (ana.email, "brand_manager")
    assert me["permissions"] == sorted(ROLES["brand_manager"])
    assert (await client.post("/staff/logout")).status_code == 204
    over = await client.get("/staff/me")
    assert (over.status_code, over.json()["code"], over.headers["www-authenticate"]) == (
        401,
        "staff-token-invalid",
        "Bearer",
    )


async def test_the_host_names_the_tenant_and_no_other_can_be_named_there(world: World) -> None:
    ana = await enrol(world, "auditor")
    await world.rows(
        "insert into host_name (host, tenant_id) values (:host, :tenant) returning host", host="ana.example"
    )
    client = httpx.AsyncClient(transport=world.api, base_url="http://ana.example/api/v1")
    body = {"email": ana.email, "password": PASSWORD, "code": ana.recovery_codes[0]}
    refused = await client.post("/staff/login", json={**body, "tenant": "another"})
    assert (refused.status_code, refused.json()["code"]) == (401, "login-refused")
    assert (await client.post("/staff/login", json=body)).status_code == 200
    nowhere = await world.client().post("/staff/login", json=body)
    assert (nowhere.status_code, nowhere.json()["code"]) == (401, "login-refused")


async def test_guessing_is_answered_with_when_to_try_again(world: World) -> None:
    ana = await enrol(world, "auditor")
    for _ in range(5):
        answer = await world.client().post("/staff/login", json=login(world, ana.email, "000000", password="wrong"))
        assert answer.json()["code"] == "login-refused"
    locked = await world.client().post("/staff/login", json=login(world, ana.email, ana.recovery_codes[0]))
    assert (locked.status_code, locked.json()["code"]) == (429, "too-many-logins")
    assert 0 < int(locked.headers["retry-after"]) <= 915


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "a@example.com", "password": "x", "code": "1", "role": "owner"}, ""),
        ({"email": 1, "password": "x", "code": "1"}, "/email"),
        ({"email": "a@example.com", "password": "x"}, ""),
        ([], ""),
    ],
)
async def test_api3_a_body_holds_what_it_may_and_nothing_else(world: World, body: object, pointer: str) -> None:
    answer = await world.client().post("/staff/login", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
    assert [fault["pointer"].removeprefix("/data") for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "\\uffff", "'--"])
async def test_text_that_no_database_takes_is_no_mistake_of_ours(world: World, agent: Colleague, text: str) -> None:
    headers = {"Content-Type": "application/json"}
    for field in ("email", "password", "code", "tenant"):
        body = {"email": "a@b.cd", "password": "x", "code": "1", "tenant": world.tenant_id.hex, field: "FIELD"}
        content = json.dumps(body).replace("FIELD", f"a{text}b@c.de")
        answer = await world.client().post("/staff/login", content=content, headers=headers)
        assert answer.status_code in {400, 401, 429}, (field, answer.text)
    found = await agent.api.get("/staff/members", params={"search": json.loads('"\\u0000"')})
    assert found.status_code == 400


async def test_members_are_found_by_name_and_id(world: World, agent: Colleague) -> None:
    async def found(**params: Any) -> list[str]:
        answer = await agent.api.get("/staff/members", params=params)
        assert answer.status_code == 200, answer.text
        return [row["name"] for row in answer.json()["members"]]

    assert await found() == ["Member 1", "Member 0"]
    assert await found(search="mEMBER 1") == ["Member 1"]
    assert await found(search=str(world.mira.id)) == ["Member 0"]
    assert await found(search="%") == await found(search="_") == await found(search="nobody") == []
    page = (await agent.api.get("/staff/members", params={"limit": 1})).json()
    assert await found(before=page["next"]) == ["Member 0"]
    shown = (await agent.api.get(f"/staff/members/{world.mira.id}")).json()
    assert set(shown) == {"id", "name", "language", "joined_at"}


async def test_a_receipt_says_why_it_got_what_it_got(world: World, agent: Colleague) -> None:
    receipt = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    shown = (await agent.api.get(f"/staff/receipts/{receipt}", headers={"Accept-Language": "sr-Latn"})).json()
    assert (shown["points"], shown["receipt"]["state"], shown["receipt"]["member"]) == (
        "61",
        "settled",
        str(world.mira.id),
    )
    assert [(award["promotion"], award["points"]) for award in shown["awards"]] == [
        (award["promotion"], award["points"]) for award in (await world.mira.receipt(receipt))["awards"]
    ]
    assert {award["why"][:5] for award in shown["awards"]} == {"Poeni"}
    assert sum(int(line["points"]) for line in shown["lines"]) == 61
    assert shown["campaign_versions"] == {"welcome": 1}


async def test_receipts_are_found_by_member_and_state(world: World, agent: Colleague) -> None:
    settled = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    pending = await world.petar.accepted((await world.slip())["payload"])

    async def found(**params: Any) -> list[str]:
        return [row["id"] for row in (await agent.api.get("/staff/receipts", params=params)).json()["receipts"]]

    assert await found() == [pending, settled]
    assert await found(member=str(world.mira.id)) == await found(state="settled") == [settled]
    assert await found(member=str(world.mira.id), state="pending") == []
    assert await found(before=pending) == [settled]
    assert (await agent.api.get("/staff/receipts", params={"state": "lost"})).status_code == 400


async def test_a_receipt_whose_job_was_set_aside_is_tried_again_and_settled(world: World, agent: Colleague) -> None:
    receipt = await world.mira.accepted((await world.slip())["payload"])
    await world.rows("update job set state = 'dead', attempts = 9 where tenant_id = :tenant returning id")
    assert await world.worker.run_due() == 0
    for _ in range(2):
        answer = await agent.api.post(f"/staff/receipts/{receipt}/retry")
        assert (answer.status_code, answer.json()["state"]) == (200, "pending")
    ((state, attempts),) = [(row.state, row.attempts) for row in await world.jobs()]
    assert (state, attempts) == ("waiting", 0)
    await world.worker.run_due()
    assert (await world.mira.receipt(receipt))["points"] == "61"
    decided = await agent.api.post(f"/staff/receipts/{receipt}/retry")
    assert (decided.status_code, decided.json()["code"]) == (409, "receipt-decided")


async def test_a_receipt_that_waits_for_its_settling_is_sent_there_again(world: World, agent: Colleague) -> None:
    receipt = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    await world.rows("update receipt set state = 'confirmed' where tenant_id = :tenant returning id")
    assert (await agent.api.post(f"/staff/receipts/{receipt}/retry")).status_code == 200
    assert [row.kind for row in await world.jobs()] == ["accrual.settle"]


async def test_a_running_job_runs_on(world: World, agent: Colleague) -> None:
    receipt = await world.mira.accepted((await world.slip())["payload"])
    await world.rows("update job set state = 'running', attempts = 2 where tenant_id = :tenant returning id")
    assert (await agent.api.post(f"/staff/receipts/{receipt}/retry")).status_code == 200
    assert [(row.state, row.attempts) for row in await world.jobs()] == [("running", 2)]


async def test_jobs_that_were_set_aside_are_listed_and_retried_once(world: World) -> None:
    owner = await hire(world, "owner")
    receipt = await world.mira.accepted((await world.slip())["payload"])
    await world.rows(
        "update job set state = 'dead', last_error = 'authority-layout-changed' where tenant_id = :tenant returning id"
    )
    (job,) = (await owner.api.get("/staff/jobs")).json()
    assert (job["kind"], job["subject"], job["last_error"]) == ("receipts.fetch", receipt, "authority-layout-changed")
    answers = [await owner.api.post(f"/staff/jobs/{job['id']}/retry") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 404]
    assert (await owner.api.get("/staff/jobs")).json() == []


@pytest.mark.parametrize("before", ["0", "-1", "9223372036854775808"])
async def test_a_place_that_no_audit_trail_has_is_refused(world: World, before: str) -> None:
    owner = await hire(world, "owner")
    answer = await owner.api.get("/staff/audit", params={"before": before})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_the_audit_trail_is_read_in_pages(world: World) -> None:
    owner = await hire(world, "owner")
    for number in range(3):
        body = {"email": f"n{number}@example.com", "role": "auditor"}
        assert (await owner.api.post("/staff/accounts", json=body)).status_code == 201
    first = (await owner.api.get("/staff/audit", params={"limit": 2})).json()
    rest = (await owner.api.get("/staff/audit", params={"before": first["next"]})).json()
    assert [row["seq"] for row in first["actions"] + rest["actions"]] == [3, 2, 1]
    assert {row["actor"] for row in first["actions"]} == {str(owner.id)}
    assert rest["next"] is None


async def test_the_staff_api_describes_itself_apart_from_the_members(world: World) -> None:
    client = world.client()
    document = (await client.get("/staff/docs/openapi.json")).json()
    members = (await client.get("/docs/openapi.json")).json()
    assert {path.startswith("/api/v1/staff/") for path in document["paths"]} == {True}
    assert not [path for path in members["paths"] if "staff" in path]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 81
    for operation in operations:
        assert operation["summary"]
        codes = {
            code
            for status, response in operation["responses"].items()
            if int(status) >= 400
            for code in re.findall(r"`([a-z-]+)`", response["description"])
        }
        assert "database-unavailable" in codes <= set(catalogue()) | {code for code, _ in problems.FRAMEWORK.values()}
    export = document["paths"]["/api/v1/staff/catalogue/export"]["get"]["responses"]["200"]
    assert (set(export["content"]), list(export["headers"])) == (set(MEDIA_TYPES.values()), ["Content-Disposition"])
    page = await client.get("/staff/docs")
    assert (page.status_code, "/api/v1/staff/accounts" in page.text) == (200, True)
    assert not re.findall(r"""(?:src|href)=["']https?://""", page.text)
