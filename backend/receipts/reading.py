"""From what a member sends, a text or a picture, to the facts of a fiscal code: offline, without the database.

Pictures are decoded in as many threads as there are cores and no more: each may need hundreds of megabytes.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from backend.receipts.errors import (
    ChecksumMismatch,
    LetterCaseLost,
    NoCodeInPhoto,
    PictureRefused,
    UnknownReceiptCode,
    refusal,
)
from receipt_parsers.errors import DamagedCode, UnreadablePicture, UnrecognisedCode
from receipt_parsers.errors import LetterCaseLost as CaseLost
from receipt_parsers.model import FiscalCode
from receipt_parsers.qr import read_picture
from receipt_parsers.registry import Registry

TEXT_LENGTH_MAX = 4096

CodeFacts = FiscalCode
"""What a code says by itself, under the name by which those know it who need nothing else of the library."""


class Reader:
    """Reads codes of the authorities that are in force; whoever holds one needs to know nothing of the library."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._eyes = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pictures")

    async def text_in_photo(self, photo: bytes) -> str:
        """The fiscal text in a picture. Raises PictureRefused or NoCodeInPhoto."""
        look = partial(read_picture, photo, is_fiscal=self._registry.addressed)
        try:
            reading = await asyncio.get_running_loop().run_in_executor(self._eyes, look)
        except UnreadablePicture as error:
            raise PictureRefused from error
        if reading.text is None:
            raise NoCodeInPhoto
        return reading.text

    def code_in_text(self, text: str) -> FiscalCode:
        """The code's facts, if it is one that counts; at most some hundred microseconds' work.

        Raises UnknownReceiptCode, ChecksumMismatch, LetterCaseLost, TestEnvironmentRefused or ReceiptKindRefused.
        """
        if len(text) > TEXT_LENGTH_MAX:
            raise UnknownReceiptCode
        try:
            code = self._registry.recognise(text)
        except CaseLost as error:
            raise LetterCaseLost from error
        except DamagedCode as error:
            raise ChecksumMismatch from error
        except UnrecognisedCode as error:
            raise UnknownReceiptCode from error
        if code.refusal is not None:
            raise refusal(code.refusal)
        return code
