"""Reads CSV as spreadsheets of this region write it: parted by `;`, `,` or tabs, in UTF-8, UTF-16 or Windows-1250.

What begins with a byte order mark is what that says; what is no UTF-8 is Windows-1250. Cyrillic in an older encoding
cannot be told from it, so such a file must be saved as UTF-8. A row is held to a length, so that no file fills the memory.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from backend.catalogue.errors import FileTooLarge, FileUnreadable
from backend.catalogue.files.cells import SheetRow
from backend.catalogue.files.columns import known

ROW_CHARS_MAX = 64 * 1024
_CHUNK = 256 * 1024
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PARTERS = ";,\t"


class CsvRows:
    """The rows of a file that are not empty. Raises FileUnreadable or FileTooLarge, now or while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        encoding = _encoding(file)
        self.rows_expected: int | None = _lines(file) or None
        file.seek(0)
        self._text = io.TextIOWrapper(file, encoding, newline="")
        self._row_chars = 0
        try:
            self._parter = _parter(self._line())
        except UnicodeDecodeError as error:
            raise FileUnreadable from error
        self._text.seek(0)

    def __iter__(self) -> Iterator[SheetRow]:
        """Row by row, once."""
        self._row_chars = 0
        try:
            for no, row in enumerate(csv.reader(iter(self._line, ""), delimiter=self._parter), 1):
                self._row_chars = 0
                if any(cell.strip() for cell in row):
                    yield SheetRow(no, tuple(row))
        except (csv.Error, UnicodeDecodeError) as error:
            raise FileUnreadable from error

    def _line(self) -> str:
        line = self._text.readline(ROW_CHARS_MAX + 1)
        self._row_chars += len(line)
        if self._row_chars > ROW_CHARS_MAX:
            raise FileTooLarge(limit=f"characters in a row > {ROW_CHARS_MAX}")
        return line


def _encoding(file: BinaryIO) -> str:
    start = file.read(4)
    file.seek(0)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1250"
    return "utf-8"


def _lines(file: BinaryIO) -> int:
    """How many lines follow the first, which rows are unless a cell holds several."""
    file.seek(0)
    count, last = 0, b"\n"
    while chunk := file.read(_CHUNK):
        count, last = count + chunk.count(b"\n"), chunk[-1:]
    return max(count - (last == b"\n"), 0)


def _parter(header: str) -> str:
    """What parts the columns: with it, most of the first line's names mean something."""
    return max(_PARTERS, key=lambda parter: known(next(csv.reader([header], delimiter=parter), [])))
