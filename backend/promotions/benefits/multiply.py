"""`multiply`: what other promotions gave, doubled or tripled, in the form in which they gave it.

The extra is the factor less one of the target's own value, so factors on one target add up and never compound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import Benefit, Extras, Given, Offer, Scope, Stop
from backend.promotions.kinds import FACTOR_ABOVE_ONE, FACTOR_DECIMALS, IDENTIFIER, list_of, object_of
from backend.promotions.parameters import Kind, Place, written
from backend.promotions.saying import shortest

_ONE = 10**FACTOR_DECIMALS


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOf:
    """The promotions of a group of `combine`."""

    group: str = field(metadata=written("group", IDENTIFIER))


Targets = tuple[str, ...] | GroupOf

_IDS = list_of(IDENTIFIER)
_GROUP = object_of(GroupOf)


def _read_targets(value: object, place: Place) -> Targets | None:
    return _GROUP.read(value, place) if isinstance(value, dict) else _IDS.read(value, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiply(Benefit):
    """Targets by their ids or their group; one that is not there, or gave nothing, is not multiplied."""

    type: ClassVar[str] = "multiply"
    multiplies: ClassVar[bool] = True

    factor_parts: int = field(metadata=written("factor", FACTOR_ABOVE_ONE))
    of: Targets = field(metadata=written("of", Kind("promotions or group", _read_targets, parts=GroupOf)))

    def offer(self, scope: Scope) -> Offer | Stop:
        """What targets gave so far, once more in part."""
        awards = tuple(award for given in self._targets(scope.given) for award in given.awards)
        if not awards:
            return Stop("nothing")
        said = {"factor": shortest(self.factor_parts, FACTOR_DECIMALS)}
        return Extras(Text("× {factor} on other benefits", said), (self.factor_parts - _ONE, _ONE), awards)

    def aims_at(self, promotion: str, group: str | None) -> bool:
        """Whether a promotion is one of the targets."""
        if isinstance(self.of, GroupOf):
            return group == self.of.group
        return promotion in self.of

    def _targets(self, given: Mapping[str, Given]) -> list[Given]:
        return [one for name, one in given.items() if self.aims_at(name, one.group)]
