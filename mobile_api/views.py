"""From rows to the shapes of the API, in the caller's language."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.accrual.models import Award, Resettlement, Reversal, Settlement
from backend.accrual.offers import Offer
from backend.accrual.queries import products_of
from backend.accrual.service import Standing
from backend.kit.clock import rfc3339
from backend.kit.i18n import Text, translate
from backend.kit.money import format_quantity, format_units
from backend.ledger.queries import EXPIRING_WITHIN, EntryLine, Expiry, Wallet
from backend.programmes.models import Programme
from backend.promotions.contract import MONEY_FORMS, AwardKind
from backend.promotions.explaining import why_not
from backend.promotions.outcome import NotApplied
from backend.receipts.errors import refusal
from backend.receipts.models import Receipt, ReceiptLineRow
from backend.receipts.reading import CodeFacts
from backend.rewards.models import Coupon
from mobile_api.shapes import (
    AwardView,
    CouponView,
    EntryView,
    ExpiryView,
    FactsView,
    GivenView,
    LaterView,
    LineView,
    NearMissView,
    NotAppliedView,
    OfferView,
    PresentedView,
    ReceiptSummary,
    ReceiptView,
    RefundView,
    RefusalView,
    SellerView,
    SubmittedView,
    SureView,
    ThingView,
    UndecidedView,
    WalletView,
)

MONEY_DECIMALS = 2
GIVES: dict[AwardKind, Text] = {
    "points": Text("Points"),
    "discount": Text("A lower price at the till"),
    "card": Text("A bonus on the card for later purchases"),
    "receipt": Text("A bonus with the receipt for the next purchase"),
    "cashback": Text("Money back for later purchases"),
    "gift": Text("A gift"),
    "entries": Text("Chances in a draw"),
    "coupon": Text("A coupon"),
    "text": Text("A message"),
}
"""What each kind of award is, to a member."""


def facts_view(receipt: Receipt | CodeFacts) -> FactsView:
    """The code's own facts, as it was read or as they are stored."""
    return FactsView(
        authority=receipt.authority,
        fiscal_id=receipt.fiscal_id,
        counter=receipt.counter,
        kind=receipt.kind,
        issued_at=rfc3339(receipt.issued_at),
        total=format_units(receipt.total_minor, MONEY_DECIMALS),
        currency=receipt.currency,
        buyer_kind=receipt.buyer_kind,
        earns=receipt.earns,
    )


def sure_view(sure: dict[str, Any], language: str) -> SureView:
    """What was sure when the receipt was submitted, in words."""
    return SureView(
        points=sure["points"],
        applied=[
            GivenView(
                promotion=given["promotion"],
                name=given["name"],
                points=given["points"],
                why=translate(Text(given["why"], given["why_params"]), language),
                given=[_thing_view(thing) for thing in given.get("given", [])],
            )
            for given in sure["applied"]
        ],
        undecided=[UndecidedView(**waiting) for waiting in sure["undecided"]],
    )


def submitted_view(standing: Standing, code: CodeFacts, language: str) -> SubmittedView:
    """The answer to a submission."""
    sure = sure_view(standing.sure, language)
    return SubmittedView(str(standing.receipt_id), standing.state, facts_view(code), sure)


def summary_view(receipt: Receipt, language: str) -> ReceiptSummary:
    """The receipt as a row of a list."""
    return ReceiptSummary(
        id=str(receipt.id),
        state=receipt.state,
        refusal=_refusal_view(receipt, language),
        waiting_for=receipt.waiting_for,
        facts=facts_view(receipt),
        seller=receipt.seller["name"] if receipt.seller else None,
    )


def receipt_view(
    receipt: Receipt,
    rows: list[ReceiptLineRow],
    settlement: Settlement | None,
    later: list[Resettlement],
    awards: list[Award],
    taken: list[tuple[Receipt, list[Reversal]]],
    coupons: list[Coupon],
    language: str,
) -> ReceiptView:
    """Everything about the receipt, line by line; `later` gave more, `taken` is each refund with what it took back.

    Lines and sums are those of the settlement's own programme; awards are those of all.
    """
    decimals = settlement.points_decimals if settlement else 0
    said = [(award, translate(Text(award.why, award.why_params), language)) for award in awards]
    own = {award.id for award in awards if settlement is not None and award.programme_id == settlement.programme_id}
    taken = [(refund, [row for row in rows if row.award_id in own]) for refund, rows in taken]
    products = products_of(settlement, later)
    reversals = [reversal for _, reversals in taken for reversal in reversals]
    return ReceiptView(
        id=str(receipt.id),
        state=receipt.state,
        refusal=_refusal_view(receipt, language),
        waiting_for=receipt.waiting_for,
        facts=facts_view(receipt),
        sure=sure_view(receipt.sure, language),
        seller=SellerView(**receipt.seller) if receipt.seller else None,
        lines=[
            _line_view(row, products, [each for each in said if each[0].id in own], reversals, decimals) for row in rows
        ],
        points=format_units(settlement.points, decimals) if settlement else None,
        later=[_later_view(each, awards, own, decimals) for each in later],
        taken_back=_sum_view(reversals, decimals),
        refunds=[_refund_view(refund, reversals, decimals) for refund, reversals in taken],
        awards=[
            AwardView(
                promotion=award.promotion,
                name=award.name,
                points=format_units(award.points, award.points_decimals),
                why=why,
                lines=[int(line) for line in award.lines],
                programme=str(award.programme_id),
                given=[_thing_view(thing) for thing in award.given],
            )
            for award, why in said
        ],
        not_applied=[
            NotAppliedView(missed["promotion"], missed["name"], missed["reason"], missed["missing"])
            for missed in (settlement.not_applied if settlement else [])
        ],
        near_misses=[
            _near_miss_view(missed, receipt.currency, language)
            for missed in (settlement.not_applied if settlement else [])
            if "gain" in missed
        ],
        coupons=[CouponView(coupon.code, coupon.series, coupon.state) for coupon in coupons],
        presented=[PresentedView(row["as"], row["text"]) for row in receipt.presented],
    )


