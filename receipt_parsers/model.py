"""What a fiscal receipt is, whoever attests it: the facts of its code and the content of the authority's answer.

Money is an integer of the currency's minor unit and never negative for a document as a whole: the kind carries the
direction. Quantities are thousandths. Times are UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal[
    "sale",
    "refund",
    "proforma",
    "proforma_refund",
    "copy",
    "copy_refund",
    "training",
    "training_refund",
    "advance",
    "advance_refund",
]
BuyerKind = Literal["company", "person", "document", "other"]

REFUSED_KINDS: frozenset[Kind] = frozenset(
    {"proforma", "proforma_refund", "copy", "copy_refund", "training", "training_refund"}
)
"""Documents that attest no purchase: refused before the authority is asked."""


@dataclass(frozen=True, slots=True)
class FiscalCode:
    """What the code on the slip says by itself; its checksum excludes misreadings, it proves nothing.

    `payload` is the canonical content of the code: two spellings of one code have the same payload. `fiscal_id` is
    the authority's number of the document. `counter` is printed beside it. `issued_at` has the code's own precision.
    The payload may hold the buyer's identity, so it never shows in a representation.
    """

    authority: str
    fiscal_id: str
    counter: str
    kind: Kind
    issued_at: datetime
    total_minor: int
    currency: str
    buyer_kind: BuyerKind | None
    payload: bytes = field(repr=False)
    is_test: bool = False

    @property
    def refusal(self) -> str | None:
        """The stable code of the reason why this document is not taken, or None."""
        if self.is_test:
            return "test-environment"
        return "receipt-kind-refused" if self.kind in REFUSED_KINDS else None

    @property
    def earns(self) -> bool:
        """Whether the document may earn: only the final sale does.

        An advance is followed by a final sale of the full total, and a refund takes back: neither may count twice.
        """
        return self.refusal is None and self.kind == "sale"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sold, keyed by tax number and premises: names are spelled differently from answer to answer."""

    tax_id: str
    name: str
    premises_id: str | None
    premises_name: str | None
    address: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of the receipt. `total_minor` rules: price times quantity may differ from it by a discount."""

    name: str
    unit: str | None
    quantity_milli: int
    unit_price_minor: int
    total_minor: int
    tax_labels: tuple[str, ...]
    gtin: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A means of payment and the money tendered with it, which may exceed the total."""

    method: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax group: its label, its rate in hundredths of a percent and its amount."""

    label: str
    rate_bp: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FiscalReceipt:
    """What the authority attests. Cashier, the buyer's identity and embedded pictures are never part of it.

    `reference` is the fiscal id of the document that a refund, copy or final sale refers to. `issued_at_or` is the
    other instant that a printed local time may mean, an hour later, in the hour that autumn repeats; None when
    `issued_at` is sure.
    """

    authority: str
    fiscal_id: str
    counter: str
    kind: Kind
    seller: Seller
    issued_at: datetime
    total_minor: int
    currency: str
    lines: tuple[ReceiptLine, ...]
    payments: tuple[Payment, ...]
    taxes: tuple[Tax, ...]
    reference: str | None = None
    issued_at_or: datetime | None = None
