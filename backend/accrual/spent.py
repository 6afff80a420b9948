"""How a promotion counts as used up, whatever its limits are: as having given all that they allow."""

from backend.campaigns.content import Limits
from backend.promotions.basket import Counter, Uses


def spent_counter(limits: Limits) -> Counter:
    """What all together were given of it."""
    return Counter(uses=limits.total or 0, value_centi=limits.budget_centi or 0)


def spent_uses(limits: Limits) -> Uses:
    """How often the member used it."""
    return Uses(total=limits.per_member or 0, today=limits.per_member_per_day or 0)