def wallet_view(programme: Programme, wallet: Wallet, ends: Sequence[Expiry]) -> WalletView:
    """The wallet in whole points, with the next moments at which some of them expire."""
    decimals = programme.points_decimals
    return WalletView(
        programme=programme.name,
        available=format_units(wallet.available, decimals),
        balance=format_units(wallet.balance, decimals),
        held=format_units(wallet.held, decimals),
        debt=format_units(wallet.debt, decimals),
        pending=format_units(wallet.pending, decimals),
        expiring=format_units(wallet.expiring, decimals),
        expiring_within_days=EXPIRING_WITHIN.days,
        expiries=[ExpiryView(format_units(end.points, decimals), rfc3339(end.at)) for end in ends],
    )


def entry_view(line: EntryLine, programme: Programme) -> EntryView:
    """One movement of the wallet."""
    decimals = programme.points_decimals
    return EntryView(
        id=str(line.transfer_id),
        kind=line.kind,
        account=line.place.account,
        points=format_units(line.amount, decimals),
        balance_after=format_units(line.balance_after, decimals),
        reference=line.reference,
        event_at=rfc3339(line.event_at),
        posted_at=rfc3339(line.posted_at),
    )


def offer_view(offer: Offer, language: str) -> OfferView:
    """One offer, in words."""
    return OfferView(
        programme=str(offer.programme.id),
        campaign=offer.campaign,
        promotion=offer.promotion,
        name=offer.name,
        kind=offer.kind,
        gives=translate(GIVES[offer.kind], language),
        valid_from=offer.valid_from_on.isoformat() if offer.valid_from_on else None,
        valid_to=offer.valid_to_on.isoformat() if offer.valid_to_on else None,
        uses_left=offer.uses_left,
        held_until=rfc3339(offer.held_until) if offer.held_until else None,
    )


def _refusal_view(receipt: Receipt, language: str) -> RefusalView | None:
    if receipt.refusal is None:
        return None
    return RefusalView(receipt.refusal, translate(Text(refusal(receipt.refusal).title), language))


def _thing_view(thing: dict[str, Any], line: str | None = None) -> ThingView:
    """Something given, or a line's part of it; what is not money is no line's alone."""
    value = thing["value"] if line is None else thing["shares"].get(line)
    return ThingView(
        kind=thing["kind"],
        value=None if value is None else _value_view(thing["kind"], value),
        name=thing["name"],
        valid_to=thing["valid_to"],
        redeem_at=thing["redeem_at"],
    )


def _value_view(kind: str, value: int) -> str:
    if kind in MONEY_FORMS:
        return format_units(value, MONEY_DECIMALS)
    return format_quantity(value) if kind == "gift" else str(value)


def _near_miss_view(missed: dict[str, Any], currency: str, language: str) -> NearMissView:
    stopped = NotApplied(missed["promotion"], missed["reason"], missed["missing"], missed["unit"])
    why = translate(why_not(stopped, currency), language)
    return NearMissView(missed["promotion"], missed["name"], missed["reason"], missed["missing"], why, missed["gain"])


def _later_view(later: Resettlement, awards: Sequence[Award], own: Collection[UUID], decimals: int) -> LaterView:
    """Points of the settlement's own programme, and what all programmes gave beside points."""
    of_round = [award for award in awards if award.round == later.round]
    points = sum(award.points for award in of_round if award.id in own)
    things = [_thing_view(thing) for award in of_round for thing in award.given]
    return LaterView(rfc3339(later.rated_at), format_units(points, decimals), things)


def _sum_view(reversals: Iterable[Reversal], decimals: int) -> str:
    return format_units(sum(reversal.points for reversal in reversals), decimals)


def _refund_view(refund: Receipt, reversals: list[Reversal], decimals: int) -> RefundView:
    return RefundView(
        fiscal_id=refund.fiscal_id,
        issued_at=rfc3339(refund.issued_at),
        total=format_units(refund.total_minor, MONEY_DECIMALS),
        points=_sum_view(reversals, decimals),
    )


def _line_view(
    row: ReceiptLineRow,
    products: Mapping[str, str],
    said: Iterable[tuple[Award, str]],
    reversals: Iterable[Reversal],
    decimals: int,
) -> LineView:
    key = str(row.no)
    shares = [
        (award, why, award.shares.get(key, 0))
        for award, why in said
        if award.shares.get(key) or (key in award.lines and award.given)
    ]
    return LineView(
        no=row.no,
        name=row.name,
        product=products.get(key),
        gtin=row.gtin,
        unit=row.unit,
        quantity=format_quantity(row.quantity_milli),
        unit_price=format_units(row.unit_price_minor, MONEY_DECIMALS),
        total=format_units(row.total_minor, MONEY_DECIMALS),
        points=format_units(sum(share for _, _, share in shares), decimals),
        taken_back=_sum_view((reversal for reversal in reversals if reversal.line == key), decimals),
        awards=[
            GivenView(
                award.promotion,
                award.name,
                format_units(share, decimals),
                why,
                [_thing_view(thing, key) for thing in award.given],
            )
            for award, why, share in shares
        ],
    )
