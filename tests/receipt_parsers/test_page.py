"""Pages of the portal's newer generation, written here after their description, and what is missing from some."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from receipt_parsers.authorities.rs_suf import RS_SUF
from receipt_parsers.document import receipt_document
from receipt_parsers.errors import LayoutChanged, NotYetAvailable

ITEM = "Sok &lt;1L&gt;/KOM (Ђ)\n     5.718,00          1        5.718,00"


def entities(text: str) -> str:
    return "".join(char if ord(char) < 128 else f"&#x{ord(char):X};" for char in text)


def page_of(journal: str, *, time: str, total: str, extension: str = "ПП", number: str = "500") -> str:
    labels = {
        "tinLabel": "100000001",
        "shopFullNameLabel": "1234567-Радња",
        "addressLabel": "Улица 1   ",
        "cityLabel": "ГРАД",
        "administrativeUnitLabel": "Град-Општина",
        "buyerIdLabel": "20:001234567",
        "requestedByLabel": "ABCD1234",
        "signedByLabel": "EFGH56O0",
        "totalCounterLabel": number,
        "totalAmountLabel": total,
        "invoiceCounterExtensionLabel": extension,
        "sdcDateTimeLabel": time,
    }
    spans = "".join(f'<div><span id="{name}">\n {entities(text)}\n</span></div>' for name, text in labels.items())
    picture = "<br/><img src=data:image/gif;base64,R0lGODlh width='250'/>"
    text = entities(journal).replace("=\n======== &#x41A;", f"={picture}======== &#x41A;")
    assert picture in text
    return f"<!DOCTYPE html><html><body><form action='/v'>{spans}<pre>{text}</pre></form></body></html>"


@pytest.fixture
def journal(journal_of: Callable[..., str]) -> str:
    return journal_of(ITEM, "5.718,00", time="27.8.2026. 15:00:00")


@pytest.mark.parametrize(("time", "total"), [("27.8.2026. 15:00:00", "5.718,00"), ("8/27/2026 3:00:00 PM", "5,718.00")])
def test_inf_17_pages_of_2026_read_in_both_languages(journal: str, time: str, total: str) -> None:
    receipt = receipt_document(RS_SUF.parse(page_of(journal, time=time, total=total).encode()))
    assert (receipt["issued_at"], receipt["total"]) == ("2026-08-27T13:00:00.000Z", "5718.00")
    assert receipt["lines"][0]["name"] == "Sok <1L>"
    assert receipt["seller"] == {
        "tax_id": "100000001",
        "name": "ПРОДАВАЦ",
        "premises_id": "1234567",
        "premises_name": "Радња",
        "address": "Улица 1",
        "city": "Град-Општина",
    }
    assert not {"Тајна", "001234567", "R0lGOD"} & set(re.findall(r"\w+", str(receipt)))


@pytest.mark.parametrize(
    ("time", "first", "second"),
    [
        ("30.10.2022. 02:30:00", "2022-10-30T00:30", "2022-10-30T01:30"),
        ("30.10.2022. 02:00:00", "2022-10-30T00:00", "2022-10-30T01:00"),
        ("30.10.2022. 01:59:59", "2022-10-29T23:59:59", None),
        ("30.10.2022. 03:00:00", "2022-10-30T02:00", None),
        ("27.03.2022. 02:30:00", "2022-03-27T01:30", None),
    ],
)
def test_the_hour_that_autumn_repeats_is_one_of_two(
    journal_of: Callable[..., str], time: str, first: str, second: str | None
) -> None:
    journal = journal_of(ITEM, "5.718,00", time=time)
    for content in (journal, page_of(journal, time=time, total="5.718,00")):
        receipt = RS_SUF.parse(content.encode())
        assert receipt.issued_at == datetime.fromisoformat(first).replace(tzinfo=UTC)
        assert receipt.issued_at_or == (datetime.fromisoformat(second).replace(tzinfo=UTC) if second else None)


@pytest.mark.parametrize(("time", "utc"), [("8/27/2026 12:30:00 AM", "T22:30"), ("8/27/2026 12:30:00 PM", "T10:30")])
def test_noon_and_midnight_of_the_american_clock(journal: str, time: str, utc: str) -> None:
    receipt = receipt_document(RS_SUF.parse(page_of(journal, time=time, total="5,718.00").encode()))
    assert utc in receipt["issued_at"]


@pytest.mark.parametrize(
    "changed",
    [
        {"total": "5,718.00"},
        {"total": "5.718,01"},
        {"total": "much"},
        {"time": "8/27/2026 3:00:00 PM"},
        {"time": "yesterday"},
        {"extension": "КП"},
        {"number": "501"},
    ],
)
def test_a_page_that_contradicts_its_journal_is_refused(journal: str, changed: dict[str, str]) -> None:
    stated = {"time": "27.8.2026. 15:00:00", "total": "5.718,00", **changed}
    with pytest.raises(LayoutChanged):
        RS_SUF.parse(page_of(journal, **stated).encode())


def test_a_page_may_state_nothing_but_the_journal(journal: str) -> None:
    receipt = RS_SUF.parse(f"<html><pre>{journal}</pre></html>".encode())
    assert (receipt.fiscal_id, receipt.total_minor) == ("ABCD1234-EFGH56O0-500", 571_800)


@pytest.mark.parametrize("html", ["<html></html>", "<!DOCTYPE html><p id='totalAmountLabel'>1", "<pre> </pre>"])
def test_a_page_without_a_journal_means_not_yet(html: str) -> None:
    with pytest.raises(NotYetAvailable):
        RS_SUF.parse(html.encode())


def test_a_page_in_another_encoding_is_not_guessed(serbia: Path) -> None:
    html = (serbia / "pages/page-2022.html").read_text(encoding="utf-8")
    with pytest.raises(LayoutChanged):
        RS_SUF.parse(html.encode("windows-1251", errors="replace"))
