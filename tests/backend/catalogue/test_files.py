"""Files of a catalogue: the habits of spreadsheets are understood, their losses refused, and their attacks bounded."""

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.catalogue import fields
from backend.catalogue.errors import FILE_REFUSALS, ColumnDoubled, ColumnMissing, FileTooLarge, FileUnreadable
from backend.catalogue.facts import Price, ProductFacts
from backend.catalogue.files import csv_rows, reader, xlsx_rows
from backend.catalogue.files.cells import guarded, unguarded
from backend.catalogue.files.reader import CatalogueFile
from backend.catalogue.files.writer import WRITERS, Format
from backend.kit.errors import ParagonError
from tests.fixtures.catalogue_files import csv_file, facts, flaws, read, xlsx_file

GTIN = "9520101000040"
HEADER = ["sku", "name", "gtin", "brand", "price"]
WORKBOOK = xlsx_file([HEADER, ["A", "a", GTIN, "x", 5]]).getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16"])
@pytest.mark.parametrize("parter", [";", ",", "\t"])
def test_every_parter_and_encoding_of_a_spreadsheet_is_read(encoding: str, parter: str) -> None:
    text = f"Šifra{parter}Naziv artikla{parter}Bar-kod\r\nA1{parter}Čokoladno đuveče{parter}{GTIN}\r\n"
    assert facts(csv_file(text, encoding)) == [
        {"sku": "A1", "name": "Čokoladno đuveče", "gtins": ("0" + GTIN,)},
    ]


def test_headers_are_understood_in_either_script_and_english() -> None:
    cyrillic = csv_file("шифра;назив;други назив;бар код;група;цена\nA;Б;В;96385074|9520101000040;g1|g2;499,00\n")
    english = csv_file('CODE,Product name,name_2,EAN,Category,Price\nA,Б,В,"96385074, 9520101000040",g2|g1,499.00\n')
    assert facts(cyrillic) == facts(english)
    opened = CatalogueFile(csv_file("sku;Napomena;;gtni\n"), currency="RSD")
    assert opened.ignored_columns == ("Napomena", "gtni")


def test_a_field_whose_column_is_absent_is_not_spoken_of() -> None:
    assert facts(csv_file("sku;brand\nA;\n")) == [{"sku": "A", "brand": None}]


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers() -> None:
    assert flaws(csv_file('\n\nsku;name\n;;\n\nA;"two\nlines"\n ; \n;nameless\n')) == [(8, "sku", "missing")]
    rows: list[list[Any]] = [[], ["sku", "name"], [], [None, None], [None, "nameless"]]
    assert flaws(xlsx_file(rows)) == [(5, "sku", "missing")]


def test_what_a_spreadsheet_has_lost_is_refused_and_not_guessed() -> None:
    text = "sku;name;gtin;price\nA;a;1.23E+12;1\nB;b;9,52E+12;1\n1,2E+05;c;;1\nD;d;;1.299\nE;e;96385075;-1\n"
    assert flaws(csv_file(text)) == [
        (2, "gtins", "digits-lost"),
        (3, "gtins", "digits-lost"),
        (4, "sku", "digits-lost"),
        (5, "regular_prices", "number-ambiguous"),
        (6, "gtins", "gtin-check-digit"),
        (6, "regular_prices", "price-malformed"),
    ]


def test_what_a_later_row_repeats_is_refused_there() -> None:
    text = f"sku;name;gtin\nA;a;{GTIN}\nA;b;\nB;b;0{GTIN}\nC;;1\nC;c;\n"
    assert flaws(csv_file(text)) == [
        (3, "sku", "sku-repeated"),
        (4, "gtins", "gtin-repeated"),
        (5, "name", "missing"),
        (5, "gtins", "gtin-length"),
    ]


