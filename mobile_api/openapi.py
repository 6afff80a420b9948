"""What the OpenAPI description says beyond the handlers' types: the two bodies of a submission, and the problems."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from backend.kit.web.openapi import described
from mobile_api.shapes import PRESENTED_MAX, PRESENTED_PATTERN

EXAMPLE_PAYLOAD = "https://suf.purs.gov.rs/v/?vl=Azc0NkRVVjY0NzQ2RFVWNjQCQgAA90EAAICDfgAA..."
_INLINE = "#/inline/"
_ALWAYS = ("token-invalid", "token-expired", "database-unavailable")


_PRESENTED = Schema(
    type=OpenAPIType.ARRAY,
    max_items=PRESENTED_MAX,
    items=Schema(type=OpenAPIType.STRING, pattern=PRESENTED_PATTERN, min_length=1, max_length=64),
)


@dataclass
class SubmitOperation(Operation):
    """A submission's body: JSON with the code's text, or a form with a picture of it."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True,
            content={
                "application/json": OpenAPIMediaType(
                    schema=Schema(
                        type=OpenAPIType.OBJECT,
                        properties={
                            "payload": Schema(type=OpenAPIType.STRING),
                            "codes": _PRESENTED,
                            "coupons": _PRESENTED,
                        },
                        required=["payload"],
                        additional_properties=False,
                    ),
                    examples={"slip": Example(value={"payload": EXAMPLE_PAYLOAD})},
                ),
                "multipart/form-data": OpenAPIMediaType(
                    schema=Schema(
                        type=OpenAPIType.OBJECT,
                        properties={
                            "photo": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
                            "codes": _PRESENTED,
                            "coupons": _PRESENTED,
                        },
                        required=["photo"],
                        additional_properties=False,
                    ),
                ),
            },
        )


@dataclass
class _Described(Schema):
    """A JSON schema as msgspec writes it."""

    described: dict[str, Any] = field(default_factory=dict)

    def to_schema(self) -> dict[str, Any]:
        return self.described


def json_operation(shape: type[Any], **examples: object) -> type[Operation]:
    """An operation whose body is JSON of that shape, with named examples."""
    (described,), components = msgspec.json.schema_components([shape], ref_template=_INLINE + "{name}")
    content = {
        "application/json": OpenAPIMediaType(
            schema=_Described(described=_inlined(described, components)),
            examples={name: Example(value=value) for name, value in examples.items()},
        )
    }

    @dataclass
    class JsonOperation(Operation):
        """Litestar makes one per address; the body is read by the handler, which names each fault."""

        def __post_init__(self) -> None:
            self.request_body = RequestBody(required=True, content=dict(content))

    return JsonOperation


def _inlined(described: Any, components: dict[str, Any]) -> Any:  # noqa: ANN401 (JSON)
    """The schema with every reference replaced by what it refers to; no shape refers to itself."""
    match described:
        case {"$ref": str() as name}:
            return _inlined(components[name.removeprefix(_INLINE)], components)
        case {"discriminator": _}:
            rest = {key: value for key, value in described.items() if key != "discriminator"}
            return _inlined(rest, components)
        case dict():
            return {key: _inlined(value, components) for key, value in described.items()}
        case list():
            return [_inlined(value, components) for value in described]
        case _:
            return described


def answer(status: int, example: msgspec.Struct, says: str) -> dict[int, ResponseSpec]:
    """The answer of an address that did what it was asked to, by its example."""
    return {
        status: ResponseSpec(
            data_container=type(example),
            description=says,
            examples=[Example(value=msgspec.to_builtins(example))],
            generate_examples=False,
        )
    }


def stream(example: str, says: str) -> dict[int, ResponseSpec]:
    """The answer of an address that goes on telling: server-sent events, by an example of one."""
    return {
        200: ResponseSpec(
            data_container=str,
            description=says,
            media_type="text/event-stream",
            examples=[Example(value=example)],
            generate_examples=False,
        )
    }


def file(media_type: str, says: str, *, example: str) -> dict[int, ResponseSpec]:
    """The answer of an address that gives a file; the example is its text, or what stands for its bytes."""
    return {
        200: ResponseSpec(
            data_container=bytes,
            description=says,
            media_type=media_type,
            examples=[Example(value=example)],
            generate_examples=False,
        )
    }


def open_problems(*codes: str) -> dict[int, ResponseSpec]:
    """The problems of an address that asks for no token."""
    return described(*codes, "database-unavailable")


def problems(*codes: str) -> dict[int, ResponseSpec]:
    """The problems that an address may answer with, by status; those of every address that asks for a token included."""
    return described(*codes, *_ALWAYS)
