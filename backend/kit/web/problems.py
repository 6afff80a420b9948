"""Every refusal as a problem document (RFC 9457) in the caller's language, with a stable `code`.

One table turns kinds into statuses. What we did not foresee is logged and answered without a word of its inside.
"""

import logging
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.i18n import Text, negotiate, translate

STATUS: dict[ErrorKind, int] = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "gone": 410,
    "invalid": 422,
    "limited": 429,
    "unavailable": 503,
}
FRAMEWORK: dict[int, tuple[str, str]] = {
    400: ("malformed-request", "The request cannot be read."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This address does not take this method."),
    408: ("body-too-slow", "The request took too long to arrive."),
    413: ("body-too-large", "The request is too large."),
    415: ("media-type-refused", "Send JSON, or a form with a photo."),
}
"""What the framework refuses, by status: code and title."""
MEDIA_TYPE = "application/problem+json"
_UNFORESEEN = ("internal-error", "Something went wrong on our side. Nothing was lost; please try again.")
_LOG = logging.getLogger("paragon.web")
REQUEST_ID = "paragon_request_id"
"""Where the scope keeps the number that the answer, its problem and the log share."""

AnyRequest = Request[Any, Any, Any]


def refused(request: AnyRequest, error: ParagonError) -> Response[Any]:
    """A named reason as its problem."""
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s is not None else {}
    if error.kind == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    return _problem(request, STATUS[error.kind], error.code, error.text, headers=headers, **error.details)


def malformed(request: AnyRequest, error: ValidationException) -> Response[Any]:
    """Litestar's own complaint about a body or parameters: which places, without its inside."""
    faults = error.extra if isinstance(error.extra, list) else []
    places = [
        {"pointer": f"/{fault['key'].replace('.', '/')}" if "key" in fault else "", "message": fault["message"]}
        for fault in faults
        if isinstance(fault, dict) and fault.get("source", "body") == "body"
    ]
    code, title = FRAMEWORK[400]
    return _problem(request, 400, code, Text(title), errors=places) if places else _framework_problem(request, 400)


def framework_refused(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """What the framework refuses by itself: an unknown address, a method (with `Allow`), a body too large."""
    return _framework_problem(request, error.status_code, error.headers)


def unforeseen(request: AnyRequest, error: Exception) -> Response[Any]:
    """Our own mistake: logged with its trace, told without it."""
    _LOG.error("unforeseen", exc_info=error, extra={"fields": {"request": _number(request)}})
    code, title = _UNFORESEEN
    return _problem(request, 500, code, Text(title))


def nested_too_deeply(request: AnyRequest, error: RecursionError) -> Response[Any]:
    """A body that nests deeper than functions may call: the one thing here that does."""
    _LOG.warning("nested too deeply", exc_info=error, extra={"fields": {"request": _number(request)}})
    return _framework_problem(request, 400)


class MalformedRequest(ParagonError):
    """A body that is not what the address takes; `faults` names each place by JSON pointer."""

    code = "malformed-request"
    kind = "malformed"
    title = "The request cannot be read."

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__()
        self.faults = faults

    @property
    def details(self) -> Mapping[str, object]:
        """The places."""
        return {"errors": self.faults}


def _framework_problem(request: AnyRequest, status: int, headers: dict[str, str] | None = None) -> Response[Any]:
    code, title = FRAMEWORK.get(status, FRAMEWORK[400])
    return _problem(request, status, code, Text(title), headers=headers)


def _problem(
    request: AnyRequest, status: int, code: str, text: Text, *, headers: dict[str, str] | None = None, **extra: object
) -> Response[Any]:
    language = negotiate(request.headers.get("accept-language"))
    body = problem_document(code, status, text, language=language, request_id=_number(request), **extra)
    return Response(
        body,
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": language, **(headers or {})},
    )


def problem_document(
    code: str, status: int, text: Text, *, language: str, request_id: str, **extra: object
) -> dict[str, object]:
    """The body of a problem; `request_id` finds its line in the log."""
    return {
        "type": f"urn:paragon:problem:{code}",
        "title": translate(text, language),
        "status": status,
        "code": code,
        "request_id": request_id,
        **extra,
    }


def _number(request: AnyRequest) -> str:
    number: str = request.scope[REQUEST_ID]  # type: ignore[literal-required]  # the edge's own entry
    return number
