"""Who is calling: the member for whom the bearer token speaks."""

from typing import Any, cast

from litestar import Request
from litestar.di import NamedDependency

from backend.kit.clock import utc_now
from backend.kit.web.edge import note_tenant
from backend.members.tokens import Caller, TokenInvalid, read_token
from mobile_api.context import ApiContext


async def caller_of(request: Request[Any, Any, Any], context: NamedDependency[ApiContext]) -> Caller:
    """The caller. Raises TokenInvalid without a bearer token, or with one of another installation; TokenExpired."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenInvalid
    caller = read_token(context.token_key, token.strip(), now=utc_now())
    note_tenant(cast("dict[str, Any]", request.scope), caller.tenant_id)
    return caller
