"""Reading a form with one file, and texts beside it where they are welcome.

It is parsed here and not by the framework, which decodes parts without a name as text.
"""

from collections.abc import Collection
from typing import Any

from litestar import Request
from multipart import MultipartError, PushMultipartParser  # type: ignore[import-untyped]  # it has no types

from backend.kit.web.problems import MalformedRequest


async def only_file(request: Request[Any, Any, Any], name: str) -> bytes:
    """The one part of a form, its field of that name; a filename, a media type and a charset change nothing.

    Raises MalformedRequest.
    """
    content, _ = await file_and_texts(request, name, texts=(), parts_max=1)
    return content


async def file_and_texts(
    request: Request[Any, Any, Any], name: str, *, texts: Collection[str], parts_max: int
) -> tuple[bytes, dict[str, list[str]]]:
    """The one file of that name, and what stands in the fields named `texts`, each of which may be repeated.

    Raises MalformedRequest, for more than so many parts and for any other field as well.
    """
    files: list[bytes] = []
    found: dict[str, list[str]] = {}
    for field, content in await _parts(request, name, texts, parts_max):
        if field == name:
            files.append(content)
        elif field in texts:
            found.setdefault(field, []).append(_text(content, f"/{field}/{len(found.get(field, []))}"))
        else:
            raise _refused(name, texts)
    if len(files) != 1:
        raise _refused(name, texts)
    return files[0], found


async def _parts(
    request: Request[Any, Any, Any], name: str, texts: Collection[str], parts_max: int
) -> list[tuple[str, bytes]]:
    _, parameters = request.content_type
    body = await request.body()
    parts: list[tuple[str, list[bytes]]] = []
    try:
        with PushMultipartParser(parameters.get("boundary", ""), max_segment_count=parts_max) as parser:
            for event in parser.parse(body):
                if isinstance(event, (bytes, bytearray)):
                    parts[-1][1].append(bytes(event))
                elif event is not None:
                    parts.append((event.name, []))
    except MultipartError as error:
        raise _refused(name, texts) from error
    return [(field, b"".join(chunks)) for field, chunks in parts]


def _text(content: bytes, pointer: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise MalformedRequest([{"pointer": pointer, "message": "must be UTF-8"}]) from error


def _refused(name: str, texts: Collection[str]) -> MalformedRequest:
    beside = f"nothing else but {' and '.join(texts)}" if texts else "nothing else"
    return MalformedRequest([{"pointer": f"/{name}", "message": f"one file, and {beside}, is expected"}])
