"""Fills baskets: drawn at random, drawn to an exact total, ordered line by line, or returned from another slip.

Everything is drawn from the `Random` that is handed in, so the same seed gives the same slips.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from receipt_parsers.playground.document import Line, Payment
from receipt_parsers.playground.errors import BadOrder
from receipt_parsers.playground.goods import ESPRESSO_MACHINE, GROCERIES, MLEKARA_LIPA, Good, find_good
from receipt_parsers.playground.shops import Shop

TOTAL_MINOR_MAX: Final = 9_999_999_999
"""The largest total of a slip: 99,999,999.99."""

QUANTITY_MILLI_MAX: Final = 9_999_999
LINES_MAX: Final = 500
NAME_CHARS_MAX: Final = 200
_LATIN: Final = "abvgdđežzijklmnoprstćufhcčš"
_CYRILLIC: Final = "абвгдђежзијклмнопрстћуфхцчш"
_TO_CYRILLIC: Final = str.maketrans(_LATIN + _LATIN.upper(), _CYRILLIC + _CYRILLIC.upper())
_DIGRAPHS: Final = {"lj": "љ", "nj": "њ", "dž": "џ", "Lj": "Љ", "Nj": "Њ", "Dž": "Џ"}
_DISCOUNT_PERCENTS: Final = (10, 15, 20, 25)
_BANKNOTES_MINOR: Final = (1, 100_00, 500_00, 1000_00)
_VOUCHER_MINOR: Final = 100_00
_PIECES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class OrderedItem:
    """One line of an ordered basket: a good by product number or name, or a name with a price of its own.

    `total_minor` less than price times quantity makes a discounted line.
    """

    gtin: str | None = None
    name: str | None = None
    quantity_milli: int = 1000
    unit_price_minor: int | None = None
    total_minor: int | None = None


def ordered(items: Sequence[OrderedItem], shop: Shop) -> tuple[Line, ...]:
    """The basket exactly as ordered; raises BadOrder with a pointer into `items`."""
    if not 1 <= len(items) <= LINES_MAX:
        raise BadOrder(f"a slip has 1 to {LINES_MAX} lines", pointer="/items")
    lines = tuple(_ordered_line(item, shop, f"/items/{at}") for at, item in enumerate(items))
    if sum(line.total_minor for line in lines) not in range(1, TOTAL_MINOR_MAX + 1):
        raise BadOrder("the lines' sum is outside the bounds of a slip", pointer="/items")
    return lines


def returned(items: Sequence[OrderedItem], sold: Sequence[Line]) -> tuple[Line, ...]:
    """Parts of a slip's lines, named by product number or by name, at their own price unless one is ordered.

    A part costs its part of what the line was sold for. Raises BadOrder for what is not on the slip, or not so often.
    """
    if not 1 <= len(items) <= LINES_MAX:
        raise BadOrder(f"a slip has 1 to {LINES_MAX} lines", pointer="/items")
    return tuple(_returned_line(item, sold, f"/items/{at}") for at, item in enumerate(items))


def drawn(rng: Random, shop: Shop) -> tuple[Line, ...]:
    """An ordinary basket of one to nine lines, one line in eight discounted."""
    return tuple(_drawn_line(rng, shop) for _ in range(rng.randrange(1, 10)))


def drawn_to(total_minor: int, rng: Random, shop: Shop) -> tuple[Line, ...]:
    """A basket of at most nine lines with exactly this total; the last line is discounted to meet it."""
    if not 1 <= total_minor <= TOTAL_MINOR_MAX:
        raise BadOrder(f"a total is 1 to {TOTAL_MINOR_MAX} para", pointer="/total_minor")
    lines: list[Line] = []
    rest_minor = total_minor
    for left in range(rng.randrange(2, 10), 1, -1):
        good = _large_enough(rest_minor // left, rng.choice(MLEKARA_LIPA + GROCERIES))
        pieces = rest_minor // left // good.price_minor
        if pieces:
            lines.append(_line(good, pieces * 1000, shop))
            rest_minor -= lines[-1].total_minor
    good = _large_enough(rest_minor, rng.choice(MLEKARA_LIPA))
    pieces = -(-rest_minor // good.price_minor)
    return (*lines, _line(good, pieces * 1000, shop, total_minor=rest_minor))


def paid(total_minor: int, rng: Random, *, exactly: bool) -> tuple[Payment, ...]:
    """How a total is paid: by card, at once, with a voucher and a card, or in cash with change unless `exactly`."""
    method = rng.choice(("card", "card", "cash", "cash", "instant", "voucher"))
    if method == "voucher" and total_minor > _VOUCHER_MINOR and not exactly:
        return (Payment("card", total_minor - _VOUCHER_MINOR), Payment("voucher", _VOUCHER_MINOR))
    if method in ("card", "instant"):
        return (Payment("card" if method == "card" else "instant", total_minor),)
    note_minor = 1 if exactly else rng.choice(_BANKNOTES_MINOR)
    return (Payment("cash", -(-total_minor // note_minor) * note_minor),)


def _ordered_line(item: OrderedItem, shop: Shop, pointer: str) -> Line:
    good = find_good(gtin=item.gtin, name=item.name)
    if good is None:
        good = _unlisted(item, pointer)
    price_minor = good.price_minor if item.unit_price_minor is None else item.unit_price_minor
    if not 1 <= item.quantity_milli <= QUANTITY_MILLI_MAX:
        raise BadOrder("a quantity is more than nothing and less than 10,000", pointer=f"{pointer}/quantity")
    if not 0 <= price_minor <= TOTAL_MINOR_MAX:
        raise BadOrder("the price is outside the bounds of a slip", pointer=f"{pointer}/unit_price")
    priced = Good(good.name, price_minor, good.tax_label, good.gtin, good.unit)
    line = _line(priced, item.quantity_milli, shop, total_minor=item.total_minor)
    if not 0 <= line.total_minor <= TOTAL_MINOR_MAX:
        raise BadOrder("the line's total is outside the bounds of a slip", pointer=f"{pointer}/total")
    return line


def _returned_line(item: OrderedItem, sold: Sequence[Line], pointer: str) -> Line:
    line = next((line for line in sold if _names(item, line) and item.quantity_milli <= line.quantity_milli), None)
    if line is None:
        raise BadOrder("the slip that is refunded has no such line", pointer=pointer)
    if item.quantity_milli < 1:
        raise BadOrder("a quantity is more than nothing", pointer=f"{pointer}/quantity")
    part_minor = (2 * line.total_minor * item.quantity_milli + line.quantity_milli) // (2 * line.quantity_milli)
    returned = replace(
        line,
        quantity_milli=item.quantity_milli,
        price_minor=line.price_minor if item.unit_price_minor is None else item.unit_price_minor,
        total_minor=part_minor if item.total_minor is None else item.total_minor,
    )
    if not 0 <= returned.total_minor <= line.total_minor:
        raise BadOrder("more than the line was sold for cannot be refunded", pointer=f"{pointer}/total")
    return returned


def _names(item: OrderedItem, line: Line) -> bool:
    good = find_good(gtin=item.gtin, name=item.name)
    names = {item.name, good.name, _in_cyrillic(good.name)} if good else {item.name}
    return line.name in names or (item.gtin is not None and line.gtin == item.gtin)


def _unlisted(item: OrderedItem, pointer: str) -> Good:
    if item.name is None:
        raise BadOrder("no shop sells this product number", pointer=f"{pointer}/gtin")
    if item.unit_price_minor is None:
        raise BadOrder("a good that no shop lists needs a price", pointer=f"{pointer}/unit_price")
    if not item.name.isprintable() or not 1 <= len(item.name.strip()) <= NAME_CHARS_MAX:
        raise BadOrder(f"a name is 1 to {NAME_CHARS_MAX} printable characters", pointer=f"{pointer}/name")
    return Good(item.name, item.unit_price_minor, "Ђ", item.gtin)


def _drawn_line(rng: Random, shop: Shop) -> Line:
    good = rng.choice(MLEKARA_LIPA if rng.randrange(3) == 0 else GROCERIES)
    quantity_milli = rng.randrange(150, 2500) if good.is_measured else rng.choice((1000, 1000, 1000, 2000, 3000))
    line = _line(good, quantity_milli, shop)
    if rng.randrange(8):
        return line
    return _line(
        good, quantity_milli, shop, total_minor=line.total_minor * (100 - rng.choice(_DISCOUNT_PERCENTS)) // 100
    )


def _large_enough(share_minor: int, good: Good) -> Good:
    """The good itself, or the dearest one when its pieces would be too many for an everyday basket."""
    return ESPRESSO_MACHINE if share_minor > _PIECES_MAX * good.price_minor else good


def _line(good: Good, quantity_milli: int, shop: Shop, *, total_minor: int | None = None) -> Line:
    gross_minor = (good.price_minor * quantity_milli + 500) // 1000
    return Line(
        name=_in_cyrillic(good.name) if shop.is_cyrillic else good.name,
        unit=good.unit,
        quantity_milli=quantity_milli,
        price_minor=good.price_minor,
        total_minor=gross_minor if total_minor is None else total_minor,
        tax_label="А" if shop.pays_no_vat else good.tax_label,
        gtin=good.gtin if shop.gives_gtins else None,
    )


def _in_cyrillic(name: str) -> str:
    for latin, cyrillic in _DIGRAPHS.items():
        name = name.replace(latin, cyrillic)
    return name.translate(_TO_CYRILLIC)
