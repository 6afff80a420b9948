"""`paragon promotions`: decide and check documents from files, for people and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Paragon

BASKET = {
    "currency": "RSD",
    "now": "2026-11-21T10:15:00+01:00",
    "member": {"id": "m1"},
    "lines": [{"id": "1", "sku": "A", "quantity": "3", "total": "340.00"}],
}
PROMOTIONS: list[dict[str, Any]] = [
    {"id": "three-for-two", "benefit": {"type": "multibuy", "buy": 2, "get": 1, "percent": "100"}},
    {
        "id": "spend-3000",
        "conditions": [{"type": "basket_total", "above": "3000.00"}],
        "benefit": {"type": "percent", "percent": "10"},
    },
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    promotions, basket = tmp_path / "P.json", tmp_path / "B.json"
    promotions.write_text(json.dumps(PROMOTIONS), "utf-8")
    basket.write_text(json.dumps(BASKET), "utf-8")
    return promotions, basket


def evaluate(paragon: Paragon, files: tuple[Path, Path], *options: str) -> Any:
    return paragon("promotions", "evaluate", "--promotions", files[0], "--basket", files[1], *options)


def test_with_json_the_outcome_is_all_that_is_printed(paragon: Paragon, files: tuple[Path, Path]) -> None:
    ran = evaluate(paragon, files, "--json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.value["pay"] == "226.67"
    assert ran.value["not_applied"] == [{"promotion": "spend-3000", "reason": "basket_total", "missing": "2660.01"}]


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("en", "3 bought, the cheapest is free"),
        ("sr-Latn", "Kupljeno 3, najjeftiniji je besplatan"),
        ("sr-Cyrl", "Купљено 3, најјефтинији је бесплатан"),
    ],
)
def test_the_explanations_are_in_the_language_that_is_asked_for(
    paragon: Paragon, files: tuple[Path, Path], language: str, why: str
) -> None:
    assert evaluate(paragon, files, "--json", "--lang", language).value["applied"][0]["why"] == why
    assert why in evaluate(paragon, files, "--lang", language).out


def test_people_are_told_what_applied_what_did_not_and_what_was_missing(
    paragon: Paragon, files: tuple[Path, Path]
) -> None:
    files[1].write_text(json.dumps(BASKET | {"lines": None, "total": "340.00"}), "utf-8")
    ran = evaluate(paragon, files)
    assert ran.out.splitlines()[-2:] == [
        "- spend-3000: 2660.01 RSD more on the receipt would have been enough.",
        "? three-for-two: items",
    ]


def test_a_faulty_basket_is_refused_with_every_fault(paragon: Paragon, files: tuple[Path, Path]) -> None:
    files[1].write_text('{"currency": "RSD", "currency": "EUR", "now": "today", "lines": []}', "utf-8")
    ran = evaluate(paragon, files, "--json")
    assert (ran.status, ran.value["valid"], ran.value["code"]) == (1, False, "malformed-document")
    assert [fault["pointer"] for fault in ran.value["errors"]] == ["/currency", "/now"]
    assert "/now must be a time with offset" in ran.err


def test_check_names_every_fault_and_says_so_in_its_status(paragon: Paragon, files: tuple[Path, Path]) -> None:
    good = paragon("promotions", "check", files[0], "--json")
    assert (good.status, good.value) == (0, {"valid": True, "promotions": 2, "errors": []})
    assert paragon("promotions", "check", files[0]).out == "2 promotions, no fault\n"

    files[0].write_text('[{"id": "p", "colour": 1, "benefit": {"type": "percent", "percent": "101"}}]', "utf-8")
    bad = paragon("promotions", "check", files[0])
    assert (bad.status, bad.out) == (1, "")
    assert bad.err.splitlines() == [
        f"{files[0]}: /0/colour is not a known field",
        f"{files[0]}: /0/benefit/percent must be at most 100",
    ]


@pytest.mark.parametrize("data", [b"", b"[" * 200_000, b"\xff", b'[{"\\ud800": "\\u001b[2J"}]', b"9" * 9_000])
def test_no_file_gives_a_stack_trace(paragon: Paragon, files: tuple[Path, Path], data: bytes) -> None:
    files[0].write_bytes(data)
    for options in ((), ("--json",)):
        ran = paragon("promotions", "check", files[0], *options)
        assert (ran.status, "Traceback" in ran.err, "\x1b" in ran.out + ran.err) == (1, False, False)
        assert not options or ran.value["errors"]


def test_a_file_that_cannot_be_read_is_said_so(paragon: Paragon, files: tuple[Path, Path], tmp_path: Path) -> None:
    for file in (tmp_path / "none.json", tmp_path):
        ran = paragon("promotions", "check", file)
        assert (ran.status, "file-unreadable" in ran.err) == (1, True)
    assert files[0].is_file()
