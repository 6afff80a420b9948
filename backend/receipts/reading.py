"""From what a member sends, a text or a picture, to the facts of a fiscal code: offline, without the database."""

import asyncio

from backend.receipts.errors import ChecksumMismatch, NoCodeInPhoto, PictureRefused, UnknownReceiptCode, refusal
from receipt_parsers.errors import DamagedCode, UnreadablePicture, UnrecognisedCode
from receipt_parsers.model import FiscalCode
from receipt_parsers.qr import read_picture
from receipt_parsers.registry import Registry

TEXT_LENGTH_MAX = 4096


def recognise(registry: Registry, text: str) -> FiscalCode:
    """The code's facts, if it is one that counts.

    Raises UnknownReceiptCode, ChecksumMismatch, TestEnvironmentRefused or ReceiptKindRefused.
    """
    if len(text) > TEXT_LENGTH_MAX:
        raise UnknownReceiptCode
    try:
        code = registry.recognise(text)
    except DamagedCode as error:
        raise ChecksumMismatch from error
    except UnrecognisedCode as error:
        raise UnknownReceiptCode from error
    if code.refusal is not None:
        raise refusal(code.refusal)
    return code


async def text_in_photo(registry: Registry, photo: bytes) -> str:
    """The fiscal text in a picture, read in a thread. Raises PictureRefused, NoCodeInPhoto or UnknownReceiptCode."""
    try:
        reading = await asyncio.to_thread(read_picture, photo, is_fiscal=registry.addressed)
    except UnreadablePicture as error:
        raise PictureRefused from error
    if reading.text is None:
        raise NoCodeInPhoto
    return reading.text
