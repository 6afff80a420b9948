"""From rows to the shapes of the staff API."""

from collections.abc import Sequence
from datetime import datetime

from backend.accrual.models import Award, Resettlement, Settlement
from backend.accrual.queries import products_of
from backend.kit.audit import AuditRow
from backend.kit.clock import rfc3339
from backend.kit.i18n import Text, translate
from backend.kit.jobs import JobRow
from backend.kit.money import format_quantity, format_units
from backend.members.models import Member
from backend.programmes.models import Outlet, Programme, ProgrammeScheme
from backend.programmes.schemes import scheme_after, scheme_at
from backend.receipts.errors import refusal
from backend.receipts.models import Receipt, ReceiptLineRow
from backend.staff.models import StaffAccount
from backend.staff_api.shapes import (
    AccountView,
    AuditView,
    AwardView,
    JobView,
    LineView,
    MemberView,
    OutletView,
    ProgrammeView,
    ReasonView,
    ReceiptRow,
    ReceiptView,
    SchemeView,
)

_MONEY_DECIMALS = 2


def account_view(row: StaffAccount) -> AccountView:
    """A staff account."""
    partner = str(row.partner_id) if row.partner_id else None
    return AccountView(str(row.id), row.email, row.role, row.state, partner, rfc3339(row.created_at))


def member_view(row: Member) -> MemberView:
    """A member."""
    return MemberView(str(row.id), row.name, row.language, rfc3339(row.created_at))


def receipt_row(row: Receipt, language: str) -> ReceiptRow:
    """A receipt as a row of a list."""
    said = ReasonView(row.refusal, translate(Text(refusal(row.refusal).title), language)) if row.refusal else None
    return ReceiptRow(
        id=str(row.id),
        member=str(row.member_id),
        state=row.state,
        refusal=said,
        waiting_for=row.waiting_for,
        authority=row.authority,
        fiscal_id=row.fiscal_id,
        kind=row.kind,
        issued_at=rfc3339(row.issued_at),
        submitted_at=rfc3339(row.created_at),
        total=format_units(row.total_minor, _MONEY_DECIMALS),
        currency=row.currency,
        seller=row.seller["name"] if row.seller else None,
        outlet=str(row.outlet_id) if row.outlet_id else None,
    )


def receipt_view(
    row: Receipt,
    lines: list[ReceiptLineRow],
    settled: Settlement | None,
    later: list[Resettlement],
    awards: list[Award],
    language: str,
) -> ReceiptView:
    """A receipt and why it got what it got; points of lines are those of the settlement's programme."""
    decimals = settled.points_decimals if settled else 0
    products = products_of(settled, later)
    given_at = {each.round: each.rated_at for each in later} | ({0: settled.settled_at} if settled else {})
    own = [award for award in awards if settled is not None and award.programme_id == settled.programme_id]
    return ReceiptView(
        receipt=receipt_row(row, language),
        points=format_units(settled.points, decimals) if settled else None,
        lines=[
            LineView(
                no=line.no,
                name=line.name,
                gtin=line.gtin,
                product=products.get(str(line.no)),
                quantity=format_quantity(line.quantity_milli),
                total=format_units(line.total_minor, _MONEY_DECIMALS),
                points=format_units(sum(award.shares.get(str(line.no), 0) for award in own), decimals),
            )
            for line in lines
        ],
        awards=[
            AwardView(
                at=rfc3339(given_at[award.round]),
                programme=str(award.programme_id),
                promotion=award.promotion,
                name=award.name,
                points=format_units(award.points, award.points_decimals),
                why=translate(Text(award.why, award.why_params), language),
                lines=[int(line) for line in award.lines],
            )
            for award in awards
        ],
        not_applied=settled.not_applied if settled else [],
        campaign_versions=settled.campaign_versions if settled else {},
    )


def outlet_view(row: Outlet) -> OutletView:
    """A shop."""
    return OutletView(
        id=str(row.id),
        code=row.code,
        name=row.name,
        partner=str(row.partner_id),
        premises_id=row.premises_id,
        city=row.city,
        time_zone=row.time_zone,
        closed_at=rfc3339(row.closed_at) if row.closed_at else None,
    )


def programme_view(row: Programme, said: Sequence[ProgrammeScheme], now: datetime) -> ProgrammeView:
    """A programme, and what was said of its scheme."""
    following = scheme_after(said, now)
    return ProgrammeView(
        id=str(row.id),
        code=row.code,
        name=row.name,
        currency=row.currency,
        points_decimals=row.points_decimals,
        open_to=row.open_to,
        scheme=scheme_at(said, now),
        next_scheme=SchemeView(following.scheme, rfc3339(following.since_at)) if following is not None else None,
        points_valid_days=row.points_valid_days,
        points_pending_days=row.points_pending_days,
        points_warning_days=row.points_warning_days,
    )


def audit_view(row: AuditRow) -> AuditView:
    """One action of the audit trail."""
    return AuditView(
        seq=row.seq,
        at=rfc3339(row.at),
        actor=str(row.actor_id) if row.actor_id else None,
        action=row.action,
        subject_kind=row.subject_kind,
        subject=str(row.subject_id),
        before=row.before,
        after=row.after,
        hash=row.hash.hex(),
    )


def job_view(row: JobRow) -> JobView:
    """A job that was set aside."""
    return JobView(str(row.id), row.kind, str(row.subject), row.attempts, row.last_error)
