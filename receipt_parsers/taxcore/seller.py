"""Tells who sold from the rows that a journal prints without labels: name, premises, address and city, in this order.

    MERCATOR-S                            the name, over one or more rows
    1108934-Roda Megamarket 345           number and name of the business premises; absent in some countries
    ВИЗАНТИЈСКИ БУЛЕВАР 1                 the address
    Ниш-Медијана                          the municipality, always last

Any but the last may wrap at the width of the paper. The city is the municipality in every form of an answer: it is what
all of them have, while the postal city (`НИШ (МЕДИЈАНА)`) is missing from the journal.
"""

import re

from receipt_parsers.model import Seller
from receipt_parsers.text import collapse

_PREMISES = re.compile(r"(\d{5,7})-(.*)", re.DOTALL | re.ASCII)
_PLACE_ROWS = 2


def split_premises(text: str) -> tuple[str | None, str | None]:
    """Part `1108934-Roda Megamarket 345` into number and name."""
    match = _PREMISES.fullmatch(text.strip())
    if match:
        return match[1], collapse(match[2]) or None
    return None, collapse(text) or None


def printed_seller(tax_id: str, rows: tuple[str, ...], *, width: int, premises: str | None = None) -> Seller:
    """Read the rows; `premises` is their text where another part of the answer states it."""
    at = _premises_at(rows, premises)
    if at is None:
        places = min(_PLACE_ROWS, max(0, len(rows) - 1))
        names, places_rows = rows[: len(rows) - places], rows[len(rows) - places :]
        premises_id = premises_name = None
    else:
        names = rows[:at]
        size = _wrapped_size(rows[at:], width)
        places_rows = rows[at + size :]
        premises_id, premises_name = split_premises(_joined(rows[at : at + size], width))
    *address, city = places_rows or ("",)
    return Seller(
        tax_id=tax_id,
        name=_joined(names, width) or premises_name or tax_id,
        premises_id=premises_id,
        premises_name=premises_name,
        address=_joined(tuple(address), width) or None,
        city=collapse(city) or None,
    )


def _premises_at(rows: tuple[str, ...], premises: str | None) -> int | None:
    stated = collapse(premises or "")
    for index, row in enumerate(rows):
        text = collapse(row)
        if _PREMISES.fullmatch(text) or (stated and index and stated.startswith(text)):
            return index
    return None


def _wrapped_size(rows: tuple[str, ...], width: int) -> int:
    """Count the rows that the premises take: those that fill the paper go on, while address and city are left."""
    size = 1
    while len(rows) - size > _PLACE_ROWS and len(rows[size - 1].rstrip()) >= width - 1:
        size += 1
    return size


def _joined(rows: tuple[str, ...], width: int) -> str:
    """Join wrapped rows: inside a word after a row that fills the paper, unless the next one begins with a blank.

    The blanks that centre a row are not such a beginning.
    """
    text, is_full = "", False
    for row in rows:
        bare = row.strip()
        indent = len(row.rstrip()) - len(bare)
        is_centred = abs(indent - (width - len(bare)) // 2) <= 1
        text += bare if is_full and (indent == 0 or is_centred) else f" {bare}"
        is_full = len(bare) == width
    return collapse(text)
