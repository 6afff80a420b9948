"""Turns what a benefit would give into what it gives: rounded once, within what is left and what is allowed, spread.

Discounts never exceed what is left to pay on their lines. A line benefit loses what is too much for its line; a basket
benefit is spread by what is left. A ceiling (`max_value`) shrinks a line benefit line by line, in proportion.
"""

from collections.abc import Sequence
from dataclasses import replace

from backend.promotions.basket import Basket
from backend.promotions.contract import MONEY_FORMS, Award, Extras, Offer, PerLine, Portion, Ratio, Scope, Things, Whole
from backend.promotions.promotion import Promotion
from backend.promotions.rounding import round_half_away, spread

_HUNDREDTHS = 100
_GIFT_UNIT = 1000
EXTRA_PIECES_MAX = 100
"""How many coupons, and how many texts, one multiplier adds at most: each of them is a row or a paper of its own."""
_PIECES = frozenset({"coupon", "text"})
_WORTHLESS = _PIECES | {"gift"}
_SCALES = (1, 10, 100)
"""Smallest units of a point by the programme's decimals."""


def awards_of(promotion: Promotion, offer: Offer, scope: Scope, left: Sequence[int]) -> tuple[Award, ...]:
    """What the promotion gives, one award for each form of it; none when that is nothing.

    `left` is what is left to pay by position of the basket; it is not changed.
    """
    match offer:
        case Portion() if promotion.kind == "discount" and promotion.limits.max_value_centi is None:
            award = _part_off(offer.part, scope, left)
        case Portion() | PerLine():
            award = _by_line(promotion, offer, scope, left)
        case Whole():
            award = _whole(promotion, offer, scope, left)
        case Things():
            award = _things(promotion, offer, scope.basket)
        case Extras():
            return tuple([extra for extra in _extras(promotion, offer, scope.basket, left) if extra.value])
    return (award,) if award.value else ()


def worth(awards: Sequence[Award], basket: Basket) -> int:
    """What awards are worth, to be compared within one basket; what is neither money nor points is worth nothing."""
    scale = _SCALES[basket.points_decimals]
    money = sum(award.value for award in awards if award.kind in MONEY_FORMS)
    points = sum(award.value for award in awards if award.kind == "points")
    return money * scale + points * basket.point_value_minor


def _part_off(part: Ratio, scope: Scope, left: Sequence[int]) -> Award:
    """The same part off each line, as `_by_line` gives it without a ceiling: most promotions, so in a single pass."""
    numerator, denominator = part
    ids, base, shares, total = scope.basket.goods.ids, scope.base, [], 0
    for at, position in enumerate(scope.positions):
        value = min(round_half_away(numerator * base[at], denominator), left[position])
        if value:
            shares.append((ids[position], value))
            total += value
    return Award("discount", total, () if scope.basket.lines is None else tuple(shares), None, True)


def _by_line(promotion: Promotion, offer: Portion | PerLine, scope: Scope, left: Sequence[int]) -> Award:
    times, over = _smallest_units(promotion.kind, scope.basket)
    values = [round_half_away(n * times, d * over) for n, d in _hundredths(offer, scope)]
    if promotion.kind == "discount":
        values = [min(value, left[position]) for value, position in zip(values, scope.positions, strict=True)]
    if promotion.limits.max_value_centi is not None:
        values = _shrunk(values, _ceiling(promotion, promotion.kind, scope.basket))
    return _award(promotion, scope, values, by_line=True)


def _hundredths(offer: Portion | PerLine, scope: Scope) -> Sequence[Ratio]:
    if isinstance(offer, PerLine):
        return offer.hundredths
    return [(base * offer.part[0], offer.part[1]) for base in scope.base]


def _whole(promotion: Promotion, offer: Whole, scope: Scope, left: Sequence[int]) -> Award:
    times, over = _smallest_units(promotion.kind, scope.basket)
    value = round_half_away(offer.hundredths[0] * times, offer.hundredths[1] * over)
    value = _capped(value, _ceiling(promotion, promotion.kind, scope.basket))
    if promotion.kind == "discount":
        weights = [left[position] for position in scope.positions]
        value = min(value, sum(weights))
    else:
        weights = list(scope.base) if any(scope.base) else [scope.basket.goods.totals[p] for p in scope.positions]
    return _award(promotion, scope, spread(value, weights) if value else [0] * len(weights), by_line=False)


