"""What the staff API takes and gives about campaigns: documents as people write them, amounts as decimal strings."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from backend.staff_api.shapes import Short, Taken

CodeText = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[^\x00-\x1f]+\Z")]
Note = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"\A[^\x00]*\Z")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Content = dict[str, Any]


def _refuse_unkept(moment: datetime | None) -> None:
    """Moments are kept in UTC, in which the first and last of the calendar may lie beyond it. ValueError is a fault."""
    try:
        _ = moment and moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from error


class ContentTaken(Taken, frozen=True, kw_only=True):
    """What a campaign says. `partners` are tax numbers, `outlets` codes; whatever is left out restricts nothing.

    `scheme` is the programme's scheme under which it gives; without it the form of each promotion says.
    """

    scheme: Literal["points", "amount", "discount"] | None = None
    valid: Content | None = None
    audience: Content | None = None
    partners: list[str] = msgspec.field(default_factory=list)
    outlets: list[str] = msgspec.field(default_factory=list)
    limits: Content | None = None
    promotions: list[Content] = msgspec.field(default_factory=list)


class CampaignDraft(ContentTaken, frozen=True, kw_only=True):
    """A new campaign, of the tenant's first programme unless another's code is given."""

    code: CodeText
    name: Name
    programme: Short | None = None
    group: Name | None = None


class CampaignChange(ContentTaken, frozen=True, kw_only=True):
    """The whole of what a campaign says from a moment on; a moment in the past needs a note that says why."""

    holds_from: Moment | None = None
    note: Note = ""

    def __post_init__(self) -> None:
        _refuse_unkept(self.holds_from)


class TemplateTaken(Taken, frozen=True, kw_only=True):
    """A new campaign from a template: its parameters as its description says, its name the template's unless given."""

    code: CodeText
    name: Name | None = None
    programme: Short | None = None
    group: Name | None = None
    parameters: Content = msgspec.field(default_factory=dict)


class TemplateView(msgspec.Struct, frozen=True):
    """A template; `parameters` is a JSON Schema whose titles are in the caller's language.

    Numbers with decimals are strings; their bounds stand beside them, and `unit` says what they count. `scheme` is the
    programme's scheme that its campaigns name, where the form of what they give does not say it.
    """

    code: str
    name: str
    description: str
    scheme: str | None
    parameters: dict[str, Any]


class CampaignTurnTaken(Taken, frozen=True):
    """Start, pause, resume (which is starting) or end; as of a coming moment, or at once."""

    turned: Literal["started", "paused", "ended"]
    since: Moment | None = None

    def __post_init__(self) -> None:
        _refuse_unkept(self.since)


class PointsDays(Taken, frozen=True):
    """From when to when points can be spent that are earned from now on; without `valid` for ever."""

    valid: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    pending: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0
    warning: Annotated[int, msgspec.Meta(ge=0, le=365)] = 14

    def __post_init__(self) -> None:
        if self.valid is not None and self.valid <= self.pending:
            raise ValueError("points must be valid for longer than they are pending")


class ProgrammeChange(Taken, frozen=True):
    """To whom a programme is open, and the one form in which it gives; no scheme leaves it to each promotion.

    The form holds from a coming moment on, or at once; whatever was planned before is planned no longer. Without
    `points_days` those stay as they are.
    """

    open_to: Literal["everyone", "assigned"]
    scheme: Literal["none", "points", "amount", "discount"] | None = None
    since: Moment | None = None
    points_days: PointsDays | None = None

    def __post_init__(self) -> None:
        _refuse_unkept(self.since)


class ValidView(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """First and last day, both included; an absent end is open."""

    from_: str | None
    to: str | None


class CampaignRow(msgspec.Struct, frozen=True):
    """A campaign as a row of the overview: how it stands now, and the revision that holds."""

    id: str
    code: str
    name: str
    group: str | None
    programme: str
    partner: str | None
    state: str
    valid: ValidView
    revision: int
    promotions: int


class DifferenceView(msgspec.Struct, frozen=True):
    """One place that a revision changed; a promotion stands in the pointer by its id."""

    pointer: str
    before: Any
    after: Any


class RevisionView(msgspec.Struct, frozen=True):
    """A revision, and what it changed of the one before."""

    number: int
    holds_from: str
    created_at: str
    created_by: str | None
    note: str
    content: Content
    changes: list[DifferenceView]


class TurnView(msgspec.Struct, frozen=True):
    """A turn of the campaign."""

    turned: str
    since: str
    created_by: str | None


class BudgetView(msgspec.Struct, frozen=True):
    """What may be given in all and what became of it; without a promotion it is the whole campaign's.

    `kind` is `uses`, or `value` in money or points.
    """

    promotion: str | None
    kind: str
    total: str
    used: str
    held: str
    left: str


class CampaignView(msgspec.Struct, frozen=True):
    """A campaign with its history, newest last, and its budgets."""

    campaign: CampaignRow
    revisions: list[RevisionView]
    turns: list[TurnView]
    budgets: list[BudgetView]


class CodeListView(msgspec.Struct, frozen=True):
    """A list of promo codes and how many of them are in which state."""

    name: str
    single_use: bool
    unspent: int
    held: int
    spent: int


class ImportedView(msgspec.Struct, frozen=True):
    """What an upload did: new codes, and those that were there already or stood twice."""

    name: str
    added: int
    repeated: int


class GroupView(msgspec.Struct, frozen=True):
    """A group of members."""

    code: str
    members: int


class HeldView(msgspec.Struct, frozen=True):
    """A receipt that waits because campaigns broke on it: which, and the kind of fault."""

    receipt: str
    member: str
    campaigns: list[str]
    reason: str
    since: str
