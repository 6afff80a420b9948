"""What somebody wants said of a product, read field by field from a file's cells or a request's body.

Fields that are not named stay as they are; a field that is named and empty is emptied.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from backend.catalogue import fields
from backend.catalogue.errors import ProductRefused
from backend.catalogue.facts import LOYALTY, REGULAR, Price
from backend.catalogue.flaws import Flaw, Flawed
from backend.kit.i18n import Text
from backend.promotions.folding import words

UNIT_MAX = 20
_STATES = {"active": False, "aktivan": False, "aktivno": False, "withdrawn": True, "povucen": True, "povuceno": True}


@dataclass(frozen=True, slots=True)
class Wish:
    """A product by its SKU, and the facts of it that are to be so (`ProductFacts`)."""

    sku: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PriceParts:
    """A price whose parts are known apart."""

    amount: str
    currency: str
    from_on: date | None
    to_on: date | None


def wish_of(given: Mapping[str, Any], *, currency: str | None) -> Wish:
    """The wish that the fields mean, `sku` among them; a price without a currency is in that one, if there is one.

    Raises ProductRefused with a flaw for each field that cannot be read.
    """
    flaws: list[Flaw] = []
    facts: dict[str, Any] = {}
    code = _read("sku", lambda raw: fields.a_code(raw or ""), given.get("sku"), flaws)
    money = _read("currency", partial(_optional, fields.a_currency), given.get("currency"), flaws)
    for name, raw in given.items():
        if name in _READERS:
            fact, reader = _READERS[name]
            facts[fact] = _read(name, reader, raw, flaws)
        elif name in _PRICES:
            facts[name] = _read(name, partial(_prices, currency=money or currency or ""), raw, flaws)
    if flaws:
        raise ProductRefused(flaws)
    return Wish(code, facts)


def _read(name: str, reader: Callable[[Any], Any], raw: object, flaws: list[Flaw]) -> Any:  # noqa: ANN401 (a field's)
    try:
        if isinstance(raw, Flawed):
            raise raw
        return reader(raw)
    except Flawed as flawed:
        flaws.append(flawed.of(name))
        return None


def _optional(reader: Callable[[str], Any], raw: str | None) -> Any:  # noqa: ANN401 (the reader's)
    return reader(raw) if raw is not None and raw.strip() else None


def _several(reader: Callable[[Iterable[str]], tuple[str, ...]], raw: Iterable[str] | None) -> tuple[str, ...]:
    return reader(raw or ())


def _prices(raw: Iterable[str | PriceParts] | None, *, currency: str) -> tuple[Price, ...]:
    return fields.prices(
        fields.a_price(each, currency=currency)
        if isinstance(each, str)
        else fields.checked_price(amount=each.amount, currency=each.currency, from_on=each.from_on, to_on=each.to_on)
        for each in raw or ()
    )


def _is_withdrawn(raw: str | None) -> bool:
    word = " ".join(words(raw or "active"))
    if word not in _STATES:
        raise Flawed("state-unknown", Text("A product is active or withdrawn."))
    return _STATES[word]


_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", lambda raw: fields.a_text(raw or "")),
    "second_name": ("second_name", partial(_optional, fields.a_text)),
    "third_name": ("third_name", partial(_optional, fields.a_text)),
    "till_names": ("till_names", partial(_several, fields.texts)),
    "gtins": ("gtins", partial(_several, fields.gtins)),
    "catalogue_number": ("catalogue_number", partial(_optional, fields.a_code)),
    "brand": ("brand", partial(_optional, fields.a_text)),
    "groups": ("groups", partial(_several, fields.codes)),
    "unit": ("unit", partial(_optional, partial(fields.a_text, most=UNIT_MAX))),
    "pack_size": ("pack_milli", partial(_optional, fields.a_quantity)),
    "state": ("is_withdrawn", _is_withdrawn),
}
_PRICES = {f"{REGULAR}_prices", f"{LOYALTY}_prices"}
FIELDS = (
    "sku",
    "name",
    "second_name",
    "third_name",
    "till_names",
    "gtins",
    "catalogue_number",
    "brand",
    "groups",
    "unit",
    "pack_size",
    "regular_prices",
    "loyalty_prices",
    "state",
)
"""Every field by the name that files and programs use, in the order of a file's columns."""
