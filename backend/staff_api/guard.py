"""Every address says which permission it asks for, and nobody passes without; one that says nothing does not start.

The guard runs before any handler and before a body is read.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from backend.kit.clock import utc_now
from backend.staff.credentials import SESSION, read_token
from backend.staff.errors import PermissionMissing, StaffTokenInvalid
from backend.staff.login import Staff, staff_of
from backend.staff.permissions import PERMISSIONS
from backend.staff_api.context import StaffContext

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]

_PERMISSION = "permission"
_PUBLIC, _SIGNED_IN = "public", "signed-in"
PUBLIC = {_PERMISSION: _PUBLIC}
"""For addresses by which one enters."""
SIGNED_IN = {_PERMISSION: _SIGNED_IN}
"""For what everybody may do about themselves."""


def needs(permission: str) -> dict[str, str]:
    """What a handler declares (`opt=`) to be open to those alone who have the permission."""
    return {_PERMISSION: permission}


def declared(handler: BaseRouteHandler) -> str:
    """What the handler asks for. A handler that declares nothing, or a permission nobody can have, is our mistake."""
    permission = handler.opt.get(_PERMISSION)
    assert permission in {*PERMISSIONS, _PUBLIC, _SIGNED_IN}, f"{handler} declares no permission that exists"
    return str(permission)


def checked(handlers: list[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """The handlers, of which each declares what it asks for."""
    for handler in handlers:
        declared(handler)
    return handlers


def guard(context: StaffContext) -> Guard:
    """The guard of every address: knows the caller, or raises StaffTokenInvalid or PermissionMissing."""

    async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
        if connection.scope.get("method") == HttpMethod.OPTIONS:
            raise MethodNotAllowedException  # the framework would answer it for every address, declared or not
        permission = declared(handler)
        if permission == _PUBLIC:
            return
        staff = await _caller(connection, context)
        if permission != _SIGNED_IN and permission not in staff.permissions:
            raise PermissionMissing(permission=permission)
        connection.scope["user"] = staff

    return admit


def staff_caller(request: Request[Any, Any, Any]) -> Staff:
    """Who passed the guard."""
    staff = request.scope["user"]
    assert isinstance(staff, Staff), "a public address has no caller"
    return staff


async def _caller(connection: Connection, context: StaffContext) -> Staff:
    scheme, _, text = connection.headers.get("authorization", "").partition(" ")
    token = read_token(SESSION, text.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise StaffTokenInvalid
    async with context.database.transaction(token.tenant_id) as session:
        return await staff_of(session, token, now=utc_now())
