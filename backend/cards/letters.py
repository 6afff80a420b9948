"""Letters to glue cards on, one page each: the address where a window envelope shows it, a greeting, and the card's place.

The number and its bar code stand beside that place, so that whoever glues takes the right card. The same run always
gives the same bytes. The typeface holds Latin and Cyrillic letters.
"""

import io
from collections.abc import Iterable
from functools import cache
from importlib.resources import as_file, files

from barcode.codex import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from backend.cards.numbers import shown
from backend.cards.runs import Printed
from backend.kit.i18n import Text, translate

_TYPEFACE = "DejaVuSansMono"
_SIZE, _LEADING = 10, 14
_LEFT, _TOP, _WIDTH = 25 * mm, A4[1] - 20 * mm, A4[0] - 45 * mm
_ADDRESS_TOP = A4[1] - 55 * mm
"""In the window of an envelope DL (DIN 5008, form B)."""
_GREETING_TOP = A4[1] - 110 * mm
_CARD_WIDTH, _CARD_HEIGHT = 85.6 * mm, 53.98 * mm
"""ISO 7810, ID-1."""
_CARD_BOTTOM = 60 * mm
_BAR_WIDTH, _BAR_HEIGHT = 0.33 * mm, 10 * mm


def letters(cards: Iterable[Printed], *, sender: str) -> bytes:
    """A PDF with a page for each card, in their order, each in its member's language."""
    _load_typeface()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setTitle(sender)
    for card in cards:
        _page(canvas, card, sender)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _page(canvas: Canvas, card: Printed, sender: str) -> None:
    canvas.setFont(_TYPEFACE, _SIZE)
    _write(canvas, [sender], _TOP)
    place = f"{card.post.postal_code} {card.post.city}".strip()
    _write(canvas, [card.name, card.post.street, place, card.post.country], _ADDRESS_TOP)
    greeting = (
        Text("Dear {name},", {"name": card.name}),
        Text("here is your card. It is good at once, wherever you see our sign."),
        Text("Should you lose it, report it in the app or by phone: it is blocked at once and your points stay yours."),
    )
    _write(canvas, [translate(sentence, card.language) for sentence in greeting], _GREETING_TOP)
    canvas.setDash(2, 2)
    canvas.rect(_LEFT, _CARD_BOTTOM, _CARD_WIDTH, _CARD_HEIGHT)
    canvas.setDash()
    canvas.drawString(_LEFT, _CARD_BOTTOM - 1.5 * _LEADING, shown(card.number))
    _draw_bars(canvas, card.number, _CARD_BOTTOM - 2 * _LEADING - _BAR_HEIGHT)


def _write(canvas: Canvas, paragraphs: list[str], top: float) -> None:
    """Paragraphs one below the other, broken where the line is full; empty ones take no room."""
    for paragraph in filter(None, paragraphs):
        for line in simpleSplit(paragraph, _TYPEFACE, _SIZE, _WIDTH):
            canvas.drawString(_LEFT, top, line)
            top -= _LEADING


def _draw_bars(canvas: Canvas, number: str, bottom: float) -> None:
    (modules,) = Code128(number).build()
    for place, module in enumerate(modules):
        if module == "1":
            canvas.rect(_LEFT + place * _BAR_WIDTH, bottom, _BAR_WIDTH, _BAR_HEIGHT, stroke=0, fill=1)


@cache
def _load_typeface() -> None:
    with as_file(files("barcode") / "fonts" / f"{_TYPEFACE}.ttf") as path:
        pdfmetrics.registerFont(TTFont(_TYPEFACE, str(path)))
