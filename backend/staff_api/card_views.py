"""From rows about cards to the shapes of the staff API."""

from collections.abc import Sequence

from backend.cards.identifying import Identified
from backend.cards.models import Card, CardBatch, CardIdentification, CardIssuer, CardMedium, CardRun
from backend.cards.numbers import shown
from backend.kit.clock import rfc3339
from backend.kit.money import format_units
from backend.programmes.models import Programme
from backend.staff_api.card_shapes import (
    BatchView,
    CardDetail,
    CardView,
    IdentificationView,
    IdentifiedView,
    IssuerView,
    MediumView,
    RunView,
)
from backend.staff_api.views import member_view


def issuer_view(row: CardIssuer) -> IssuerView:
    """A prefix."""
    return IssuerView(row.prefix, rfc3339(row.created_at))


def batch_view(row: CardBatch, programmes: Sequence[Programme]) -> BatchView:
    """A batch; `programmes` are the tenant's."""
    own = next((each for each in programmes if each.id == row.programme_id), None)
    return BatchView(
        id=str(row.id),
        prefix=row.prefix,
        count=row.count,
        points=format_units(row.points, own.points_decimals) if own and row.points else None,
        programme=own.code if own else None,
        made_at=rfc3339(row.created_at),
    )


def card_view(row: Card) -> CardView:
    """A card."""
    return CardView(
        number=shown(row.number),
        state=row.state,
        form=row.form,
        member=str(row.member_id) if row.member_id else None,
        assigned_at=rfc3339(row.bound_at) if row.bound_at else None,
        blocked_for=row.blocked_for,
        blocked_at=rfc3339(row.blocked_at) if row.blocked_at else None,
    )


def medium_view(row: CardMedium) -> MediumView:
    """A value that is read for a card."""
    return MediumView(row.kind, row.value)


def card_detail(row: Card, media: list[CardMedium], successor: Card | None) -> CardDetail:
    """A card and what belongs to it."""
    replaced_by = shown(successor.number) if successor else None
    return CardDetail(card_view(row), [medium_view(each) for each in media], replaced_by)


def run_view(row: CardRun) -> RunView:
    """A print run."""
    return RunView(str(row.id), row.cards, row.cause, rfc3339(row.created_at))


def identified_view(found: Identified, programmes: Sequence[Programme]) -> IdentifiedView:
    """Somebody who was identified, and the programmes that they have."""
    assert found.member is not None, "a refusal was raised"
    card = card_view(found.card) if found.card else None
    return IdentifiedView(member_view(found.member), card, [each.code for each in programmes])


def identification_view(row: CardIdentification) -> IdentificationView:
    """A look-up that was written down."""
    return IdentificationView(
        at=rfc3339(row.at),
        account=str(row.account_id) if row.account_id else None,
        means=row.means,
        tail=row.tail,
        outcome=row.outcome,
        member=str(row.member_id) if row.member_id else None,
    )
