"""`paragon qr`: read fiscal QR codes from pictures."""

from pathlib import Path
from typing import Annotated, Any

import typer

from backend.cli.files import read_start
from backend.cli.output import Json, out, show

_NO_CODE, _UNREAD = "no fiscal code", "cannot be read"

app = typer.Typer(help="QR codes in pictures.", no_args_is_help=True)


@app.command()
def read(files: Annotated[list[Path], typer.Argument(help="Pictures.")], as_json: Json = False) -> None:
    """Print the fiscal text in each picture, as it stands in the code; exit status 1 if a file cannot be read."""
    found = [_read(file) for file in files]

    def people() -> None:
        for row, nothing in found:
            out.print(f"{row['file']}: {row['text'] or nothing}", markup=False)

    show([row for row, _ in found], as_json=as_json, people=people)
    raise typer.Exit(1 if any(nothing == _UNREAD for _, nothing in found) else 0)


def _read(file: Path) -> tuple[dict[str, Any], str]:
    """What the file holds, and what to say to people if that is nothing."""
    from backend.settings import Settings
    from receipt_parsers.errors import UnreadablePicture
    from receipt_parsers.qr import SIZE_LIMIT_BYTES, read_picture
    from receipt_parsers.registry import registry

    row: dict[str, Any] = {"file": str(file), "text": None, "reader": None, "cpu_ms": 0}
    authorities = registry(Settings().playground_url)
    try:
        reading = read_picture(read_start(file, SIZE_LIMIT_BYTES), is_fiscal=authorities.addressed)
    except UnreadablePicture:
        return row, _NO_CODE
    except OSError:
        return row, _UNREAD
    return {**row, "text": reading.text, "reader": reading.reader, "cpu_ms": reading.cpu_ms}, _NO_CODE
