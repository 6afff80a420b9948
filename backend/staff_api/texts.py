"""Printed texts that wait for a product, as the staff API gives and takes them."""

from typing import Any

import msgspec

from backend.accrual.foresight import Foreseen
from backend.catalogue.aliases import Rerating, UnmatchedText
from backend.catalogue.matching.matcher import Match
from backend.kit.clock import rfc3339
from backend.kit.i18n import translate
from backend.kit.money import format_quantity, format_units
from backend.promotions.contract import MONEY_FORMS
from backend.promotions.kinds import MONEY_DECIMALS
from backend.staff_api.shapes import Short, Taken


class Link(Taken, frozen=True):
    """The product by its number; `all_sellers` links the text whoever prints it, else for its own seller."""

    sku: Short
    all_sellers: bool = False


class TextRow(msgspec.Struct, frozen=True):
    """A text of one seller. `nearest` are the products that came nearest when it was last seen; scores are thousandths."""

    id: str
    seller: str
    text: str
    folded: str
    state: str
    band: str
    score: int
    receipts: int
    lines: int
    first_seen_at: str
    last_seen_at: str
    nearest: list[dict[str, Any]]


class TextPage(msgspec.Struct, frozen=True):
    """A page, those of most receipts first; `next` is what to pass as `after` for the following one."""

    texts: list[TextRow]
    next: str | None


class CandidateView(msgspec.Struct, frozen=True):
    """A product that the text may mean: why, and what speaks against it."""

    sku: str
    name: str
    score: int
    why: str
    against: list[str]


class TextView(msgspec.Struct, frozen=True):
    """A text, and what matching makes of it now."""

    text: TextRow
    product: str | None
    band: str
    score: int
    why: str
    candidates: list[CandidateView]


class KindView(msgspec.Struct, frozen=True):
    """So many of a kind: vouchers of `card`, `receipt` or `cashback`, `coupon`, `entries`, `gift`, `text`, or `stamps`.

    `value` is the money of vouchers and the quantity of gifts; null for what is only counted.
    """

    kind: str
    count: int
    value: str | None


class CostView(msgspec.Struct, frozen=True):
    """What one campaign would give, to how many receipts: points, and what it gives beside them."""

    campaign: str
    programme: str
    points: str
    receipts: int
    beside: list[KindView]


class ForeseenView(msgspec.Struct, frozen=True):
    """What a link would give past receipts, at most: budgets that they share may have less left.

    `looked_at` of them have the text, the oldest; `more` says that there are others. A campaign breaks on `broken`.
    """

    looked_at: int
    receipts: int
    members: int
    broken: int
    more: bool
    costs: list[CostView]


class ReratingView(msgspec.Struct, frozen=True):
    """How far past receipts with a text were looked at again, and how many of them were given more.

    `cause` is `linked` or `grown`; states are waiting, running, done and stopped; `seller` `*` is every seller.
    """

    id: str
    seller: str
    folded: str
    cause: str
    state: str
    looked_at: int
    given_more: int
    broken: int
    begun_at: str
    ended_at: str | None


class ReratingPage(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is what to pass as `before` for the following one."""

    reratings: list[ReratingView]
    next: str | None


def foreseen_view(found: Foreseen) -> ForeseenView:
    """What a link would come to."""
    return ForeseenView(
        looked_at=found.looked_at,
        receipts=found.receipts,
        members=len(found.members),
        broken=found.broken,
        more=found.more,
        costs=[
            CostView(
                each.campaign,
                each.programme,
                format_units(each.points, each.points_decimals),
                each.receipts,
                [KindView(kind, found.count, _value(kind, found.value)) for kind, found in sorted(each.kinds.items())],
            )
            for _, each in sorted(found.costs.items())
        ],
    )


def _value(kind: str, value: int) -> str | None:
    if kind in MONEY_FORMS:
        return format_units(value, MONEY_DECIMALS)
    return format_quantity(value) if kind == "gift" else None


def rerating_view(row: Rerating) -> ReratingView:
    """How far a rerating is."""
    return ReratingView(
        id=str(row.id),
        seller=row.seller_tax_id,
        folded=row.folded,
        cause=row.cause,
        state=row.state,
        looked_at=row.looked_at,
        given_more=row.given_more,
        broken=row.broken,
        begun_at=rfc3339(row.created_at),
        ended_at=rfc3339(row.ended_at) if row.ended_at else None,
    )


def text_row(row: UnmatchedText) -> TextRow:
    """A text as a row of the queue."""
    return TextRow(
        id=str(row.id),
        seller=row.seller_tax_id,
        text=row.sample,
        folded=row.folded,
        state=row.state,
        band=row.band,
        score=row.score,
        receipts=row.receipts,
        lines=row.lines,
        first_seen_at=rfc3339(row.first_seen_at),
        last_seen_at=rfc3339(row.last_seen_at),
        nearest=row.candidates,
    )


def text_view(row: UnmatchedText, found: Match, language: str) -> TextView:
    """A text with its candidates and why."""
    return TextView(
        text=text_row(row),
        product=found.product.sku if found.product else None,
        band=found.band,
        score=found.score,
        why=translate(found.why, language),
        candidates=[
            CandidateView(
                each.product.sku,
                each.product.name,
                each.score,
                translate(each.why, language),
                [translate(text, language) for text in each.against],
            )
            for each in found.candidates
        ],
    )