def _things(promotion: Promotion, offer: Things, basket: Basket) -> Award:
    count = _capped(offer.count, _ceiling(promotion, promotion.kind, basket))
    return Award(promotion.kind, count, name=offer.name)


def _extras(promotion: Promotion, offer: Extras, basket: Basket, left: Sequence[int]) -> list[Award]:
    room, given, ceilings = list(left), [], dict[str, int | None]()
    for award in offer.awards:
        most = EXTRA_PIECES_MAX if award.kind in _PIECES else _ceiling(promotion, award.kind, basket)
        ceiling = ceilings.setdefault(award.kind, most)
        extra = _extra(award, offer.part, ceiling, basket, room)
        if ceiling is not None:
            ceilings[award.kind] = ceiling - extra.value
        given.append(extra)
    return given


def _extra(award: Award, part: Ratio, ceiling: int | None, basket: Basket, room: list[int]) -> Award:
    """A part of one award; of a discount no more than `room` holds, which it takes up."""
    value = _part_of(award, part)
    if award.kind == "discount":
        values, shares = _extra_discount(award, value, ceiling, basket, room)
        return replace(award, value=sum(values), shares=shares)
    value = _capped(value, ceiling)
    if not value or not award.shares:
        return replace(award, value=value, shares=())
    parts = spread(value, [share for _, share in award.shares])
    lines = [line for line, _ in award.shares]
    return replace(award, value=value, shares=tuple(zip(lines, parts, strict=True)))


def _extra_discount(
    award: Award, value: int, ceiling: int | None, basket: Basket, room: list[int]
) -> tuple[list[int], tuple[tuple[str, int], ...]]:
    """By line as the target itself was, or else by what is left; while lines are unknown, of all of them."""
    positions = [basket.goods.position_of[line] for line, _ in award.shares] or [0]
    left = [room[position] for position in positions]
    if award.by_line and award.shares:
        due = spread(value, [share for _, share in award.shares])
        values = _shrunk([min(share, most) for share, most in zip(due, left, strict=True)], ceiling)
    else:
        value = min(_capped(value, ceiling), sum(left))
        values = spread(value, left) if value else [0] * len(left)
    for position, taken in zip(positions, values, strict=True):
        room[position] -= taken
    if not award.shares:
        return values, ()
    lines = [line for line, _ in award.shares]
    return values, tuple([(line, taken) for line, taken in zip(lines, values, strict=True) if taken])


def _part_of(award: Award, part: Ratio) -> int:
    """Money and points round; what is counted does not come in parts."""
    if award.kind in MONEY_FORMS or award.kind == "points":
        return round_half_away(award.value * part[0], part[1])
    whole = award.value * part[0] // part[1]
    return whole // _GIFT_UNIT * _GIFT_UNIT if award.kind == "gift" else whole


def _award(promotion: Promotion, scope: Scope, values: list[int], *, by_line: bool) -> Award:
    """An award of money or points; lines without a discount have no share in one."""
    kind, basket = promotion.kind, scope.basket
    shares: tuple[tuple[str, int], ...] = ()
    if basket.lines is not None:
        ids = basket.goods.ids
        keeps_zeros = kind != "discount"
        shares = tuple([(ids[p], values[at]) for at, p in enumerate(scope.positions) if values[at] or keeps_zeros])
    award = Award(kind, sum(values), shares, None, by_line)
    if kind not in {"card", "receipt"}:
        return award
    valid_to_on = promotion.grant.redeemable_to(basket.now.date())
    return replace(award, valid_to_on=valid_to_on, redeem_at=promotion.grant.redeem_at)


def _capped(value: int, ceiling: int | None) -> int:
    return value if ceiling is None else min(value, ceiling)


def _shrunk(values: list[int], ceiling: int | None) -> list[int]:
    return values if ceiling is None or sum(values) <= ceiling else spread(ceiling, values)


def _ceiling(promotion: Promotion, kind: str, basket: Basket) -> int | None:
    """The promotion's `max_value` in the smallest unit of the kind; what is worth nothing has none."""
    centi = promotion.limits.max_value_centi
    if centi is None or kind in _WORTHLESS:
        return None
    if kind == "entries":
        return centi // _HUNDREDTHS
    times, over = _smallest_units(kind, basket)
    return centi * times // over


def _smallest_units(kind: str, basket: Basket) -> Ratio:
    """How many smallest units of the kind a hundredth is: one point is worth as much as one unit of currency."""
    return (_SCALES[basket.points_decimals], _HUNDREDTHS) if kind == "points" else (1, 1)
