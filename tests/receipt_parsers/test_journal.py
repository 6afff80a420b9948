"""Journals of every shape that the paper allows, and refusal of those that do not add up."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from receipt_parsers.authorities.rs_suf import RS_SUF
from receipt_parsers.document import receipt_document
from receipt_parsers.errors import LayoutChanged, NotYetAvailable
from receipt_parsers.model import FiscalReceipt, Payment, Tax
from receipt_parsers.taxcore.items import split_unit

Journal = Callable[..., str]
ONE = "Hleb/KOM (Ђ)\n       100,00          1          100,00"


def read(text: str) -> FiscalReceipt:
    return RS_SUF.parse(text.encode())


def names(rows: str) -> list[str]:
    return [line.name for line in read(rows).lines]


def test_a_refund_is_positive_and_names_its_original(journal_of: Journal) -> None:
    receipt = read(
        journal_of(
            "Patike (Ђ)\n     1.898,00          1       -1.898,00",
            "1.898,00",
            kind="ПРОМЕТ РЕФУНДАЦИЈА",
            letters="ПР",
            header="ИД купца: 20:001234567\nРеф. број: M9CDXAWB-M9CDXAWB-200\n29\nРеф. време: 1.2.2026. 9:00:00\n",
            total_label="Укупна рефундација",
        ).replace("20,00%          1,00", "20,00%       -316,33")
    )
    assert receipt.taxes == (Tax("Ђ", 2000, 31_633),)
    assert (receipt.kind, receipt.total_minor, receipt.lines[0].total_minor) == ("refund", 189_800, 189_800)
    assert receipt.reference == "M9CDXAWB-M9CDXAWB-20029"
    assert "001234567" not in repr(receipt)


def test_only_a_refund_may_be_negative(journal_of: Journal) -> None:
    with pytest.raises(LayoutChanged):
        read(journal_of("Patike (Ђ)\n     100,00          1       -100,00", "100,00"))


def test_a_discount_line_counts_with_its_sign(journal_of: Journal) -> None:
    receipt = read(journal_of(ONE + "\nPopust (Ђ)\n        20,00          1          -20,00", "80,00"))
    assert [line.total_minor for line in receipt.lines] == [10_000, -2_000]


@pytest.mark.parametrize(("total", "reads"), [("100,02", True), ("99,98", True), ("100,03", False), ("99,97", False)])
def test_lines_must_add_up_to_the_total(journal_of: Journal, total: str, reads: bool) -> None:
    if reads:
        assert read(journal_of(ONE, total)).lines[0].total_minor == 10_000
    else:
        with pytest.raises(LayoutChanged):
            read(journal_of(ONE, total))


@pytest.mark.parametrize("stripped", [False, True])
def test_a_blank_lost_at_the_cut_comes_back(journal_of: Journal, stripped: bool) -> None:
    first = "FC GUMICA 187130 BELA DUST-FREE KOMAD 5 "
    assert len(first) == 40
    second = f"{'Čokolada mlečna sa lešnikom i suvim gro':<39}ž"
    rows = [first.rstrip() if stripped else first, "boja/KOM (Ђ)", "       100,00          1          100,00"]
    rows += [second, "đem 100g/KOM (Е)", "       100,00          1          100,00"]
    text = journal_of("\n".join(rows), "200,00")
    assert names(text) == [
        "FC GUMICA 187130 BELA DUST-FREE KOMAD 5 boja",
        "Čokolada mlečna sa lešnikom i suvim grožđem 100g",
    ]


def test_a_value_row_is_three_numbers_and_nothing_else(journal_of: Journal) -> None:
    rows = " 02675379203 / komad (Ђ)\n   100,00   1   100,00\n 12 34 56 (Ђ)\n   100,00   0,500   50,00"
    lines = read(journal_of(rows, "150,00")).lines
    assert [(line.name, line.unit, line.quantity_milli) for line in lines] == [
        ("02675379203", "kom", 1000),
        ("12 34 56", None, 500),
    ]


def test_labels_are_the_last_parenthesis_in_cyrillic(journal_of: Journal) -> None:
    rows = "\n".join(
        f"{name}\n   10,00   1   10,00" for name in ("A (Ђ)/KOM (E)", "B (A)", "C (BF)", "D (Ђ, Е)", "E (kom)", "F")
    )
    lines = read(journal_of(rows, "60,00")).lines
    assert [(line.name, line.unit, line.tax_labels) for line in lines] == [
        ("A (Ђ)", "kom", ("Е",)),
        ("B", None, ("А",)),
        ("C", None, ("B", "F")),
        ("D", None, ("Ђ", "Е")),
        ("E", "kom", ()),
        ("F", None, ()),
    ]


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("Hleb/KOM", ("Hleb", "kom")),
        ("Hleb/ком", ("Hleb", "kom")),
        ("Hleb / KOM", ("Hleb", "kom")),
        ("Hleb (kom)", ("Hleb", "kom")),
        ("Hleb (КОМ)", ("Hleb", "kom")),
        ("Hleb [KOM]", ("Hleb", "kom")),
        ("Hleb\\KO", ("Hleb", "kom")),
        ("Jabuke/KG", ("Jabuke", "kg")),
        ("JABUKA ZLATNI DELISES             KG", ("JABUKA ZLATNI DELISES", "kg")),
        ("0.75L KARDAS ALEKSIC FL", ("0.75L KARDAS ALEKSIC", "fl")),
        ("18.5G NESCAFE CAPP.V KO", ("18.5G NESCAFE CAPP.V", "kom")),
        ("OPTI BMB 95,2710124500 /LIT", ("OPTI BMB 95,2710124500", "l")),
        ("BENZIN LIT", ("BENZIN", "l")),
        ("Brašno 25 KG", ("Brašno 25 KG", None)),
        ("Brašno 25   KG", ("Brašno 25", "kg")),
        ("VODA PROLOM 1.5 L", ("VODA PROLOM 1.5 L", None)),
        ("Majica S/M", ("Majica S/M", None)),
        ("Platno/m", ("Platno", "m")),
        ("Kafa/xyz", ("Kafa/xyz", None)),
        ("Kafa /0080040", ("Kafa /0080040", None)),
        ("/KOM", ("/KOM", None)),
        ("", ("", None)),
    ],
)
def test_units_are_split_off_by_convention(text: str, parted: tuple[str, str | None]) -> None:
    assert split_unit(text) == parted


def test_a_long_header_wraps(journal_of: Journal) -> None:
    name = ("   PREDUZEĆE ZA PROIZVODNJU I TRGOVINU  ", "            PRIMER DOO BEOGRAD          ")
    premises = ("1234567-Maloprodajni objekat broj 12 u t", "             ržnom centru               ")
    place = ("        БУЛЕВАР УМЕТНОСТИ 4             ", "          Београд-Нови Београд          ")
    seller = read(journal_of(ONE, "100,00", identity="\n".join(name + premises + place))).seller
    assert seller.name == "PREDUZEĆE ZA PROIZVODNJU I TRGOVINU PRIMER DOO BEOGRAD"
    assert (seller.premises_id, seller.premises_name) == ("1234567", "Maloprodajni objekat broj 12 u tržnom centru")
    assert (seller.address, seller.city) == ("БУЛЕВАР УМЕТНОСТИ 4", "Београд-Нови Београд")


def test_a_long_address_wraps(journal_of: Journal) -> None:
    rows = "PRODAVAC\n1234567-Radnja\nУлица краља Петра Првог Ослободиоца број\n 12\nГрад"
    seller = read(journal_of(ONE, "100,00", identity=rows)).seller
    assert (seller.premises_name, seller.address) == ("Radnja", "Улица краља Петра Првог Ослободиоца број 12")


def test_a_header_without_premises_reads(journal_of: Journal) -> None:
    seller = read(journal_of(ONE, "100,00", identity="PRODAVAC\nУлица 1\nГрад")).seller
    assert (seller.name, seller.premises_id, seller.address, seller.city) == ("PRODAVAC", None, "Улица 1", "Град")


def test_means_of_payment_have_stable_codes_and_change_is_none(journal_of: Journal) -> None:
    sums = (
        "Готовина: 1,00\nПлатна картица: 2,00\nЧек: 3,00\nПренос на рачун: 4,00\nВаучер: 5,00\n"
        "Инстант плаћање: 6,00\nДруго безготовинско плаћање: 0,00\nПовраћај: 9,00"
    )
    assert read(journal_of(ONE, "100,00", sums=sums)).payments == (
        Payment("cash", 100),
        Payment("card", 200),
        Payment("cheque", 300),
        Payment("transfer", 400),
        Payment("voucher", 500),
        Payment("instant", 600),
        Payment("other", 0),
    )


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ("31.12.2025. 15:51:57", "2025-12-31T14:51:57.000Z"),
        ("1.7.2026. 9:05:00", "2026-07-01T07:05:00.000Z"),
        ("29.03.2026. 01:59:59", "2026-03-29T00:59:59.000Z"),
        ("29.03.2026. 03:00:00", "2026-03-29T01:00:00.000Z"),
    ],
)
def test_local_time_becomes_utc(journal_of: Journal, time: str, utc: str) -> None:
    assert receipt_document(read(journal_of(ONE, "100,00", time=time)))["issued_at"] == utc


@pytest.mark.parametrize(
    ("kind", "letters", "meant"),
    [
        ("КОПИЈА ПРОДАЈА", "КП", "copy"),
        ("ОБУКА ПРОДАЈА", "ОП", "training"),
        ("АВАНС ПРОДАЈА", "АП", "advance"),
        ("ПРЕДРАЧУН ПРОДАЈА", "РП", "proforma"),
    ],
)
def test_kinds_with_parts_of_their_own_read(journal_of: Journal, kind: str, letters: str, meant: str) -> None:
    text = journal_of(ONE, "100,00", kind=kind, letters=letters)
    text = text.replace("Ознака ", f"        ОВО НИЈЕ ФИСКАЛНИ РАЧУН\n{'=' * 40}\nОзнака ", 1)
    assert read(text).kind == meant


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("============ ФИСКАЛНИ", "ФИСКАЛНИ"),
        ("100000001", "Продавац"),
        ("Назив ", "Имена "),
        ("Укупан износ: 100", "Износ: 100"),
        ("100,00          1", "100,00          један"),
        ("ПФР време: 01.02.2026.", "ПФР време: 31.02.2026."),
        ("ПФР број рачуна: ", "ПФР рачун: "),
        ("EFGH56O0-500", "EFGH56O0"),
        ("480/500ПП", "480/500XX"),
        ("-" * 40, ""),
    ],
)
def test_a_journal_that_changed_is_not_guessed(journal_of: Journal, old: str, new: str) -> None:
    text = journal_of(ONE, "100,00")
    assert old in text
    with pytest.raises(LayoutChanged):
        read(text.replace(old, new))


@pytest.mark.parametrize("text", ["", " \r\n \n"])
def test_no_journal_means_not_yet(text: str) -> None:
    with pytest.raises(NotYetAvailable):
        read(text)


def test_entities_of_a_copied_page_are_characters(journal_of: Journal) -> None:
    assert names(journal_of(ONE.replace("Hleb", "H&amp;M &quot;x&quot; &copy"), "100,00")) == ['H&M "x" &copy']


def test_ijekavian_words_read_too(shared_samples: Path) -> None:
    neighbour = replace(RS_SUF, code="xx.test", currency="BAM", zone=ZoneInfo("Europe/Sarajevo"))
    receipt = neighbour.parse((shared_samples / "republika_srpska/journal-2026.txt").read_bytes())
    assert (receipt.fiscal_id, receipt.counter) == ("8FENPZP8-8FENPZP8-1973", "1969/1973ПП")
    assert (receipt.total_minor, receipt.currency, receipt.issued_at.isoformat()) == (
        10_000,
        "BAM",
        "2026-06-28T08:22:50+00:00",
    )
    assert receipt.seller.tax_id == "4401941690008"
    assert (receipt.seller.name, receipt.seller.city) == ('"RDT SWISSLION" d.o.o. Trebinje', "Trebinje")
    assert [(line.name, line.unit) for line in receipt.lines] == [("Porodicna karta", "kom")]
