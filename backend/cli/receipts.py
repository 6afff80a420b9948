"""`paragon receipt`: read a receipt's code offline, ask its portal, and read a stored answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backend.cli.files import is_file, names_file, read_start
from backend.cli.output import Json, fail, out, run, show, show_fields

if TYPE_CHECKING:
    from receipt_parsers.authority import Conversation
    from receipt_parsers.model import FiscalReceipt

app = typer.Typer(help="Fiscal receipts, without the database.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(help="The code's text, or a file with a picture of it or its text.")]


@app.command()
def read(source: Source, as_json: Json = False) -> None:
    """Say what a receipt's code holds by itself; nothing is fetched."""
    from backend.settings import Settings
    from receipt_parsers.document import code_document, refused_document
    from receipt_parsers.errors import ReceiptError
    from receipt_parsers.registry import registry

    authorities = registry(Settings().playground_url)
    try:
        document = code_document(authorities.recognise(_text(source)))
    except ReceiptError as error:
        document = refused_document(error)
    show(document, as_json=as_json, people=lambda: show_fields(document))


@app.command()
def fetch(
    source: Source,
    gtins: Annotated[bool, typer.Option("--gtins", help="Ask for product numbers, too.")] = False,
    as_json: Json = False,
) -> None:
    """Ask the authority's real portal about a receipt."""
    from backend.settings import Settings
    from receipt_parsers.document import receipt_document
    from receipt_parsers.errors import ReceiptError
    from receipt_parsers.registry import registry

    authorities = registry(Settings().playground_url)
    try:
        code = authorities.recognise(_text(source))
        if code.is_test:
            fail("test-environment", "the receipt comes from a test till, whose portal is not asked")
        receipt = run(_ask(authorities.get(code.authority).enquire(code.payload, with_gtins=gtins)))
    except ReceiptError as error:
        fail(error.code, str(error))
    document = receipt_document(receipt)
    show(document, as_json=as_json, people=lambda: _show_receipt(document))


@app.command()
def parse(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A journal, a page or a JSON answer.")],
    authority: Annotated[str, typer.Option(help="Whose answer it is, such as rs.suf.")],
    items: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A /specifications answer with product numbers.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read a stored answer of an authority, of any generation."""
    from backend.settings import Settings
    from receipt_parsers.document import receipt_document
    from receipt_parsers.errors import ReceiptError
    from receipt_parsers.registry import registry

    authorities = registry(Settings().playground_url)
    if authority not in authorities.codes:
        raise typer.BadParameter(f"known are {', '.join(authorities.codes)}", param_hint="--authority")
    try:
        receipt = authorities.get(authority).parse(
            _content(file, "FILE"), items=_content(items, "--items") if items else None
        )
    except ReceiptError as error:
        fail(error.code, str(error))
    document = receipt_document(receipt)
    show(document, as_json=as_json, people=lambda: _show_receipt(document))


def _text(source: str) -> str:
    """The text that was given, or that stands in the file that was named, be it a picture or plain."""
    from backend.settings import Settings
    from receipt_parsers.errors import UnreadablePicture, UnrecognisedCode
    from receipt_parsers.qr import read_picture
    from receipt_parsers.registry import registry

    if not is_file(source):
        if names_file(source):
            raise typer.BadParameter(f"there is no file {source}", param_hint="SOURCE")
        return source
    content = _content(Path(source), "SOURCE")
    try:
        reading = read_picture(content, is_fiscal=registry(Settings().playground_url).addressed)
    except UnreadablePicture:
        return content.decode(errors="replace").strip()
    if reading.text is None:
        raise UnrecognisedCode("there is no fiscal code in the picture")
    return reading.text


def _content(file: Path, argument: str) -> bytes:
    from receipt_parsers.qr import SIZE_LIMIT_BYTES

    try:
        return read_start(file, SIZE_LIMIT_BYTES)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}", param_hint=argument) from error


async def _ask(conversation: "Conversation") -> "FiscalReceipt":
    import httpx

    from receipt_parsers.fetch import converse

    async with httpx.AsyncClient() as client:
        return (await converse(conversation, client)).receipt


def _show_receipt(document: dict[str, Any]) -> None:
    from rich.table import Table

    show_fields({key: value for key, value in document.items() if not isinstance(value, dict | list)})
    show_fields({f"seller {key}": value for key, value in document["seller"].items()})
    table = Table("Item", "Unit", "Quantity", "Price", "Total", "Tax", "GTIN")
    for line in document["lines"]:
        cells = (line["name"], line["unit"], line["quantity"], line["unit_price"], line["total"])
        table.add_row(*(cell or "" for cell in cells), "".join(line["tax_labels"]), line["gtin"] or "")
    out.print(table)
