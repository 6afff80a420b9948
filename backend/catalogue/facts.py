"""What is said of a product, as one value that can be compared: two equal ones mean that nothing is to be written.

Values here are checked and in their one form (`fields.py`): barcodes have 14 digits, prices are in their order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.kit.money import format_quantity, format_units

MONEY_DECIMALS = 2
REGULAR, LOYALTY = "regular", "loyalty"
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An amount in minor units, tax included, in force on the days from and to, both of them in; None is without end."""

    amount_minor: int
    currency: str
    from_on: date | None = None
    to_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the price is in force on that day."""
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day <= self.to_on)

    def document(self) -> dict[str, str | None]:
        """The price for programs."""
        return {
            "amount": format_units(self.amount_minor, MONEY_DECIMALS),
            "currency": self.currency,
            "from": self.from_on.isoformat() if self.from_on else None,
            "to": self.to_on.isoformat() if self.to_on else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """A product without its key: two with the same facts are the same."""

    sku: str
    name: str = ""
    second_name: str | None = None
    third_name: str | None = None
    till_names: tuple[str, ...] = ()
    gtins: tuple[str, ...] = ()
    catalogue_number: str | None = None
    brand: str | None = None
    groups: tuple[str, ...] = ()
    unit: str | None = None
    pack_milli: int | None = None
    regular_prices: tuple[Price, ...] = ()
    loyalty_prices: tuple[Price, ...] = ()
    is_withdrawn: bool = False

    def document(self) -> dict[str, Any]:
        """The product for programs and for the audit trail."""
        return {
            "sku": self.sku,
            "name": self.name,
            "second_name": self.second_name,
            "third_name": self.third_name,
            "till_names": list(self.till_names),
            "gtins": [shown_gtin(gtin) for gtin in self.gtins],
            "catalogue_number": self.catalogue_number,
            "brand": self.brand,
            "groups": list(self.groups),
            "unit": self.unit,
            "pack_size": None if self.pack_milli is None else format_quantity(self.pack_milli),
            "regular_prices": [price.document() for price in self.regular_prices],
            "loyalty_prices": [price.document() for price in self.loyalty_prices],
            "state": "withdrawn" if self.is_withdrawn else "active",
        }

    @property
    def names(self) -> Iterable[tuple[str, int, str]]:
        """Every name with its kind and its place among those of its kind."""
        yield "own", 0, self.name
        for kind, name in (("second", self.second_name), ("third", self.third_name)):
            if name is not None:
                yield kind, 0, name
        for position, name in enumerate(self.till_names):
            yield "till", position, name

    def benefit_minor(self, day: date, currency: str) -> int:
        """How much less a member pays on that day: regular price less loyalty price, 0 where one of them is missing."""
        regular = price_on(self.regular_prices, day, currency)
        loyalty = price_on(self.loyalty_prices, day, currency)
        return max(regular.amount_minor - loyalty.amount_minor, 0) if regular and loyalty else 0


def price_on(prices: Iterable[Price], day: date, currency: str) -> Price | None:
    """The price that is in force; at most one is, since those of one kind and currency never overlap."""
    return next((price for price in prices if price.currency == currency and price.holds_on(day)), None)


def shown_gtin(padded: str) -> str:
    """A barcode in its shortest form of 8, 12, 13 or 14 digits."""
    digits = padded.lstrip("0")
    return digits.zfill(next(length for length in _GTIN_LENGTHS if length >= len(digits)))
