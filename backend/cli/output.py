"""How commands speak: for people by default, one JSON value on standard output with `--json`."""

import json
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

T = TypeVar("T")

FOR_PROGRAMS = "--json"
Json = Annotated[bool, typer.Option(FOR_PROGRAMS, help="Print one JSON value, for programs.")]
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def show(value: object, *, as_json: bool, people: Callable[[], None]) -> None:
    """Print the value for a program, or let `people` print it for a person."""
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        people()


def show_fields(document: dict[str, Any]) -> None:
    """A flat document as aligned lines."""
    width = max(len(key) for key in document)
    for key, value in document.items():
        out.print(f"{key.replace('_', ' ').rjust(width)}  {'-' if value is None else value}", markup=False)


def fail(code: str, sentence: str, *, status: int = 1) -> NoReturn:
    """End with that exit status: the sentence on standard error, and with `--json` the code and it on standard output."""
    if FOR_PROGRAMS in sys.argv:
        sys.stdout.write(json.dumps({"code": code, "title": sentence}, ensure_ascii=False) + "\n")
    err.print(f"paragon: {sentence} ({code})", markup=False)
    sys.exit(status)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a fresh loop."""
    import uvloop

    return uvloop.run(work)
