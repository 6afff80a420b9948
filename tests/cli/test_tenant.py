"""`paragon tenant`, `staff` and `audit`: one file makes a tenant, shown first, applied whole, and once."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.conftest import EXAMPLE, Paragon

File = Callable[..., Path]


@pytest.fixture
def slug() -> str:
    return f"t-{uuid4().hex}"


@pytest.fixture
def file(tmp_path: Path, slug: str) -> File:
    """The example under a slug and a host of its own, with parts replaced."""

    def write(*replaced: tuple[str, str]) -> Path:
        text = EXAMPLE.read_text()
        for old, new in (("mlekara-primer", slug), ("klub.mlekara", slug), *replaced):
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "tenant.toml"
        path.write_text(text)
        return path

    return write


def test_a_file_without_an_end_is_read_only_so_far_and_refused(installed: Paragon) -> None:
    ran = installed("tenant", "apply", "/dev/zero", "--json")
    assert (ran.status, ran.value["code"], ran.value["faults"]) == (
        1,
        "tenant-file-refused",
        ["(file): is larger than 4 MB"],
    )


def test_inf_44_one_file_makes_a_tenant_and_again_changes_nothing(installed: Paragon, file: File, slug: str) -> None:
    shown = installed("tenant", "apply", file(), "--json")
    assert (shown.status, shown.value["applied"]) == (0, False)
    assert {change["verb"] for change in shown.value["changes"]} == {"added"}
    assert installed("tenant", "show", slug, "--json").value["code"] == "tenant-not-found"

    applied = installed("tenant", "apply", file(), "--yes", "--json").value
    assert (applied["applied"], applied["invitation"][:5]) == (True, "pgi1_")
    found = installed("tenant", "show", slug, "--json").value
    assert (found["hosts"], found["programmes"]) == ([f"{slug}.example"], ["klub"])
    assert (found["outlets"], found["branding"]["accent_colour"]) == (["jug-1", "sever-1"], "#f2b705")
    assert found["staff"] == ["vlasnik@mlekara.example (owner, invited)"]
    assert found["usage"]["total"] == {"members": 0, "receipts": 0, "messages": 0}
    assert slug in [row["slug"] for row in installed("tenant", "list", "--json").value]
    assert installed("tenant", "usage", "--json").value[slug]["months"] == {}

    again = installed("tenant", "apply", file(), "--yes")
    assert (again.status, "nothing to change" in again.out) == (0, True)
    assert installed("tenant", "apply", file(), "--yes", "--json").value == {
        "tenant": slug,
        "changes": [],
        "applied": False,
        "invitation": None,
    }


def test_inf_44_a_change_is_shown_with_before_and_after_and_nothing_is_removed_silently(
    installed: Paragon, file: File, slug: str
) -> None:
    installed("tenant", "apply", file(), "--yes")
    outlet = EXAMPLE.read_text().partition("[[partner.outlet]]\n")[2].partition("\n\n")[0]
    changed = (
        ("#1f5c99", "#000000"),
        (f"[[partner.outlet]]\n{outlet}", ""),
        ("pending_receipts_max = 30", ""),
        (f'"{slug}.example"', f'"new.{slug}.example"'),
        ('city = "Niš"', 'city = "Leskovac"'),
    )
    ran = installed("tenant", "apply", file(*changed), "--yes")
    assert "sever-1 closed" in ran.out
    assert "keep their receipts" in ran.out
    assert "city: Niš -> Leskovac" in ran.out
    assert f"host {slug}.example removed" in ran.out
    found = installed("tenant", "show", slug, "--json").value
    assert (found["outlets"], found["settings"]) == (["jug-1", "sever-1 (closed)"], {})
    assert (found["branding"]["primary_colour"], found["hosts"]) == ("#000000", [f"new.{slug}.example"])

    back = installed("tenant", "apply", file(), "--yes", "--json").value
    assert {change["verb"] for change in back["changes"]} == {"reopened", "changed", "added", "removed"}
    assert installed("tenant", "show", slug, "--json").value["outlets"] == ["jug-1", "sever-1"]
    verdict = installed("audit", "verify", "--tenant", slug, "--json").value
    assert [(row["rows"], row["fault"]) for row in verdict] == [(4, None)]


def test_inf_44_with_faults_nothing_is_applied_and_each_is_named(installed: Paragon, file: File, slug: str) -> None:
    path = file(("Europe/Belgrade", "Europe/Beograd"), ("[settings] ", "[setings] "))
    ran = installed("tenant", "apply", path, "--yes", "--json")
    assert (ran.status, ran.value["code"]) == (1, "tenant-file-refused")
    assert {fault.partition(":")[0] for fault in ran.value["faults"]} == {
        "tenant.time_zone",
        "setings",
        "partner[1].outlet[0].time_zone",
    }
    people = installed("tenant", "apply", path, "--yes")
    assert (people.status, "setings: is no known key" in people.err, "Traceback" in people.err) == (1, True, False)
    assert installed("tenant", "show", slug).status == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('currency = "RSD"', 'currency = "EUR"'), "programme klub.currency: stays RSD"),
        (('code = "jug-1"', 'code = "jug-2"'), "outlet jug-2.premises_id: belongs to outlet jug-1"),
    ],
)
def test_what_the_database_forbids_is_refused_before_anything_changes(
    installed: Paragon, file: File, change: tuple[str, str], says: str
) -> None:
    installed("tenant", "apply", file(), "--yes")
    ran = installed("tenant", "apply", file(change, ("#1f5c99", "#000000")), "--yes", "--json")
    assert (ran.status, [fault for fault in ran.value["faults"] if says in fault] != []) == (1, True)
    assert len(installed("tenant", "apply", file(), "--json").value["changes"]) == 0


def test_a_host_name_belongs_to_one_tenant(installed: Paragon, file: File, slug: str) -> None:
    installed("tenant", "apply", file(), "--yes")
    other = file((f'slug = "{slug}"', f'slug = "{slug}-2"'))
    ran = installed("tenant", "apply", other, "--yes", "--json")
    assert ran.value["faults"] == [f"tenant.hosts[0]: '{slug}.example' belongs to another tenant"]


def test_staff_are_invited_listed_reset_and_blocked(installed: Paragon, file: File, slug: str) -> None:
    installed("tenant", "apply", file(), "--yes")
    who = ("--tenant", slug, "--email", "ana@example.com")
    invited = installed("staff", "invite", *who, "--role", "support_agent", "--partner", "101000015", "--json").value
    assert (invited["role"], invited["state"], invited["invitation"][:5]) == ("support_agent", "invited", "pgi1_")
    listed = installed("staff", "list", "--tenant", slug, "--json").value
    assert [row["email"] for row in listed] == ["ana@example.com", "vlasnik@mlekara.example"]
    assert listed[0]["partner"] == invited["partner"] is not None
    reset = installed("staff", "reset-totp", *who, "--json").value
    assert reset["invitation"] != invited["invitation"]
    assert installed("staff", "block", *who, "--json").value["state"] == "blocked"
    for wrong in (("--role", "root"), ("--role", "auditor", "--partner", "9")):
        assert "(staff-malformed)" in installed("staff", "invite", *who, *wrong).err
    unknown = installed("staff", "block", "--tenant", slug, "--email", "nobody@example.com")
    assert (unknown.status, "(staff-not-found)" in unknown.err) == (1, True)


def test_the_audit_trail_of_an_installation_is_verified(installed: Paragon, file: File, slug: str) -> None:
    installed("tenant", "apply", file(), "--yes")
    found = installed("audit", "verify", "--tenant", slug, "--json")
    assert (found.status, [row["tenant"] for row in found.value]) == (0, [slug])
    head = f"{found.value[0]['rows']}:{found.value[0]['head']}"
    assert installed("audit", "verify", "--tenant", slug, "--head", head).status == 0
    cut = installed("audit", "verify", "--tenant", slug, "--head", f"9:{'ab' * 32}", "--json")
    assert (cut.status, cut.value[0]["fault"]) == (1, "row 9 is missing")
    assert installed("audit", "verify", "--head", head).status == 2
    assert installed("audit", "verify", "--tenant", slug, "--head", "nonsense").status == 2