def test_numbers_and_text_formulas_of_a_spreadsheet_are_taken_as_written() -> None:
    rows: list[list[Any]] = [
        HEADER,
        [10023, "Kafa", int(GTIN), 7, 449.9],
        ["007", "=not run", GTIN.zfill(14)[:0], "-x", 12],
    ]
    sheet = xlsx_file(rows, lambda sheet: setattr(sheet["B3"], "data_type", "s"))
    one, two = facts(sheet)
    assert (one["sku"], one["gtins"], one["brand"]) == ("10023", ("0" + GTIN,), "7")
    assert one["regular_prices"] == (Price(amount_minor=44990, currency="RSD"),)
    assert (two["sku"], two["name"], two["brand"]) == ("007", "=not run", "-x")
    assert facts(csv_file('sku;name\n="007";a\n'))[0]["sku"] == "007"


def test_cells_that_hold_no_value_refuse_their_row_where_they_matter() -> None:
    rows: list[list[Any]] = [
        ["sku", "name", "note"],
        ["A", "=1+1", None],
        ["B", "#N/A", "=1+1"],
        [datetime(2026, 1, 2), "c", None],  # noqa: DTZ001 (as a spreadsheet keeps it)
        ["D", True, None],
        ["E", "e", "=1+1"],
    ]
    assert flaws(xlsx_file(rows)) == [
        (2, "name", "cell-formula"),
        (3, "name", "cell-error"),
        (4, "sku", "cell-kind"),
        (5, "name", "cell-kind"),
    ]


