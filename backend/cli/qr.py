"""`paragon qr`: read fiscal QR codes from pictures."""

from pathlib import Path
from typing import Annotated, Any

import typer

from backend.cli.output import Json, out, show

app = typer.Typer(help="QR codes in pictures.", no_args_is_help=True)


@app.command()
def read(files: Annotated[list[Path], typer.Argument(help="Pictures.")], as_json: Json = False) -> None:
    """Print the fiscal text in each picture, as it stands in the code; nothing where there is none."""
    found = [_read(file) for file in files]

    def people() -> None:
        for row in found:
            out.print(f"{row['file']}: {row['text'] or 'no fiscal code'}", markup=False)

    show(found, as_json=as_json, people=people)


def _read(file: Path) -> dict[str, Any]:
    from backend.settings import Settings
    from receipt_parsers.errors import UnreadablePicture
    from receipt_parsers.qr import read_picture
    from receipt_parsers.registry import registry

    authorities = registry(Settings().playground_url)
    try:
        reading = read_picture(file.read_bytes(), is_fiscal=authorities.addressed)
    except (UnreadablePicture, OSError):
        return {"file": str(file), "text": None, "reader": None, "cpu_ms": 0}
    return {"file": str(file), "text": reading.text, "reader": reading.reader, "cpu_ms": reading.cpu_ms}
