"""A programme's scheme: of points, amounts and discounts its promotions give one at a time, or none of them.

What is none of the three (a gift, a text, a chance in a draw) is given whatever the scheme; a multiplier has only what is
left to multiply.
"""

from collections.abc import Iterable, Iterator
from typing import Any

_ALWAYS = frozenset({"coupon", "entries", "gift", "multiply", "stamp", "text"})
_AMOUNTS = frozenset({"card", "receipt", "cashback"})


def of_scheme(documents: Iterable[dict[str, Any]], scheme: str | None) -> Iterator[dict[str, Any]]:
    """The promotions that the scheme lets give; without a scheme, all."""
    for document in documents:
        if scheme is None or _form(document) in {scheme, "any"}:
            yield document


def _form(document: dict[str, Any]) -> str:
    """`points`, `amount`, `discount`, or `any` for what is none of them; points are points whatever the grant says."""
    benefit = document["benefit"]["type"]
    granted = (document.get("grant") or {}).get("as") or "discount"
    if benefit in _ALWAYS:
        return "any"
    if benefit == "points" or granted == "points":
        return "points"
    return "amount" if granted in _AMOUNTS else "discount"
