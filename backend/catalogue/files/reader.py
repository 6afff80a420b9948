"""Opens a catalogue's file, whatever its kind, and reads it in bounded portions as wishes or flaws.

Which kind it is, its first bytes say and not its name. Nothing here touches the database, so a thread may read while
others work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from backend.catalogue.errors import ColumnMissing, FileTooLarge, ProductRefused
from backend.catalogue.files.cells import SheetRow
from backend.catalogue.files.columns import layout_of
from backend.catalogue.files.csv_rows import CsvRows
from backend.catalogue.files.xlsx_rows import MAGIC, XlsxRows
from backend.catalogue.flaws import Flaw
from backend.catalogue.wishes import Wish
from backend.kit.i18n import Text

FILE_BYTES_MAX = 64 * 1024 * 1024
ROWS_MAX = 100_000
PORTION = 2000


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row by its number in the spreadsheet: what it wants, or why it cannot be taken."""

    no: int
    wish: Wish | None
    flaws: tuple[Flaw, ...] = ()


class CatalogueFile:
    """A file's rows below its first one; an SKU or a barcode that an earlier row took refuses the later row."""

    def __init__(self, file: BinaryIO, *, currency: str) -> None:
        """Read the file's first row. Raises one of `FILE_REFUSALS`, as reading on may."""
        _check_size(file)
        rows = XlsxRows(file) if _begins_with(file, MAGIC) else CsvRows(file)
        self._source = rows  # kept, since the reader of a text closes its file when it is let go
        self.rows_expected = rows.rows_expected
        self._rows: Iterator[SheetRow] = iter(rows)
        header = next(self._rows, None)
        if header is None:
            raise ColumnMissing(column="sku")
        self._layout = layout_of(header.cells)
        self._currency = currency
        self.rows_read = 0
        self._skus: dict[str, int] = {}
        self._gtins: dict[str, int] = {}

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns that mean nothing here."""
        return self._layout.ignored

    def portion(self) -> list[ReadRow]:
        """The next rows; none when the file has ended."""
        found = [self._read(row) for row in islice(self._rows, PORTION)]
        self.rows_read += len(found)
        if self.rows_read > ROWS_MAX:
            raise FileTooLarge(limit=f"rows > {ROWS_MAX}")
        return found

    def _read(self, row: SheetRow) -> ReadRow:
        try:
            wish = self._layout.wish(row, currency=self._currency)
        except ProductRefused as refused:
            return ReadRow(row.no, None, tuple(refused.flaws))
        flaw = self._repeated(wish)
        if flaw is not None:
            return ReadRow(row.no, None, (flaw,))
        self._skus[wish.sku] = row.no
        self._gtins.update(dict.fromkeys(wish.facts.get("gtins", ()), row.no))
        return ReadRow(row.no, wish)

    def _repeated(self, wish: Wish) -> Flaw | None:
        if wish.sku in self._skus:
            said = Text("Row {row} has the same code.", {"row": str(self._skus[wish.sku])})
            return Flaw("sku", "sku-repeated", said)
        for gtin in wish.facts.get("gtins", ()):
            if gtin in self._gtins:
                said = Text("Row {row} has the same barcode.", {"row": str(self._gtins[gtin])})
                return Flaw("gtins", "gtin-repeated", said)
        return None


def _check_size(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    if size > FILE_BYTES_MAX:
        raise FileTooLarge(limit=f"MB > {FILE_BYTES_MAX // 1024 // 1024}")


def _begins_with(file: BinaryIO, magic: bytes) -> bool:
    start = file.read(len(magic))
    file.seek(0)
    return start == magic
