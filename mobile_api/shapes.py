"""The shapes of the API: every field is always present, money and points are decimal strings, times are UTC.

Texts are in the caller's language; codes are stable and meant for programs. Input refuses unknown fields.
"""

from typing import Annotated

import msgspec

PRESENTED_MAX = 10
PRESENTED_PATTERN = r"^ *[!-~À-ӿ]+ *(?!\n)$"
"""Latin and Cyrillic letters, digits and signs, without blanks in between."""
_Presented = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=PRESENTED_PATTERN)]


class PresentedTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Promo codes and coupons that come with a receipt: held for it, and spent when something is given for them."""

    codes: Annotated[list[_Presented], msgspec.Meta(max_length=PRESENTED_MAX)] = []
    coupons: Annotated[list[_Presented], msgspec.Meta(max_length=PRESENTED_MAX)] = []


class SubmitReceipt(PresentedTaken, frozen=True, kw_only=True):
    """The text that the scanner read from the slip's QR code, as it stands there; promo codes and coupons if there are."""

    payload: str


class FactsView(msgspec.Struct, frozen=True):
    """What the code on the slip says by itself."""

    authority: str
    fiscal_id: str
    counter: str
    kind: str
    issued_at: str
    total: str
    currency: str
    buyer_kind: str | None
    earns: bool


class ThingView(msgspec.Struct, frozen=True):
    """Something given beside points: a `card`, `receipt` or `cashback` bonus, a `gift`, `entries`, a `coupon`, a `text`.

    `value` is money, a quantity or a number; null on a line that only shares in it. `name` is the gift, the draw, the
    coupon's series or the text. A bonus can be redeemed until `valid_to` at the outlets `redeem_at`, any if empty.
    """

    kind: str
    value: str | None
    name: str | None
    valid_to: str | None
    redeem_at: list[str]


class GivenView(msgspec.Struct, frozen=True):
    """What one promotion gave, and why."""

    promotion: str
    name: str
    points: str
    why: str
    given: list[ThingView]


class UndecidedView(msgspec.Struct, frozen=True):
    """A promotion that may give more once the authority has answered; `reason` is what it waits for."""

    promotion: str
    name: str
    reason: str


class SureView(msgspec.Struct, frozen=True):
    """What the code alone decides, before the authority has answered. It is given when the receipt is confirmed."""

    points: str
    applied: list[GivenView]
    undecided: list[UndecidedView]


class RefusalView(msgspec.Struct, frozen=True):
    """Why a receipt does not count."""

    code: str
    title: str


class SubmittedView(msgspec.Struct, frozen=True):
    """A submission: pending until the authority confirms it."""

    id: str
    state: str
    facts: FactsView
    sure: SureView


class ReceiptSummary(msgspec.Struct, frozen=True):
    """A receipt in a list. `waiting_for` says why a pending one takes longer than usual."""

    id: str
    state: str
    refusal: RefusalView | None
    waiting_for: str | None
    facts: FactsView
    seller: str | None


class ReceiptPage(msgspec.Struct, frozen=True):
    """A page of receipts, newest first; `next` is what to pass as `before` for the following one."""

    receipts: list[ReceiptSummary]
    next: str | None


class SellerView(msgspec.Struct, frozen=True):
    """Who sold."""

    tax_id: str
    name: str
    premises_id: str | None
    premises_name: str | None
    address: str | None
    city: str | None


class LineView(msgspec.Struct, frozen=True):
    """A line as the authority attests it, the product it was found to be, what it brought, and what refunds took back."""

    no: int
    name: str
    product: str | None
    gtin: str | None
    unit: str | None
    quantity: str
    unit_price: str
    total: str
    points: str
    taken_back: str
    awards: list[GivenView]


class AwardView(msgspec.Struct, frozen=True):
    """What one promotion gave to the receipt, why, and the numbers of the lines it counted.

    `programme` is the id of the loyalty programme whose points they are; the receipt's own sums are those of the first.
    """

    promotion: str
    name: str
    points: str
    why: str
    lines: list[int]
    programme: str
    given: list[ThingView]


class NotAppliedView(msgspec.Struct, frozen=True):
    """A promotion that gave nothing: the first reason, and how much was missing where a number can say it."""

    promotion: str
    name: str
    reason: str
    missing: str | None


class NearMissView(msgspec.Struct, frozen=True):
    """A promotion that was within reach: why it gave nothing, and what it would have brought where one can say it."""

    promotion: str
    name: str
    reason: str
    missing: str | None
    why: str
    gain: str | None


class CouponView(msgspec.Struct, frozen=True):
    """A coupon that the receipt brought; present `code` with a later receipt. States: given, held, spent, taken_back."""

    code: str
    series: str
    state: str


class PresentedView(msgspec.Struct, frozen=True):
    """A `code` or `coupon` that came with the receipt."""

    kind: str
    text: str


class RefundView(msgspec.Struct, frozen=True):
    """A refund of this receipt, and the points that it took back."""

    fiscal_id: str
    issued_at: str
    total: str
    points: str


class LaterView(msgspec.Struct, frozen=True):
    """What the receipt was given on top, since more of its lines were found to be products."""

    at: str
    points: str
    given: list[ThingView]


class ReceiptView(msgspec.Struct, frozen=True):
    """Everything about one receipt. Lines come with confirmation, points and awards with settlement.

    `points` is what it was given at first, `later` what came on top; `taken_back` is the part of both that refunds took
    back. Lines and awards tell of all together.
    """

    id: str
    state: str
    refusal: RefusalView | None
    waiting_for: str | None
    facts: FactsView
    sure: SureView
    seller: SellerView | None
    lines: list[LineView]
    points: str | None
    later: list[LaterView]
    taken_back: str
    refunds: list[RefundView]
    awards: list[AwardView]
    not_applied: list[NotAppliedView]
    near_misses: list[NearMissView]
    coupons: list[CouponView]
    presented: list[PresentedView]


class ExpiryView(msgspec.Struct, frozen=True):
    """So many points expire then, unless they are spent before."""

    points: str
    at: str


class WalletView(msgspec.Struct, frozen=True):
    """What a member has in the programme. `available` is what can be spent: neither held, owed, pending nor expired.

    `expiring` is what expires within so many days; `expiries` are the next moments at which points expire.
    """

    programme: str
    available: str
    balance: str
    held: str
    debt: str
    pending: str
    expiring: str
    expiring_within_days: int
    expiries: list[ExpiryView]


class EntryView(msgspec.Struct, frozen=True):
    """One movement of the wallet: when it happened, when it was written, and the balance after it."""

    id: str
    kind: str
    account: str
    points: str
    balance_after: str
    reference: str
    event_at: str
    posted_at: str


class EntryPage(msgspec.Struct, frozen=True):
    """A page of movements, newest first; `next` is what to pass as `before` for the following one."""

    entries: list[EntryView]
    next: str | None


class OfferView(msgspec.Struct, frozen=True):
    """A promotion that the member can still use. `gives` is what it gives, in the caller's language.

    `uses_left` is null where uses are not limited. Where others could take it away it is kept until `held_until`.
    """

    programme: str
    campaign: str
    promotion: str
    name: str
    kind: str
    gives: str
    valid_from: str | None
    valid_to: str | None
    uses_left: int | None
    held_until: str | None


class OffersView(msgspec.Struct, frozen=True):
    """All offers of the member."""

    offers: list[OfferView]
