"""`paragon promotions`: decide and check promotion documents from files, without a database."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, TypeVar

import typer

from backend.cli.output import Json, err, fail, out, show
from backend.kit.i18n import translate

if TYPE_CHECKING:
    from backend.promotions.documents import MalformedDocument
    from backend.promotions.outcome import Outcome

T = TypeVar("T")

app = typer.Typer(help="Promotions, without the database.", no_args_is_help=True)

_Promotions = Annotated[Path, typer.Option("--promotions", help="A JSON file with a list of promotions.")]
_Basket = Annotated[Path, typer.Option("--basket", help="A JSON file with one basket, its member and its time.")]
_Language = Annotated[
    Literal["en", "sr-Latn", "sr-Cyrl", "hr", "bs"], typer.Option("--lang", help="The language of the explanations.")
]


@app.command()
def evaluate(promotions: _Promotions, basket: _Basket, as_json: Json = False, lang: _Language = "en") -> None:
    """Say what every promotion gives for a basket, and why the others give nothing."""
    from backend.promotions.documents import MalformedDocument, read_basket, read_promotions
    from backend.promotions.engine import evaluate as decide
    from backend.promotions.outcome import outcome_document

    try:
        read = _read(promotions, read_promotions)
    except MalformedDocument as error:
        refuse_document(promotions, error, as_json=as_json)
    try:
        outcome = decide(_read(basket, read_basket), read)
    except MalformedDocument as error:
        refuse_document(basket, error, as_json=as_json)
    document = outcome_document(outcome, lambda text: translate(text, lang))
    show(document, as_json=as_json, people=lambda: _tell(outcome, document, lang))


@app.command()
def check(
    promotions: Annotated[Path, typer.Argument(help="A JSON file with a list of promotions.")], as_json: Json = False
) -> None:
    """Name every fault of a promotion document by its place; exit status 1 when there is one."""
    from backend.promotions.documents import MalformedDocument, read_promotions

    try:
        count = len(_read(promotions, read_promotions))
    except MalformedDocument as error:
        refuse_document(promotions, error, as_json=as_json)
    document = {"valid": True, "promotions": count, "errors": []}
    show(document, as_json=as_json, people=lambda: out.print(f"{count} promotions, no fault"))


def _read(file: Path, read: Callable[[object], T]) -> T:
    """What the file holds. Raises MalformedDocument."""
    from backend.promotions.wire import SIZE_MAX_BYTES, read_json

    try:
        with file.open("rb") as opened:
            data = opened.read(SIZE_MAX_BYTES + 1)
    except (OSError, ValueError):
        fail("file-unreadable", f"{printable(str(file))} cannot be read")
    return read_json(data, read)


def refuse_document(file: Path, error: "MalformedDocument", *, as_json: bool) -> NoReturn:
    """Exit status 1: for programs one JSON value, for people a line for each fault."""
    faults = [{"pointer": printable(fault.pointer), "message": printable(fault.message)} for fault in error.faults]
    document = {"valid": False, "code": error.code, "file": str(file), "errors": faults}
    show(document, as_json=as_json, people=lambda: None)
    for fault in error.faults:
        err.print(printable(f"{file}: {fault.pointer or '(whole)'} {fault.message}"), markup=False)
    raise typer.Exit(1)


def _tell(outcome: "Outcome", document: dict[str, object], lang: str) -> None:
    from backend.promotions.explaining import why_not

    for key in ("total", "discount", "pay", "points", "cashback"):
        out.print(f"{key.rjust(9)}  {document[key]}", markup=False)
    for applied in outcome.applied:
        out.print(f"+ {printable(applied.promotion)}: {printable(translate(applied.why, lang))}", markup=False)
    for stopped in outcome.not_applied:
        reason = translate(why_not(stopped, outcome.currency), lang)
        out.print(f"- {printable(stopped.promotion)}: {reason}", markup=False)
    for waiting in outcome.undecided:
        out.print(f"? {printable(waiting.promotion)}: {waiting.reason}", markup=False)


def printable(text: str) -> str:
    """The text with what could steer a terminal written out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
