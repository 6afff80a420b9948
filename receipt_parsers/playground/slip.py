"""A slip as issued: the facts, the exact bytes of its code, and what a buyer would hold in the hand."""

from dataclasses import dataclass

from receipt_parsers.playground import journal, payload
from receipt_parsers.playground.document import Document


@dataclass(frozen=True, slots=True)
class Slip:
    """An issued document. Pictures and text are made when asked for: most slips are only ever scanned."""

    document: Document
    vl: bytes
    base_url: str

    @property
    def payload(self) -> str:
        """The text of the QR code."""
        return payload.address(self.base_url, self.vl, percent_encodes=self.document.shop.percent_encodes)

    @property
    def png(self) -> bytes:
        """The QR code as a picture with a quiet zone."""
        return payload.png(self.payload)

    @property
    def gif(self) -> bytes:
        """The QR code as the portal embeds it."""
        return payload.gif(self.payload)

    @property
    def fiscal_id(self) -> str:
        """The authority's number of the document."""
        return self.document.number

    @property
    def total_minor(self) -> int:
        """The total in para."""
        return self.document.total_minor

    @property
    def journal(self) -> str:
        """The printed text."""
        return "\n".join(journal.journal(self.document, "2026")) + "\n"
