"""Everything that receipts bring, in one shape for what was given and what would be: pure.

Points are the programme's, whatever gave them; money is told by form and currency, tickets by their draw, coupons by their
series and gifts by their SKU. What a text says is not told apart.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from backend.accrual.giving import given_of
from backend.accrual.models import Award as AwardRow
from backend.kit.money import format_quantity, format_units
from backend.promotions.contract import MONEY_FORMS, Award
from backend.promotions.outcome import Outcome

_MONEY_DECIMALS = 2
_NAMED = frozenset({"entries", "coupon", "gift"})
_MILLI = 1000


class Kind(NamedTuple):
    """What is counted together; name and currency are empty for what has none."""

    kind: str
    name: str
    currency: str


POINTS = Kind("points", "", "")
Counted = dict[Kind, int]
Compared = dict[Kind, list[int]]
"""By kind what was given and what would be."""


def would_give(outcome: Outcome | None) -> Counted:
    """What a receipt would be given."""
    if outcome is None:
        return {}
    return _counted((award for one in outcome.applied for award in one.awards), outcome.currency)


def given_by(rows: Iterable[AwardRow], currency: str) -> Counted:
    """What a receipt was given, before refunds took of it."""
    rows = list(rows)
    beside = _counted((given_of(document) for row in rows for document in row.given), currency)
    points = sum(row.points for row in rows)
    return {**beside, POINTS: points} if points else beside


def compare(compared: Compared, given: Mapping[Kind, int], would: Mapping[Kind, int]) -> None:
    """Add what a receipt was given and would be."""
    for at, side in enumerate((given, would)):
        for kind, amount in side.items():
            compared.setdefault(kind, [0, 0])[at] += amount


def difference(compared: Compared, points_decimals: int) -> dict[str, Any]:
    """By how much more all of it would be: money and points in hundredths, whole things; and whether any is more or less."""
    to_centi = 10 ** (_MONEY_DECIMALS - points_decimals)
    value = things = 0
    for kind, (given, would) in compared.items():
        if kind == POINTS:
            value += (would - given) * to_centi
        elif kind.currency:
            value += would - given
        else:
            things += would // _MILLI - given // _MILLI if kind.kind == "gift" else would - given
    return {
        "value": value,
        "things": things,
        "gains": any(would > given for given, would in compared.values()),
        "loses": any(would < given for given, would in compared.values()),
    }


def kept(compared: Compared) -> list[list[Any]]:
    """As a row keeps it."""
    return [[*kind, *amounts] for kind, amounts in sorted(compared.items())]


def read(rows: Iterable[list[Any]]) -> Compared:
    """What a row kept."""
    return {Kind(*row[:3]): list(row[3:]) for row in rows}


def documents(compared: Compared, points_decimals: int) -> Iterator[dict[str, Any]]:
    """By kind what was given, what would be and the difference, as people read it."""
    for kind, (given, would) in sorted(compared.items()):
        amounts = {"given": given, "would_give": would, "difference": would - given}
        yield {
            "kind": kind.kind,
            "name": kind.name or None,
            "currency": kind.currency or None,
            **{name: _shown(kind, amount, points_decimals) for name, amount in amounts.items()},
        }


def _counted(awards: Iterable[Award], currency: str) -> Counted:
    counted: Counted = {}
    for award in awards:
        name = (award.name or "") if award.kind in _NAMED else ""
        kind = Kind(award.kind, name, currency if award.kind in MONEY_FORMS else "")
        counted[kind] = counted.get(kind, 0) + award.value
    return counted


def _shown(kind: Kind, amount: int, points_decimals: int) -> str:
    if kind.kind == "gift":
        return format_quantity(amount)
    decimals = _MONEY_DECIMALS if kind.currency else points_decimals if kind == POINTS else 0
    return format_units(amount, decimals)
