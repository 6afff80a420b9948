"""The ways in which values are written in promotion and basket documents: decimal strings, dates, lists, families.

Numbers that can have decimals are strings and become integers of their smallest unit here; a JSON number in their
place is refused, because it has been a float on somebody's way.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Any, TypeVar

from backend.promotions.folding import Phrase, words
from backend.promotions.parameters import Bounds, Kind, Place, Unreadable, read_object

T = TypeVar("T")

MONEY_DECIMALS = 2
POINTS_DECIMALS_MAX = 2
PERCENT_DECIMALS = 4
FACTOR_DECIMALS = 4
FACTOR_MAX = 100
DAYS_MAX = 36_600
PERCENT_SCALE = 100 * 10**PERCENT_DECIMALS
"""How many units of a read percentage are the whole: 100 % is 1,000,000 parts."""

# Twelve digits before the point keep a scaled value, and the sum of thousands of lines, within a bigint.
_DECIMAL = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]+))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.IGNORECASE
)
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_CURRENCY = re.compile("[A-Z]{3}")
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_MINUTES_A_DAY = 24 * 60


def scalar(form: str, parse: Callable[[object], T], bounds: Bounds | None = None) -> Kind[T]:
    """A kind without parts; `parse` raises Unreadable."""

    def read(value: object, place: Place) -> T | None:
        try:
            return parse(value)
        except Unreadable as reason:
            place.refuse(str(reason))
            return None

    return Kind(form, read, bounds=bounds)


def decimal(form: str, decimals: int, *, above: int | None = None, most: int | None = None) -> Kind[int]:
    """A decimal string of at most so many decimals and never negative, read as an integer of its last decimal.

    Both bounds are whole numbers: `above` is excluded, `most` is not.
    """

    def parse(value: object) -> int:
        found = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise Unreadable('must be a decimal string such as "12.5"')
        sign, digits, fraction = found.groups(default="")
        if len(fraction) > decimals:
            raise Unreadable(f"has more than {decimals} decimals")
        number = int(digits + fraction.ljust(decimals, "0"))
        if sign and number:
            raise Unreadable("must not be negative")
        if above is not None and number <= above * 10**decimals:
            raise Unreadable(f"must be more than {above}")
        if most is not None and number > most * 10**decimals:
            raise Unreadable(f"must be at most {most}")
        return number

    return scalar(form, parse, Bounds(decimals, above=above, least=0 if above is None else None, most=most))


def whole(form: str, *, least: int, most: int) -> Kind[int]:
    """A JSON integer within these bounds."""

    def parse(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreadable("must be an integer")
        if not least <= value <= most:
            raise Unreadable(f"must be from {least} to {most}")
        return value

    return scalar(form, parse, Bounds(least=least, most=most))


def choice(*values: str) -> Kind[Any]:
    """One of these words."""

    def parse(value: object) -> str:
        if isinstance(value, str) and value in values:
            return value
        raise Unreadable(f"must be one of {', '.join(values)}")

    return Kind("choice", scalar("choice", parse).read, options=values)


def object_of(cls: type[T]) -> Kind[T]:
    """An object of a declared dataclass."""
    return Kind("object", lambda value, place: read_object(cls, value, place), parts=cls)


def list_of(kind: Kind[T], *, unique: str | None = None, most: int | None = None) -> Kind[tuple[T, ...]]:
    """A list, read as a tuple; `unique` names the key by which its objects must differ.

    A list of more than `most` is refused as one and its items are not looked at.
    """

    def read(value: object, place: Place) -> tuple[T, ...] | None:
        if not isinstance(value, list):
            place.refuse("must be a list")
            return None
        if most is not None and len(value) > most:
            place.refuse(f"has more than {most} items")
            return None
        if unique is not None:
            _refuse_repeated(value, unique, place)
        items = [kind.read(item, place.at(i)) for i, item in enumerate(value)]
        return tuple(item for item in items if item is not None)

    return Kind(f"list of {kind.form}", read, kind.options, kind.parts, kind.family, each=kind)


def set_of(kind: Kind[T]) -> Kind[frozenset[T]]:
    """A list whose order and repetitions mean nothing."""
    listed = list_of(kind)

    def read(value: object, place: Place) -> frozenset[T] | None:
        items = listed.read(value, place)
        return None if items is None else frozenset(items)

    return Kind(f"set of {kind.form}", read, kind.options, kind.parts, kind.family, each=kind)


def map_of(kind: Kind[T]) -> Kind[dict[str, T]]:
    """An object whose keys are ids."""

    def read(value: object, place: Place) -> dict[str, T] | None:
        if not isinstance(value, dict):
            place.refuse("must be an object")
            return None
        if any(UNWRITABLE.search(key) for key in value):
            place.refuse("has a key that can be neither stored nor printed")
            return None
        items = ((key, kind.read(item, place.at(key))) for key, item in value.items())
        return {key: item for key, item in items if item is not None}

    return Kind(f"map of {kind.form}", read, kind.options, kind.parts, kind.family, each=kind)


def as_written(kind: Kind[Any]) -> Kind[Any]:
    """The same kind, of which a value is checked and stays as it was written."""

    def read(value: object, place: Place) -> object:
        return None if kind.read(value, place) is None else value

    return replace(kind, read=read)


def member_of(family: Mapping[str, type[Any]]) -> Kind[Any]:
    """An object whose `type` chooses the family member that reads the rest."""

    def read(value: object, place: Place) -> object:
        if not isinstance(value, dict):
            place.refuse("must be an object")
            return None
        code = value.get("type")
        if not isinstance(code, str):
            place.at("type").refuse("must be text")
            return None
        if code not in family:
            place.at("type").refuse(f"{code} is not supported")
            return None
        return read_object(family[code], {key: item for key, item in value.items() if key != "type"}, place)

    return Kind("family", read, family=family)


def _refuse_repeated(items: list[object], key: str, place: Place) -> None:
    seen: set[str] = set()
    for i, item in enumerate(items):
        name = item.get(key) if isinstance(item, dict) else None
        if isinstance(name, str):
            if name in seen:
                place.at(i).at(key).refuse("is repeated")
            seen.add(name)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("must be text")
    if UNWRITABLE.search(value):
        raise Unreadable("has characters that can be neither stored nor printed")
    return value


def short_text(most: int) -> Kind[str]:
    """Text of at most so many characters."""

    def parse(value: object) -> str:
        text = _text(value)
        if len(text) > most:
            raise Unreadable(f"has more than {most} characters")
        return text

    return scalar("text", parse)


def _identifier(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return _text(value)
    raise Unreadable("must be text and not empty")


def _code(value: object) -> str:
    return _identifier(value).strip().casefold()


def _currency(value: object) -> str:
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        return value
    raise Unreadable("must be a currency code such as RSD")


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Unreadable("must be true or false")


def _phrase(value: object) -> Phrase:
    phrase = words(_text(value)) if isinstance(value, str) else ()
    if phrase:
        return phrase
    raise Unreadable("must be text with letters or digits")


def _day(value: object) -> date:
    try:
        return date.fromisoformat(_shaped(value, _DATE))
    except ValueError:
        raise Unreadable("must be a date such as 2026-11-30") from None


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(_shaped(value, _MOMENT).upper())
    except ValueError:
        raise Unreadable("must be a time with offset such as 2026-11-21T10:15:00+01:00") from None
    if MINYEAR < moment.year < MAXYEAR:
        return moment
    raise Unreadable("is too close to the end of the calendar to be told in another offset")


def _day_or_moment(value: object) -> date | datetime:
    for parse in (_day, _moment):
        with suppress(Unreadable):
            return parse(value)
    raise Unreadable("must be a date, or a time with offset")


def _minute_of_day(value: object) -> int:
    found = _TIME_OF_DAY.fullmatch(value) if isinstance(value, str) else None
    minute = int(found[1]) * 60 + int(found[2]) if found else None
    if minute is not None and minute <= _MINUTES_A_DAY:
        return minute
    raise Unreadable("must be a time of day from 00:00 to 24:00")


def _shaped(value: object, pattern: re.Pattern[str]) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise ValueError


TEXT = scalar("text", _text)
IDENTIFIER = scalar("identifier", _identifier)
CODE = scalar("code", _code)
"""A code or a coupon's series as it is compared: without the spaces around it and whatever its case."""
CURRENCY = scalar("currency", _currency)
FLAG = scalar("flag", _flag)
PHRASE = scalar("phrase", _phrase)
DAY = scalar("day", _day)
DAY_OR_MOMENT = scalar("day or moment", _day_or_moment)
MOMENT = scalar("moment", _moment)
TIME_OF_DAY = scalar("time of day", _minute_of_day)
MONEY = decimal("money", MONEY_DECIMALS)
MONEY_ABOVE_ZERO = decimal("money", MONEY_DECIMALS, above=0)
POINTS = decimal("points", POINTS_DECIMALS_MAX)
PERCENT = decimal("percent", PERCENT_DECIMALS)
PERCENT_OFF = decimal("percent", PERCENT_DECIMALS, most=100)
FACTOR_ABOVE_ONE = decimal("factor", FACTOR_DECIMALS, above=1, most=FACTOR_MAX)
QUANTITY_ABOVE_ZERO = decimal("quantity", 3, above=0)
COUNT = whole("count", least=0, most=10**9)
COUNT_ABOVE_ZERO = whole("count", least=1, most=10**9)
DAYS = whole("days", least=0, most=DAYS_MAX)
DAYS_ABOVE_ZERO = whole("days", least=1, most=DAYS_MAX)
