"""Who may do what at every address of the application, in one table; an address that is not in it fails the test.

The answers of those who are let in stand there, too, so that a refusal by mistake shows as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute

from backend.accrual.replay import Period, begin_replay, cancel_replay
from backend.catalogue.imports import begin_import
from backend.catalogue.matching.reratings import LINKED, begin
from backend.kit.audit import Actor
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.staff.permissions import PERMISSIONS, ROLES
from backend.staff_api.app import HANDLERS
from backend.staff_api.guard import checked, declared, needs
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.cards import a_stock
from tests.fixtures.staff import enrol, hire, partner_of
from tests.fixtures.world import YOGHURT_AND_MILK, OpenWorld, World
from tests.journeys import rights_of_cards, rights_of_passes

STAFF = ("owner", "brand_manager", "support_agent", "marketing", "auditor")
FOREIGN = "owner of another tenant"
PARTNER = "support agent of a partner without outlets"
UNTOLD = ("logout", "simulate", "previewLink", "identify")
"""It comes last, or nothing is changed."""
CALLERS = ("anonymous", "member", *STAFF, PARTNER, FOREIGN)
READERS = ("owner", "brand_manager", "support_agent", "auditor", PARTNER, FOREIGN)


@dataclass(frozen=True)
class Line:
    """Who is let in and with which status; what the other tenant's staff and a partner's get is theirs where it differs.

    `query` is what those who are let in ask, so that a stream without an end answers.
    """

    callers: tuple[str, ...]
    ok: int
    foreign: int | None = None
    partner: int | None = None
    body: object = None
    query: str = ""

    def expected(self, caller: str, path: str) -> int:
        if caller not in self.callers:
            known = caller in STAFF or caller in {PARTNER, FOREIGN}
            return 403 if known and path.startswith("/api/v1/staff") else 401
        special = {FOREIGN: self.foreign, PARTNER: self.partner}.get(caller)
        return special or self.ok


EVERYBODY, ALL_STAFF, OWNERS = CALLERS, (*STAFF, PARTNER, FOREIGN), ("owner", FOREIGN)
MATCHERS = ("owner", "brand_manager", "support_agent", "auditor", FOREIGN)
_STAFF = "/api/v1/staff"
_CATALOGUE = f"{_STAFF}/catalogue"
SEERS, MANAGERS = (*STAFF, FOREIGN), ("owner", "brand_manager", FOREIGN)
TABLE: dict[tuple[str, str], Line] = {
    ("GET", "/livez"): Line(EVERYBODY, 200),
    ("GET", "/readyz"): Line(EVERYBODY, 200),
    ("GET", "/console"): Line(EVERYBODY, 200),
    ("GET", "/metrics"): Line(EVERYBODY, 200),
    ("GET", "/api/v1/docs"): Line(EVERYBODY, 200),
    ("GET", "/api/v1/docs/swagger"): Line(EVERYBODY, 200),
    ("GET", "/api/v1/docs/openapi.json"): Line(EVERYBODY, 200),
    ("GET", "/api/v1/docs/oauth2-redirect.html"): Line(EVERYBODY, 200),
    ("GET", "/api/v1/docs/{path}"): Line(EVERYBODY, 404),
    ("GET", "/api/v1/docs/assets/{file_path}"): Line(EVERYBODY, 404),
    ("HEAD", "/api/v1/docs/assets/{file_path}"): Line(EVERYBODY, 404),
    ("POST", "/api/v1/receipts"): Line(("member",), 400, body={}),
    ("GET", "/api/v1/receipts"): Line(("member",), 200),
    ("GET", "/api/v1/receipts/{receipt_id}"): Line(("member",), 200),
    ("GET", "/api/v1/events"): Line(("member",), 400, query="?after=nothing"),
    ("GET", "/api/v1/offers"): Line(("member",), 200),
    ("GET", "/api/v1/wallet"): Line(("member",), 200),
    ("GET", "/api/v1/wallet/entries"): Line(("member",), 200),
    ("GET", "/api/v1/vouchers"): Line(("member",), 200),
    ("GET", "/api/v1/coupons"): Line(("member",), 200),
    ("GET", "/api/v1/me"): Line(("member",), 200),
    ("PATCH", "/api/v1/me"): Line(("member",), 400, body=[]),
    ("PUT", "/api/v1/devices/{installation}"): Line(("member",), 400, body={}),
    ("DELETE", "/api/v1/devices/{installation}"): Line(("member",), 404),
    ("POST", "/api/v1/auth/code"): Line(EVERYBODY, 400, body={}),
    ("POST", "/api/v1/auth/token"): Line(EVERYBODY, 400, body={}),
    ("POST", "/api/v1/auth/refresh"): Line(EVERYBODY, 400, body={}),
    ("POST", "/api/v1/auth/logout"): Line(EVERYBODY, 400, body={}),
    ("GET", f"{_STAFF}/docs"): Line(EVERYBODY, 200),
    ("GET", f"{_STAFF}/docs/openapi.json"): Line(EVERYBODY, 200),
    ("POST", f"{_STAFF}/login"): Line(EVERYBODY, 400, body={}),
    ("POST", f"{_STAFF}/invitations/open"): Line(EVERYBODY, 410, body={"token": "no token"}),
    ("POST", f"{_STAFF}/invitations/accept"): Line(EVERYBODY, 400, body={}),
    ("GET", f"{_STAFF}/me"): Line(ALL_STAFF, 200),
    ("GET", f"{_STAFF}/accounts"): Line(("owner", "brand_manager", "auditor", FOREIGN), 200),
    ("POST", f"{_STAFF}/accounts"): Line(OWNERS, 400, body={}),
    ("PUT", f"{_STAFF}/accounts/{{account_id}}/role"): Line(OWNERS, 200, foreign=404, body={"role": "auditor"}),
    ("POST", f"{_STAFF}/accounts/{{account_id}}/block"): Line(OWNERS, 200, foreign=404),
    ("GET", f"{_STAFF}/members"): Line(("owner", "brand_manager", "support_agent", PARTNER, FOREIGN), 200),
    ("GET", f"{_STAFF}/members/{{member_id}}"): Line(
        ("owner", "brand_manager", "support_agent", PARTNER, FOREIGN), 200, foreign=404, partner=404
    ),
    ("PUT", f"{_STAFF}/members/{{member_id}}/adjustments/{{key}}"): Line(
        MANAGERS, 200, foreign=404, body={"points": 1, "reason": "A wrong price"}
    ),
    ("GET", f"{_STAFF}/receipts"): Line(READERS, 200),
    ("GET", f"{_STAFF}/receipts/held"): Line(READERS, 200),
    ("GET", f"{_STAFF}/receipts/{{receipt_id}}"): Line(READERS, 200, foreign=404, partner=404),
    ("POST", f"{_STAFF}/receipts/{{receipt_id}}/retry"): Line(
        ("owner", "support_agent", PARTNER, FOREIGN), 409, foreign=404, partner=404
    ),
    ("GET", f"{_STAFF}/outlets"): Line(ALL_STAFF, 200),
    ("GET", f"{_STAFF}/programmes"): Line(ALL_STAFF, 200),
    ("GET", f"{_STAFF}/matching"): Line(MATCHERS, 200),
    ("GET", f"{_STAFF}/matching/{{text_id}}"): Line(MATCHERS, 200, foreign=404),
    ("POST", f"{_STAFF}/matching/{{text_id}}/link"): Line(
        ("owner", "brand_manager", FOREIGN), 422, foreign=404, body={"sku": "NONE"}
    ),
    ("POST", f"{_STAFF}/matching/{{text_id}}/preview"): Line(
        ("owner", "brand_manager", FOREIGN), 422, foreign=404, body={"sku": "NONE"}
    ),
    ("GET", f"{_STAFF}/matching/reratings"): Line(MATCHERS, 200),
    ("POST", f"{_STAFF}/matching/reratings/{{rerating_id}}/stop"): Line(
        ("owner", "brand_manager", FOREIGN), 200, foreign=404
    ),
    ("POST", f"{_STAFF}/matching/{{text_id}}/ignore"): Line(("owner", "brand_manager", FOREIGN), 200, foreign=404),
    ("POST", f"{_STAFF}/matching/{{text_id}}/unlink"): Line(("owner", "brand_manager", FOREIGN), 200, foreign=404),
    ("PUT", f"{_STAFF}/programmes/{{programme_id}}"): Line(MANAGERS, 200, foreign=404, body={"open_to": "everyone"}),
    ("PUT", f"{_STAFF}/programmes/{{programme_id}}/groups/{{group}}"): Line(MANAGERS, 204, foreign=404),
    ("DELETE", f"{_STAFF}/programmes/{{programme_id}}/groups/{{group}}"): Line(MANAGERS, 204, foreign=404),
    ("PUT", f"{_STAFF}/programmes/{{programme_id}}/members/{{member_id}}"): Line(MANAGERS, 204, foreign=404),
    ("DELETE", f"{_STAFF}/programmes/{{programme_id}}/members/{{member_id}}"): Line(MANAGERS, 204, foreign=404),
    ("GET", f"{_STAFF}/groups"): Line(MANAGERS, 200),
    ("PUT", f"{_STAFF}/groups/{{group}}/members/{{member_id}}"): Line(MANAGERS, 204, foreign=404),
    ("DELETE", f"{_STAFF}/groups/{{group}}/members/{{member_id}}"): Line(MANAGERS, 204, foreign=404),
    ("GET", f"{_STAFF}/campaigns"): Line((*MANAGERS, "marketing", "auditor"), 200),
    ("POST", f"{_STAFF}/campaigns"): Line(MANAGERS, 400, body={}),
    ("GET", f"{_STAFF}/campaign-templates"): Line((*MANAGERS, "marketing", "auditor"), 200),
    ("POST", f"{_STAFF}/campaign-templates/{{code}}"): Line(MANAGERS, 400, body={}),
    ("GET", f"{_STAFF}/campaigns/{{campaign_id}}"): Line((*MANAGERS, "marketing", "auditor"), 200, foreign=404),
    ("PUT", f"{_STAFF}/campaigns/{{campaign_id}}"): Line(MANAGERS, 200, foreign=404, body={"promotions": []}),
    ("POST", f"{_STAFF}/campaigns/{{campaign_id}}/turns"): Line(MANAGERS, 400, body={}),
    ("POST", f"{_STAFF}/simulations"): Line(
        (*MANAGERS, "marketing", "auditor"),
        200,
        body={"basket": {"currency": "RSD", "now": "2026-11-22T12:00:00Z", "lines": []}},
    ),
    ("POST", f"{_STAFF}/replays"): Line(MANAGERS, 400, body={}),
    ("GET", f"{_STAFF}/replays"): Line((*MANAGERS, "marketing", "auditor"), 200),
    ("GET", f"{_STAFF}/replays/{{replay_id}}"): Line((*MANAGERS, "marketing", "auditor"), 200, foreign=404),
    ("POST", f"{_STAFF}/replays/{{replay_id}}/cancel"): Line(MANAGERS, 409, foreign=404),
    ("GET", f"{_STAFF}/code-lists"): Line((*MANAGERS, "marketing", "auditor"), 200),
    ("POST", f"{_STAFF}/code-lists/{{name}}/codes"): Line(MANAGERS, 415),
    ("GET", f"{_STAFF}/audit"): Line(("owner", "auditor", FOREIGN), 200),
    ("GET", f"{_STAFF}/jobs"): Line(OWNERS, 200),
    ("POST", f"{_STAFF}/jobs/{{job_id}}/retry"): Line(OWNERS, 204, foreign=404),
    ("GET", f"{_CATALOGUE}/products"): Line(SEERS, 200),
    ("GET", f"{_CATALOGUE}/products/{{product_id}}"): Line(SEERS, 200, foreign=404),
    ("POST", f"{_CATALOGUE}/products"): Line(MANAGERS, 400, body={}),
    ("PATCH", f"{_CATALOGUE}/products/{{product_id}}"): Line(MANAGERS, 200, foreign=404, body={"brand": "Lipa"}),
    ("POST", f"{_CATALOGUE}/products/{{product_id}}/withdraw"): Line(MANAGERS, 200, foreign=404),
    ("GET", f"{_CATALOGUE}/groups"): Line(SEERS, 200),
    ("PUT", f"{_CATALOGUE}/groups"): Line(MANAGERS, 400, body={}),
    ("POST", f"{_CATALOGUE}/imports"): Line(MANAGERS, 400, body={}),
    ("GET", f"{_CATALOGUE}/imports"): Line(SEERS, 200),
    ("GET", f"{_CATALOGUE}/imports/{{import_id}}"): Line(SEERS, 200, foreign=404),
    ("GET", f"{_CATALOGUE}/export"): Line(SEERS, 200),
    **{address: Line(**line) for address, line in rights_of_cards.LINES.items()},
    **{address: Line(**line) for address, line in rights_of_passes.lines(EVERYBODY).items()},
    ("POST", f"{_STAFF}/logout"): Line(ALL_STAFF, 204),
}
"""In this order each is asked; signing out comes last."""


def addresses(world: World) -> set[tuple[str, str]]:
    app = cast("Litestar", cast("Any", world.api).app)
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    assert len(routes) == len(app.routes), "there is more than HTTP"
    return {(method, route.path_format) for route in routes for method in route.methods - {"OPTIONS"}}


@pytest.fixture
async def ours(open_world: OpenWorld) -> World:
    return await open_world(members=1)


@pytest.fixture
async def callers(ours: World, open_world: OpenWorld) -> dict[str, dict[str, str]]:
    """The headers of each kind of caller."""
    theirs = await open_world(members=0)
    tokens = {"member": ours.mira.token}
    for role in STAFF:
        tokens[role] = (await hire(ours, role)).token
    tokens[PARTNER] = (await hire(ours, "support_agent", partner_id=await another_partner(ours))).token
    tokens[FOREIGN] = (await hire(theirs, "owner")).token
    return {caller: {"Authorization": f"Bearer {tokens[caller]}"} if caller in tokens else {} for caller in CALLERS}


async def another_partner(world: World) -> UUID:
    (row,) = await world.rows(
        "insert into partner (tenant_id, id, name, tax_id, created_at) "
        "values (:tenant, gen_random_uuid(), 'Other', '1', now()) returning id"
    )
    return UUID(str(row.id))


async def things(world: World) -> dict[str, str]:
    """What our addresses name: a settled receipt, its member and campaign, a colleague, a text to review, and a dead job."""
    bread = {"gtin": "9520202000017", "quantity": 1}
    slip = await world.issue(shop=SHOPS[0].premises_id, items=[*YOGHURT_AND_MILK, bread])
    receipt = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    (unmatched,) = await world.rows("select id from unmatched_text where tenant_id = :tenant")
    await world.again("receipts.fetch", world.mira.id)
    (job,) = await world.rows("update job set state = 'dead' where tenant_id = :tenant returning id")
    (campaign,) = await world.rows("select id from campaign where tenant_id = :tenant")
    return {
        "campaign_id": str(campaign.id),
        "programme_id": str(world.programme_id),
        "code": "weekend",
        "group": "students",
        "key": "case-1",
        "name": "spring",
        "receipt_id": receipt,
        "member_id": str(world.mira.id),
        "account_id": str((await hire(world, "marketing")).id),
        "job_id": str(job.id),
        "product_id": str((await world.rows("select id from product where tenant_id = :tenant limit 1"))[0].id),
        "import_id": str(await an_import(world)),
        "replay_id": str(await a_replay(world)),
        "text_id": str(unmatched.id),
        "rerating_id": str(await a_rerating(world)),
        "installation": str(new_id()),
        **await a_stock(world),
        **await rights_of_passes.ids(world),
        "path": "nothing",
        "file_path": "nothing.js",
    }


async def a_replay(world: World, *, ended: bool = True) -> UUID:
    """A replay that was cancelled, or that waits."""
    actor, today = Actor(world.tenant_id, None), utc_now().date()
    async with world.database.transaction(world.tenant_id) as session:
        row = await begin_replay(session, actor, "welcome", Period(today, today), now=utc_now())
        if ended:
            await cancel_replay(session, actor, row.id, now=utc_now())
    return row.id


async def a_rerating(world: World) -> UUID:
    async with world.database.transaction(world.tenant_id) as session:
        row = await begin(session, world.tenant_id, seller_tax_id="*", folded="jog 180", cause=LINKED, now=utc_now())
        return row.id


async def an_import(world: World) -> UUID:
    async with world.database.transaction(world.tenant_id) as session:
        return (await begin_import(session, Actor(world.tenant_id, None), b"sku;name\n", now=utc_now())).id


def asked(path: str, ids: dict[str, str]) -> str:
    return path.format_map(ids | rights_of_passes.own_ids(path, ids))


async def test_api5_every_address_lets_in_whom_the_table_says_and_nobody_else(
    ours: World, callers: dict[str, dict[str, str]]
) -> None:
    assert addresses(ours) == set(TABLE)
    ids = await things(ours)
    client = httpx.AsyncClient(transport=ours.api, base_url="http://api.test")
    wrong, leaks = [], []
    for (method, path), line in TABLE.items():
        for caller in CALLERS:
            address = asked(path, ids) + (line.query if caller in line.callers else "")
            answer = await client.request(method, address, json=line.body, headers=callers[caller])
            if answer.status_code != line.expected(caller, path):
                wrong.append(f"{method} {path} as {caller}: {answer.status_code}, not {line.expected(caller, path)}")
            if caller == FOREIGN and path != "/console" and any(ours_ in answer.text for ours_ in own_ids(ours, ids)):
                leaks.append(f"{method} {path}")
    assert (wrong, leaks) == ([], [])


def own_ids(world: World, ids: dict[str, str]) -> Iterator[str]:
    """What no answer to another tenant may hold."""
    yield from (value for name, value in ids.items() if name.endswith("_id"))
    yield from (str(world.tenant_id), world.tenant_id.hex, str(world.programme_id))


async def test_no_address_of_staff_takes_a_method_that_it_did_not_declare(ours: World) -> None:
    client = httpx.AsyncClient(transport=ours.api, base_url="http://api.test")
    for method in ("OPTIONS", "DELETE", "PATCH"):
        answer = await client.request(method, "/api/v1/staff/accounts")
        assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


def test_api5_a_handler_without_a_permission_does_not_start() -> None:
    @get("/silent", sync_to_thread=False)
    def silent() -> None: ...

    @get("/invented", opt=needs("everything.do"), sync_to_thread=False)
    def invented() -> None: ...

    for handler in (silent, invented):
        with pytest.raises(AssertionError, match="declares no permission"):
            checked([handler])


def test_every_permission_opens_something_and_every_role_is_in_the_table() -> None:
    assert {declared(handler) for handler in HANDLERS} == PERMISSIONS | {"public", "signed-in"}
    assert set(ROLES) == set(STAFF)


async def test_api5_whatever_staff_change_stands_in_the_audit_trail(ours: World) -> None:
    ids = await things(ours)
    owner = await hire(ours, "owner")
    waiting = await ours.mira.accepted((await ours.slip())["payload"])
    ids["replay_id"] = str(await a_replay(ours, ended=False))
    bodies: dict[str, object] = {
        "inviteAccount": {"email": "new@example.com", "role": "auditor"},
        "changeRole": {"role": "auditor"},
        "adjustPoints": {"points": 1, "reason": "A wrong price"},
        "addProduct": {"sku": "NEW", "name": "New"},
        "changeProduct": {"brand": "Lipa"},
        "arrangeGroups": (await owner.api.get("/staff/catalogue/groups")).json(),
        "linkText": {"sku": "LIPA-9520101000040"},
        "changeProgramme": {"open_to": "everyone"},
        "draftCampaign": {"code": "new", "name": "New"},
        "draftFromTemplate": {"code": "saturday"},
        "changeCampaign": {"promotions": []},
        "turnCampaign": {"turned": "paused"},
        **rights_of_cards.bodies(ids["member_id"]),
        "beginReplay": {"campaign": "welcome", "from": "2026-11-01", "to": "2026-11-30"},
    }
    files: dict[str, dict[str, Any]] = {
        "beginImport": {"files": {"file": b"sku;name\n"}},
        "uploadCodes": {"content": b"A1\n", "headers": {"Content-Type": "text/csv"}},
    }
    for handler in HANDLERS:
        if "GET" in handler.http_methods or declared(handler) == "public":
            continue
        before = await ours.count("audit")
        path = asked("/api/v1/staff" + re.sub(r":\w+", "", next(iter(handler.paths))), {**ids, "receipt_id": waiting})
        (method,) = handler.http_methods
        if handler.operation_id in UNTOLD:
            continue
        name = str(handler.operation_id)
        answer = await owner.api.request(
            str(method), path.removeprefix("/api/v1"), json=bodies.get(name), **files.get(name, {})
        )
        assert answer.is_success, (path, answer.text)
        assert await ours.count("audit") == before + 1, path
    assert (await owner.api.post("/staff/logout")).status_code == 204
    (last,) = await ours.rows("select * from audit where tenant_id = :tenant order by seq desc limit 1")
    assert (last.action, last.actor_id) == ("staff.signed-out", owner.id)
    (changed,) = await ours.rows("select * from audit where tenant_id = :tenant and action = 'staff.role-changed'")
    assert (changed.before["role"], changed.after["role"], str(changed.subject_id)) == (
        "marketing",
        "auditor",
        ids["account_id"],
    )


async def test_what_staff_do_is_written_without_any_persons_data(ours: World) -> None:
    ana = await enrol(ours, "owner", email="ana.canary@example.com")
    owner = await hire(ours, "owner")
    await owner.api.post(f"/staff/accounts/{ana.id}/block")
    trail = str(await ours.rows("select a::text from audit a where tenant_id = :tenant"))
    assert "staff.blocked" in trail
    assert [word for word in ("canary", "Member 0", "192.", "127.0.0.1") if word in trail] == []


async def test_a_partners_account_sees_its_outlets_receipts_and_shoppers_alone(ours: World) -> None:
    own = await partner_of(ours)
    ids = await things(ours)
    other = await another_partner(ours)
    inside = await hire(ours, "support_agent", partner_id=own)
    outside = await hire(ours, "support_agent", partner_id=other)
    for who, seen in ((inside, True), (outside, False)):
        receipts = (await who.api.get("/staff/receipts")).json()["receipts"]
        members = (await who.api.get("/staff/members")).json()["members"]
        outlets = (await who.api.get("/staff/outlets")).json()
        assert ([row["id"] for row in receipts] == [ids["receipt_id"]]) is seen
        assert ([row["id"] for row in members] == [ids["member_id"]]) is seen
        assert bool(outlets) is seen
    owner = await hire(ours, "owner")
    unread = await ours.mira.accepted((await ours.slip())["payload"])
    assert len((await owner.api.get("/staff/receipts")).json()["receipts"]) == 2
    assert (await inside.api.get(f"/staff/receipts/{unread}")).status_code == 404
