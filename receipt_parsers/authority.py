"""The contract of a tax authority: recognise its code, converse with its portal, read what it answered.

An authority does no I/O. `enquire` is a generator: it yields requests and is sent responses, so that one driver
(`receipt_parsers.fetch`) owns time limits, size limits and the network, and a test can play any conversation.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from receipt_parsers.model import FiscalCode, FiscalReceipt


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the authority's portal. The URL is built by the authority's module, never taken from a slip."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: the status, headers with lower-case names, and the body within the driver's limits."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Conversation = Generator[Request, Response, FiscalReceipt]


class Authority(Protocol):
    """One receipt system of one country, as a value with a stable code such as `rs.suf`."""

    @property
    def code(self) -> str:
        """The stable code, stored with every receipt."""

    def addressed(self, text: str) -> bool:
        """Whether the text is this authority's by host and form, before any checksum."""

    def recognise(self, text: str) -> FiscalCode | None:
        """Decode the text offline; None when it is not this authority's.

        Raises DamagedCode when the text is this authority's but does not hold.
        """

    def enquire(self, payload: bytes, *, with_gtins: bool) -> Conversation:
        """Ask the portal about the receipt with this canonical payload.

        Raises NotYetAvailable, UnknownReceipt, LayoutChanged or AuthorityUnavailable.
        """

    def parse(self, content: bytes, *, items: bytes | None = None) -> FiscalReceipt:
        """Read a stored answer in any form the authority has used; `items` adds an answer with product numbers.

        Raises LayoutChanged, NotYetAvailable or UnknownReceipt.
        """
