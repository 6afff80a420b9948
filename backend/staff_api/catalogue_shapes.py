"""What the staff API takes and gives about the catalogue. Money and quantities are decimal strings."""

from datetime import date
from typing import Annotated

import msgspec

from backend.staff_api.shapes import Taken

Line = Annotated[str, msgspec.Meta(max_length=400, pattern=r"\A[^\x00]*\Z")]
Lines = Annotated[list[Line], msgspec.Meta(max_length=100)]


class PriceGiven(Taken, frozen=True):
    """A price in force on the days `from` and `to`, both of them in; without one it has no end on that side."""

    amount: Line
    currency: Line
    from_on: date | None = msgspec.field(default=None, name="from")
    to_on: date | None = msgspec.field(default=None, name="to")


Prices = Annotated[list[PriceGiven], msgspec.Meta(max_length=100)]


class ProductChange(Taken, frozen=True, omit_defaults=True):
    """Facts of a product: those that are absent stay, and null or an empty list empties."""

    name: Line | msgspec.UnsetType = msgspec.UNSET
    second_name: Line | msgspec.UnsetType | None = msgspec.UNSET
    third_name: Line | msgspec.UnsetType | None = msgspec.UNSET
    till_names: Lines | msgspec.UnsetType = msgspec.UNSET
    gtins: Lines | msgspec.UnsetType = msgspec.UNSET
    catalogue_number: Line | msgspec.UnsetType | None = msgspec.UNSET
    brand: Line | msgspec.UnsetType | None = msgspec.UNSET
    groups: Lines | msgspec.UnsetType = msgspec.UNSET
    unit: Line | msgspec.UnsetType | None = msgspec.UNSET
    pack_size: Line | msgspec.UnsetType | None = msgspec.UNSET
    regular_prices: Prices | msgspec.UnsetType = msgspec.UNSET
    loyalty_prices: Prices | msgspec.UnsetType = msgspec.UNSET
    state: Line | msgspec.UnsetType = msgspec.UNSET


class NewProduct(ProductChange, frozen=True, kw_only=True):
    """A product by its code, which stays."""

    sku: Line


class GroupGiven(Taken, frozen=True):
    """A group by the code that promotions name; `parent` is the code of the group right above it."""

    code: Line
    name: Line
    parent: Line | None = None


Groups = Annotated[list[GroupGiven], msgspec.Meta(max_length=5000)]


class PriceView(msgspec.Struct, frozen=True):
    """A price, tax included, in force on the days `from` and `to`, both of them in."""

    amount: str
    currency: str
    from_on: str | None = msgspec.field(name="from")
    to_on: str | None = msgspec.field(name="to")


class ProductView(msgspec.Struct, frozen=True):
    """A product. `groups` are those it was put into; promotions that name one above reach it as well."""

    id: str
    sku: str
    name: str
    second_name: str | None
    third_name: str | None
    till_names: list[str]
    gtins: list[str]
    catalogue_number: str | None
    brand: str | None
    groups: list[str]
    unit: str | None
    pack_size: str | None
    regular_prices: list[PriceView]
    loyalty_prices: list[PriceView]
    state: str
    withdrawn_at: str | None


class ProductPage(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is what to pass as `before` for the following one."""

    products: list[ProductView]
    next: str | None


class GroupView(msgspec.Struct, frozen=True):
    """A group and the one right above it."""

    code: str
    name: str
    parent: str | None


class RowRefusedView(msgspec.Struct, frozen=True):
    """Why a row was refused: its number in the spreadsheet, the column, a stable code, a sentence."""

    row: int
    column: str
    code: str
    title: str


class FileRefusedView(msgspec.Struct, frozen=True):
    """Why a file was taken no further."""

    code: str
    title: str


class ImportRow(msgspec.Struct, frozen=True):
    """How far an import is; `rows_total` is what the file says of itself until the import has ended."""

    id: str
    state: str
    begun_at: str
    ended_at: str | None
    rows_total: int | None
    rows_done: int
    added: int
    changed: int
    unchanged: int
    refused: int
    groups_added: int
    ignored_columns: list[str]
    refusal: FileRefusedView | None


class ImportView(msgspec.Struct, frozen=True):
    """An import and the first 500 reasons for which rows of it were refused."""

    progress: ImportRow
    refusals: list[RowRefusedView]


class ImportPage(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is what to pass as `before` for the following one."""

    imports: list[ImportRow]
    next: str | None
