"""The page about templates lists all of them as they are, with every parameter, its bounds and its default."""

import json
from typing import Any

from backend.campaigns.templates.describing import described
from backend.campaigns.templates.registry import TEMPLATES
from tests.architecture.test_sources import ROOT
from tests.backend.campaigns.templates.test_golden import CASES

DOCUMENT = ROOT / "backend" / "docs" / "templates.md"
COMMON = ("audience", "gives", "valid_days")
HEADING = ["| template | what it does | parameters | worked examples |", "|---|---|---|---|"]


def table() -> str:
    """The table as it must stand."""
    return "\n".join([*HEADING, *(row(code) for code in TEMPLATES)])


def row(code: str) -> str:
    told = described(TEMPLATES[code], "en")
    schema = told["parameters"]
    given = [said(key, drawn, needed=key in schema["required"]) for key, drawn in schema["properties"].items()]
    ids = sorted({name_of(case["name"]) for each, case in CASES if each == code} - {""})
    return f"| `{code}` | {told['description']} | {'<br>'.join(filter(None, given))} | {', '.join(ids)} |"


def said(key: str, drawn: dict[str, Any], *, needed: bool) -> str:
    """A parameter in a few words; those that many templates share stand above the table."""
    default = drawn.get("default")
    if key in COMMON and default in {None, "everyone", "discount"}:
        return ""
    unit = f" ({drawn['unit']})" if "unit" in drawn else ""
    wanted = "required" if needed else f"`{json.dumps(default)}`" if default is not None else "optional"
    return f"`{key}`{unit}: {wanted}"


def name_of(case: str) -> str:
    """The capability that a case is named after."""
    system, _, rest = case.partition("_")
    number = rest.partition("_")[0]
    return f"{system.upper()}-{number}" if number.isdigit() else ""


def test_the_page_about_templates_tells_them_as_they_are() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert table() in text, "print tests/backend/campaigns/templates/test_document.py: table() and put it there"
