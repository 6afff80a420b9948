"""`paragon campaign templates` and `draft`: from a template and settings to a campaign, faults by pointer."""

from backend.campaigns.templates.registry import TEMPLATES
from tests.cli.conftest import Paragon


def test_templates_are_listed_and_one_is_told_with_its_parameters(installed: Paragon) -> None:
    found = installed("campaign", "templates", "--json", "--lang", "sr-Cyrl").value
    assert [each["code"] for each in found] == list(TEMPLATES)
    assert found[0]["name"] == "Бонус у процентима"
    told = installed("campaign", "templates", "weekend").out
    assert "weekdays  Weekdays, Monday is 1 (array): [6, 7]" in told
    refused = installed("campaign", "templates", "nothing", "--json")
    assert (refused.status, refused.value["code"]) == (1, "template-not-found")


def test_tron_04_a_draft_from_settings_is_started_like_any_other(installed: Paragon, slug: str) -> None:
    settings = ("--set", "buy=3", "--set", 'items={"groups":["dairy"]}', "--set", "repeat=false")
    made = installed("campaign", "draft", "three-for-two", "--tenant", slug, "--code", "dairy", *settings, "--json")
    assert (made.status, made.value["campaign"]) == (0, "dairy")
    (promotion,) = made.value["content"]["promotions"]
    assert (promotion["id"], promotion["items"]) == ("dairy", {"groups": ["dairy"]})
    assert promotion["benefit"] == {"type": "multibuy", "buy": 3, "get": 1, "percent": "100", "repeat": False}
    assert installed("campaign", "draft", "bonus-percent", "--tenant", slug, "--set", "percent=3").out == (
        "Campaign bonus-percent is a draft.\n"
    )
    assert installed("campaign", "start", "dairy", "--tenant", slug, "--json").value["state"] == "live"


def test_every_fault_of_a_setting_is_named_and_nothing_drafted(installed: Paragon, slug: str) -> None:
    wrong = ("--set", "percent=3.00001", "--set", "valid_days=soon", "--set", "surprise=1")
    refused = installed("campaign", "draft", "bonus-percent", "--tenant", slug, *wrong, "--json")
    assert (refused.status, refused.value["code"]) == (1, "malformed-document")
    pointers = {fault["pointer"] for fault in refused.value["errors"]}
    assert pointers == {"/parameters/percent", "/parameters/valid_days", "/parameters/surprise"}
    told = installed("campaign", "draft", "bonus-percent", "--tenant", slug, *wrong).err
    assert "paragon: /parameters/percent: has more than 4 decimals" in told
    assert installed("campaign", "draft", "bonus-percent", "--tenant", slug, "--set", "percent").status == 2
    assert installed("campaign", "list", "--tenant", slug, "--json").value == []
