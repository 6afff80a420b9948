"""Reads the JSON order for a slip: everything optional, everything unknown refused.

Quantities and prices are decimals, as numbers or as text; they are taken exactly or refused, never rounded.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypedDict, cast

from receipt_parsers.playground.basket import OrderedItem
from receipt_parsers.playground.document import KIND_NAMES, KindName
from receipt_parsers.playground.errors import BadOrder

_DECIMAL: Final = re.compile(r"[0-9]{1,12}(?:\.([0-9]{1,6}))?")


class Order(TypedDict, total=False):
    """The keyword arguments of `PlaygroundAuthority.issue`."""

    shop: str
    items: list[OrderedItem]
    total_minor: int
    kind: KindName
    refund_of: str
    copy_of: str
    buyer_id: str


def read_order(body: bytes) -> Order:
    """The order in a request's body; an empty body orders a drawn sale. Raises BadOrder."""
    fields = read_object(body or b"{}", frozenset(Order.__annotations__))
    for name in ("shop", "refund_of", "copy_of", "buyer_id", "kind"):
        if name in fields and not isinstance(fields[name], str):
            raise BadOrder("a text is expected", pointer=f"/{name}")
    if fields.get("kind", "sale") not in KIND_NAMES:
        raise BadOrder(f"the kinds are {', '.join(KIND_NAMES)}", pointer="/kind")
    if "total_minor" in fields and type(fields["total_minor"]) is not int:
        raise BadOrder("a whole number of para is expected", pointer="/total_minor")
    if "items" in fields:
        fields["items"] = _items(fields["items"])
    return cast("Order", fields)


def read_object(body: bytes, known: frozenset[str]) -> dict[str, object]:
    """A JSON object with no fields but the known ones; raises BadOrder."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise BadOrder("the body is no JSON", pointer="") from None
    return _known_fields(value, known, "")


def _items(value: object) -> list[OrderedItem]:
    if not isinstance(value, list):
        raise BadOrder("a list of lines is expected", pointer="/items")
    return [_item(item, f"/items/{at}") for at, item in enumerate(value)]


def _item(value: object, pointer: str) -> OrderedItem:
    fields = _known_fields(value, frozenset({"gtin", "name", "quantity", "unit_price", "total"}), pointer)
    gtin, name = fields.get("gtin"), fields.get("name")
    if not isinstance(gtin, str | None) or not isinstance(name, str | None) or gtin is name is None:
        raise BadOrder("a line names its good by gtin or name", pointer=pointer)
    return OrderedItem(
        gtin=gtin,
        name=name,
        quantity_milli=_scaled(fields.get("quantity", 1), 3, f"{pointer}/quantity"),
        unit_price_minor=_scaled(fields["unit_price"], 2, f"{pointer}/unit_price") if "unit_price" in fields else None,
        total_minor=_scaled(fields["total"], 2, f"{pointer}/total") if "total" in fields else None,
    )


def _known_fields(value: object, known: frozenset[str], pointer: str) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise BadOrder("an object is expected", pointer=pointer)
    unknown = sorted(set(value) - known)
    if unknown:
        raise BadOrder(f"the fields are {', '.join(sorted(known))}", pointer=f"{pointer}/{unknown[0]}")
    return dict(value)


def _scaled(value: object, places: int, pointer: str) -> int:
    """The decimal in units of its last place."""
    text = str(value) if isinstance(value, str | Decimal) or type(value) is int else ""
    match = _DECIMAL.fullmatch(text)
    if match is None or len((match[1] or "").rstrip("0")) > places:
        raise BadOrder(f"a decimal with at most {places} places is expected", pointer=pointer)
    return int(Decimal(text).scaleb(places))
