"""The documents name what the code has: every setting, every task, every decision, and no link leads nowhere."""

import re
from pathlib import Path

import pytest

from backend.settings import Settings
from tests.architecture.test_sources import ROOT

DOCUMENTS = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "backend" / "docs").rglob("*.md")))


def test_every_setting_stands_in_the_readme_and_no_other_does() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    meant = {str(field.validation_alias or f"PARAGON_{name.upper()}") for name, field in Settings.model_fields.items()}
    assert set(rows) == meant


def test_every_task_of_the_makefile_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert sorted(re.findall(r"^([a-z]+):.* ## \S", makefile, re.MULTILINE)) == sorted(phony.split())


def test_decisions_are_numbered_without_a_gap_and_have_their_four_parts() -> None:
    decisions = sorted((ROOT / "backend" / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], path.name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_link_of_a_document_leads_nowhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
