"""Reading bodies: JSON into a shape with every fault named by JSON pointer, and a form with one photo and what is presented with it."""

import re
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException

from backend.kit.web.forms import file_and_texts
from backend.kit.web.problems import MalformedRequest
from mobile_api.shapes import PRESENTED_MAX, PresentedTaken

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

PHOTO_FIELD = "photo"
PRESENTED_FIELDS = ("codes", "coupons")
_PARTS_MAX = 1 + len(PRESENTED_FIELDS) * (PRESENTED_MAX + 1)
"""One more of each than may be presented, so that too many are refused in the same words as in JSON."""
_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_UNSUPPORTED_MEDIA_TYPE = 415


async def json_body(request: AnyRequest, shape: type[T]) -> T:
    """The body as the shape. Raises MalformedRequest."""
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.ValidationError as error:
        raise _malformed(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRequest([{"pointer": "", "message": "must be JSON"}]) from error


async def json_only(request: AnyRequest, shape: type[T]) -> T:
    """The body of an address that takes JSON alone. Raises MalformedRequest, or the refusal of another media type."""
    if media_type(request) != "application/json":
        raise refuse_media_type()
    return await json_body(request, shape)


async def photo_body(request: AnyRequest) -> tuple[bytes, PresentedTaken]:
    """A form's one file `photo`, and the codes and coupons beside it; filenames and media types change nothing.

    Raises MalformedRequest.
    """
    photo, texts = await file_and_texts(request, PHOTO_FIELD, texts=PRESENTED_FIELDS, parts_max=_PARTS_MAX)
    try:
        return photo, msgspec.convert(texts, type=PresentedTaken)
    except msgspec.ValidationError as error:
        raise _malformed(error) from error


def media_type(request: AnyRequest) -> str:
    """The body's media type without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_media_type() -> HTTPException:
    """The error for a body that is neither JSON nor a form."""
    return HTTPException(status_code=_UNSUPPORTED_MEDIA_TYPE)


def _malformed(error: msgspec.ValidationError) -> MalformedRequest:
    return MalformedRequest([_fault(str(error))])


def _fault(message: str) -> dict[str, str]:
    """Msgspec's message, `… - at `$.a[0]``, as a JSON pointer and a sentence."""
    found = _PATH.search(message)
    path = found["path"] if found else ""
    pointer = re.sub(r"\[(\d+)\]", r"/\1", path.replace(".", "/"))
    return {"pointer": pointer, "message": _PATH.sub("", message)}
