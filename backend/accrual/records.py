"""What is kept of a decision, so that every line can say why, and what the member is told of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.decision import Decision
from backend.accrual.giving import beside_points, given_documents, stamps_document, thing_document
from backend.accrual.models import Award, Settlement
from backend.accrual.near import gain_of, is_near
from backend.catalogue.models import Product
from backend.events.service import note
from backend.kit.ids import new_id
from backend.kit.money import format_units
from backend.kit.rows import insert_rows
from backend.messages.service import write
from backend.promotions.outcome import Applied, Outcome
from backend.receipts.models import Receipt

_NOTHING = {"refund": "refund-settled", "advance": "advance-settled", "advance_refund": "refund-settled"}
"""What is said of documents that never bring points, whatever the offers are."""


def sure_document(outcome: Outcome, names: Mapping[str, str]) -> dict[str, Any]:
    """What the code alone decided, as it is kept and shown: texts stay untranslated until somebody reads them."""
    return {
        "points": format_units(outcome.points, outcome.points_decimals),
        "applied": [
            {
                "promotion": award.promotion,
                "name": names[award.promotion],
                "points": format_units(award.points, outcome.points_decimals),
                "given": given_documents(award),
                "why": award.why.msgid,
                "why_params": dict(award.why.params),
            }
            for award in outcome.applied
        ],
        "undecided": [
            {"promotion": waiting.promotion, "name": names[waiting.promotion], "reason": waiting.reason}
            for waiting in outcome.undecided
        ],
    }


async def record(
    session: AsyncSession,
    receipt: Receipt,
    decisions: Sequence[Decision],
    *,
    products: Mapping[str, Product],
    now: datetime,
) -> list[Award]:
    """Keep what was decided: one settlement, and an award for every promotion that applied in any programme."""
    leading = decisions[0]
    settlement = Settlement(
        tenant_id=receipt.tenant_id,
        receipt_id=receipt.id,
        programme_id=leading.programme.id,
        points=leading.outcome.points,
        points_decimals=leading.outcome.points_decimals,
        products={line: product.name for line, product in products.items()},
        not_applied=[missed for each in decisions for missed in _missed(each)],
        campaign_versions={rule.code: rule.version for each in decisions for rule in each.rules},
        settled_at=now,
    )
    given = [(each, award) for each in decisions for award in each.outcome.applied]
    awards = [
        Award(
            tenant_id=receipt.tenant_id,
            id=new_id(),
            receipt_id=receipt.id,
            programme_id=each.programme.id,
            campaign_id=each.campaign_of(award.promotion),
            position=position,
            promotion=award.promotion,
            name=each.names[award.promotion],
            points=award.points,
            points_decimals=each.outcome.points_decimals,
            why=award.why.msgid,
            why_params=dict(award.why.params),
            lines=list(award.lines),
            shares=award.point_shares,
            given=given_documents(award),
            stamps=stamps_document(award),
        )
        for position, (each, award) in enumerate(given)
    ]
    await insert_rows(session, [settlement])
    await insert_rows(session, awards)
    return awards


def _missed(decision: Decision) -> Iterator[dict[str, Any]]:
    """What did not apply; `gain` is there when it was within reach, and may be null even then."""
    for no in decision.outcome.not_applied:
        told = {
            "promotion": no.promotion,
            "name": decision.names[no.promotion],
            "reason": no.reason,
            "missing": no.missing,
            "unit": no.unit,
        }
        basket, promotion = decision.basket, decision.said.by_id[no.promotion]
        if basket is not None and is_near(promotion, no, basket):
            told["gain"] = gain_of(promotion, basket)
        yield told


async def tell(session: AsyncSession, receipt: Receipt, decisions: Sequence[Decision], *, now: datetime) -> None:
    """Write the message that says what the receipt brought, a refund's nothing of its purchase, and note it for the app.

    It speaks of the first programme that gave points, and names every promotion that gave something.
    """
    telling = next((each for each in decisions if each.outcome.points), decisions[0]).outcome
    note(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        kind="receipt-settled",
        data={"receipt": str(receipt.id), "points": format_units(telling.points, telling.points_decimals)},
        now=now,
    )
    purchase = {
        "total_minor": receipt.total_minor,
        "currency": receipt.currency,
        "shop": receipt.seller["name"] if receipt.seller else None,
    }
    earned = {
        "points": telling.points,
        "points_decimals": telling.points_decimals,
        "reasons": [each.names[award.promotion] for each in decisions for award in each.outcome.applied],
    }
    things = [thing for each in decisions for one in each.outcome.applied for thing in _things(one)]
    if things:
        event, params = "receipt-rewarded", {**purchase, **earned, "things": things}
    elif telling.points:
        event, params = "receipt-settled", {**purchase, **earned}
    else:
        event, params = _NOTHING.get(receipt.kind, "receipt-settled-empty"), purchase
    await write(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        event=event,
        params=params,
        reference=f"receipt-settled:{receipt.id}",
        now=now,
    )


def _things(applied: Applied) -> Iterator[dict[str, Any]]:
    """What was given beside points, as the message names it."""
    for award in beside_points(applied):
        yield thing_document(award.kind, award.value, award.name, award.valid_to_on)
