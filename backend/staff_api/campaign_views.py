"""From campaigns to the shapes of the staff API."""

from typing import Any
from uuid import UUID

from backend.accrual.models import HeldReceipt
from backend.campaigns.codes import Imported, ListStanding
from backend.campaigns.differences import differences
from backend.campaigns.models import CampaignRevision, CampaignTurn
from backend.campaigns.overview import Shown
from backend.campaigns.pools import Standing
from backend.kit.clock import rfc3339
from backend.kit.money import format_units
from backend.receipts.models import Receipt
from backend.staff_api.campaign_shapes import (
    BudgetView,
    CampaignRow,
    CampaignView,
    CodeListView,
    DifferenceView,
    HeldView,
    ImportedView,
    RevisionView,
    TurnView,
    ValidView,
)

_CENTI = 2


def campaign_row(shown: Shown) -> CampaignRow:
    """A row of the overview."""
    campaign = shown.timeline.campaign
    first, last = shown.days
    return CampaignRow(
        id=str(campaign.id),
        code=campaign.code,
        name=campaign.name,
        group=campaign.group_label,
        programme=shown.programme,
        partner=_id(campaign.partner_id),
        state=shown.state,
        valid=ValidView(first.isoformat() if first else None, last.isoformat() if last else None),
        revision=shown.revision.number,
        promotions=len(shown.revision.content["promotions"]),
    )


def campaign_view(shown: Shown, standings: list[Standing]) -> CampaignView:
    """A campaign with all that it said."""
    revisions = shown.timeline.revisions
    before: list[dict[str, Any]] = [{}, *(revision.content for revision in revisions[:-1])]
    return CampaignView(
        campaign=campaign_row(shown),
        revisions=[revision_view(one, older) for one, older in zip(revisions, before, strict=True)],
        turns=[_turn_view(turn) for turn in shown.timeline.turns],
        budgets=[_budget_view(standing) for standing in standings],
    )


def revision_view(row: CampaignRevision, before: dict[str, Any]) -> RevisionView:
    """A revision and what it changed."""
    return RevisionView(
        number=row.number,
        holds_from=rfc3339(row.holds_from),
        created_at=rfc3339(row.created_at),
        created_by=_id(row.created_by),
        note=row.note,
        content=row.content,
        changes=[DifferenceView(each.pointer, each.before, each.after) for each in differences(before, row.content)],
    )


def list_view(standing: ListStanding) -> CodeListView:
    """A list of codes."""
    return CodeListView(standing.name, standing.single_use, standing.unspent, standing.held, standing.spent)


def imported_view(done: Imported) -> ImportedView:
    """What an upload did."""
    return ImportedView(done.name, done.added, done.repeated)


def held_view(receipt: Receipt, held: HeldReceipt) -> HeldView:
    """A receipt that waits for a campaign to be mended."""
    return HeldView(str(receipt.id), str(receipt.member_id), held.campaigns, held.reason, rfc3339(held.held_at))


def _turn_view(row: CampaignTurn) -> TurnView:
    return TurnView(row.turned, rfc3339(row.since_at), _id(row.created_by))


def _budget_view(standing: Standing) -> BudgetView:
    decimals = _CENTI if standing.pool.kind == "value" else 0
    return BudgetView(
        promotion=standing.pool.promotion or None,
        kind=standing.pool.kind,
        total=format_units(standing.total, decimals),
        used=format_units(standing.used, decimals),
        held=format_units(standing.held, decimals),
        left=format_units(standing.left, decimals),
    )


def _id(value: UUID | None) -> str | None:
    return str(value) if value is not None else None
