"""What a receipt gives beside points: written once with its award, and taken back by the part that refunds return.

Money goes back line by line, by the shares of the returned lines; entries by the money of the lines they were counted on;
a gift and coupons when every line they came with is returned. Stamps go back by the pieces returned.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.decision import Decision
from backend.accrual.models import Award
from backend.accrual.returned import SoldLine, pieces_returned, value_returned
from backend.kit.money import format_quantity
from backend.promotions.contract import MONEY_FORMS
from backend.promotions.contract import Award as Given
from backend.promotions.outcome import Applied
from backend.receipts.models import Receipt
from backend.rewards import service as rewards
from backend.rewards.models import TakenBack
from backend.rewards.service import Due, Source


def beside_points(applied: Applied) -> list[Given]:
    """What the promotion gave beside points, in the order in which it is kept."""
    return [award for award in applied.awards if award.kind not in {"points", "discount"}]


def given_documents(applied: Applied) -> list[dict[str, Any]]:
    """What the promotion gave beside points, as the award's row keeps it; values in the smallest unit of each kind."""
    return [
        {
            "kind": award.kind,
            "value": award.value,
            "shares": dict(award.shares),
            "name": award.name,
            "valid_to": award.valid_to_on.isoformat() if award.valid_to_on else None,
            "redeem_at": list(award.redeem_at),
        }
        for award in beside_points(applied)
    ]


def stamps_document(applied: Applied) -> dict[str, Any]:
    """How the promotion moved the member's counter; empty when it has none."""
    change = applied.stamps
    if change is None:
        return {}
    return {
        "counter": change.counter,
        "before": change.before,
        "units": change.units,
        "cards": change.cards,
        "needs": change.needs,
        "after": change.after,
    }


def thing_document(kind: str, value: int, name: str | None, until: date | None) -> dict[str, Any]:
    """Something given, as a message names it."""
    return {
        "kind": kind,
        "value": value,
        "quantity": format_quantity(value) if kind == "gift" else None,
        "name": name,
        "until": until.isoformat() if until else None,
    }


def given_of(document: Mapping[str, Any]) -> Given:
    """What was kept, as the engine gave it."""
    return Given(
        kind=document["kind"],
        value=document["value"],
        shares=tuple(document["shares"].items()),
        name=document["name"],
        valid_to_on=date.fromisoformat(document["valid_to"]) if document["valid_to"] else None,
        redeem_at=tuple(document["redeem_at"]),
    )


async def give(
    session: AsyncSession, receipt: Receipt, decisions: Sequence[Decision], awards: Iterable[Award], *, now: datetime
) -> None:
    """Give what the awards say beside points; bonuses are good for purchases after this one."""
    applied = [one for each in decisions for one in each.outcome.applied]
    for award, one in zip(awards, applied, strict=True):
        source = source_of(award, receipt)
        given = beside_points(one)
        rewards.give(session, source, given, currency=receipt.currency, valid_from=receipt.issued_at, now=now)
        if one.stamps is not None:
            await rewards.stamp(session, source, one.stamps)


def source_of(award: Award, receipt: Receipt) -> Source:
    """Where what the award gave comes from."""
    return Source(award.tenant_id, award.id, receipt.id, award.programme_id, receipt.member_id)


def dues_of(award: Award, sold: Sequence[SoldLine], parts: Mapping[int, Fraction]) -> list[Due]:
    """What of the award's things the refunds return together, by the part of every sold line; pure."""
    lines = [line for line in sold if not award.lines or str(line.no) in award.lines]
    given = map(given_of, award.given)
    return [
        Due(position, one.kind, one.name, value_returned(one, lines, parts))
        for position, one in enumerate(given)
        if one.kind != "text"
    ]


def stamps_due(award: Award, sold: Sequence[SoldLine], parts: Mapping[int, Fraction]) -> int:
    """By how many stamps the member's counter is too high after these returns: those of returned pieces.

    Once everything is returned a full card's reward is gone, and the stamps that it took are given back.
    """
    if not award.stamps:
        return 0
    stamped = award.stamps.get("lines", award.lines)
    lines = [line for line in sold if str(line.no) in stamped]
    if all(parts[line.no] == 1 for line in lines):
        return int(award.stamps["after"] - award.stamps["before"])
    return min(pieces_returned(lines, parts), int(award.stamps["units"]))


def money_taken(taken: Iterable[TakenBack]) -> int:
    """What of it is money."""
    return sum(row.units for row in taken if row.kind in MONEY_FORMS)
