"""`paragon receipt` and `paragon qr`: offline, for people and for programs."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.cli.files import read_start
from receipt_parsers.playground.authority import PlaygroundAuthority
from receipt_parsers.qr import SIZE_LIMIT_BYTES
from tests.cli.conftest import Paragon
from tests.fixtures.loopback import PLAYGROUND
from tests.fixtures.slips import damaged, qr_png

FACTS = [
    "authority",
    "fiscal_id",
    "counter",
    "kind",
    "issued_at",
    "total",
    "currency",
    "buyer_kind",
    "earns",
    "refusal",
]
REAL = {
    "authority": "rs.suf",
    "fiscal_id": "746DUV64-746DUV64-16898",
    "counter": "16887/16898ПП",
    "kind": "sale",
    "issued_at": "2022-12-31T14:51:57.202Z",
    "total": "829.12",
    "currency": "RSD",
    "buyer_kind": None,
    "earns": True,
    "refusal": None,
}


@pytest.fixture
def real(shared_samples: Path) -> tuple[Path, str]:
    """A real slip's picture and its text."""
    serbia = shared_samples / "serbia"
    with (serbia / "qr/expected.tsv").open() as table:
        texts = {row["file"]: row["url"] for row in csv.DictReader(table, delimiter="\t")}
    return serbia / "qr/01.gif", texts["01.gif"]


def test_inf_15_a_real_slip_reads_from_its_text_its_picture_and_a_file(
    paragon: Paragon, real: tuple[Path, str], tmp_path: Path
) -> None:
    picture, text = real
    plain = tmp_path / "slip.txt"
    plain.write_text(text + "\n")
    for source in (text, picture, plain):
        ran = paragon("receipt", "read", source, "--json")
        assert (ran.status, ran.value) == (0, REAL)
        assert list(ran.value) == FACTS
    people = paragon("receipt", "read", picture)
    assert people.status == 0
    assert "829.12" in people.out


@pytest.mark.parametrize(
    "garbage", ["", "hello", "https://suf.purs.gov.rs.example.org/v/?vl=AAAA", "x" * 100_000, "\0", "žćč", "."]
)
def test_what_is_no_receipt_is_said_to_be_none(paragon: Paragon, garbage: str) -> None:
    ran = paragon("receipt", "read", garbage, "--json")
    assert ran.status == 0
    assert list(ran.value) == FACTS
    assert (ran.value["refusal"], ran.value["earns"]) == ("unknown-receipt-code", False)
    assert ran.err == ""


def test_a_misread_slip_and_a_picture_without_a_code_say_so(
    paragon: Paragon, real: tuple[Path, str], tmp_path: Path
) -> None:
    assert paragon("receipt", "read", damaged(real[1]), "--json").value["refusal"] == "checksum-mismatch"
    picture = tmp_path / "other.png"
    picture.write_bytes(qr_png("no receipt"))
    assert paragon("receipt", "read", picture, "--json").value["refusal"] == "unknown-receipt-code"
    for content in (b"", b"\x89PNG broken", bytes(range(256))):
        picture.write_bytes(content)
        assert paragon("receipt", "read", picture, "--json").value["refusal"] == "unknown-receipt-code"


def test_a_playground_slip_is_read_only_where_it_is_configured(
    paragon: Paragon, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = PlaygroundAuthority(PLAYGROUND, seed=1).issue(datetime(2026, 11, 22, tzinfo=UTC), kind="training")
    assert paragon("receipt", "read", slip.payload, "--json").value["refusal"] == "unknown-receipt-code"
    monkeypatch.setenv("PARAGON_PLAYGROUND_URL", PLAYGROUND)
    read = paragon("receipt", "read", slip.payload, "--json").value
    assert (read["authority"], read["kind"], read["refusal"]) == ("xx.playground", "training", "receipt-kind-refused")


@pytest.mark.parametrize("sample", ["json/accept-json-2022.json", "pages/page-2022.html", "journals/a01.txt"])
def test_inf_17_every_form_of_an_answer_parses_alike(paragon: Paragon, shared_samples: Path, sample: str) -> None:
    ran = paragon("receipt", "parse", shared_samples / "serbia" / sample, "--authority", "rs.suf", "--json")
    assert ran.status == 0
    assert list(ran.value) == [
        *("authority", "fiscal_id", "counter", "kind", "seller", "issued_at", "total", "currency"),
        *("lines", "payments", "taxes", "reference"),
    ]
    assert (ran.value["fiscal_id"], ran.value["total"]) == ("746DUV64-746DUV64-16898", "829.12")
    assert {line["name"]: line["total"] for line in ran.value["lines"]}["BANANA"] == "296.39"
    people = paragon("receipt", "parse", shared_samples / "serbia" / sample, "--authority", "rs.suf")
    assert "BANANA" in people.out


def test_what_cannot_be_parsed_is_one_sentence(paragon: Paragon, tmp_path: Path) -> None:
    file = tmp_path / "answer"
    file.write_bytes(b"\xff\xfe nothing")
    ran = paragon("receipt", "parse", file, "--authority", "rs.suf")
    assert (ran.status, ran.out) == (1, "")
    assert "(authority-layout-changed)" in ran.err
    assert "Traceback" not in ran.err
    assert paragon("receipt", "parse", file, "--authority", "no.such").status == 2
    assert paragon("receipt", "parse", tmp_path / "absent", "--authority", "rs.suf").status == 2


def test_inf_16_codes_are_read_from_pictures_as_they_stand(
    paragon: Paragon, real: tuple[Path, str], tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(qr_png("no receipt"))
    damaged_one = tmp_path / "damaged.png"
    damaged_one.write_bytes(qr_png(damaged(real[1])))
    ran = paragon("qr", "read", real[0], other, tmp_path / "absent.png", damaged_one, "--json")
    assert ran.status == 1
    assert [row["text"] for row in ran.value] == [real[1], None, None, damaged(real[1])]
    assert [set(row) for row in ran.value] == [{"file", "text", "reader", "cpu_ms"}] * 4
    assert ran.value[0]["file"] == str(real[0])
    assert "no fiscal code" in paragon("qr", "read", other).out


def test_a_picture_without_a_code_was_read_and_an_absent_one_was_not(paragon: Paragon, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    ran = paragon("qr", "read", empty, "--json")
    assert (ran.status, ran.value) == (0, [{"file": str(empty), "text": None, "reader": None, "cpu_ms": 0}])
    for unread in (tmp_path / "absent.png", tmp_path):
        ran = paragon("qr", "read", empty, unread, "--json")
        assert (ran.status, [row["file"] for row in ran.value]) == (1, [str(empty), str(unread)])
    assert "absent.png: cannot be read" in paragon("qr", "read", tmp_path / "absent.png").out


@pytest.mark.parametrize("name", ["nosuch.png", "NOSUCH.JPEG", "no/such", "./nosuch", "/"])
def test_the_name_of_a_file_that_is_not_there_is_no_receipt(paragon: Paragon, name: str) -> None:
    ran = paragon("receipt", "read", name, "--json")
    assert (ran.status, ran.value["code"]) == (2, "bad-arguments")
    assert f"there is no file {name}" in ran.err


def test_no_more_of_a_file_is_read_than_a_picture_may_be_long(tmp_path: Path) -> None:
    long = tmp_path / "long"
    with long.open("wb") as file:
        file.truncate(SIZE_LIMIT_BYTES * 3)
    assert len(read_start(long, SIZE_LIMIT_BYTES)) == SIZE_LIMIT_BYTES + 1
