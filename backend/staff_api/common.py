"""What the routes share: their arguments' types, and the problems that each of them may answer with."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIHeader, OpenAPIMediaType, OpenAPIResponse, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromQuery, QueryParameter

from backend.kit.i18n import negotiate
from backend.kit.web.openapi import described

AnyRequest = Request[Any, Any, Any]
Before = FromQuery[UUID | None]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many to give at most.")]
_CHUNK = 64 * 1024
_ALWAYS = ("staff-token-invalid", "permission-missing", "malformed-request", "database-unavailable")


def problems(*codes: str) -> dict[int, ResponseSpec]:
    """The problems of an address that asks for a permission; any may be asked in a way that cannot be read."""
    return described(*codes, *_ALWAYS)


def language_of(request: AnyRequest) -> str:
    """The caller's language."""
    return negotiate(request.headers.get("accept-language"))


def file_operation(*media_types: str) -> type[Operation]:
    """An answer that is a file in one of these forms; the framework knows of one form for each status."""

    @dataclass
    class FileOperation(Operation):
        """Litestar makes one per address."""

        def __post_init__(self) -> None:
            """Replace what the framework says of the answer."""
            says = Schema(type=OpenAPIType.STRING, description="That it is a file to keep, and its name.")
            answer = OpenAPIResponse(
                description="The file",
                headers={"Content-Disposition": OpenAPIHeader(schema=says)},
                content={media_type: OpenAPIMediaType() for media_type in media_types},
            )
            self.responses = {**(self.responses or {}), "200": answer}

    return FileOperation


def kept_as(filename: str) -> dict[str, str]:
    """The headers by which a browser keeps the answer under that name."""
    return {"Content-Disposition": f'attachment; filename="{filename}"'}


async def chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    """The file's content from where it stands; it is closed with the last of it."""
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
