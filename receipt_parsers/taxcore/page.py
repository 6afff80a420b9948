"""Reads the portal's verification page: the journal, the fields around it, and the token for the specification.

Fields are found by the ids of their elements. Generations of the page differ in what surrounds them: text as characters
or as entities, dates with leading zeros or without, and two languages, which the form of the date tells apart:

    31.12.2022. 15:51:57  and  27.8.2026. 15:00:00      with amounts such as 5.718,00
    8/27/2026 3:00:00 PM                                with amounts such as 5,718.00

The number of the receipt is composed from its three parts. Buyer and embedded pictures are not read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from bs4.exceptions import ParserRejectedMarkup
from bs4.filter import SoupStrainer

from receipt_parsers.errors import LayoutChanged, NotYetAvailable
from receipt_parsers.taxcore.facts import Facts, instants
from receipt_parsers.taxcore.journal import FISCAL_ID, read_time
from receipt_parsers.taxcore.words import Words
from receipt_parsers.text import MONEY_PLACES, DecimalMark, collapse, decimal, scaled

_TOKEN = re.compile(r"viewModel\.Token\('([0-9a-fA-F-]{36})'\)")
_NUMBER = re.compile(r"viewModel\.InvoiceNumber\('([^']{1,40})'\)")
_AMERICAN_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\s+(\d{1,2}):(\d\d):(\d\d)\s*([AP])M", re.ASCII)
_NOON = 12


_FIELDS = frozenset(
    {
        "addressLabel",
        "administrativeUnitLabel",
        "cityLabel",
        "invoiceCounterExtensionLabel",
        "requestedByLabel",
        "sdcDateTimeLabel",
        "shopFullNameLabel",
        "signedByLabel",
        "tinLabel",
        "totalAmountLabel",
        "totalCounterLabel",
    }
)


class _Wanted(SoupStrainer):
    """Keeps what is read of a page, and spares building the rest of it: most of a page is around them."""

    def allow_tag_creation(self, nsprefix: str | None, name: str, attrs: Mapping[str, str] | None) -> bool:  # noqa: ARG002 (the base's form)
        """Whether the element is the journal or one of the fields; whatever is inside it is kept with it."""
        return name == "pre" or (attrs or {}).get("id") in _FIELDS

    def allow_string_creation(self, string: str) -> bool:  # noqa: ARG002 (the base's form)
        """No text outside of them."""
        return False


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its journal and its facts."""

    journal: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the page's own script asks for the specification with."""

    number: str
    token: str


def read_ticket(html: str) -> Ticket | None:
    """The page's ticket, if it has one; nothing else of the page is read."""
    number, token = _NUMBER.search(html), _TOKEN.search(html)
    if number is None or token is None or not FISCAL_ID.fullmatch(number[1]):
        return None
    return Ticket(number[1], token[1])


def read_page(html: str, words: Words, zone: ZoneInfo) -> Page:
    """Read the page. Raises LayoutChanged, or NotYetAvailable when it has no journal."""
    try:
        soup = BeautifulSoup(html, "lxml", parse_only=_Wanted())
    except (ParserRejectedMarkup, RecursionError, AssertionError):
        raise LayoutChanged("the page is no HTML") from None
    journal = soup.find("pre")
    if journal is None:
        raise NotYetAvailable("the page has no journal yet")
    for gap in journal.find_all("br"):
        gap.replace_with("\n")
    return Page(journal=journal.get_text(), facts=_facts(soup, words, zone))


def _facts(soup: BeautifulSoup, words: Words, zone: ZoneInfo) -> Facts:
    def field(name: str) -> str | None:
        element = soup.find(id=name)
        return collapse(element.get_text()) or None if element else None

    time, total, extension = (
        field("sdcDateTimeLabel"),
        field("totalAmountLabel"),
        field("invoiceCounterExtensionLabel"),
    )
    local, mark = _time(time) if time else (None, words.decimal_mark)
    issued_at, issued_at_or = instants(local, zone) if local else (None, None)
    return Facts(
        fiscal_id=_fiscal_id(field("requestedByLabel"), field("signedByLabel"), field("totalCounterLabel")),
        kind=words.extensions.get(extension) if extension else None,
        total_minor=_money(total, mark) if total else None,
        issued_at=issued_at,
        issued_at_or=issued_at_or,
        tax_id=field("tinLabel"),
        premises=field("shopFullNameLabel"),
        address=field("addressLabel"),
        city=field("administrativeUnitLabel") or field("cityLabel"),
    )


def _fiscal_id(*parts: str | None) -> str | None:
    number = "-".join(part for part in parts if part)
    return number if FISCAL_ID.fullmatch(number) else None


def _time(text: str) -> tuple[datetime, DecimalMark]:
    """Read the time, and tell by its form how the page writes amounts."""
    match = _AMERICAN_TIME.fullmatch(text)
    if match is None:
        return read_time(text), ","
    month, day, year, hour, minute, second = (int(group) for group in match.groups()[:6])
    hour = hour % _NOON + (_NOON if match[7] == "P" else 0)
    return read_time(f"{day}.{month}.{year}. {hour}:{minute:02}:{second:02}"), "."


def _money(text: str, mark: DecimalMark) -> int:
    try:
        return abs(scaled(decimal(text, mark), MONEY_PLACES))
    except ValueError:
        raise LayoutChanged("the total of the page cannot be read") from None
