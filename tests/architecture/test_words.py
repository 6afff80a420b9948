"""Every refusal has a code of its own, and every sentence for people is said in every language."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

import backend
from backend.delivery import console_page
from backend.kit.errors import ParagonError, catalogue
from backend.kit.i18n import LANGUAGES, Text, translate
from backend.kit.web import problems
from notifications.errors import ChannelError
from receipt_parsers.errors import ReceiptError
from tests.architecture.test_sources import ROOT, product_files, tree

SERBIAN = "sr_Cyrl"
DERIVED = ("hr", "bs")
_CODE = re.compile(r"[a-z]+(-[a-z]+)+")


@pytest.fixture(scope="module", autouse=True)
def everything_is_imported() -> None:
    """A reason exists once its module is imported."""
    for module in pkgutil.walk_packages(backend.__path__, "backend."):
        if not module.name.startswith(("backend.migrations.", "backend.cli.__main__")):
            importlib.import_module(module.name)


def titles() -> set[str]:
    return {reason.title for reason in catalogue().values()}


def spoken_by_variable() -> dict[tuple[str, str], Iterable[str]]:
    """What a `Text(…)` that names no literal may say, by file and argument; stored texts were literals once."""
    stored: set[str] = set()
    framework = {title for _, title in (*problems.FRAMEWORK.values(), problems._UNFORESEEN)}
    console = "backend/delivery/console_page.py"
    return {
        ("backend/kit/errors.py", "self.title"): titles(),
        ("backend/kit/web/problems.py", "title"): framework,
        ("backend/receipts/service.py", "reason.title"): titles(),
        (console, "_HEADING"): {console_page._HEADING},
        (console, "_NOTE"): {console_page._NOTE},
        (console, "_NOTHING"): {console_page._NOTHING},
        (console, "word"): {*console_page._LABELS.values(), *console_page._STATES.values()},
        ("backend/staff_api/views.py", "award.why"): stored,
        ("backend/staff_api/views.py", "refusal(row.refusal).title"): titles(),
        ("backend/catalogue/flaws.py", "stored['msgid']"): stored,
        ("mobile_api/views.py", "given['why']"): stored,
        ("mobile_api/views.py", "award.why"): stored,
        ("mobile_api/views.py", "refusal(receipt.refusal).title"): titles(),
    }


def spoken() -> set[str]:
    """Every message id of the product, found where `Text(…)` is made."""
    variable = spoken_by_variable()
    found = titles()
    for name in product_files():
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Text":
                what = node.args[0]
                if isinstance(what, ast.Constant):
                    found.add(str(what.value))
                else:
                    found.update(variable[name, ast.unparse(what)])
    return found


def written(language: str) -> dict[str, str]:
    with (ROOT / "backend" / "locales" / f"{language}.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, abort_invalid=True) if entry.id}


def blanks(sentence: str) -> list[str]:
    return re.findall(r"\{\w+\}", sentence)


def said(sentence: str, language: str) -> str:
    """The sentence in the language, its blanks left open."""
    return translate(Text(sentence, {blank.strip("{}"): blank for blank in blanks(sentence)}), language)


def test_every_refusal_has_one_code_one_kind_and_one_sentence() -> None:
    reasons = catalogue()
    assert len(reasons) > 15
    assert {reason.kind for reason in reasons.values()} <= set(problems.STATUS)
    assert [code for code in reasons if not _CODE.fullmatch(code)] == []
    assert [code for code, reason in reasons.items() if not reason.title.strip()] == []
    assert not hasattr(ParagonError, "code")


def test_a_code_that_the_framework_answers_with_is_no_other_refusals() -> None:
    own = {code for code, _ in (*problems.FRAMEWORK.values(), problems._UNFORESEEN)}
    assert own & set(catalogue()) == {"malformed-request"}


@pytest.mark.parametrize("family", [ReceiptError, ChannelError])
def test_the_codes_of_a_library_are_its_errors_own(family: type[Exception]) -> None:
    found: list[str] = []
    waiting: list[Any] = family.__subclasses__()
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        found.append(error.code)
    assert len(found) > 2
    assert len(set(found)) == len(found)


def test_every_sentence_is_written_in_serbian_and_none_is_left_over() -> None:
    serbian = written(SERBIAN)
    assert sorted(spoken() - set(serbian)) == []
    assert sorted(set(serbian) - spoken()) == []
    assert [sentence for sentence, said in serbian.items() if not said] == []


@pytest.mark.parametrize("language", DERIVED)
def test_croatian_and_bosnian_hold_what_differs_from_serbian_and_nothing_else(language: str) -> None:
    own = written(language)
    assert sorted(set(own) - spoken()) == []
    assert [sentence for sentence in own if own[sentence] == said(sentence, "sr-Latn")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_blanks_of_its_sentence(language: str) -> None:
    pairs = {sentence: said(sentence, language) for sentence in spoken()}
    assert {one: other for one, other in pairs.items() if sorted(blanks(one)) != sorted(blanks(other))} == {}


def test_every_refusal_has_its_line_in_the_list_of_problems() -> None:
    listed = problem_rows()
    meant = {code: (reason.kind, str(problems.STATUS[reason.kind])) for code, reason in catalogue().items()}
    assert {code: listed.get(code) for code in meant} == meant
    framework = {code: str(status) for status, (code, _) in problems.FRAMEWORK.items()}
    code, _ = problems._UNFORESEEN
    assert {code: row[1] for code, row in listed.items() if code not in meant} == {
        **{name: status for name, status in framework.items() if name not in meant},
        code: "500",
    }


def problem_rows() -> dict[str, tuple[str, str]]:
    """Code to kind and status, from the table of the document."""
    document = (ROOT / "backend" / "docs" / "problems.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+)` \| (\S+) \| (\d{3}) \| \S.* \|$", document, re.MULTILINE)
    assert len(rows) == len({code for code, _, _ in rows})
    return {code: (kind, status) for code, kind, status in rows}


def test_the_catalogues_are_those_of_the_languages() -> None:
    assert {path.stem for path in Path(ROOT / "backend" / "locales").glob("*.po")} == {SERBIAN, *DERIVED}
