"""The sizes that a slip states beside those of a product: which agree, which contradict, which one side alone says.

A number without a unit is read in the product's favour where it can be: 0,25 is a quarter of a litre or of a kilogram,
180 are grams. A number that ends a name may be what the column left of a longer one, and says nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from backend.catalogue.matching.wording import AMOUNTS, Size, Wording, question
from backend.kit.money import format_quantity

PIECES = "kom"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Both sides' sizes. `other` the product states otherwise, `foreign` it does not state at all; `unsaid` the slip does not.

    `numbers` are how many bare numbers are parts of both names, such as the 500 of T-500.
    """

    agreed: frozenset[Size]
    other: tuple[Size, ...]
    foreign: tuple[Size, ...]
    unsaid: frozenset[Size]
    numbers: int

    @property
    def is_contradiction(self) -> bool:
        """Whether what the slip states cannot be the product."""
        return bool(self.other or self.foreign)

    @property
    def lacks_pieces(self) -> bool:
        """Whether the product is a pack of several and the slip does not say so."""
        return any(kind == PIECES for kind, _ in self.unsaid)

    @property
    def lacks_amount(self) -> bool:
        """Whether the product states an amount and the slip does not."""
        return any(kind in AMOUNTS for kind, _ in self.unsaid)


def compare(wording: Wording, sizes: frozenset[Size], numbers: frozenset[int]) -> Sizes:
    """What a slip's wording and a product's sizes and bare numbers say of each other."""
    agreed = wording.sizes & sizes
    unsaid = sizes - agreed
    common, loose = 0, []
    for at, number in enumerate(wording.numbers):
        meant = _meant(number, unsaid)
        if meant is not None:
            agreed |= {meant}
            unsaid -= {meant}
        elif number in numbers:
            common += 1
        elif not (wording.ends_in_number and at == len(wording.numbers) - 1 and _begins(number, unsaid)):
            loose.append(("", number))
    stated = {question(kind) for kind, _ in sizes}
    said = wording.sizes - agreed
    # A fraction is an amount in everybody's writing; a whole number may be anything.
    amounts = [size for size in loose if size[1] % 1000 and "amount" in stated]
    other = [*(size for size in said if question(size[0]) in stated), *amounts]
    foreign = [
        *(size for size in said if question(size[0]) not in stated),
        *(size for size in loose if size not in amounts),
    ]
    return Sizes(agreed, tuple(sorted(other)), tuple(sorted(foreign)), unsaid, common)


def spelled(sizes: Iterable[Size]) -> str:
    """Sizes as people write them: 500 ml, 2.8 %."""
    return ", ".join(f"{format_quantity(amount)} {kind}".strip() for kind, amount in sorted(sizes))


def _meant(number: int, sizes: frozenset[Size]) -> Size | None:
    for kind, amount in sorted(sizes):
        if amount == number or (kind in AMOUNTS and amount == number * 1000):
            return kind, amount
    return None


def _begins(number: int, sizes: frozenset[Size]) -> bool:
    return any(str(amount // 1000).startswith(str(number // 1000)) for _, amount in sizes)
