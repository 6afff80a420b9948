"""A tenant's file is read strictly, and every fault in it is named at once by its path."""

from pathlib import Path

import pytest

from backend.programmes.errors import TenantFileRefused
from backend.programmes.queries import bare_host
from backend.programmes.tenant_file import FILE_BYTES_MAX, read_tenant_file

EXAMPLE = Path(__file__).parents[3] / "backend" / "docs" / "tenant.example.toml"
WHOLE = """
[tenant]
slug = "a"
name = "A"
time_zone = "Europe/Belgrade"
language = "en"
hosts = ["a.example", "b.example"]

[branding]
primary_colour = "#00ff00"

[settings]
pending_receipts_max = 5

[[programme]]
code = "p"
name = "P"
currency = "RSD"

[[partner]]
name = "One"
tax_id = "1"

[[partner.outlet]]
code = "o1"
name = "O"
premises_id = "9"
city = "C"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(TenantFileRefused) as refused:
        read_tenant_file(text.encode())
    return refused.value.faults


def paths(text: str) -> set[str]:
    return {fault.partition(":")[0] for fault in faults(text)}


def test_inf_44_the_example_is_a_tenant() -> None:
    file = read_tenant_file(EXAMPLE.read_bytes())
    assert (file.tenant.slug, len(file.partner), file.settings.pending_receipts_max) == ("mlekara-primer", 2, 30)


def test_inf_44_every_fault_is_named_by_its_path() -> None:
    text = (
        WHOLE.replace('slug = "a"', 'slug = "Not A Slug"\nowner = "me"')
        .replace("Europe/Belgrade", "Europe/Beograd")
        .replace('"en"', '"tlh"')
        .replace("#00ff00", "green")
        .replace("= 5", '= "5"')
        .replace('city = "C"', "floor = 2")
        + "[surprise]\n"
    )
    assert paths(text) == {
        "tenant.slug",
        "tenant.owner",
        "tenant.time_zone",
        "tenant.language",
        "branding.primary_colour",
        "settings.pending_receipts_max",
        "partner[0].outlet[0].city",
        "partner[0].outlet[0].floor",
        "surprise",
    }


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('"b.example"', '"a.example"', "tenant.hosts[1]"),
        ('"b.example"', '"B.example"', "tenant.hosts[1]"),
        ('"b.example"', '"b.example:8000"', "tenant.hosts[1]"),
        ('currency = "RSD"', 'currency = "dinar"', "programme[0].currency"),
        ('currency = "RSD"', 'currency = "RSD"\npoints_decimals = 3', "programme[0].points_decimals"),
        ('currency = "RSD"', 'currency = "RSD"\npoints_decimals = 1.0', "programme[0].points_decimals"),
        ('name = "One"', 'name = ""', "partner[0].name"),
        ('name = "One"', 'name = "One\\u0000"', "partner[0].name"),
        ('name = "One"', f'name = "{"x" * 201}"', "partner[0].name"),
        ('tax_id = "1"', "tax_id = 1", "partner[0].tax_id"),
        ("= 5", "= 0", "settings.pending_receipts_max"),
        ("[branding]", '[staff]\nowner = "nobody"\n[branding]', "staff.owner"),
    ],
)
def test_what_is_no_good_value_is_refused(old: str, new: str, path: str) -> None:
    assert read_tenant_file(WHOLE.encode()).tenant.name == "A"
    assert paths(WHOLE.replace(old, new, 1)) == {path}


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ('[[programme]]\ncode = "p"\nname = "Q"\ncurrency = "EUR"\n', "programme[1].code"),
        ('[[partner]]\nname = "Two"\ntax_id = "1"\n', "partner[1].tax_id"),
        (
            '[[partner]]\nname = "Two"\ntax_id = "2"\n[[partner.outlet]]\ncode = "o1"\nname = "O"\npremises_id = "9"\ncity = "C"\n',
            "partner[1].outlet[0].code",
        ),
        (
            '[[partner.outlet]]\ncode = "o2"\nname = "O"\npremises_id = "9"\ncity = "C"\n',
            "partner[0].outlet[1].premises_id",
        ),
    ],
)
def test_what_stands_twice_is_named(more: str, path: str) -> None:
    assert paths(WHOLE + more) == {path}


def test_a_tenant_has_a_programme() -> None:
    assert paths(WHOLE.replace("[[programme]]", "[[programmes]]")) == {"programme", "programmes"}


@pytest.mark.parametrize("content", [b"\xff", b"[tenant", b"a = 1\na = 2", b"#" * (FILE_BYTES_MAX + 1)])
def test_what_is_no_toml_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(TenantFileRefused) as refused:
        read_tenant_file(content)
    assert [fault.startswith("(file): ") for fault in refused.value.faults] == [True]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Klub.Example:8000", "klub.example"),
        ("klub.example.", "klub.example"),
        ("localhost", "localhost"),
        ("[::1]:8000", "[::1]"),
        ("[::1]", "[::1]"),
        ("", ""),
    ],
)
def test_a_host_header_is_read_for_its_name_alone(header: str, name: str) -> None:
    assert bare_host(header) == name
