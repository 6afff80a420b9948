"""Bytes that claim to be JSON, read without a float and without guessing: what no document may hold is refused here.

A key that stands twice in an object, text that can be neither stored nor printed, NaN and endless nesting or digits
are faults; JSON numbers with a fraction stay decimals, which every field refuses by its pointer.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from backend.promotions.documents import MalformedDocument
from backend.promotions.kinds import UNWRITABLE
from backend.promotions.parameters import Fault, Place

T = TypeVar("T")

SIZE_MAX_BYTES = 64 * 2**20
_DIGITS_MAX = 20


class _Repeating(dict[str, object]):
    """An object of which some keys stand more than once."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]


class _NoNumber:
    """What JSON cannot say, such as NaN: no field takes it."""


def read_json(data: bytes, read: Callable[[object], T]) -> T:
    """What `read` makes of the document. Raises MalformedDocument with the faults of the JSON and those of the fields."""
    document = _parse(data)
    faults: list[Fault] = []
    _inspect(document, faults)
    result = None
    try:
        result = read(document)
    except MalformedDocument as error:
        noted = {fault.pointer for fault in faults}
        faults += [fault for fault in error.faults if fault.pointer not in noted]
    if faults or result is None:
        raise MalformedDocument(tuple(faults))
    return result


def _parse(data: bytes) -> object:
    if len(data) > SIZE_MAX_BYTES:
        raise MalformedDocument((Fault("", f"is longer than {SIZE_MAX_BYTES // 2**20} MiB"),))
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=lambda _: _NoNumber(),
        )
    except UnicodeDecodeError as error:
        raise MalformedDocument((Fault("", f"is not UTF-8 at byte {error.start}"),)) from None
    except json.JSONDecodeError as error:
        raise MalformedDocument((Fault("", f"is not JSON: line {error.lineno}, column {error.colno}"),)) from None
    except RecursionError:
        raise MalformedDocument((Fault("", "is nested too deeply"),)) from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    return read if len(read) == len(pairs) else _Repeating(pairs)


def _integer(digits: str) -> object:
    return int(digits) if len(digits) <= _DIGITS_MAX else _NoNumber()


def _number(digits: str) -> object:
    return Decimal(digits) if len(digits) <= _DIGITS_MAX else _NoNumber()


def _inspect(document: object, faults: list[Fault]) -> None:
    """Note repeated keys and unwritable texts. A document may nest deeper than functions may call."""
    waiting: list[tuple[object, Place]] = [(document, Place(faults))]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, _Repeating):
            for key in value.repeated:
                place.at(key).refuse("is repeated")
        if isinstance(value, dict) and any(UNWRITABLE.search(key) for key in value):
            place.refuse("has a key that can be neither stored nor printed")
        for step, item in _items(value):
            if isinstance(item, list | dict):
                waiting.append((item, place.at(step)))
            elif isinstance(item, str) and UNWRITABLE.search(item):
                place.at(step).refuse("has characters that can be neither stored nor printed")


def _items(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()
