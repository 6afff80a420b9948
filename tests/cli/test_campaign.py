"""`paragon campaign`: a file is shown as a difference first, applied once, and run by turns."""

import json
from pathlib import Path

from tests.cli.conftest import Paragon

CAMPAIGN = Path(__file__).parents[2] / "backend" / "docs" / "campaign.example.toml"


def test_tron_04_one_file_makes_a_campaign_and_again_changes_nothing(
    installed: Paragon, slug: str, tmp_path: Path
) -> None:
    shown = installed("campaign", "apply", CAMPAIGN, "--tenant", slug, "--json")
    assert (shown.status, shown.value["applied"], shown.value["revision"]) == (0, False, None)
    applied = installed("campaign", "apply", CAMPAIGN, "--tenant", slug, "--yes", "--json").value
    assert (applied["applied"], applied["revision"]) == (True, 1)
    assert installed("campaign", "apply", CAMPAIGN, "--tenant", slug, "--yes", "--json").value["changes"] == []
    (row,) = installed("campaign", "list", "--tenant", slug, "--group", "Easter", "--json").value
    assert (row["code"], row["state"], row["from"], row["to"]) == ("easter-2027", "draft", "2027-03-22", "2027-03-28")
    assert installed("campaign", "start", "easter-2027", "--tenant", slug, "--json").value["state"] == "scheduled"

    more = tmp_path / "more.toml"
    more.write_text(CAMPAIGN.read_text().replace('points = "20"', 'points = "25"'))
    planned = installed("campaign", "apply", more, "--tenant", slug, "--yes")
    assert '~ /promotions/eggs/benefit: {"type": "points", "points": "20"} -> ' in planned.out
    found = installed("campaign", "show", "easter-2027", "--tenant", slug, "--json").value
    assert [revision["number"] for revision in found["revisions"]] == [1, 2]
    assert "revision 2 from" in installed("campaign", "show", "easter-2027", "--tenant", slug).out
    for verb, state in (("pause", "paused"), ("start", "scheduled"), ("end", "ended")):
        assert installed("campaign", verb, "easter-2027", "--tenant", slug, "--json").value["state"] == state
    refused = installed("campaign", "start", "easter-2027", "--tenant", slug, "--json")
    assert (refused.status, refused.value["code"]) == (1, "campaign-state-refused")


def test_every_fault_of_a_file_is_named_and_nothing_applied(installed: Paragon, slug: str, tmp_path: Path) -> None:
    path = tmp_path / "campaign.json"
    path.write_text(json.dumps({"name": "x", "surprise": 1, "promotions": [{"id": "a"}], "outlets": ["nowhere"]}))
    refused = installed("campaign", "apply", path, "--tenant", slug, "--yes", "--json")
    assert (refused.status, refused.value["code"]) == (1, "malformed-document")
    assert {fault["pointer"] for fault in refused.value["errors"]} == {"/code", "/surprise", "/promotions/0/benefit"}
    path.write_text(json.dumps({"code": "a", "name": "x", "outlets": ["nowhere"]}))
    assert "/outlets/0" in installed("campaign", "apply", path, "--tenant", slug, "--yes").err
    path.write_text("{")
    assert "(file): cannot be read" in installed("campaign", "apply", path, "--tenant", slug, "--yes").err
    assert installed("campaign", "list", "--tenant", slug, "--json").value == []


def test_tron_17_codes_come_from_a_file(installed: Paragon, slug: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("code\nAAA\nbbb\nAAA\n")
    said = installed("campaign", "codes", "spring", path, "--tenant", slug, "--json").value
    assert said == {"list": "spring", "added": 2, "repeated": 1}
    assert installed("campaign", "codes", "spring", path, "--tenant", slug, "--json").value["added"] == 0
