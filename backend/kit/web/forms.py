"""Reading a form with one file. It is parsed here and not by the framework, which decodes parts without a name as text."""

from typing import Any

from litestar import Request
from multipart import MultipartError, PushMultipartParser  # type: ignore[import-untyped]  # it has no types

from backend.kit.web.problems import MalformedRequest


async def only_file(request: Request[Any, Any, Any], name: str) -> bytes:
    """The one part of a form, its field of that name; a filename, a media type and a charset change nothing.

    Raises MalformedRequest.
    """
    _, parameters = request.content_type
    body = await request.body()
    try:
        with PushMultipartParser(parameters.get("boundary", ""), max_segment_count=1) as parser:
            events = [event for event in parser.parse(body) if event is not None]
    except MultipartError as error:
        raise _refused(name) from error
    match events:
        case [segment, *chunks] if segment.name == name:
            return b"".join(chunks)
    raise _refused(name)


def _refused(name: str) -> MalformedRequest:
    return MalformedRequest([{"pointer": f"/{name}", "message": "one file, and nothing else, is expected"}])
