"""Every golden slip, in every form the authority has used, reads as what was meant when it was issued.

The forms say unequally much: the journal and the pages give the time to the second and the JSON answer to the
millisecond; product numbers come with the specifications alone.
"""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from receipt_parsers.document import receipt_document
from receipt_parsers.registry import registry

FOLDER = Path(__file__).parent
NAMES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json"))
FORMS = (".answer.json", ".page-2026.html", ".page-2022.html", ".journal.txt")
REGISTRY = registry("https://playground.example")
CODE = "xx.playground"


def expected(name: str, form: str, *, with_gtins: bool) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((FOLDER / f"{name}.expected.json").read_text("utf-8"))
    document = deepcopy(whole)
    if form != ".answer.json":
        document["issued_at"] = document["issued_at"][:-5] + ".000Z"
    if not with_gtins:
        for line in document["lines"]:
            line["gtin"] = None
    return document


def test_the_golden_folder_is_whole() -> None:
    assert len(NAMES) >= 15
    for name in NAMES:
        assert all((FOLDER / f"{name}{form}").is_file() for form in (*FORMS, ".specifications.json", ".qr.txt"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_golden_slip_reads_as_meant(name: str, form: str) -> None:
    receipt = REGISTRY.get(CODE).parse((FOLDER / f"{name}{form}").read_bytes())
    assert receipt_document(receipt) == expected(name, form, with_gtins=False)


@pytest.mark.parametrize("form", [".answer.json", ".page-2026.html", ".page-2022.html"])
@pytest.mark.parametrize("name", NAMES)
def test_inf_15_a_golden_slip_with_its_specifications_has_product_numbers(name: str, form: str) -> None:
    items = (FOLDER / f"{name}.specifications.json").read_bytes()
    receipt = REGISTRY.get(CODE).parse((FOLDER / f"{name}{form}").read_bytes(), items=items)
    assert receipt_document(receipt) == expected(name, form, with_gtins=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_code_alone_already_says_who_when_and_how_much(name: str) -> None:
    meant = expected(name, ".answer.json", with_gtins=True)
    code = REGISTRY.recognise((FOLDER / f"{name}.qr.txt").read_text("utf-8").strip())
    assert (code.authority, code.fiscal_id, code.counter, code.kind) == (
        CODE,
        meant["fiscal_id"],
        meant["counter"],
        meant["kind"],
    )
    assert f"{code.total_minor // 100}.{code.total_minor % 100:02}" == meant["total"]
    assert code.issued_at.isoformat(timespec="milliseconds") == meant["issued_at"].replace("Z", "+00:00")
    assert code.buyer_kind == ("company" if name.startswith("buyer-") else "document" if "refund" in name else None)
