"""Turns the text of receipts into integers and comparable words, exactly or not at all.

Two ways of writing decimals are in use, "1.898,00" and "1,898.00", and a text such as "1.482" means either one thousand
or one and a half. Which one holds is known from the document's language, never guessed from the number.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

DecimalMark = Literal[",", "."]

MONEY_PLACES = 2
QUANTITY_PLACES = 3

_NUMBER: dict[DecimalMark, re.Pattern[str]] = {
    ",": re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d{1,15})(?:,\d{1,8})?", re.ASCII),
    ".": re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,8})?", re.ASCII),
}
_INTEGER_DIGITS_MAX = 16
_LABEL_LOOKALIKES = str.maketrans("EA", "ЕА")


def decimal(text: str, mark: DecimalMark) -> Decimal:
    """Read a number written with this decimal mark and the other as its thousands mark; ValueError otherwise."""
    stripped = text.strip()
    if not _NUMBER[mark].fullmatch(stripped):
        raise ValueError("not a number of this convention")
    thousands = "." if mark == "," else ","
    return Decimal(stripped.replace(thousands, "").replace(mark, "."))


def scaled(value: Decimal | int, places: int) -> int:
    """Give the value in units of 10^-places; ValueError when that would lose digits or the value is absurd."""
    nearest = rounded(value, places)
    if Decimal(nearest).scaleb(-places) != value:
        raise ValueError("more decimals than the unit has")
    return nearest


def rounded(value: Decimal | int, places: int) -> int:
    """Give the value in units of 10^-places, halves away from zero; ValueError when the value is absurd."""
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() >= _INTEGER_DIGITS_MAX:
        raise ValueError("not a number of a receipt")
    return int(number.scaleb(places).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def collapse(text: str) -> str:
    """Put one blank where there is white space, none at the ends."""
    return " ".join(text.split())


def tax_label(text: str) -> str:
    """Write a tax label with Cyrillic letters where tills print the Latin letters of the same shape."""
    return text.strip().translate(_LABEL_LOOKALIKES)
