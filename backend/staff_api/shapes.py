"""What the staff API takes and gives. Money, quantities and points are decimal strings; times are RFC 3339 in UTC."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

Short = Annotated[str, msgspec.Meta(min_length=1, max_length=254, pattern=r"\A[^\x00]+\Z")]


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body: what it does not name is refused."""


class Login(Taken, frozen=True):
    """Who signs in. `code` is the authenticator's, or a recovery code; `tenant` is needed at no tenant's own host."""

    email: Short
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    tenant: Short | None = None


class Invitation(Taken, frozen=True):
    """A one-time token."""

    token: Short


class Acceptance(Taken, frozen=True):
    """A one-time token, the password that is chosen, and the code that the authenticator now shows."""

    token: Short
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Invite(Taken, frozen=True):
    """Whom to invite with which rights; `partner` restricts them to that partner's outlets."""

    email: Short
    role: Short
    partner: UUID | None = None


class Rights(Taken, frozen=True):
    """A role, and the partner to whose outlets it is restricted."""

    role: Short
    partner: UUID | None = None


class SessionView(msgspec.Struct, frozen=True):
    """A session. It ends earlier than it says when nothing is asked for half an hour."""

    token: str
    expires_at: str


class EnrolmentView(msgspec.Struct, frozen=True):
    """Whose account it is, and what an authenticator app reads from a QR code."""

    email: str
    authenticator: str


class RecoveryView(msgspec.Struct, frozen=True):
    """Codes that stand in for the authenticator once each; shown this once."""

    recovery_codes: list[str]


class AccountView(msgspec.Struct, frozen=True):
    """A staff account."""

    id: str
    email: str
    role: str
    state: str
    partner: str | None
    created_at: str


class MeView(msgspec.Struct, frozen=True):
    """The caller, and what they may do."""

    account: AccountView
    tenant: str
    permissions: list[str]


class InvitedView(msgspec.Struct, frozen=True):
    """An account and its one-time token, shown this once."""

    account: AccountView
    invitation: str


class MemberView(msgspec.Struct, frozen=True):
    """A member."""

    id: str
    name: str
    language: str
    joined_at: str


class MemberPage(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is what to pass as `before` for the following one."""

    members: list[MemberView]
    next: str | None


class ReasonView(msgspec.Struct, frozen=True):
    """Why a receipt was refused."""

    code: str
    title: str


class ReceiptRow(msgspec.Struct, frozen=True):
    """A receipt as a row of a list. `waiting_for` says what holds up one that waits."""

    id: str
    member: str
    state: str
    refusal: ReasonView | None
    waiting_for: str | None
    authority: str
    fiscal_id: str
    kind: str
    issued_at: str
    submitted_at: str
    total: str
    currency: str
    seller: str | None
    outlet: str | None


class ReceiptPage(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is what to pass as `before` for the following one."""

    receipts: list[ReceiptRow]
    next: str | None


class LineView(msgspec.Struct, frozen=True):
    """A line: as the authority attests it, the product that it was taken for, and the points that it brought."""

    no: int
    name: str
    gtin: str | None
    product: str | None
    quantity: str
    total: str
    points: str


class AwardView(msgspec.Struct, frozen=True):
    """What one promotion of a programme gave and why, when, and to which lines."""

    at: str
    programme: str
    promotion: str
    name: str
    points: str
    why: str
    lines: list[int]


class ReceiptView(msgspec.Struct, frozen=True):
    """A receipt and why it got what it got, `points` at first and every award since: promotions that gave, those that did not, and the campaigns' versions."""

    receipt: ReceiptRow
    points: str | None
    lines: list[LineView]
    awards: list[AwardView]
    not_applied: list[dict[str, Any]]
    campaign_versions: dict[str, int]


class OutletView(msgspec.Struct, frozen=True):
    """A shop; a closed one says since when."""

    id: str
    code: str
    name: str
    partner: str
    premises_id: str
    city: str
    time_zone: str
    closed_at: str | None


class SchemeView(msgspec.Struct, frozen=True):
    """The form in which a programme will give to purchases from a coming moment on."""

    scheme: str | None
    since: str


class ProgrammeView(msgspec.Struct, frozen=True):
    """A programme, whom it is open to, the one form in which it gives now, and the one that is planned next."""

    id: str
    code: str
    name: str
    currency: str
    points_decimals: int
    open_to: str
    scheme: str | None
    next_scheme: SchemeView | None
    points_valid_days: int | None
    points_pending_days: int
    points_warning_days: int


class AdjustmentTaken(Taken, frozen=True):
    """Points in the programme's smallest units, below 0 to take them, and why: words that name no person.

    The programme is the tenant's first unless its code is given.
    """

    points: Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=200, pattern=r"\A[^\x00-\x1f]+\Z")]
    programme: Short | None = None

    def __post_init__(self) -> None:
        if self.points == 0:
            raise ValueError("must not be 0")


class AdjustmentView(msgspec.Struct, frozen=True):
    """What was given or taken, in whole points, and what the member can spend since."""

    id: str
    points: str
    available: str


class AuditView(msgspec.Struct, frozen=True):
    """One action; `actor` is null for the command line."""

    seq: int
    at: str
    actor: str | None
    action: str
    subject_kind: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str


class AuditPage(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is what to pass as `before` for the following one."""

    actions: list[AuditView]
    next: int | None


class JobView(msgspec.Struct, frozen=True):
    """A job that was set aside, and the reason why its last run failed."""

    id: str
    kind: str
    subject: str
    attempts: int
    last_error: str | None
