"""In which form a promotion gives what is worth money, and until when and where a bonus can be redeemed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from backend.promotions.contract import Form
from backend.promotions.kinds import DAY, DAYS_ABOVE_ZERO, TEXT, choice, list_of
from backend.promotions.parameters import written

_BONUSES = frozenset({"card", "receipt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Points, entries, gifts, coupons and texts are what they are whatever is written here.

    A bonus of `valid_days` can be redeemed until the end of the day that lies so many days after today.
    """

    form: Form = field(
        default="discount", metadata=written("as", choice("discount", "card", "receipt", "cashback", "points"))
    )
    valid_days: int | None = field(default=None, metadata=written("valid_days", DAYS_ABOVE_ZERO))
    valid_to_on: date | None = field(default=None, metadata=written("valid_to", DAY))
    redeem_at: tuple[str, ...] = field(default=(), metadata=written("redeem_at", list_of(TEXT)))

    def redeemable_to(self, today: date) -> date | None:
        """The last day on which a bonus given today can be redeemed; None when there is none."""
        if self.valid_days is None:
            return self.valid_to_on
        return today + min(timedelta(days=self.valid_days), date.max - today)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Only a bonus waits to be redeemed, and it has one end."""
        if self.form not in _BONUSES:
            given = {"valid_days": self.valid_days, "valid_to": self.valid_to_on, "redeem_at": self.redeem_at or None}
            yield from ((key, "is for bonuses on the card or receipt") for key in given if given[key] is not None)
        elif self.valid_days is not None and self.valid_to_on is not None:
            yield "valid_to", "excludes valid_days"
