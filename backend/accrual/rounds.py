"""Writes a later round of a settled receipt: what it is given on top, once, and what the member is told of it.

The settling stays as it was; each round has awards and, in each programme, a transfer of its own. What refunds have
returned by then is not paid, or given and taken back at once, so that later refunds take back exactly the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.decision import Decision
from backend.accrual.differences import Due
from backend.accrual.facts import spend_used
from backend.accrual.giving import beside_points, give, given_documents, stamps_document, thing_document
from backend.accrual.models import Award, Resettlement
from backend.accrual.undo import given_in, reference_in, reversals_of, take_things_back
from backend.kit.ids import new_id
from backend.ledger import service as ledger
from backend.messages.service import write
from backend.programmes.models import Programme
from backend.promotions.outcome import Applied
from backend.receipts.models import Receipt


@dataclass(frozen=True, slots=True)
class Gain:
    """What one programme gives on top by its `decision`: `kept` is what of each due refunds have not returned already."""

    decision: Decision
    dues: Sequence[Due]
    kept: Sequence[Due]

    @property
    def programme(self) -> Programme:
        """Who gives it."""
        return self.decision.programme

    @property
    def names(self) -> Mapping[str, str]:
        """What people call each promotion."""
        return self.decision.names

    def code_of(self, promotion: str) -> str:
        """Which campaign the promotion is of."""
        return next(rule.code for rule in self.decision.rules if promotion in rule.ids)

    @property
    def points(self) -> int:
        """What the member gets of points, in the programme's smallest unit."""
        return sum(due.applied.points for due in self.kept)


@dataclass(frozen=True, slots=True)
class Standing:
    """The number of the round, the awards before it, and the refunds that were settled by then, the earliest first."""

    later: int
    awards: Sequence[Award]
    refunds: Sequence[Receipt]


async def write_round(
    session: AsyncSession,
    receipt: Receipt,
    standing: Standing,
    products: dict[str, str],
    gains: Sequence[Gain],
    *,
    main: Programme,
    now: datetime,
) -> None:
    """Give all of it and tell the member; the caller holds the receipt and has taken what is limited.

    `products` names what each line is taken for now.
    """
    session.add(
        Resettlement(
            tenant_id=receipt.tenant_id,
            receipt_id=receipt.id,
            round=standing.later,
            products=products,
            rated_at=now,
        )
    )
    awards = _awards(receipt, gains, standing)
    session.add_all(awards)
    await give(session, receipt, [gain.decision for gain in gains], awards, now=now)
    await _spend(session, receipt, gains, standing.awards)
    await _return(session, receipt, awards, standing.refunds, now=now)
    for gain in gains:
        if gain.points:
            await ledger.earn(
                session,
                tenant_id=receipt.tenant_id,
                programme_id=gain.programme.id,
                member_id=receipt.member_id,
                points=gain.points,
                reference=reference_in(given_in(receipt, standing.later), gain.programme, main=main),
                event_at=receipt.issued_at,
                now=now,
            )
    await _tell(session, receipt, gains, standing.later, now=now)


def _awards(receipt: Receipt, gains: Sequence[Gain], standing: Standing) -> list[Award]:
    given = [(gain, due) for gain in gains for due in gain.dues]
    return [
        Award(
            tenant_id=receipt.tenant_id,
            id=new_id(),
            receipt_id=receipt.id,
            programme_id=gain.programme.id,
            campaign_id=gain.decision.campaign_of(due.applied.promotion),
            position=position,
            promotion=due.applied.promotion,
            name=gain.names[due.applied.promotion],
            points=due.applied.points,
            points_decimals=gain.programme.points_decimals,
            why=due.applied.why.msgid,
            why_params=dict(due.applied.why.params),
            lines=list(due.applied.lines),
            shares=due.applied.point_shares,
            given=given_documents(due.applied),
            stamps=stamps_document(due.applied) | ({"lines": list(due.stamped)} if due.stamped else {}),
            round=standing.later,
        )
        for position, (gain, due) in enumerate(given, start=len(standing.awards))
    ]


async def _spend(session: AsyncSession, receipt: Receipt, gains: Sequence[Gain], earlier: Sequence[Award]) -> None:
    """Spend the codes and coupons of promotions that gave the receipt nothing before."""
    known = {(award.programme_id, award.promotion) for award in earlier}
    fresh = []
    for gain in gains:
        outcome = gain.decision.outcome
        applied = tuple(one for one in outcome.applied if (gain.programme.id, one.promotion) not in known)
        fresh.append(replace(gain.decision, outcome=replace(outcome, applied=applied)))
    await spend_used(session, receipt, fresh)


async def _return(
    session: AsyncSession, receipt: Receipt, awards: Sequence[Award], refunds: Sequence[Receipt], *, now: datetime
) -> None:
    """Take back what refunds have returned already, each its part, as if it had come after the round."""
    for number, refund in enumerate(refunds, start=1):
        counted = list(refunds[:number])
        session.add_all(await reversals_of(session, receipt, refund, counted, awards, now=now))
        await take_things_back(session, receipt, refund, counted, awards, now=now)


async def _tell(session: AsyncSession, receipt: Receipt, gains: Sequence[Gain], later: int, *, now: datetime) -> None:
    """Say what came on top, as settling does: in the points of the first programme that gives some."""
    telling = next((gain for gain in gains if gain.points), gains[0])
    params = {
        "total_minor": receipt.total_minor,
        "currency": receipt.currency,
        "shop": receipt.seller["name"] if receipt.seller else None,
        "points": telling.points,
        "points_decimals": telling.programme.points_decimals,
        "reasons": [gain.names[due.applied.promotion] for gain in gains for due in gain.kept],
    }
    things = [thing for gain in gains for due in gain.kept for thing in _things(due.applied)]
    await write(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        event="receipt-rewarded-later" if things else "receipt-rerated",
        params=params | ({"things": things} if things else {}),
        reference=f"receipt-rerated:{receipt.id}:{later}",
        now=now,
    )


def _things(applied: Applied) -> Iterator[dict[str, Any]]:
    """What is given beside points, and the stamps, as the message names them."""
    for award in beside_points(applied):
        yield thing_document(award.kind, award.value, award.name, award.valid_to_on)
    if applied.stamps is not None:
        yield thing_document("stamps", applied.stamps.units, None, None)
