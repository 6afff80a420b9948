"""Renders the verification page in the two generations that are kept somewhere as files: 2022 and 2026.

What a reader of the page may rely on is the same as in the authority's own: the ids of the fields, the number and the
token in the view model, the journal in the only `pre` with the QR picture before its last line, and the span after
the tax number that is never closed. In 2026 every letter outside ASCII is a numeric entity and days are not padded.
"""

import base64
import re
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from receipt_parsers.playground.document import Document
from receipt_parsers.playground.journal import Generation, journal, local_time, money

_TEMPLATE: Final = Template(files(__package__).joinpath("verification.html").read_text("utf-8"))
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_ANTIFORGERY: Final = '<input name="__RequestVerificationToken" type="hidden" value="{}" />'


def page(document: Document, *, token: str, picture: bytes, generation: Generation = "2026") -> str:
    """The page for one view: `token` opens the specifications of this document once, `picture` is the QR as GIF."""
    is_old = generation == "2022"
    text = _TEMPLATE.substitute(
        {name: escape(value) for name, value in _fields(document, generation).items()},
        token=token,
        action="/v/" if is_old else "/v",
        antiforgery=_ANTIFORGERY.format(token.replace("-", "")) if is_old else "",
        is_fiscal=str(document.kind.is_fiscal).lower(),
        is_normal_sale=str(document.kind_name == "sale").lower(),
        journal=_journal_with_picture(document, picture, generation),
        build="" if is_old else "v3.5.32.0",
    )
    return text if is_old else _FOREIGN.sub(_as_entity, text)


def _fields(document: Document, generation: Generation) -> dict[str, str]:
    shop, kind = document.shop, document.kind
    return {
        "tax_id": shop.tax_id,
        "name": shop.name,
        "location": shop.location,
        "premises_name": shop.premises_name,
        "address": shop.address,
        "city": shop.city,
        "municipality": shop.municipality,
        "buyer_id": document.buyer_id or "",
        "requested_by": document.requested_by,
        "signed_by": document.signed_by,
        "invoice_word": kind.invoice_word,
        "transaction_word": kind.transaction_word,
        "total": money(document.total_minor),
        "type_counter": str(document.type_counter),
        "total_counter": str(document.total_counter),
        "extension": kind.extension,
        "number": document.number,
        "counter": document.counter,
        "time": local_time(document.issued_at, generation),
    }


def _journal_with_picture(document: Document, picture: bytes, generation: Generation) -> str:
    *body, foot = (escape(line, quote=False) for line in journal(document, generation))
    source = f"data:image/gif;base64,{base64.b64encode(picture).decode('ascii')}"
    quoted = source if generation == "2022" else f'"{source}"'
    return "\n".join(body) + f"<br/><img src={quoted} width='250' height='250'/>\n{foot}"


def _as_entity(letter: re.Match[str]) -> str:
    return f"&#x{ord(letter[0]):X};"
