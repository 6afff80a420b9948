"""A portion of a replay: the receipts that come next, all that decides them, and what the replayed rule makes of them.

Reading is a fixed number of queries, however many receipts; deciding is pure and leaves the loop to others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.models import Award
from backend.accrual.replay_limits import MemberUses
from backend.accrual.replay_models import Replay, ReplayMember
from backend.campaigns.models import PromotionUse
from backend.campaigns.queries import timelines
from backend.campaigns.timeline import Rule, Timeline
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.models import Product
from backend.catalogue.queries import groups_with_ancestors
from backend.members.models import MemberGroup
from backend.programmes.models import Outlet, Programme, ProgrammeAssignment, Tenant
from backend.receipts.models import Receipt, ReceiptLineRow

PORTION = 250
"""Receipts in a transaction: few enough that stopping is quick, and that memory holds however many there are."""
_MATCHED_AT_ONCE = 50
Text = tuple[str | None, str, str | None]
"""A line as matching knows it: seller, name, barcode."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a replay is of: the rule as if it had run all the time, the other campaigns of its programme, and the days."""

    tenant: Tenant
    programme: Programme
    rule: Rule
    others: list[Timeline]
    from_at: datetime
    before_at: datetime


@dataclass(frozen=True, slots=True)
class Portion:
    """Receipts in the order in which they were issued, with what decides them."""

    receipts: list[Receipt]
    lines: Mapping[UUID, list[ReceiptLineRow]]
    products: Mapping[Text, Product]
    product_groups: Mapping[UUID, frozenset[str]]
    outlets: Mapping[UUID, Outlet]
    member_groups: Mapping[UUID, frozenset[str]]
    participants: frozenset[UUID]
    """The members who have the programme today."""
    given: Mapping[UUID, int]
    """The points that the programme gave, by receipt."""
    used: Mapping[UUID, frozenset[str]]
    """The limited promotions that were given, by receipt."""
    member_uses: dict[UUID, MemberUses] = field(default_factory=dict)

    def product_of(self, receipt: Receipt, line: ReceiptLineRow) -> Product | None:
        """What the line is found to be today."""
        return self.products.get(_text(receipt, line))


async def read_portion(session: AsyncSession, replay: Replay, frame: Frame) -> Portion:
    """The receipts after those that are done; an empty portion is the end."""
    receipts = await _receipts(session, replay, frame)
    ids = [row.id for row in receipts]
    members = {row.member_id for row in receipts}
    by_receipt: dict[UUID, list[ReceiptLineRow]] = defaultdict(list)
    for line in await session.exec(
        select(ReceiptLineRow)
        .where(ReceiptLineRow.tenant_id == replay.tenant_id, col(ReceiptLineRow.receipt_id).in_(ids))
        .order_by(col(ReceiptLineRow.no))
    ):
        by_receipt[line.receipt_id].append(line)
    products = await _products(session, replay.tenant_id, receipts, by_receipt)
    groups = await _member_groups(session, replay.tenant_id, members)
    outlets = await session.exec(
        select(Outlet).where(
            Outlet.tenant_id == replay.tenant_id, col(Outlet.id).in_({row.outlet_id for row in receipts})
        )
    )
    return Portion(
        receipts=receipts,
        lines=by_receipt,
        products=products,
        product_groups=await groups_with_ancestors(session, replay.tenant_id, products.values()),
        outlets={row.id: row for row in outlets},
        member_groups=groups,
        participants=await _participants(session, frame.programme, members, groups),
        given=await _given(session, frame.programme, ids),
        used=await _used(session, replay.tenant_id, ids),
        member_uses=await _member_uses(session, replay, members),
    )


def receipts_of(replay: Replay, frame: Frame) -> list[ColumnElement[bool]]:
    """The conditions on receipts to be among those that are replayed."""
    conditions = [
        col(Receipt.tenant_id) == replay.tenant_id,
        col(Receipt.state) == "settled",
        col(Receipt.kind) == "sale",
        col(Receipt.issued_at) >= frame.from_at,
        col(Receipt.issued_at) < frame.before_at,
    ]
    if replay.partner_id is not None:
        own = select(Outlet.id).where(Outlet.tenant_id == replay.tenant_id, Outlet.partner_id == replay.partner_id)
        conditions.append(col(Receipt.outlet_id).in_(own))
    return conditions


async def other_campaigns(session: AsyncSession, tenant_id: UUID, rule: Rule) -> list[Timeline]:
    """The campaigns of the rule's programme but for its own."""
    found = await timelines(session, tenant_id, programme_id=rule.programme_id)
    return [each for each in found if each.campaign.id != rule.campaign_id]


