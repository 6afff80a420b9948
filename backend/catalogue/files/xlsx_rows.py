"""Reads the first visible sheet of an XLSX workbook, row by row, within bounds of size.

A workbook is a packed archive: what it unpacks to is bounded before anything is unpacked, and the archive gives out no
more than it announces. A formula is refused where it is needed, since its value is whatever was computed last; so is a
cell of a merged range, of which all but one are empty without meaning it. Decision 0012 says why openpyxl.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.packaging.manifest import Manifest
from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.functions import fromstring

from backend.catalogue.errors import FileTooLarge, FileUnreadable
from backend.catalogue.fields import plain_number
from backend.catalogue.files.cells import Cell, SheetRow
from backend.catalogue.flaws import Flawed
from backend.kit.i18n import Text

MAGIC = b"PK\x03\x04"
COLUMNS_MAX = 100
MERGED_MAX = 10_000
SHEET_BYTES_MAX = 128 * 1024 * 1024
OTHER_BYTES_MAX = 32 * 1024 * 1024
"""What a workbook may unpack to: each sheet, which is streamed, and all the rest, which is held in memory."""
ENTRIES_MAX = 2000
_SHEET_ROWS = 1_048_576
_SHEETS = "xl/worksheets/"
_SHEET_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_KINDS = "[Content_Types].xml"
_MB = 1024 * 1024
_CHUNK = 256 * 1024
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_MERGED_BYTES = 200

Merged = list[tuple[int, int, int, int]]


class XlsxRows:
    """The rows of a workbook that are not empty. Raises FileUnreadable or FileTooLarge, now or while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                _check_sizes(archive)
            self._book = load_workbook(file, read_only=True, keep_links=False)
            self._sheet: Any = next(sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible")
            self._merged = _merged(self._sheet)
        except FileTooLarge:
            raise
        except Exception as error:  # whatever a damaged workbook makes the library raise
            raise FileUnreadable from error
        self.rows_expected: int | None = (self._sheet.max_row or 1) - 1 or None
        self._sheet.reset_dimensions()  # what a workbook says of its size need not be so

    def __iter__(self) -> Iterator[SheetRow]:
        """Row by row, once."""
        merged = _MergedCells(self._merged)
        try:
            empty = None
            for no, row in enumerate(self._sheet.iter_rows(max_col=COLUMNS_MAX + 1), 1):
                _check_bounds(no, row)
                covered = merged.columns(no)
                if row is empty and not covered:  # the library gives one object for all rows that a sheet leaves out
                    continue
                cells = tuple(_MERGE_FLAW if place in covered else _cell(cell) for place, cell in enumerate(row))
                if any(cell is not None for cell in cells):
                    yield SheetRow(no, cells)
                else:
                    empty = row
        except (FileTooLarge, FileUnreadable):
            raise
        except Exception as error:  # as above
            raise FileUnreadable from error
        finally:
            self._book.close()


class _MergedCells:
    """Which columns of a row are in a merged range; rows are asked for in ascending order."""

    def __init__(self, ranges: Merged) -> None:
        self._coming = sorted(ranges, key=lambda each: each[1], reverse=True)
        self._now: Merged = []

    def columns(self, no: int) -> frozenset[int]:
        """Their places, from 0."""
        while self._coming and self._coming[-1][1] <= no:
            self._now.append(self._coming.pop())
        if not self._now:
            return frozenset()
        self._now = [each for each in self._now if each[3] >= no]
        return frozenset(place for first, _, last, _ in self._now for place in range(first - 1, min(last, COLUMNS_MAX)))


def _check_sizes(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > ENTRIES_MAX:
        raise FileTooLarge(limit=f"parts > {ENTRIES_MAX}")
    parts = [entry for entry in entries if not entry.filename.startswith("xl/media/")]
    if any(entry.file_size > SHEET_BYTES_MAX for entry in parts):
        raise FileTooLarge(limit=f"MB unpacked > {SHEET_BYTES_MAX // _MB}")
    sheets = _sheets(archive)
    if sum(entry.file_size for entry in parts if entry.filename not in sheets) > OTHER_BYTES_MAX:
        raise FileTooLarge(limit=f"MB of texts unpacked > {OTHER_BYTES_MAX // _MB}")


def _sheets(archive: zipfile.ZipFile) -> frozenset[str]:
    """The parts that are sheets and nothing else: texts may lie under any name, and are held in memory."""
    if archive.getinfo(_KINDS).file_size > _MB:
        raise FileTooLarge(limit="MB of kinds of parts > 1")
    kinds: Any = Manifest
    named = kinds.from_tree(fromstring(archive.read(_KINDS))).Override
    others = {part.PartName for part in named if part.ContentType != _SHEET_KIND}
    names = {part.PartName for part in named if part.PartName not in others}
    return frozenset(name.lstrip("/") for name in names if name.startswith(f"/{_SHEETS}"))


def _merged(sheet: Any) -> Merged:  # noqa: ANN401 (the library's own, without a type)
    """The merged ranges of a sheet, found in its source: the library reads them only where it holds the whole sheet."""
    found: Merged = []
    with sheet._get_source() as source:  # noqa: SLF001 (it is the one way to the sheet's source)
        left = b""
        while chunk := source.read(_CHUNK):
            text = left + chunk
            for match in _MERGED.finditer(text):
                left_column, top, right_column, bottom = range_boundaries(match[1].decode())
                found.append((int(left_column or 0), int(top or 0), int(right_column or 0), int(bottom or 0)))
            if len(found) > MERGED_MAX:
                raise FileTooLarge(limit=f"merged cells > {MERGED_MAX}")
            left = _unfinished(text)
    return found


def _unfinished(text: bytes) -> bytes:
    """The beginning of a tag at the end of what was read."""
    begins = text.rfind(b"<", -_MERGED_BYTES)
    return text[begins:] if begins >= 0 and b">" not in text[begins:] else b""


_MERGE_FLAW = Flawed("cell-merged", Text("The cell is merged with others; undo that."))


def _check_bounds(no: int, row: Sequence[Any]) -> None:
    if no > _SHEET_ROWS:
        raise FileUnreadable
    if len(row) > COLUMNS_MAX and row[COLUMNS_MAX].value is not None:
        raise FileTooLarge(limit=f"columns > {COLUMNS_MAX}")


def _cell(cell: Any) -> Cell:  # noqa: ANN401 (a cell of the library)
    match cell.data_type:
        case "f":
            return Flawed("cell-formula", Text("It is a formula; paste its value instead."))
        case "e":
            return Flawed("cell-error", Text("The cell holds an error of the spreadsheet."))
    return _value(cell.value)


def _value(value: object) -> Cell:
    match value:
        case None:
            return None
        case bool() | date() | time() | timedelta():
            return Flawed("cell-kind", Text("The spreadsheet has made a date of it; format the column as text."))
        case float():
            return plain_number(value)
        case _:
            return str(value) if str(value).strip() else None
