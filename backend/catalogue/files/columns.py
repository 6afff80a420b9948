"""Which column of a file says what: by its name in the first row, in English, Serbian, Croatian or Bosnian.

Names are compared folded, in either script. A column that means nothing here is passed over and named in the report; a
field whose column is absent is left as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.catalogue.errors import ColumnDoubled, ColumnMissing
from backend.catalogue.facts import ProductFacts
from backend.catalogue.fields import PARTER, written_price
from backend.catalogue.files.cells import Cell, SheetRow, guarded, unguarded
from backend.catalogue.flaws import Flawed
from backend.catalogue.wishes import FIELDS, Wish, wish_of
from backend.promotions.folding import words

_CALLED: Mapping[str, str] = {
    "sku": "sku; code; item code; product code; šifra; šifra artikla; šifra proizvoda",
    "name": "name; product name; item name; naziv; naziv artikla; naziv proizvoda; artikal; proizvod",
    "second_name": "second name; 2nd name; name 2; drugi naziv; naziv 2",
    "third_name": "third name; 3rd name; name 3; treći naziv; naziv 3",
    "till_names": "till names; till name; receipt name; slip name; naziv na računu; nazivi na računu; naziv na kasi",
    "gtins": "gtins; gtin; ean; ean kod; barcode; barcodes; bar code; barkod; barkodovi; bar kod",
    "catalogue_number": "catalogue number; catalog number; kataloški broj",
    "brand": "brand; brend; robna marka; marka",
    "groups": "groups; group; category; categories; grupa; grupe; kategorija; kategorije; robna grupa",
    "unit": "unit; unit of measure; jm; jedinica; jedinica mere; jedinica mjere",
    "pack_size": "pack size; pack; pakovanje; pakiranje; neto količina",
    "regular_prices": "regular prices; regular price; price; cena; cijena; redovna cena; redovna cijena; mpc",
    "loyalty_prices": "loyalty prices; loyalty price; member price; cena za članove; cijena za članove; klupska cena",
    "state": "state; status; stanje",
    "currency": "currency; valuta",
}
_FIELD_OF = {words(name): field for field, names in _CALLED.items() for name in (field, *names.split(";"))}
_LISTS = {"till_names", "groups", "regular_prices", "loyalty_prices"}
_GTINS_PARTED = re.compile(r"[|;\n]|,(?=\s*[0-9]{8})")  # a comma may also be what a shortened number has


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands in a row, and the names of the columns that mean nothing here."""

    places: Mapping[str, int]
    ignored: tuple[str, ...]

    def wish(self, row: SheetRow, *, currency: str) -> Wish:
        """What the row wants; prices are in that currency unless it says otherwise. Raises ProductRefused."""
        cells = {field: row.cells[place] if place < len(row.cells) else None for field, place in self.places.items()}
        given = {field: _parts(field, cell) for field, cell in cells.items()}
        return wish_of(given, currency=currency)


def known(header: Sequence[Cell]) -> int:
    """How many of the columns mean something here."""
    return sum(isinstance(cell, str) and words(cell) in _FIELD_OF for cell in header)


def layout_of(header: Sequence[Cell]) -> Layout:
    """The layout that a file's first row names. Raises ColumnMissing without an SKU, or ColumnDoubled."""
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, cell in enumerate(header):
        if not isinstance(cell, str) or not cell.strip():
            continue
        field = _FIELD_OF.get(words(cell))
        if field is None:
            ignored.append(" ".join(cell.split())[:100])
        elif field in places:
            raise ColumnDoubled(column=field)
        else:
            places[field] = place
    if "sku" not in places:
        raise ColumnMissing(column="sku")
    return Layout(places, tuple(ignored[:100]))


def written(facts: ProductFacts, *, currency: str) -> list[str]:
    """The product as a row in the order of `FIELDS`, with decimal commas, safe to open; prices of another currency say so."""
    document: dict[str, Any] = facts.document()
    for kind in ("regular_prices", "loyalty_prices"):
        document[kind] = [written_price(price, currency=currency) for price in getattr(facts, kind)]
    document["pack_size"] = (document["pack_size"] or "").replace(".", ",")
    return [guarded(_joined(document[field])) for field in FIELDS]


def _joined(value: str | list[str] | None) -> str:
    return PARTER.join(value) if isinstance(value, list) else value or ""


def _parts(field: str, cell: Cell) -> str | list[str] | Flawed | None:
    if cell is None or isinstance(cell, Flawed):
        return cell
    text = unguarded(cell.strip())
    if field == "gtins":
        return [part for part in _GTINS_PARTED.split(text) if part.strip()]
    if field in _LISTS:
        return [part for part in text.split(PARTER) if part.strip()]
    return text
