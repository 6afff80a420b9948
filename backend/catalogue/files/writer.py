"""Writes a catalogue into a file that an import reads back to the same: CSV as spreadsheets here open it, or XLSX.

Every cell is text, so that no spreadsheet rounds a barcode; what looks like a formula is guarded (`cells.py`).
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO, Literal, Protocol

from openpyxl import Workbook

from backend.catalogue.facts import ProductFacts
from backend.catalogue.files.columns import written
from backend.catalogue.wishes import FIELDS

Format = Literal["csv", "xlsx"]
MEDIA_TYPES: Mapping[Format, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Writer(Protocol):
    """Takes products portion by portion; the file is whole once it is closed, and stays open itself."""

    def add(self, products: Iterable[ProductFacts]) -> None:
        """Write the products."""

    def close(self) -> None:
        """Write what is left."""


class CsvWriter:
    """Semicolons, decimal commas, UTF-8 with a byte order mark: what spreadsheets of this region open by themselves."""

    def __init__(self, file: BinaryIO, *, currency: str) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        self._rows = csv.writer(self._text, delimiter=";")
        self._currency = currency
        self._rows.writerow(FIELDS)

    def add(self, products: Iterable[ProductFacts]) -> None:
        """Write the products."""
        self._rows.writerows(written(facts, currency=self._currency) for facts in products)

    def close(self) -> None:
        """Write what is left."""
        self._text.flush()
        self._text.detach()


class XlsxWriter:
    """A workbook with one sheet, streamed to the disk until it is closed."""

    def __init__(self, file: BinaryIO, *, currency: str) -> None:
        self._file = file
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("catalogue")
        self._currency = currency
        self._sheet.append(FIELDS)

    def add(self, products: Iterable[ProductFacts]) -> None:
        """Write the products."""
        for facts in products:
            self._sheet.append(written(facts, currency=self._currency))

    def close(self) -> None:
        """Write what is left."""
        self._book.save(self._file)


WRITERS: Mapping[Format, Callable[..., Writer]] = {"csv": CsvWriter, "xlsx": XlsxWriter}
