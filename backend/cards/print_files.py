"""The file from which a printer makes cards, and the one from which letters are merged: CSV with semicolons.

The number with hyphens, the name, what the magnetic track holds, and the digits of the bar code (Code 128). A name that
a spreadsheet would run as a formula is guarded as in every file of ours.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from backend.cards.numbers import shown
from backend.cards.runs import Printed
from backend.catalogue.files.cells import guarded
from backend.kit.i18n import to_latin

COLUMNS = ("number", "name", "track", "barcode")
EMBOSSED = "embossed"
LETTER_COLUMNS = ("number", "name", "street", "postal_code", "city", "country", "language")
_WITHOUT_MARK = str.maketrans({"đ": "dj", "Đ": "Dj", "ß": "ss"})


def card_line(number: str, name: str = "", *, embossed: bool = False) -> str:
    """One card's line; with `embossed` the name once more in the letters that an embosser has."""
    cells = [shown(number), name, track(number), number]
    return _line([*cells, emboss(name)] if embossed else cells)


def card_lines(cards: Iterable[Printed], *, embossed: bool = False) -> str:
    """A run's file, its heading first."""
    return heading(embossed=embossed) + "".join(card_line(each.number, each.name, embossed=embossed) for each in cards)


def heading(*, embossed: bool = False) -> str:
    """The first line of a printer's file."""
    return _line([*COLUMNS, EMBOSSED] if embossed else COLUMNS)


def letter_lines(cards: Iterable[Printed]) -> str:
    """The file to merge letters from, its heading first."""
    return _line(LETTER_COLUMNS) + "".join(_letter_line(each) for each in cards)


def _letter_line(card: Printed) -> str:
    post = card.post
    return _line([shown(card.number), card.name, post.street, post.postal_code, post.city, post.country, card.language])


def track(number: str) -> str:
    """The second track of a magnetic card (ISO 7811): the number between its sentinels, without a day of expiry."""
    return f";{number}=?"


def emboss(name: str) -> str:
    """The name in A-Z, digits and blanks, as embossers have them."""
    parts = unicodedata.normalize("NFKD", to_latin(name).translate(_WITHOUT_MARK))
    bare = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " -.'") else "" for sign in parts)
    return bare.upper()


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerow([guarded(cell) for cell in cells])
    return text.getvalue()