def test_merged_cells_refuse_the_rows_that_they_would_empty() -> None:
    rows: list[list[Any]] = [HEADER, ["A", "a", None, "Lipa"], ["B", "b"], ["C", "c"], ["D", "d", None, "Lipa"]]
    sheet = xlsx_file(rows, lambda sheet: sheet.merge_cells("D2:D4"))
    assert flaws(sheet) == [(no, "brand", "cell-merged") for no in (2, 3, 4)]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", ColumnMissing),
        (b"\n \n", ColumnMissing),
        (b"naziv;brend\nA;B\n", ColumnMissing),
        (b"sku;sifra\nA;B\n", ColumnDoubled),
        (b"PK\x03\x04 no archive", FileUnreadable),
        (b"sku;name\nA;\x81\xff\n", FileUnreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, ParagonError),
        (b"sku;name\n" + b";" * 70_000 + b"\n", FileTooLarge),
        (b'sku;name\nA;"' + b"a\n" * 40_000, FileTooLarge),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read(io.BytesIO(content))


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"sku;name\n" + tail))
def test_any_bytes_end_in_rows_or_a_named_refusal(content: bytes) -> None:
    try:
        rows = read(io.BytesIO(content))
    except FILE_REFUSALS:
        return
    assert all((row.wish is None) == bool(row.flaws) for row in rows)


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_workbook_ends_in_rows_or_a_named_refusal(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(4, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        rows = read(io.BytesIO(bytes(content)))
    except FILE_REFUSALS:
        return
    assert all((row.wish is None) == bool(row.flaws) for row in rows)


def repacked(file: io.BytesIO, name: str, content: bytes) -> io.BytesIO:
    """The workbook with one part exchanged."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            target.writestr(entry, content if entry == name else source.read(entry))
    out.seek(0)
    return out


SHEET = "xl/worksheets/sheet1.xml"
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def test_texts_under_the_name_of_a_sheet_are_bounded_as_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, moved = xlsx_file([HEADER]), io.BytesIO()
    hidden = "xl/worksheets/sheetstrings.xml"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(moved, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name).replace(b"/xl/sharedStrings.xml", f"/{hidden}".encode())
            target.writestr(name, content)
        target.writestr(hidden, b" " * 200_000)
    monkeypatch.setattr(xlsx_rows, "OTHER_BYTES_MAX", 100_000)
    moved.seek(0)
    with pytest.raises(FileTooLarge):
        xlsx_rows.XlsxRows(moved)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = xlsx_file([HEADER])
    monkeypatch.setattr(xlsx_rows, "SHEET_BYTES_MAX", 1_000_000)
    monkeypatch.setattr(xlsx_rows, "OTHER_BYTES_MAX", 100_000)
    monkeypatch.setattr(xlsx_rows, "load_workbook", lambda *_, **__: pytest.fail("it was opened"))
    for name, size in ((SHEET, 1_000_001), ("xl/styles.xml", 100_001)):
        bomb = repacked(plain, name, b" " * size)
        assert len(bomb.getvalue()) < 20_000
        with pytest.raises(FileTooLarge):
            read(bomb)


def test_entities_that_multiply_are_not_expanded() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "{"a" * 100}">{entities}]><worksheet {_NS}><sheetData><row r="1">'
        f'<c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(FileUnreadable):
        read(repacked(xlsx_file([HEADER]), SHEET, bomb.encode()))


@pytest.mark.parametrize("no", [1_048_577, 10**15])
def test_a_row_beyond_any_sheet_is_not_waited_for(no: int) -> None:
    cells = (
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>sku</t></is></c></row><row r="{no}"><c r="A{no}"><v>1</v></c></row>'
    )
    sheet = f"<worksheet {_NS}><sheetData>{cells}</sheetData></worksheet>"
    with pytest.raises(FileUnreadable):
        read(repacked(xlsx_file([HEADER]), SHEET, sheet.encode()))


def test_rows_that_a_sheet_leaves_out_are_passed_over_unless_they_are_merged() -> None:
    rows = "".join(f'<row r="{no}"><c r="A{no}" t="inlineStr"><is><t>sku</t></is></c></row>' for no in (1, 6))
    sheet = (
        f'<worksheet {_NS}><sheetData>{rows}</sheetData><mergeCells><mergeCell ref="A4:A5"/></mergeCells></worksheet>'
    )
    assert [(row.no, row.wish is None) for row in read(repacked(xlsx_file([HEADER]), SHEET, sheet.encode()))] == [
        (4, True),
        (5, True),
        (6, False),
    ]


def test_more_rows_or_columns_than_may_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ROWS_MAX", 3)
    assert len(read(csv_file("sku;name\n" + "".join(f"{n};n\n" for n in range(3))))) == 3
    with pytest.raises(FileTooLarge):
        read(csv_file("sku;name\n" + "".join(f"{n};n\n" for n in range(4))))
    with pytest.raises(FileTooLarge):
        read(xlsx_file([["sku", *range(xlsx_rows.COLUMNS_MAX)]]))
    monkeypatch.setattr(reader, "FILE_BYTES_MAX", 10)
    with pytest.raises(FileTooLarge):
        read(csv_file("sku;name\n12;12\n"))
    assert csv.field_size_limit() > csv_rows.ROW_CHARS_MAX


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="|"), min_size=1, max_size=12
)
_RISKY = st.tuples(st.sampled_from(["=", "+", "-", "@", "'=", "''+", '="1"', "'"]), _TEXT).map("".join)


_NAMES = (_TEXT | _RISKY).map(lambda text: fields.a_text(f"{text[:1].strip() or '='}{text}."))
_PRICES = st.builds(Price, amount_minor=st.integers(1, 10**9), currency=st.sampled_from(["RSD", "EUR"]))
_FACTS = st.builds(
    ProductFacts,
    sku=_NAMES,
    name=_NAMES,
    second_name=st.none() | _NAMES,
    till_names=st.lists(_NAMES, max_size=3, unique=True).map(tuple),
    gtins=st.sampled_from([(), ("00000096385074",), ("00000096385074", "09520101000040")]),
    catalogue_number=st.none() | _NAMES,
    brand=st.none() | _NAMES,
    groups=st.sets(_NAMES, max_size=3).map(lambda codes: tuple(sorted(codes))),
    unit=st.none() | st.just("kg"),
    pack_milli=st.none() | st.integers(1, 10**9),
    regular_prices=st.lists(_PRICES, max_size=1).map(tuple),
    loyalty_prices=st.just((Price(amount_minor=1, currency="RSD", from_on=date(2026, 1, 1), to_on=date(2026, 1, 2)),)),
    is_withdrawn=st.booleans(),
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@settings(max_examples=80)
@given(product=_FACTS)
def test_a_product_is_read_back_as_it_was_written(kind: Format, product: ProductFacts) -> None:
    file = io.BytesIO()
    writer = WRITERS[kind](file, currency="RSD")
    writer.add([product])
    writer.close()
    file.seek(0)
    (wish,) = facts(file)
    assert ProductFacts(**wish) == product


@given(st.text() | _RISKY)
def test_no_text_that_is_written_begins_like_a_formula(text: str) -> None:
    written = guarded(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(written) == text
