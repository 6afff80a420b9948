"""How an API's description tells of refusals: the shape of a problem, and which ones an address may answer with."""

import msgspec
from litestar.openapi.datastructures import ResponseSpec

from backend.kit.errors import catalogue
from backend.kit.web.problems import FRAMEWORK, MEDIA_TYPE, STATUS


class Fault(msgspec.Struct, frozen=True):
    """One place of a malformed body."""

    pointer: str
    message: str


class Problem(msgspec.Struct, frozen=True):
    """A refusal (RFC 9457). `code` is stable; `title` is in the caller's language."""

    type: str
    title: str
    status: int
    code: str
    request_id: str
    errors: list[Fault] | msgspec.UnsetType = msgspec.UNSET
    tries_left: int | msgspec.UnsetType = msgspec.UNSET


def described(*codes: str) -> dict[int, ResponseSpec]:
    """The problems of those codes, by status; where a body can be malformed it can be too large or too slow, too."""
    reasons = catalogue()
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(STATUS[reasons[code].kind], []).append(code)
    if "malformed-request" in codes:
        by_status |= {status: [FRAMEWORK[status][0]] for status in (408, 413)}
    return {
        status: ResponseSpec(
            data_container=Problem,
            description="; ".join(f"`{code}`" for code in found),
            media_type=MEDIA_TYPE,
            generate_examples=False,
        )
        for status, found in by_status.items()
    }
