"""What a basket names: the facts by which a promotion can be found without looking at all of them.

A fact is a kind and a value, such as ("sku", "A"). Conditions, selections and benefits say on which facts they hinge,
and a basket says here which ones it has; both write a value in the same way, as the engine compares it. Lines that cost
nothing name no fact, since they are in no condition and no benefit.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from backend.promotions.basket import Basket

Fact = tuple[str, str]
Facts = frozenset[Fact]

MEMBER: Fact = ("buyer", "member")
ANONYMOUS: Fact = ("buyer", "anonymous")


def facts(kind: str, values: Iterable[str]) -> Facts:
    """Facts of one kind."""
    return frozenset([(kind, value) for value in values])


def series_of(coupon: str) -> str | None:
    """The text before the last hyphen, as series are compared: K-7Q2M is of the series k. None without a hyphen."""
    series, hyphen, _ = coupon.strip().casefold().rpartition("-")
    return series.strip() if hyphen else None


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


NAMED: Mapping[str, Callable[[Basket], Iterable[str]]] = MappingProxyType(
    {
        "sku": lambda basket: basket.goods.by_sku,
        "gtin": lambda basket: basket.goods.by_gtin,
        "group": lambda basket: basket.goods.by_group,
        "brand": lambda basket: basket.goods.by_brand,
        "word": lambda basket: basket.goods.by_word,
        "code": lambda basket: basket.presented,
        "code list": lambda basket: basket.code_lists if basket.presented else (),
        "series": lambda basket: filter(None, map(series_of, basket.coupons)),
        "buyer": lambda basket: ("member",) if basket.member else ("anonymous",),
        "member": lambda basket: (basket.member.id,) if basket.member else (),
        "customer group": lambda basket: basket.member.groups if basket.member else (),
        "tier": lambda basket: _one(basket.member.tier if basket.member else None),
        "event": lambda basket: basket.member.events if basket.member else (),
        "outlet": lambda basket: _one(basket.outlet),
        "seller": lambda basket: _one(basket.seller_tax_id),
        "channel": lambda basket: _one(basket.channel),
        "weekday": lambda basket: (str(basket.now.isoweekday()),),
        "date": lambda basket: (basket.now.date().isoformat(),),
    }
)
"""How each kind of fact is read off a basket."""
