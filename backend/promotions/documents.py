"""Reads promotion and basket documents, already parsed from JSON, and refuses a malformed one with all its faults.

Nothing is guessed: an unknown field, a number with too many decimals, a repeated id or a type that the engine does not
have is a fault at its JSON pointer, never a default.
"""

from collections.abc import Mapping
from typing import TypeVar

from backend.kit.errors import ParagonError
from backend.promotions.basket import Basket
from backend.promotions.combining import refuse_mixed_modes
from backend.promotions.kinds import list_of, object_of
from backend.promotions.parameters import Fault, Kind, Place
from backend.promotions.promotion import Promotion

T = TypeVar("T")

_PROMOTIONS = list_of(object_of(Promotion), unique="id")


class MalformedDocument(ParagonError):
    """The document cannot be read; `faults` says everything that is wrong with it."""

    code = "malformed-document"
    kind = "malformed"
    title = "The document cannot be read."

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__()
        self.faults = faults

    @property
    def details(self) -> Mapping[str, object]:
        """The faults, each with its pointer and what is wrong there."""
        return {"errors": [{"pointer": fault.pointer, "message": fault.message} for fault in self.faults]}


def read_promotions(document: object) -> tuple[Promotion, ...]:
    """The promotions of a JSON list, in its order. Raises MalformedDocument."""
    return _read(document, Kind("promotions", _read_promotions))


def read_basket(document: object) -> Basket:
    """The basket of a JSON object. Raises MalformedDocument."""
    return _read(document, object_of(Basket))


def _read_promotions(document: object, place: Place) -> tuple[Promotion, ...] | None:
    promotions = _PROMOTIONS.read(document, place)
    if isinstance(document, list):
        refuse_mixed_modes(document, place)
    return promotions


def _read(document: object, kind: Kind[T]) -> T:
    faults: list[Fault] = []
    result = kind.read(document, Place(faults))
    if faults or result is None:
        raise MalformedDocument(tuple(faults))
    return result
