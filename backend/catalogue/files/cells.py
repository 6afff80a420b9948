"""What stands in a cell, and how a text is kept from being a formula.

A spreadsheet runs a text that begins like a formula, whoever wrote it. Such a text is written with an apostrophe in front,
and read without it; one that has apostrophes in front already gets one more, so that reading gives back what was written.
"""

import re
from dataclasses import dataclass

from backend.catalogue.flaws import Flawed

Cell = str | Flawed | None
"""A text, nothing, or why the cell cannot be read; that matters only to whoever needs the cell."""

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_AS_TEXT = re.compile(r'="(?P<text>[^"]*)"')


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not empty, by its number in the spreadsheet."""

    no: int
    cells: tuple[Cell, ...]


def guarded(text: str) -> str:
    """The text as it is written into a file."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """The text that was written; `="0123"`, by which people keep spreadsheets from dropping zeros, is 0123."""
    if _GUARDED.match(text):
        return text[1:]
    as_text = _AS_TEXT.fullmatch(text)
    return as_text["text"] if as_text else text