async def _receipts(session: AsyncSession, replay: Replay, frame: Frame) -> list[Receipt]:
    query = select(Receipt).where(*receipts_of(replay, frame))
    if replay.after_at is not None:
        query = query.where(tuple_(col(Receipt.issued_at), col(Receipt.id)) > (replay.after_at, replay.after_id))
    return list(await session.exec(query.order_by(col(Receipt.issued_at), col(Receipt.id)).limit(PORTION)))


async def _products(
    session: AsyncSession, tenant_id: UUID, receipts: Sequence[Receipt], lines: Mapping[UUID, list[ReceiptLineRow]]
) -> dict[Text, Product]:
    """What every text means today: each one is matched once for its seller, a few at a time, so that others get on."""
    texts = {_text(receipt, line) for receipt in receipts for line in lines.get(receipt.id, ())}
    by_seller: dict[str | None, list[Text]] = defaultdict(list)
    for text in sorted(texts, key=lambda each: (each[0] or "", each[1], each[2] or "")):
        by_seller[text[0]].append(text)
    found: dict[Text, Product] = {}
    for seller, own in by_seller.items():
        for start in range(0, len(own), _MATCHED_AT_ONCE):
            some = own[start : start + _MATCHED_AT_ONCE]
            facts = [LineFacts(str(at), name, gtin) for at, (_, name, gtin) in enumerate(some)]
            matched = await match_lines(session, tenant_id, facts, seller_tax_id=seller)
            found |= {some[int(at)]: product for at, product in matched.products.items()}
    return found


async def _member_groups(
    session: AsyncSession, tenant_id: UUID, members: set[UUID]
) -> defaultdict[UUID, frozenset[str]]:
    found: defaultdict[UUID, frozenset[str]] = defaultdict(frozenset)
    for member, code in await session.exec(
        select(MemberGroup.member_id, MemberGroup.group_code).where(
            MemberGroup.tenant_id == tenant_id, col(MemberGroup.member_id).in_(members)
        )
    ):
        found[member] |= {code}
    return found


async def _participants(
    session: AsyncSession, programme: Programme, members: set[UUID], groups: Mapping[UUID, frozenset[str]]
) -> frozenset[UUID]:
    if programme.open_to == "everyone":
        return frozenset(members)
    rows = await session.exec(
        select(ProgrammeAssignment.member_id, ProgrammeAssignment.group_code).where(
            ProgrammeAssignment.tenant_id == programme.tenant_id,
            ProgrammeAssignment.programme_id == programme.id,
            or_(col(ProgrammeAssignment.group_code).is_not(None), col(ProgrammeAssignment.member_id).in_(members)),
        )
    )
    named, assigned = set(), set()
    for member, group in rows:
        named.add(member)
        assigned.add(group)
    return frozenset(member for member in members if member in named or groups.get(member, frozenset()) & assigned)


async def _given(session: AsyncSession, programme: Programme, receipts: list[UUID]) -> dict[UUID, int]:
    given: dict[UUID, int] = defaultdict(int)
    for receipt, points in await session.exec(
        select(Award.receipt_id, Award.points).where(
            Award.tenant_id == programme.tenant_id,
            Award.programme_id == programme.id,
            col(Award.receipt_id).in_(receipts),
        )
    ):
        given[receipt] += points
    return given


async def _used(session: AsyncSession, tenant_id: UUID, receipts: list[UUID]) -> dict[UUID, frozenset[str]]:
    used: dict[UUID, set[str]] = defaultdict(set)
    for receipt, promotion in await session.exec(
        select(PromotionUse.receipt_id, PromotionUse.promotion).where(
            PromotionUse.tenant_id == tenant_id,
            col(PromotionUse.receipt_id).in_(receipts),
            PromotionUse.state == "captured",
        )
    ):
        used[receipt].add(promotion)
    return {receipt: frozenset(names) for receipt, names in used.items()}


async def _member_uses(session: AsyncSession, replay: Replay, members: set[UUID]) -> dict[UUID, MemberUses]:
    found = await session.exec(
        select(ReplayMember.member_id, ReplayMember.uses).where(
            ReplayMember.tenant_id == replay.tenant_id,
            ReplayMember.replay_id == replay.id,
            col(ReplayMember.member_id).in_(members),
        )
    )
    return {member: dict(uses) for member, uses in found}


def _text(receipt: Receipt, line: ReceiptLineRow) -> Text:
    return (receipt.seller["tax_id"] if receipt.seller else None, line.name, line.gtin)
