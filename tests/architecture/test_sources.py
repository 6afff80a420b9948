"""What imports cannot say about the sources: where things may stand, how long they may be, what may not be in them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("backend", "receipt_parsers", "notifications", "mobile_api", "web_admin")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COMMITS = {"backend/kit/db.py", "backend/migrations/runner.py"}
"""The unit of work; and the runner of migrations, whose connection is its own."""
CLOCKS = {"backend/kit/clock.py", "receipt_parsers/playground/app.py"}
"""The product's clock; and the edge of the playground, a program of its own that the library's rules do not bind."""
FOREIGN = (".venv", ".git", ".paragon", "node_modules", "build", "dist", "__pycache__", ".hypothesis")
TEXTS = {".py", ".sql", ".toml", ".lock", ".md", ".po", ".html", ".txt", ".json", ".js", ".css", ".mako", ""}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def names(paths: Iterator[Path]) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def product_files() -> list[str]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return names(path for path in found if path.parent.name != "versions" and "node_modules" not in path.parts)


def python_files() -> list[str]:
    return product_files() + names((ROOT / "tests").rglob("*.py"))


def text_files() -> Iterator[Path]:
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        is_ours = not any(part in FOREIGN or part.endswith("_cache") for part in parts)
        if is_ours and path.is_file() and path.suffix in TEXTS:
            yield path


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(), name)


def calls(name: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(name)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last part of what is called: `commit` of `session.commit()`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def test_a_transaction_is_committed_in_one_place() -> None:
    committing = {name for name in product_files() for call in calls(name) if called(call) == "commit"}
    assert committing == COMMITS


def test_nobody_commits_by_a_word_of_sql() -> None:
    words = re.compile(r"^\s*(commit|rollback|begin)\s*;?\s*$", re.IGNORECASE)
    strings = (
        (name, node.value)
        for name in product_files()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert [name for name, text in strings if words.match(text)] == []


def test_the_time_is_asked_in_one_place() -> None:
    clocks = {"now", "utcnow", "today"}
    asking = {
        name
        for name in product_files()
        for call in calls(name)
        if called(call) in clocks and ast.unparse(call.func).split(".")[-2] in {"datetime", "date"}
    }
    assert asking == CLOCKS


def test_files_are_short() -> None:
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in python_files()}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES_MAX} == {}


def test_functions_are_short() -> None:
    functions = ((name, node) for name in python_files() for node in ast.walk(tree(name)) if isinstance(node, Function))
    long = [(name, node.name) for name, node in functions if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX]
    assert long == []


def test_every_module_says_what_it_promises() -> None:
    assert [name for name in python_files() if not ast.get_docstring(tree(name))] == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b")
    assert [str(path) for path in text_files() if marks.search(path.read_text(errors="replace"))] == []


def test_no_path_of_one_machine_is_written_down() -> None:
    homes = re.compile(r"/(?:home|Users)/[a-z]|(?<![\w.])/root/")
    marked = (path for path in text_files() if path != Path(__file__))
    texts = ((path, path.read_text(errors="replace")) for path in marked)
    assert [str(path) for path, text in texts if str(ROOT) in text or homes.search(text)] == []


def test_the_lock_names_every_file_by_hash_and_no_place_to_get_it_from() -> None:
    lock = (ROOT / "requirements.lock").read_text().replace("\\\n", "")
    requirements = [line for line in lock.splitlines() if line.strip()]
    assert len(requirements) > 50
    assert [line for line in requirements if "--hash=sha256:" not in line] == []
    assert re.findall(r"https?://|^\s*(?:--(?:extra-)?index-url|--find-links|-i|-f)\b", lock, re.MULTILINE) == []
