"""The facts of a fiscal document, before anybody prints or encodes them.

Money is in para (minor units), quantities are thousandths, times are UTC with millisecond precision. Line totals are
positive even on a refund: the kind carries the direction, and printing decides where a minus stands.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from receipt_parsers.playground.goods import TaxLabel, Unit
from receipt_parsers.playground.shops import Shop

KindName = Literal[
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
PaymentMethod = Literal["other", "cash", "card", "cheque", "transfer", "voucher", "instant"]

PAYMENT_WORDS: Final[dict[PaymentMethod, str]] = {
    "other": "Друго безготовинско плаћање",
    "cash": "Готовина",
    "card": "Платна картица",
    "cheque": "Чек",
    "transfer": "Пренос на рачун",
    "voucher": "Ваучер",
    "instant": "Инстант плаћање",
}
"""The journal's word for each method; the order is the authority's numbering from 0."""

PAYMENT_NUMBERS: Final[dict[PaymentMethod, int]] = {method: number for number, method in enumerate(PAYMENT_WORDS)}


@dataclass(frozen=True, slots=True)
class Kind:
    """The authority's two numbers for a kind, the counter's suffix and the two words of the heading."""

    invoice_type: int
    transaction_type: int
    extension: str
    invoice_word: str

    @property
    def is_refund(self) -> bool:
        """Whether money went back to the buyer."""
        return self.transaction_type == 1

    @property
    def is_fiscal(self) -> bool:
        """Whether it is a fiscal receipt; a proforma, a copy and a training slip are not."""
        return self.invoice_type in (0, 4)

    @property
    def transaction_word(self) -> str:
        """The second word of the heading."""
        return "Рефундација" if self.is_refund else "Продаја"


KINDS: Final[dict[KindName, Kind]] = {
    "sale": Kind(0, 0, "ПП", "Промет"),
    "refund": Kind(0, 1, "ПР", "Промет"),
    "proforma": Kind(1, 0, "РП", "Предрачун"),
    "proforma_refund": Kind(1, 1, "РР", "Предрачун"),
    "copy": Kind(2, 0, "КП", "Копија"),
    "copy_refund": Kind(2, 1, "КР", "Копија"),
    "training": Kind(3, 0, "ОП", "Обука"),
    "training_refund": Kind(3, 1, "ОР", "Обука"),
    "advance": Kind(4, 0, "АП", "Аванс"),
    "advance_refund": Kind(4, 1, "АР", "Аванс"),
}
KIND_NAMES: Final[tuple[KindName, ...]] = get_args(KindName)


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """A tax label's printed name and its rate in hundredths of a percent, contained in prices."""

    name: str
    rate_bp: int

    def contained_in(self, gross_minor: int) -> int:
        """The tax within a gross amount, rounded half up."""
        whole = 10_000 + self.rate_bp
        return (2 * gross_minor * self.rate_bp + whole) // (2 * whole)


TAX_GROUPS: Final[dict[TaxLabel, TaxGroup]] = {
    "Е": TaxGroup("П-ПДВ", 1000),
    "Ђ": TaxGroup("О-ПДВ", 2000),
    "Г": TaxGroup("Без ПДВ", 0),
    "А": TaxGroup("Није у ПДВ", 0),
}
"""In the order in which journals list them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `total_minor` is what was charged and may be less than price times quantity."""

    name: str
    unit: Unit
    quantity_milli: int
    price_minor: int
    total_minor: int
    tax_label: TaxLabel
    gtin: str | None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money tendered with one method: cash may exceed what was due."""

    method: PaymentMethod
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Reference:
    """The document that a refund or copy refers to."""

    number: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a slip says. `type_counter` counts this kind on this till, `total_counter` every kind."""

    shop: Shop
    kind_name: KindName
    requested_by: str
    signed_by: str
    total_counter: int
    type_counter: int
    issued_at: datetime
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    buyer_id: str | None
    reference: Reference | None

    @property
    def kind(self) -> Kind:
        """The facts of its kind."""
        return KINDS[self.kind_name]

    @property
    def number(self) -> str:
        """The authority's number of the document: who asked, who signed, the counter of every kind."""
        return f"{self.requested_by}-{self.signed_by}-{self.total_counter}"

    @property
    def counter(self) -> str:
        """The counter as printed beside the number."""
        return f"{self.type_counter}/{self.total_counter}{self.kind.extension}"

    @property
    def total_minor(self) -> int:
        """The sum of the lines, positive for every kind."""
        return sum(line.total_minor for line in self.lines)

    @property
    def taxes(self) -> tuple[tuple[TaxLabel, int], ...]:
        """The tax of each label that occurs, computed on the label's sum."""
        sums: dict[TaxLabel, int] = {}
        for line in self.lines:
            sums[line.tax_label] = sums.get(line.tax_label, 0) + line.total_minor
        return tuple((label, TAX_GROUPS[label].contained_in(sums[label])) for label in TAX_GROUPS if label in sums)
