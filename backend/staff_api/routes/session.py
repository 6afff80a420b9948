"""Entering and leaving: sign in, sign out, who am I, and accepting an invitation."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.kit.clock import rfc3339, utc_now
from backend.kit.web.openapi import described
from backend.kit.web.proxies import client_of
from backend.programmes.errors import TenantNotFound
from backend.programmes.queries import tenant, tenant_at
from backend.staff.credentials import INVITATION, Token, read_token
from backend.staff.enrolment import accept_invitation, open_invitation
from backend.staff.errors import InvitationInvalid, LoginRefused
from backend.staff.login import Attempt, Staff, login, logout
from backend.staff.queries import account
from backend.staff_api.common import AnyRequest, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import PUBLIC, SIGNED_IN
from backend.staff_api.shapes import Acceptance, EnrolmentView, Invitation, Login, MeView, RecoveryView, SessionView
from backend.staff_api.views import account_view

TAG = "Session"


@post(
    "/login",
    opt=PUBLIC,
    status_code=200,
    operation_id="login",
    tags=[TAG],
    summary="Sign in",
    security=[],
    responses=described("malformed-request", "login-refused", "too-many-logins", "database-unavailable"),
)
async def sign_in(request: AnyRequest, context: NamedDependency[StaffContext], data: JSONBody[Login]) -> SessionView:
    """Begin a session with e-mail address, password and the authenticator's code."""
    try:
        async with context.database.transaction(None) as session:
            own = await tenant_at(session, host=request.headers.get("host", ""), slug=data.tenant)
    except TenantNotFound:
        raise LoginRefused from None
    attempt = Attempt(data.email, data.password, data.code, client_of(request.scope))
    signed = await login(context.database, context.vault, own.id, attempt, now=utc_now())
    return SessionView(signed.token, rfc3339(signed.expires_at))


@post(
    "/logout",
    opt=SIGNED_IN,
    status_code=204,
    operation_id="logout",
    tags=[TAG],
    summary="Sign out",
    responses=problems(),
)
async def sign_out(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> None:
    """End this session."""
    async with context.database.transaction(staff.tenant_id) as session:
        await logout(session, staff, now=utc_now())


@get("/me", opt=SIGNED_IN, operation_id="getMe", tags=[TAG], summary="Who am I", responses=problems())
async def me(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> MeView:
    """The caller's account, tenant and permissions."""
    async with context.database.transaction(staff.tenant_id) as session:
        own = await tenant(session, staff.tenant_id)
        row = await account(session, staff.tenant_id, staff.account_id)
    return MeView(account_view(row), own.slug, sorted(staff.permissions))


@post(
    "/invitations/open",
    opt=PUBLIC,
    status_code=200,
    operation_id="openInvitation",
    tags=[TAG],
    summary="Open an invitation",
    security=[],
    responses=described("malformed-request", "invitation-invalid", "database-unavailable"),
)
async def open_one(context: NamedDependency[StaffContext], data: JSONBody[Invitation]) -> EnrolmentView:
    """Get a fresh authenticator secret for the invited account; the invitation stays good."""
    token = _token(data.token)
    async with context.database.transaction(token.tenant_id) as session:
        email, authenticator = await open_invitation(session, context.vault, token, now=utc_now())
    return EnrolmentView(email, authenticator)


@post(
    "/invitations/accept",
    opt=PUBLIC,
    status_code=200,
    operation_id="acceptInvitation",
    tags=[TAG],
    summary="Accept an invitation",
    security=[],
    responses=described(
        "malformed-request",
        "invitation-invalid",
        "password-too-weak",
        "authenticator-code-wrong",
        "database-unavailable",
    ),
)
async def accept_one(context: NamedDependency[StaffContext], data: JSONBody[Acceptance]) -> RecoveryView:
    """Choose a password and prove the authenticator; the invitation is used up and recovery codes are shown once."""
    codes = await accept_invitation(
        context.database, context.vault, _token(data.token), password=data.password, code=data.code, now=utc_now()
    )
    return RecoveryView(codes)


def _token(text: str) -> Token:
    token = read_token(INVITATION, text)
    if token is None:
        raise InvitationInvalid
    return token
