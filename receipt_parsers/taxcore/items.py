"""Reads the item lines of a TaxCore journal: names wrapped over rows, then three numbers in a row of their own.

    BODI ŽERSEJ - MAJICA - 8683117516378 (КО        a name is cut at the width of the paper, inside words
    М) (Ђ)                                          and ends in its tax labels, the last parenthesis
           899,00          1          899,00        price, quantity, total

A row is the value row when it is three numbers, never because of its indentation: names may begin with blanks. The
total rules, for price times quantity may differ from it by a discount. Units have no field of their own: tills append
them to the name by convention (`/KOM`, `(kom)`, `[KOM]`, ` KG`), and a word that is no known unit stays in the name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from receipt_parsers.errors import LayoutChanged
from receipt_parsers.text import (
    MONEY_PLACES,
    QUANTITY_PLACES,
    DecimalMark,
    collapse,
    decimal,
    rounded,
    scaled,
    tax_label,
)

_VALUES = re.compile(r"\s*(-?[\d.,]+[.,]\d\d)\s+(-?[\d.,]+)\s+(-?[\d.,]+[.,]\d\d)\s*", re.ASCII)
_LABELS = re.compile(r"(.*)\(([^()]*)\)\s*", re.DOTALL)

_UNIT_SPELLINGS = {
    "kom": "kom komad komada ko pcs",
    "kg": "kg kgr kilogram",
    "g": "g gr gram",
    "l": "l lit ltr litar litara",
    "ml": "ml",
    "m": "m met metar",
    "m2": "m2 m²",
    "m3": "m3 m³",
    "cm": "cm",
    "pak": "pak paket pakovanje pkt",
    "kut": "kut kutija",
    "fl": "fl flasa flaša",
    "par": "par",
    "set": "set",
    "por": "por porcija",
    "usl": "usl usluga",
    "h": "h sat",
    "dan": "dan",
    "kwh": "kwh",
    "t": "t tona",
}
UNITS = {spelling: unit for unit, spellings in _UNIT_SPELLINGS.items() for spelling in spellings.split()}
"""Every known spelling of a unit, in lower-case Latin letters, and the unit it stands for."""

_BARE_UNITS = frozenset({"kom", "ko", "komad", "kg", "fl", "lit", "pak"})
_CYRILLIC = str.maketrans("абвгдежзијклмнопрстћуфхцчш", "abvgdežzijklmnoprstćufhcčš")
_MARKED_UNIT = re.compile(
    r"(.*\S)\s*(?:[/\\]\s*([^\W_]{1,10})\.?|\(\s*([^\W_]{1,10})\.?\s*\)|\[\s*([^\W_]{1,10})\.?\s*\])", re.DOTALL
)
_BARE_UNIT = re.compile(r"(.*\S)(\s+)([^\W\d_]{2,5})\.?", re.DOTALL)
_SIZE = re.compile(r"(?:^|[\s/\\-])(?:X{0,3}[SML])$")


@dataclass(frozen=True, slots=True)
class Item:
    """One item as printed: the total keeps its sign, which is negative on refunds."""

    name: str
    unit: str | None
    quantity_milli: int
    unit_price_minor: int
    total_minor: int
    tax_labels: tuple[str, ...]


def read_items(rows: Iterable[str], *, width: int, mark: DecimalMark) -> tuple[Item, ...]:
    """Read the rows between the heading of the items and the rule below them. Raises LayoutChanged."""
    items: list[Item] = []
    name_rows: list[str] = []
    for row in rows:
        values = _VALUES.fullmatch(row)
        if values is None or not name_rows:
            if row.strip():
                name_rows.append(row)
            continue
        items.append(_item(join_rows(name_rows, width), values.groups(), mark))
        name_rows = []
    if name_rows:
        raise LayoutChanged("an item without price, quantity and total")
    return tuple(items)


def join_rows(rows: list[str], width: int) -> str:
    """Undo hard wrapping: rows join as they are, after a blank that was stripped from a row's end is put back."""
    return "".join(row.ljust(width) for row in rows)


def split_unit(text: str) -> tuple[str, str | None]:
    """Part a name from the unit at its end, which is one of `UNITS` or None."""
    text = text.strip()
    marked = _MARKED_UNIT.fullmatch(text)
    if marked:
        name, *spellings = marked.groups()
        unit = _unit(next(filter(None, spellings)))
        if unit and not (len(unit) == 1 and _SIZE.search(name)):
            return collapse(name), unit
    bare = _BARE_UNIT.fullmatch(text)
    if bare:
        name, gap, spelling = bare.groups()
        # "9MM X 6 KOM" and "BRASNO 25 KG" name a pack; a unit in a column of its own stands apart.
        names_a_pack = len(gap) == 1 and name[-1].isdigit()
        if _latin(spelling) in _BARE_UNITS and not names_a_pack:
            return collapse(name), _unit(spelling)
    return collapse(text), None


def _item(text: str, values: tuple[str, ...], mark: DecimalMark) -> Item:
    labels: tuple[str, ...] = ()
    labelled = _LABELS.fullmatch(text)
    if labelled:
        inner = re.sub(r"[\s,;]", "", labelled[2])
        if inner.isupper():
            text, labels = labelled[1], tuple(tax_label(letter) for letter in inner)
    name, unit = split_unit(text)
    price, quantity, total = values
    try:
        return Item(
            name=name,
            unit=unit,
            quantity_milli=rounded(decimal(quantity, mark), QUANTITY_PLACES),
            unit_price_minor=rounded(decimal(price, mark), MONEY_PLACES),
            total_minor=scaled(decimal(total, mark), MONEY_PLACES),
            tax_labels=labels,
        )
    except ValueError:
        raise LayoutChanged("an item's numbers cannot be read") from None


def _latin(spelling: str) -> str:
    return spelling.lower().translate(_CYRILLIC)


def _unit(spelling: str) -> str | None:
    return UNITS.get(_latin(spelling))
