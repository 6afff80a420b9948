"""`paragon catalogue`: products in and out of files, and looked at."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import Paragon
from tests.fixtures.world import World

GTIN = "96385074"
GOOD = f"""šifra;naziv;drugi naziv;barkod;grupa;cena;cena za članove;beleška
A1;Čokolada;Chocolate [100];{GTIN};slatkiši;499,00;449,00 2026-12-01..2026-12-31;x
A2;Kafa;;;;;;
"""
BAD = f"{GOOD}A3;;;12345678;;1.299;;\n"


@pytest.fixture
def tenant(world: World) -> tuple[str, str]:
    return ("--tenant", world.tenant_id.hex)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "products.csv"
    path.write_text(GOOD)
    return path


def test_a_file_is_tried_taken_and_taken_again(installed: Paragon, tenant: tuple[str, str], file: Path) -> None:
    counts = {"rows_done": 2, "added": 2, "changed": 0, "unchanged": 0, "refused": 0, "groups_added": 1}
    rest = {"ignored_columns": ["beleška"], "refusals": []}
    tried = installed("catalogue", "import", file, *tenant, "--dry-run", "--json")
    assert (tried.status, tried.value) == (0, {"dry_run": True, **counts, **rest})
    assert installed("catalogue", "show", "A1", *tenant, "--json").value["code"] == "product-not-found"
    taken = installed("catalogue", "import", file, *tenant, "--json")
    assert (taken.status, taken.value) == (0, {"dry_run": False, **counts, **rest})
    again = installed("catalogue", "import", file, *tenant)
    assert (again.status, "unchanged  2" in again.out, "Columns that mean nothing here: beleška" in again.out) == (
        0,
        True,
        True,
    )


def test_a_refused_row_is_named_and_the_exit_status_says_so(
    installed: Paragon, tenant: tuple[str, str], file: Path
) -> None:
    file.write_text(BAD)
    for dry_run in (["--dry-run"], []):
        ran = installed("catalogue", "import", file, *tenant, *dry_run, "--json")
        assert (ran.status, ran.value["refused"], ran.value["added"]) == (1, 1, 2)
        assert [(each["row"], each["column"], each["code"]) for each in ran.value["refusals"]] == [
            (4, "name", "missing"),
            (4, "gtins", "gtin-check-digit"),
            (4, "regular_prices", "number-ambiguous"),
        ]
    people = installed("catalogue", "import", file, *tenant)
    assert "row 4, gtins: The barcode's check digit is wrong. (gtin-check-digit)" in people.out
    assert people.status == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"naziv\nKafa\n", "catalogue-column-missing"),
        (b"sku;code\nA;A\n", "catalogue-column-doubled"),
        (b"PK\x03\x04 no workbook", "catalogue-file-unreadable"),
        (b"sku;name\n" + b";" * 70_000, "catalogue-file-too-large"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(
    installed: Paragon, tenant: tuple[str, str], file: Path, content: bytes, code: str
) -> None:
    file.write_bytes(content)
    for dry_run in (["--dry-run"], []):
        ran = installed("catalogue", "import", file, *tenant, *dry_run, "--json")
        assert (ran.status, ran.value["code"], "Traceback" in ran.err) == (1, code, False)


def test_wrong_words_are_refused_before_anything_is_read(
    installed: Paragon, tenant: tuple[str, str], file: Path
) -> None:
    for args in (
        ("import", file.with_name("absent.csv"), *tenant),
        ("import", file),
        ("export", *tenant),
        ("export", *tenant, "-o", file, "--format", "pdf"),
        ("list", *tenant, "--limit", "0"),
        ("show", *tenant),
    ):
        ran = installed("catalogue", *args, "--json")
        assert (ran.status, ran.value["code"]) == (2, "bad-arguments"), args
    for words in (("import", file), ("export", "-o", file.with_name("out.csv")), ("list",), ("show", "A1")):
        ran = installed("catalogue", *words, "--tenant", "nobody", "--json")
        assert (ran.status, ran.value["code"]) == (1, "tenant-not-found"), words
    assert not file.with_name("out.csv").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_in_again_unchanged(
    installed: Paragon, tenant: tuple[str, str], file: Path, tmp_path: Path, kind: str
) -> None:
    installed("catalogue", "import", file, *tenant)
    path = tmp_path / f"out.{kind}"
    exported = installed("catalogue", "export", *tenant, "--format", kind, "-o", path, "--json").value
    listed = installed("catalogue", "list", *tenant, "--limit", "1000", "--json").value
    assert exported == {"products": len(listed), "file": str(path)}
    if kind == "xlsx":
        assert load_workbook(path)["catalogue"].max_row == len(listed) + 1
    again = installed("catalogue", "import", path, *tenant, "--json").value
    assert (again["unchanged"], again["refused"], again["added"]) == (len(listed), 0, 0)
    assert f"products  {len(listed)}" in installed("catalogue", "export", *tenant, "-o", path).out


def test_products_are_listed_newest_first_and_searched(installed: Paragon, tenant: tuple[str, str], file: Path) -> None:
    installed("catalogue", "import", file, *tenant)
    listed = installed("catalogue", "list", *tenant, "--limit", "2", "--json").value
    assert [row["sku"] for row in listed] == ["A2", "A1"]
    for search in ("чоколада", "chocolate 100", "a1", GTIN):
        found = installed("catalogue", "list", *tenant, "--search", search, "--json").value
        assert [row["sku"] for row in found] == ["A1"], search
    assert installed("catalogue", "list", *tenant, "--search", "%", "--json").value == []
    table = installed("catalogue", "list", *tenant, "--search", "A1").out
    assert {word in table for word in ("Čokolada", GTIN, "slatkiši", "active")} == {True}


def test_a_product_is_shown_whole(installed: Paragon, tenant: tuple[str, str], file: Path) -> None:
    installed("catalogue", "import", file, *tenant)
    shown = installed("catalogue", "show", "A1", *tenant, "--json")
    assert shown.value == {
        "sku": "A1",
        "name": "Čokolada",
        "second_name": "Chocolate [100]",
        "third_name": None,
        "till_names": [],
        "gtins": [GTIN],
        "catalogue_number": None,
        "brand": None,
        "groups": ["slatkiši"],
        "unit": None,
        "pack_size": None,
        "regular_prices": [{"amount": "499.00", "currency": "RSD", "from": None, "to": None}],
        "loyalty_prices": [{"amount": "449.00", "currency": "RSD", "from": "2026-12-01", "to": "2026-12-31"}],
        "state": "active",
    }
    people = installed("catalogue", "show", "A1", *tenant).out
    assert {words in people for words in ("Chocolate [100]", "449.00 RSD 2026-12-01 2026-12-31")} == {True}
    absent = installed("catalogue", "show", "a1", *tenant)
    assert (absent.status, "(product-not-found)" in absent.err) == (1, True)


def test_an_import_by_an_operator_is_told_of_in_the_audit_trail(
    installed: Paragon, tenant: tuple[str, str], file: Path
) -> None:
    installed("catalogue", "import", file, *tenant)
    assert installed("audit", "verify", *tenant, "--json").value[0]["rows"] == 1
    installed("catalogue", "import", file, *tenant, "--dry-run")
    assert installed("audit", "verify", *tenant, "--json").value[0]["rows"] == 1
