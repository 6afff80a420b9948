"""A programme's scheme: of points, amounts and discounts its promotions give one at a time, or none of them.

What is none of the three (a gift, a text, a chance in a draw) is given whatever the scheme; a multiplier has only what is
left to multiply. A campaign may name the scheme that it is of: a scheme of discounts collects points until there are enough.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

SCHEMES: Final = ("points", "amount", "discount")
_ALWAYS = frozenset({"coupon", "entries", "gift", "multiply", "stamp", "text"})
_AMOUNTS = frozenset({"card", "receipt", "cashback"})


def of_scheme(
    documents: Iterable[dict[str, Any]], scheme: str | None, *, named: str | None = None
) -> Iterator[dict[str, Any]]:
    """The promotions that the scheme lets give; without a scheme, all. `named` is the one that their campaign is of."""
    for document in documents:
        if scheme is None or _form(document, named) in {scheme, "any"}:
            yield document


def _form(document: dict[str, Any], named: str | None) -> str:
    """`points`, `amount`, `discount`, or `any` for what is none of them; points are points whatever the grant says."""
    benefit = document["benefit"]["type"]
    granted = (document.get("grant") or {}).get("as") or "discount"
    if benefit in _ALWAYS:
        return "any"
    if named is not None:
        return named
    if benefit == "points" or granted == "points":
        return "points"
    return "amount" if granted in _AMOUNTS else "discount"
