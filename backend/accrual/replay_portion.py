"""A portion of a replay: the receipts that come next, all that decides them, and what the replayed rule makes of them.

Reading is a fixed number of queries, however many receipts; deciding is pure and leaves the loop to others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.models import Award
from backend.accrual.replay_awards import Compared, read
from backend.accrual.replay_facts import Cards, Past, cards_before, read_past
from backend.accrual.replay_limits import MemberUses
from backend.accrual.replay_models import Replay, ReplayMember
from backend.accrual.replay_rulings import Frame, Rulings
from backend.campaigns.models import PromotionUse
from backend.campaigns.queries import timelines
from backend.campaigns.timeline import Rule, Timeline
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.models import Product
from backend.catalogue.queries import groups_with_ancestors
from backend.members.models import MemberGroup
from backend.programmes.models import Outlet, Programme, ProgrammeAssignment
from backend.receipts.models import Receipt, ReceiptLineRow

PORTION = 250
"""Receipts in a transaction: few enough that stopping is quick, and that memory holds however many there are."""
_MATCHED_AT_ONCE = 50
Text = tuple[str | None, str, str | None]
"""A line as matching knows it: seller, name, barcode."""


@dataclass(slots=True)
class OfMember:
    """What a member's receipts of a portion come to, in points, and what all of the period's so far have left behind."""

    receipts: int = 0
    touched: int = 0
    given: int = 0
    would_give: int = 0
    awards: Compared = field(default_factory=dict)
    uses: MemberUses = field(default_factory=dict)
    cards: Cards = field(default_factory=dict)


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
    awards: Mapping[UUID, list[Award]]
    """What the programme gave, by receipt."""
    used: Mapping[UUID, frozenset[str]]
    """The limited promotions that were given, by receipt."""
    rulings: Rulings
    past: Past
    standing: Mapping[UUID, OfMember]
    """The members as the portions before this one have left them."""

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
    rulings = Rulings(frame)
    return Portion(
        receipts=receipts,
        lines=by_receipt,
        products=products,
        product_groups=await groups_with_ancestors(session, replay.tenant_id, products.values()),
        outlets={row.id: row for row in outlets},
        member_groups=groups,
        participants=await _participants(session, frame.programme, members, groups),
        awards=await _awards(session, frame.programme, ids),
        used=await _used(session, replay.tenant_id, ids),
        rulings=rulings,
        past=await read_past(session, replay, receipts, rulings),
        standing=await _standing(session, replay, frame, members),
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


async def _awards(session: AsyncSession, programme: Programme, receipts: list[UUID]) -> dict[UUID, list[Award]]:
    found: dict[UUID, list[Award]] = defaultdict(list)
    for row in await session.exec(
        select(Award)
        .where(
            Award.tenant_id == programme.tenant_id,
            Award.programme_id == programme.id,
            col(Award.receipt_id).in_(receipts),
        )
        .order_by(col(Award.position))
    ):
        found[row.receipt_id].append(row)
    return found


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


async def _standing(session: AsyncSession, replay: Replay, frame: Frame, members: set[UUID]) -> dict[UUID, OfMember]:
    """What the replay has counted for the members; for those that it meets now, what they brought into the period."""
    found = await session.exec(
        select(ReplayMember).where(
            ReplayMember.tenant_id == replay.tenant_id,
            ReplayMember.replay_id == replay.id,
            col(ReplayMember.member_id).in_(members),
        )
    )
    standing = {
        row.member_id: OfMember(awards=read(row.awards), uses=dict(row.uses), cards=dict(row.stamps)) for row in found
    }
    new = members - standing.keys()
    cards = await cards_before(session, replay, frame.programme.id, new, frame.from_at)
    uses: dict[UUID, MemberUses] = defaultdict(dict)
    if frame.on_own_days and frame.rule.limits:
        uses = await _uses_before(session, frame, new)
    return standing | {member: OfMember(uses=uses[member], cards=cards[member]) for member in new}


async def _uses_before(session: AsyncSession, frame: Frame, members: set[UUID]) -> defaultdict[UUID, MemberUses]:
    """What the members had used of the replayed campaign before the period."""
    rows = await session.exec(
        select(Receipt.member_id, PromotionUse.promotion, func.count())
        .join(
            PromotionUse,
            (col(PromotionUse.tenant_id) == Receipt.tenant_id) & (col(PromotionUse.receipt_id) == Receipt.id),
        )
        .where(
            Receipt.tenant_id == frame.tenant.id,
            col(Receipt.member_id).in_(members),
            Receipt.issued_at < frame.from_at,
            PromotionUse.campaign_id == frame.rule.campaign_id,
            PromotionUse.state == "captured",
        )
        .group_by(col(Receipt.member_id), col(PromotionUse.promotion))
    )
    uses: defaultdict[UUID, MemberUses] = defaultdict(dict)
    for member, promotion, count in rows:
        uses[member][promotion] = [count, "", 0]
    return uses


async def taken_before(session: AsyncSession, frame: Frame) -> list[tuple[str, int, int]]:
    """What the replayed campaign's limited promotions had given before the period: uses, and value that was not returned."""
    if not frame.on_own_days or not frame.rule.limits:
        return []
    rows = await session.exec(
        select(
            PromotionUse.promotion,
            func.count(),
            func.sum(col(PromotionUse.value_centi) - col(PromotionUse.returned_centi)),
        )
        .join(
            Receipt,
            (col(Receipt.tenant_id) == PromotionUse.tenant_id) & (col(Receipt.id) == PromotionUse.receipt_id),
        )
        .where(
            PromotionUse.tenant_id == frame.tenant.id,
            PromotionUse.campaign_id == frame.rule.campaign_id,
            PromotionUse.state == "captured",
            Receipt.issued_at < frame.from_at,
        )
        .group_by(col(PromotionUse.promotion))
    )
    return [(promotion, uses, int(value)) for promotion, uses, value in rows]


def _text(receipt: Receipt, line: ReceiptLineRow) -> Text:
    return (receipt.seller["tax_id"] if receipt.seller else None, line.name, line.gtin)
