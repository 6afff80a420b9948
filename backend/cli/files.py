"""Files that commands are given: read only as far as they may be long.

One byte more is read than is admitted, so that a file that is too long is refused as such and not read as a short one.
"""

from pathlib import Path

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif")
_NAME_BYTES_MAX = 255


def read_start(file: Path, bytes_max: int) -> bytes:
    """The file, or the start of one that is longer than it may be. Raises OSError."""
    with file.open("rb") as opened:
        return opened.read(bytes_max + 1)


def names_file(text: str) -> bool:
    """Whether the text was surely meant as a file's name and not as a receipt's code, which is an address."""
    if "://" in text or "?" in text or len(text.encode()) > _NAME_BYTES_MAX:
        return False
    return "/" in text or text.lower().endswith(_PICTURES)


def is_file(text: str) -> bool:
    """Whether a file has that name; a code may be longer than any name."""
    return len(text.encode()) <= _NAME_BYTES_MAX and Path(text).is_file()
