"""Reading bodies: JSON into a shape with every fault named by JSON pointer, and a form with one photo.

A form is parsed here and not by the framework, which decodes every part without a filename as text.
"""

import re
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException
from multipart import MultipartError, PushMultipartParser  # type: ignore[import-untyped]  # it has no types

from backend.kit.web.problems import MalformedRequest

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

PHOTO_FIELD = "photo"
_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_UNSUPPORTED_MEDIA_TYPE = 415


async def json_body(request: AnyRequest, shape: type[T]) -> T:
    """The body as the shape. Raises MalformedRequest."""
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.ValidationError as error:
        raise MalformedRequest([_fault(str(error))]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRequest([{"pointer": "", "message": "must be JSON"}]) from error


async def json_only(request: AnyRequest, shape: type[T]) -> T:
    """The body of an address that takes JSON alone. Raises MalformedRequest, or the refusal of another media type."""
    if media_type(request) != "application/json":
        raise refuse_media_type()
    return await json_body(request, shape)


async def photo_body(request: AnyRequest) -> bytes:
    """The one part of a form, its field `photo`; a filename, a media type and a charset change nothing.

    Raises MalformedRequest.
    """
    _, parameters = request.content_type
    body = await request.body()
    try:
        with PushMultipartParser(parameters.get("boundary", ""), max_segment_count=1) as parser:
            events = [event for event in parser.parse(body) if event is not None]
    except MultipartError as error:
        raise _no_photo() from error
    match events:
        case [segment, *chunks] if segment.name == PHOTO_FIELD:
            return b"".join(chunks)
    raise _no_photo()


def media_type(request: AnyRequest) -> str:
    """The body's media type without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_media_type() -> HTTPException:
    """The error for a body that is neither JSON nor a form."""
    return HTTPException(status_code=_UNSUPPORTED_MEDIA_TYPE)


def _no_photo() -> MalformedRequest:
    return MalformedRequest([{"pointer": f"/{PHOTO_FIELD}", "message": "one file, and nothing else, is expected"}])


def _fault(message: str) -> dict[str, str]:
    """Msgspec's message, `… - at `$.a[0]``, as a JSON pointer and a sentence."""
    found = _PATH.search(message)
    path = found["path"] if found else ""
    pointer = re.sub(r"\[(\d+)\]", r"/\1", path.replace(".", "/"))
    return {"pointer": pointer, "message": _PATH.sub("", message)}
