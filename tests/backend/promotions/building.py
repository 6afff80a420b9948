"""Documents in a few words: a line, a sale, a promotion, and the outcome of them as a document."""

from typing import Any

from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.outcome import outcome_document

Document = dict[str, Any]

WEDNESDAY = "2026-11-18T10:15:00+01:00"
MEMBER: Document = {"id": "m1", "card": "1900000000000001"}


def line(sku: str | None, total: str, quantity: str = "1", **fields: Any) -> Document:
    """A line, its id given by the sale that holds it."""
    return {"sku": sku, "quantity": quantity, "total": total, **fields}


def sale(*lines: Document | str, **fields: Any) -> Document:
    """A member's sale on a Wednesday; a line that is only a total is one piece of A, B, C and so on."""
    whole = [line(chr(65 + i), given) if isinstance(given, str) else given for i, given in enumerate(lines)]
    numbered = [{"id": str(i), **given} for i, given in enumerate(whole, start=1)]
    return {"currency": "RSD", "now": WEDNESDAY, "member": MEMBER, "lines": numbered} | fields


def promotion(name: str, benefit: Document, form: str = "discount", **fields: Any) -> Document:
    """A promotion that grants a benefit in a form."""
    return {"id": name, "benefit": benefit, "grant": {"as": form}, **fields}


def percent(name: str, percentage: str, form: str = "discount", **fields: Any) -> Document:
    """So much per cent."""
    return promotion(name, {"type": "percent", "percent": percentage}, form, **fields)


def amount(name: str, minor: str, form: str = "discount", **fields: Any) -> Document:
    """So much once."""
    return promotion(name, {"type": "amount", "amount": minor}, form, **fields)


def points(name: str, every: str = "100.00", gives: str = "1", **fields: Any) -> Document:
    """Points for every full amount."""
    return promotion(name, {"type": "points", "every": every, "points": gives}, "points", **fields)


def fixed(name: str, gives: str, **fields: Any) -> Document:
    """Points once."""
    return promotion(name, {"type": "points", "points": gives}, "points", **fields)


def multibuy(name: str, buy: int, get: int, percentage: str = "100", **fields: Any) -> Document:
    """Of every so many units the cheapest for less; `identical` and `repeat` go to the benefit."""
    options: Document = {key: fields.pop(key) for key in ("identical", "repeat") if key in fields}
    benefit: Document = {"type": "multibuy", "buy": buy, "get": get, "percent": percentage, **options}
    return promotion(name, benefit, **fields)


def multiply(name: str, factor: str, of: object, **fields: Any) -> Document:
    """What others gave, so many times."""
    return promotion(name, {"type": "multiply", "factor": factor, "of": of}, **fields)


def decide(basket: Document, *promotions: Document) -> Document:
    """The outcome as a document."""
    return outcome_document(evaluate(read_basket(basket), read_promotions(list(promotions))))


def off(basket: Document, *promotions: Document) -> str:
    """The whole discount."""
    return str(decide(basket, *promotions)["discount"])


def lines_off(basket: Document, *promotions: Document) -> dict[str, str]:
    """The discount of every line that has one."""
    return {entry["id"]: entry["discount"] for entry in decide(basket, *promotions)["lines"]}


def values(basket: Document, *promotions: Document) -> dict[str, str]:
    """What each promotion that applied gave, in its own kind."""
    return {entry["promotion"]: entry["value"] for entry in decide(basket, *promotions)["applied"]}


def reasons(basket: Document, *promotions: Document) -> dict[str, tuple[str, str | None]]:
    """Of each promotion that did not apply, the reason and what was missing."""
    stopped = decide(basket, *promotions)["not_applied"]
    return {entry["promotion"]: (entry["reason"], entry.get("missing")) for entry in stopped}
