"""The answers that the OpenAPI description shows: one receipt on its way from the scan to the wallet.

They are values of the very shapes that are sent, so a shape cannot change without its example.
"""

from mobile_api.shapes import (
    AwardView,
    CouponView,
    EntryPage,
    EntryView,
    ExpiryView,
    FactsView,
    GivenView,
    LineView,
    NearMissView,
    NotAppliedView,
    OffersView,
    OfferView,
    PresentedView,
    ReceiptPage,
    ReceiptSummary,
    ReceiptView,
    SellerView,
    SubmittedView,
    SureView,
    ThingView,
    UndecidedView,
    WalletView,
)

_ID = "019ab0f2-6d3c-7c50-9f6e-0d5a1c1f7a11"
_FACTS = FactsView(
    authority="rs.suf",
    fiscal_id="746DUV64-746DUV64-16898",
    counter="16887/16898ПП",
    kind="sale",
    issued_at="2022-12-31T14:51:57.202Z",
    total="829.12",
    currency="RSD",
    buyer_kind=None,
    earns=True,
)
_SURE_GIVEN = GivenView("hundreds", "A point for every 100", "8", "Points for every 100.00 RSD: 1 × 8", [])
_SURE = SureView("8", [_SURE_GIVEN], [UndecidedView("banana", "Twenty for bananas", "items")])
_SELLER = SellerView("101670560", "Mercator-S doo", "1108934", "Roda Megamarket 345", "ВИЗАНТИЈСКИ БУЛЕВАР 1", "Ниш")
_CHANCE = ThingView("entries", None, "easter", None, [])
_LINE = LineView(
    no=1,
    name="BANANA",
    product=None,
    gtin=None,
    unit="KG",
    quantity="1.482",
    unit_price="199.99",
    total="296.39",
    points="23",
    taken_back="0",
    awards=[
        GivenView("banana", "Twenty for bananas", "20", "Points for this purchase: 20", []),
        GivenView("hundreds", "A point for every 100", "3", "Points for every 100.00 RSD: 1 × 8", []),
        GivenView("easter", "A chance at Easter", "0", "Entries into the draw: 1", [_CHANCE]),
    ],
)

SUBMITTED = SubmittedView(_ID, "pending", _FACTS, _SURE)
RECEIPTS = ReceiptPage([ReceiptSummary(_ID, "settled", None, None, _FACTS, _SELLER.name)], next=None)
RECEIPT = ReceiptView(
    id=_ID,
    state="settled",
    refusal=None,
    waiting_for=None,
    facts=_FACTS,
    sure=_SURE,
    seller=_SELLER,
    lines=[_LINE],
    points="28",
    later=[],
    taken_back="0",
    refunds=[],
    awards=[
        AwardView("banana", "Twenty for bananas", "20", "Points for this purchase: 20", [1], _ID, []),
        AwardView("hundreds", "A point for every 100", "8", "Points for every 100.00 RSD: 1 × 8", [1], _ID, []),
    ],
    not_applied=[NotAppliedView("thousand", "Fifty from 1,000 on", "basket_total", "170.88")],
    near_misses=[
        NearMissView(
            "thousand",
            "Fifty from 1,000 on",
            "basket_total",
            "170.88",
            "170.88 RSD more on the receipt would have been enough.",
            "+50",
        )
    ],
    coupons=[CouponView("EASTER-7Q2MX3K9PD", "Easter", "given")],
    presented=[PresentedView("code", "EASTER20")],
)
WALLET = WalletView(
    programme="Lipa klub",
    available="28",
    balance="48",
    held="20",
    debt="0",
    pending="0",
    expiring="8",
    expiring_within_days=30,
    expiries=[
        ExpiryView(points="8", at="2023-01-14T14:53:02.118Z"),
        ExpiryView(points="20", at="2023-12-31T14:53:02.118Z"),
    ],
)
ENTRIES = EntryPage(
    [
        EntryView(
            id="019ab0f2-7a01-7c50-9f6e-0d5a1c1f7a12",
            kind="earn",
            account="points",
            points="28",
            balance_after="28",
            reference=f"receipt:{_ID}",
            event_at="2022-12-31T14:51:57.202Z",
            posted_at="2022-12-31T14:53:02.118Z",
        )
    ],
    next=None,
)
EVENT = f'id: 8\nevent: points-changed\ndata: {{"entry":"{_ID}","at":"2026-11-22T21:05:21.426Z"}}\n\n'
OFFERS = OffersView(
    [
        OfferView(
            programme=_ID,
            campaign="easter-2027",
            promotion="banana",
            name="Twenty for bananas",
            kind="points",
            gives="Points",
            valid_from="2027-03-22",
            valid_to="2027-03-28",
            uses_left=1,
            held_until="2027-03-22T09:15:00.000Z",
        )
    ]
)
