"""`code`: the buyer gives a promo code that stands in the list.

A long list lives in a table and is named; the basket then says which of its codes stand in it (`code_lists`). A basket
carries only unspent codes, and whoever applies the outcome spends a `single_use` one, so a code that was used up is
never presented again.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import CODE, FLAG, IDENTIFIER, list_of
from backend.promotions.parameters import Kind, Place, written

LISTED_MAX = 10_000

_LISTED = list_of(CODE, most=LISTED_MAX)


def _read_list(value: object, place: Place) -> frozenset[str] | str | None:
    if isinstance(value, str):
        return IDENTIFIER.read(value, place)
    codes = _LISTED.read(value, place)
    return None if codes is None else frozenset(codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Condition):
    """The codes themselves as they are compared, or the name of the table that holds them."""

    type: ClassVar[str] = "code"
    spends: ClassVar[Literal["codes", "coupons"] | None] = "codes"

    codes: frozenset[str] | str = field(metadata=written("list", Kind("codes", _read_list)))
    single_use: bool = field(default=False, metadata=written("single_use", FLAG))

    def hinges_on(self) -> Facts | None:
        """A code of the list, or that the basket has codes in the named table."""
        return facts("code list", (self.codes,)) if isinstance(self.codes, str) else facts("code", self.codes)

    def stops(self, basket: Basket) -> Stop | None:
        """Any code of the basket will do."""
        return None if self.used(basket) else Stop(self.type)

    def used(self, basket: Basket) -> tuple[str, ...]:
        """The first of the basket's codes that stands in the list: one use takes one code."""
        if not basket.presented:
            return ()
        codes = basket.code_lists.get(self.codes, frozenset()) if isinstance(self.codes, str) else self.codes
        return next(((written_,) for code, written_ in basket.presented.items() if code in codes), ())
