"""Reads product numbers (GTIN) from the answers that have them, and gives each to its line of the receipt.

Only the portal's specification has them, only for some sellers, and it may be missing for a complete receipt. So it adds
to the journal's lines and never replaces them: what cannot be paired with them one to one is left out.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from receipt_parsers.errors import LayoutChanged
from receipt_parsers.model import ReceiptLine
from receipt_parsers.taxcore.items import split_unit
from receipt_parsers.text import MONEY_PLACES, QUANTITY_PLACES, rounded

_GTIN = re.compile(r"\d{8,14}", re.ASCII)
_UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Product:
    """One item of a specification: what it has in common with a line, and its number if it has one."""

    name: str
    quantity_milli: int
    total_minor: int
    gtin: str | None


def loads(content: bytes | str) -> Any:  # noqa: ANN401 (JSON has no narrower type)
    """Parse JSON with exact decimals. ValueError for what is no JSON, NaN and infinity included."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def read_specification(content: bytes) -> tuple[Product, ...]:
    """Read the answer of `/specifications`; nothing when it declines, which happens for complete receipts too.

    Raises LayoutChanged when it is no such answer, or when one of its items cannot be read: which line that one belongs
    to is unknown, so no line's pair would be sure.
    """
    try:
        match loads(content):
            case {"success": True, "items": list(items)}:
                return tuple(_product(item) for item in items)
            case {"success": False}:
                return ()
    except _UNREADABLE:
        pass
    raise LayoutChanged("the answer with product numbers cannot be read")


def read_products(items: object) -> tuple[Product, ...]:
    """Read a list of items as JSON gives it; nothing unless every one of them can be read."""
    if not isinstance(items, list):
        return ()
    try:
        return tuple(_product(item) for item in items)
    except _UNREADABLE:
        return ()


def _product(item: dict[str, Any]) -> Product:
    total = item["total"] if "total" in item else item["totalPrice"]
    gtin = item.get("gtin") or ""
    return Product(
        name=split_unit(str(item["name"]))[0],
        quantity_milli=rounded(item["quantity"], QUANTITY_PLACES),
        total_minor=abs(rounded(total, MONEY_PLACES)),
        gtin=gtin if isinstance(gtin, str) and _GTIN.fullmatch(gtin) else None,
    )


def numbered(lines: tuple[ReceiptLine, ...], products: tuple[Product, ...]) -> tuple[ReceiptLine, ...]:
    """Give each line its product's number, or the lines as they are when lines and products do not pair.

    Both lists may be in different orders, and names may be spelled differently. Lines pair with products of the same
    quantity and total; among several of those by name, and by order where the names do not tell.
    """
    wanted = _grouped((line.quantity_milli, line.total_minor) for line in lines)
    offered = _grouped((product.quantity_milli, product.total_minor) for product in products)
    if {key: len(group) for key, group in wanted.items()} != {key: len(group) for key, group in offered.items()}:
        return lines
    result = list(lines)
    for key, line_indexes in wanted.items():
        for line_index, product in _paired(lines, line_indexes, [products[index] for index in offered[key]]):
            result[line_index] = replace(lines[line_index], gtin=product.gtin)
    return tuple(result)


def _grouped(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        groups[key].append(index)
    return groups


def _paired(
    lines: tuple[ReceiptLine, ...], line_indexes: list[int], products: list[Product]
) -> Iterable[tuple[int, Product]]:
    """Pair lines and products of one quantity and total: by name where the same names occur, else by order."""
    names = sorted(lines[index].name for index in line_indexes)
    if names == sorted(product.name for product in products):
        line_indexes = sorted(line_indexes, key=lambda index: lines[index].name)
        products = sorted(products, key=lambda product: product.name)
    return zip(line_indexes, products, strict=True)
