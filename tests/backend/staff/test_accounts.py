"""Accounts come in by invitation, and a change of rights takes effect at once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from backend.kit.audit import Actor
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.staff import service
from backend.staff.credentials import INVITATION, PASSWORD_LENGTH_MIN, Token, hash_password, read_token
from backend.staff.enrolment import accept_invitation, open_invitation
from backend.staff.errors import (
    AuthenticatorCodeWrong,
    InvitationInvalid,
    LastOwner,
    OwnAccount,
    PasswordTooWeak,
    StaffExists,
    StaffMalformed,
    StaffNotFound,
)
from backend.staff.models import StaffAccount
from backend.staff.permissions import PARTNER_PERMISSIONS, PERMISSIONS, ROLES, permissions
from backend.staff.queries import account
from tests.fixtures.staff import PASSWORD, VAULT, enrol, hire, partner_of
from tests.fixtures.world import World


async def invited(world: World, email: str = "bob@example.com", role: str = "auditor") -> tuple[StaffAccount, Token]:
    async with world.database.transaction(world.tenant_id) as session:
        row, text = await service.invite(session, cli(world), email=email, role=role, now=utc_now())
    token = read_token(INVITATION, text)
    assert token is not None
    return row, token


def cli(world: World) -> Actor:
    return Actor(world.tenant_id, None)


async def opened(world: World, token: Token, *, after: timedelta = timedelta(0)) -> str:
    async with world.database.transaction(token.tenant_id) as session:
        _, uri = await open_invitation(session, VAULT, token, now=utc_now() + after)
    return uri


async def state_of(world: World, account_id: UUID) -> tuple[str, str]:
    async with world.database.transaction(world.tenant_id) as session:
        row = await account(session, world.tenant_id, account_id)
    return row.role, row.state


async def test_an_invitation_is_used_once(world: World) -> None:
    ana = await enrol(world, "owner")
    assert await state_of(world, ana.id) == ("owner", "active")
    _, token = await invited(world)
    with pytest.raises(InvitationInvalid):
        await accept_invitation(world.database, VAULT, token, password=PASSWORD, code="123456", now=utc_now())


async def test_inviting_again_replaces_the_invitation_before(world: World) -> None:
    row, first = await invited(world, "Bob@Example.com")
    again, second = await invited(world, " bob@example.com", role="marketing")
    assert (row.id, again.role) == (again.id, "marketing")
    with pytest.raises(InvitationInvalid):
        await opened(world, first)
    assert "otpauth://totp/" in await opened(world, second)


async def test_an_invitation_is_good_for_seven_days(world: World) -> None:
    _, token = await invited(world)
    await opened(world, token, after=timedelta(days=6, hours=23))
    with pytest.raises(InvitationInvalid):
        await opened(world, token, after=timedelta(days=7, minutes=1))


async def test_accepting_needs_the_authenticators_code_and_a_password(world: World) -> None:
    row, token = await invited(world)
    await opened(world, token)
    with pytest.raises(AuthenticatorCodeWrong):
        await accept_invitation(world.database, VAULT, token, password=PASSWORD, code="12345", now=utc_now())
    with pytest.raises(PasswordTooWeak):
        await accept_invitation(world.database, VAULT, token, password="short", code="123456", now=utc_now())
    assert await state_of(world, row.id) == ("auditor", "invited")


@pytest.mark.parametrize(
    "password", ["", "x" * (PASSWORD_LENGTH_MIN - 1), "x" * 129, "somebody@example.com", "SOMEBODY@example.com"]
)
def test_a_password_that_is_too_weak_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        hash_password(password, email="somebody@example.com")


@pytest.mark.parametrize(
    "email", ["", "bob", "bob@", "@example.com", "bob@example", "bob bob@example.com", "b@e.c\n@x"]
)
async def test_what_is_no_address_is_not_invited(world: World, email: str) -> None:
    with pytest.raises(StaffMalformed):
        await invited(world, email)


async def test_roles_and_partners_must_exist_and_an_owner_is_of_the_whole_tenant(world: World) -> None:
    with pytest.raises(StaffMalformed):
        await invited(world, role="root")
    partner = await partner_of(world)
    for role, partner_id in (("auditor", new_id()), ("owner", partner)):
        async with world.database.transaction(world.tenant_id) as session:
            with pytest.raises(StaffMalformed):
                await service.invite(
                    session, cli(world), email="b@example.com", role=role, partner_id=partner_id, now=utc_now()
                )


async def test_an_active_account_is_not_invited_again_and_a_blocked_one_is(world: World) -> None:
    await hire(world, "owner")
    ana = await enrol(world, "auditor")
    with pytest.raises(StaffExists):
        await invited(world, ana.email)
    async with world.database.transaction(world.tenant_id) as session:
        await service.block(session, cli(world), ana.id, now=utc_now())
    row, _ = await invited(world, ana.email)
    assert (row.id, row.state, row.password_hash) == (ana.id, "invited", None)


async def test_a_blocked_account_is_shut_out_at_once(world: World) -> None:
    owner, bob = await hire(world, "owner"), await hire(world, "auditor")
    assert (await bob.api.get("/staff/me")).status_code == 200
    assert (await owner.api.post(f"/staff/accounts/{bob.id}/block")).json()["state"] == "blocked"
    assert (await bob.api.get("/staff/me")).json()["code"] == "staff-token-invalid"
    assert (await owner.api.post(f"/staff/accounts/{bob.id}/block")).status_code == 200


async def test_another_role_ends_the_sessions_under_the_old_one(world: World) -> None:
    owner, bob = await hire(world, "owner"), await hire(world, "auditor")
    same = await owner.api.put(f"/staff/accounts/{bob.id}/role", json={"role": "auditor"})
    assert (same.status_code, (await bob.api.get("/staff/me")).status_code) == (200, 200)
    changed = await owner.api.put(f"/staff/accounts/{bob.id}/role", json={"role": "marketing"})
    assert changed.json()["role"] == "marketing"
    assert (await bob.api.get("/staff/me")).status_code == 401


async def test_nobody_changes_their_own_rights(world: World) -> None:
    owner = await hire(world, "owner")
    await hire(world, "owner")
    blocked = await owner.api.post(f"/staff/accounts/{owner.id}/block")
    changed = await owner.api.put(f"/staff/accounts/{owner.id}/role", json={"role": "auditor"})
    assert [answer.json()["code"] for answer in (blocked, changed)] == [OwnAccount.code] * 2


async def test_the_last_owner_stays(world: World) -> None:
    owner = await hire(world, "owner")
    async with world.database.transaction(world.tenant_id) as session:
        with pytest.raises(LastOwner):
            await service.block(session, cli(world), owner.id, now=utc_now())


async def test_two_owners_who_block_each_other_at_once_leave_one(world: World) -> None:
    one, other = await hire(world, "owner"), await hire(world, "owner")
    answers = await asyncio.gather(
        one.api.post(f"/staff/accounts/{other.id}/block"), other.api.post(f"/staff/accounts/{one.id}/block")
    )
    assert [answer.status_code for answer in answers].count(200) == 1
    states = [await state_of(world, who.id) for who in (one, other)]
    assert sorted(states) == [("owner", "active"), ("owner", "blocked")]


async def test_an_account_of_another_tenant_does_not_exist(world: World) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        with pytest.raises(StaffNotFound):
            await service.block(session, cli(world), new_id(), now=utc_now())


def test_every_role_holds_permissions_that_exist_and_a_partner_narrows_them() -> None:
    assert all(granted <= PERMISSIONS for granted in ROLES.values())
    assert permissions("nobody", partner_scoped=False) == frozenset()
    for role, granted in ROLES.items():
        assert permissions(role, partner_scoped=False) == granted
        assert permissions(role, partner_scoped=True) == granted & PARTNER_PERMISSIONS
    assert {"staff.manage", "staff.read", "audit.read", "jobs.manage"} & PARTNER_PERMISSIONS == set()
