"""What the routes share: their arguments' types, and the problems that each of them may answer with."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter

from backend.kit.i18n import negotiate
from backend.kit.web.openapi import described

AnyRequest = Request[Any, Any, Any]
Before = FromQuery[UUID | None]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many to give at most.")]
_ALWAYS = ("staff-token-invalid", "permission-missing", "malformed-request", "database-unavailable")


def problems(*codes: str) -> dict[int, ResponseSpec]:
    """The problems of an address that asks for a permission; any may be asked in a way that cannot be read."""
    return described(*codes, *_ALWAYS)


def language_of(request: AnyRequest) -> str:
    """The caller's language."""
    return negotiate(request.headers.get("accept-language"))
