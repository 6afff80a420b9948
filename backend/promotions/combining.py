"""Which promotions stand beside which: groups of which all, the first or the best applies, and those that stand alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from backend.promotions.kinds import IDENTIFIER, choice
from backend.promotions.parameters import Place, written

Mode = Literal["all", "first", "best", "alone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combine:
    """A group and how its members share it; alone needs no group."""

    mode: Mode = field(metadata=written("mode", choice("all", "first", "best", "alone")))
    group: str | None = field(default=None, metadata=written("group", IDENTIFIER))

    @property
    def chooses(self) -> bool:
        """Whether one member of the group keeps the others out."""
        return self.mode in {"first", "best"}

    def problems(self) -> Iterator[tuple[str, str]]:
        """A group says who shares; alone shares with nobody."""
        if self.mode != "alone" and self.group is None:
            yield "group", "is required unless mode is alone"
        if self.mode == "alone" and self.group is not None:
            yield "group", "excludes the mode alone"


def refuse_mixed_modes(promotions: list[object], place: Place) -> None:
    """Refuse every promotion whose group another one before it uses in a different mode."""
    modes: dict[str, str] = {}
    for i, promotion in enumerate(promotions):
        combine = promotion.get("combine") if isinstance(promotion, dict) else None
        if not isinstance(combine, dict):
            continue
        group, mode = combine.get("group"), combine.get("mode")
        if isinstance(group, str) and isinstance(mode, str) and modes.setdefault(group, mode) != mode:
            place.at(i, "combine", "mode").refuse(f"must be {modes[group]}, as elsewhere in the group {group}")
