"""Reads single values of a product, each into its one form, or says by a stable code why it cannot be that.

Nothing is guessed: a number whose digits a spreadsheet has rounded away, or whose point may mean thousands, is refused.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from backend.catalogue.facts import MONEY_DECIMALS, Price
from backend.catalogue.flaws import Flawed
from backend.kit.i18n import Text

T = TypeVar("T")

TEXT_MAX = 200
CELL_MAX = 400
"""No single number, price or code is written longer; patterns are tried on no more."""
CODE_MAX = 64
LIST_MAX = 100
AMOUNT_MINOR_MAX = 10**12
PARTER = "|"
"""Parts several values in one cell of a file, so no value holds it."""

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_GTIN_DIGITS = 14
_CURRENCY = re.compile(r"[A-Z]{3}")
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_PLAIN = re.compile(r"(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3})+,|(?:,[0-9]{3})+\.)[0-9]{1,3}")
_MILLI_DECIMALS = 3
_PRICE = re.compile(
    r"(?P<amount>[0-9](?:[0-9., \u00a0]*[0-9.,])?)(?:\s*(?P<currency>[A-Za-z]{3}))?"
    r"(?:\s+(?P<from>[0-9-]*)\.\.(?P<to>[0-9-]*))?"
)


def a_text(value: str, *, most: int = TEXT_MAX) -> str:
    """The text with single spaces and composed letters; empty, endless and invisible ones are refused."""
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    if not text:
        raise Flawed("missing", Text("It is empty."))
    if len(text) > most:
        raise Flawed("too-long", Text("It is longer than {most} characters.", {"most": str(most)}))
    if PARTER in text or any(unicodedata.category(letter) in {"Cc", "Cs", "Cn"} for letter in text):
        raise Flawed("text-malformed", Text("It holds a character that cannot be kept."))
    return text


def a_code(value: str) -> str:
    """A code of the seller's, such as an SKU, compared exactly; one that a spreadsheet has rounded is refused."""
    code = a_text(value, most=CODE_MAX)
    _refuse_rounded(code)
    return code


def a_gtin(value: str) -> str:
    """A barcode padded to 14 digits, its check digit verified as GS1 describes it."""
    digits = re.sub(r"[\s-]", "", _short(value))
    _refuse_rounded(digits)
    if not _GTIN.fullmatch(digits):
        raise Flawed("gtin-length", Text("A barcode has 8, 12, 13 or 14 digits."))
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    if weighted % 10 or not int(digits):
        raise Flawed("gtin-check-digit", Text("The barcode's check digit is wrong."))
    return digits.zfill(_GTIN_DIGITS)


def gtins(values: Iterable[str]) -> tuple[str, ...]:
    """Barcodes in ascending order, each once."""
    return _bounded(sorted({a_gtin(value) for value in values}))


def texts(values: Iterable[str]) -> tuple[str, ...]:
    """Texts in their order, each once."""
    return _bounded(list(dict.fromkeys(a_text(value) for value in values)))


def codes(values: Iterable[str]) -> tuple[str, ...]:
    """Codes in ascending order, each once."""
    return _bounded(sorted({a_code(value) for value in values}))


def units_of(value: str, decimals: int) -> int:
    """A decimal number above zero in its smallest units; point and comma both part decimals.

    `1.299` may be a little more than one or more than a thousand, and is refused; `1.299,00` is clear. The most
    decimals of money are two, so `1.2995` is refused, too.
    """
    text = re.sub(r"(?<=[0-9])[ \u00a0](?=[0-9]{3}(?![0-9]))", "", _short(value.strip()))
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[.,](?=.*[.,])", "", text)
    found = _PLAIN.fullmatch(text)
    if found is None:
        raise Flawed("number-malformed", Text("It is no number."))
    part = found["part"] or ""
    if len(part) > decimals:
        raise Flawed("number-ambiguous", Text("It has too many decimals, or means thousands; write it as 1299,00."))
    units = int(found["whole"] + part.ljust(decimals, "0"))
    if not 0 < units <= AMOUNT_MINOR_MAX:
        raise Flawed("number-out-of-range", Text("It must be above zero and below ten billion."))
    return units


def a_quantity(value: str) -> int:
    """A quantity in thousandths."""
    return units_of(value, _MILLI_DECIMALS)


def a_currency(value: str) -> str:
    """A currency's code of three capitals."""
    code = value.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise Flawed("currency-malformed", Text("A currency has three letters, such as RSD."))
    return code


def a_price(value: str, *, currency: str) -> Price:
    """A price as files write it: `499,00`, `449.00 EUR`, `449,00 2026-12-01..2026-12-31`; an open end is left out."""
    found = _PRICE.fullmatch(_short(value.strip()))
    if found is None:
        raise Flawed("price-malformed", Text("A price is written as 499,00 or 499,00 2026-12-01..2026-12-31."))
    return checked_price(
        amount=found["amount"],
        currency=found["currency"] or currency,
        from_on=_day(found["from"]),
        to_on=_day(found["to"]),
    )


def checked_price(*, amount: str, currency: str, from_on: date | None, to_on: date | None) -> Price:
    """A price from its parts."""
    if from_on and to_on and from_on > to_on:
        raise Flawed("price-days", Text("The price ends before it begins."))
    return Price(
        amount_minor=units_of(amount, MONEY_DECIMALS), currency=a_currency(currency), from_on=from_on, to_on=to_on
    )


def prices(found: Iterable[Price]) -> tuple[Price, ...]:
    """Prices of one kind by currency and first day; no two may be in force at once."""
    ordered = sorted(set(found), key=lambda price: (price.currency, price.from_on or date.min, price.to_on or date.max))
    for one, next_one in pairwise(ordered):
        ends, begins = one.to_on or date.max, next_one.from_on or date.min
        if one.currency == next_one.currency and begins <= ends:
            raise Flawed("prices-overlap", Text("Two prices are in force on the same day."))
    return _bounded(ordered)


def written_price(price: Price, *, currency: str) -> str:
    """The price as `a_price` reads it; its currency is left out where it is that one."""
    document = price.document()
    parts = [str(document["amount"])]
    if price.currency != currency:
        parts.append(price.currency)
    if price.from_on or price.to_on:
        parts.append(f"{document['from'] or ''}..{document['to'] or ''}")
    return " ".join(parts)


def plain_number(value: float) -> str:
    """A number of a spreadsheet, which keeps all of them as floats, with the digits that it shows there."""
    shortest = Decimal(repr(value))
    return f"{shortest:f}".removesuffix(".0")


def _short(value: str) -> str:
    if len(value) > CELL_MAX:
        raise Flawed("too-long", Text("It is longer than {most} characters.", {"most": str(CELL_MAX)}))
    return value


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Flawed("day-malformed", Text("A day is written as 2026-12-31.")) from None


def _refuse_rounded(text: str) -> None:
    if _ROUNDED.fullmatch(text):
        raise Flawed(
            "digits-lost",
            Text("The spreadsheet has shortened the number; format the column as text and enter it anew."),
        )


def _bounded(values: Sequence[T]) -> tuple[T, ...]:
    if len(values) > LIST_MAX:
        raise Flawed("too-many", Text("There are more than {most}.", {"most": str(LIST_MAX)}))
    return tuple(values)
