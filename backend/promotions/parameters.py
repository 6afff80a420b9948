"""How a document is declared and read: each field of a dataclass says under which key and as which kind it is written.

One declaration serves the reader, which collects every fault instead of stopping at the first, and whoever draws a
form. A null is an absent field, and an absent field takes the dataclass's default; without a default it is required.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")

DEPTH_MAX = 32
_METADATA = "parameter"


class Unreadable(Exception):
    """Why one value cannot be read; its message becomes the fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a document, by JSON pointer (RFC 6901)."""

    pointer: str
    message: str


class Place:
    """Where the reader stands in a document. All places of one document share the list of faults."""

    __slots__ = ("depth", "faults", "pointer")

    def __init__(self, faults: list[Fault], pointer: str = "", depth: int = 0) -> None:
        self.faults = faults
        self.pointer = pointer
        self.depth = depth

    def at(self, *keys: str | int) -> "Place":
        """The place that these keys lead to, one step below for each."""
        steps = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)
        return Place(self.faults, self.pointer + steps, self.depth + len(keys))

    def refuse(self, message: str) -> None:
        """Note a fault here and read on."""
        self.faults.append(Fault(self.pointer, message))


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what a number lies, in whole ones: `above` is excluded, `least` and `most` are not."""

    decimals: int = 0
    above: int | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One way of writing a value. `form` is the stable name by which a form chooses its control.

    `read` gives None after it has refused the value. `options` are the words of a choice, `parts` is the dataclass whose
    fields a control for an object holds, `family` are the dataclasses of which a `type` chooses one, `bounds` are a
    number's, and `each` is the kind of every item of a list or a map.
    """

    form: str
    read: Callable[[object, Place], T | None]
    options: tuple[str, ...] = ()
    parts: type | None = None
    family: Mapping[str, type] | None = None
    bounds: Bounds | None = None
    each: "Kind[Any] | None" = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared field: its name in code, its key in documents, its kind, and whether it may be left out."""

    name: str
    key: str
    kind: Kind[Any]
    required: bool


@runtime_checkable
class Checked(Protocol):
    """A value whose fields can contradict each other."""

    def problems(self) -> Iterable[tuple[str | tuple[str, ...], str]]:
        """Pairs of key, or keys that lead downwards, and message, one for each contradiction."""


def written(key: str, kind: Kind[Any]) -> dict[str, object]:
    """The metadata of a dataclass field that documents carry under this key."""
    return {_METADATA: (key, kind)}


@cache
def parameters(cls: type) -> tuple[Parameter, ...]:
    """The declared fields of a dataclass, in order; what it derives from them is not declared."""
    return tuple(
        Parameter(
            name=field.name,
            key=field.metadata[_METADATA][0],
            kind=field.metadata[_METADATA][1],
            required=field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(cls)
        if _METADATA in field.metadata
    )


def read_object(cls: type[T], value: object, place: Place) -> T | None:
    """Build a declared dataclass from a JSON object; None after at least one fault."""
    if not isinstance(value, dict):
        place.refuse("must be an object")
        return None
    if place.depth > DEPTH_MAX:
        place.refuse("is nested too deeply")
        return None
    _refuse_unknown(cls, value, place)
    before = len(place.faults)
    given = _read_fields(cls, value, place)
    if len(place.faults) > before:
        return None
    built = cls(**given)
    if isinstance(built, Checked):
        for keys, message in built.problems():
            place.at(*((keys,) if isinstance(keys, str) else keys)).refuse(message)
    return built


def _refuse_unknown(cls: type, value: dict[str, object], place: Place) -> None:
    known = {parameter.key for parameter in parameters(cls)}
    for key in value:
        if key not in known:
            place.at(key).refuse("is not a known field")


def _read_fields(cls: type, value: dict[str, object], place: Place) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for parameter in parameters(cls):
        content = value.get(parameter.key)
        if content is not None:
            given[parameter.name] = parameter.kind.read(content, place.at(parameter.key))
        elif parameter.required:
            place.at(parameter.key).refuse("is required")
    return given
