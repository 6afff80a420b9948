"""What the staff API takes and gives about cards. Numbers are taken with or without hyphens and given with them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.staff_api.shapes import MemberView, Short, Taken

NUMBER_PATTERN = r"\A[0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{4}\Z"
BATCH_MAX = 10_000
"""Of a batch that is made while the caller waits; larger ones are the command line's."""
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\A[^\x00-\x1f\x7f]+\Z")]
Prefix = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,16}\Z")]
Points = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,12}(\.[0-9]{1,2})?\Z")]
Read = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[^\x00]+\Z")]


class IssuerTaken(Taken, frozen=True):
    """A prefix of card numbers: four to eight digits."""

    prefix: Prefix


class BatchTaken(Taken, frozen=True, kw_only=True):
    """So many numbers under the prefix, the tenant's oldest unless one is named; `points` make them prize cards."""

    count: Annotated[int, msgspec.Meta(ge=1, le=BATCH_MAX)]
    prefix: Prefix | None = None
    points: Points | None = None
    programme: Short | None = None


class PostTaken(Taken, frozen=True):
    """Where a card is sent."""

    street: Line
    postal_code: Line
    city: Line
    country: Annotated[str, msgspec.Meta(max_length=100, pattern=r"\A[^\x00-\x1f\x7f]*\Z")] = ""


class WishTaken(Taken, frozen=True):
    """A card to print and to post; the name on it is the member's unless another is given."""

    post: PostTaken
    name: Line | None = None


class CardTaken(Taken, frozen=True):
    """A card of the member's own: digital, or with `printed` a plastic one."""

    member: UUID
    printed: WishTaken | None = None
    prefix: Prefix | None = None


class FormTaken(Taken, frozen=True):
    """The form that a customer fills in at the shop; the language is the tenant's unless another is given."""

    phone: Short
    name: Short
    language: Literal["en", "sr-Latn", "sr-Cyrl", "hr", "bs"] | None = None


class BindTaken(Taken, frozen=True):
    """Whose card it becomes: a member's, or that of whoever filled in the form; exactly one of them."""

    member: UUID | None = None
    form: FormTaken | None = None

    def __post_init__(self) -> None:
        if (self.member is None) == (self.form is None):
            raise ValueError("either member or form, and not both")


class BlockTaken(Taken, frozen=True):
    """Why a card is blocked: it was lost, used against the rules, or the membership has ended."""

    reason: Literal["lost", "rules", "ended"]


class ReissueTaken(Taken, frozen=True):
    """The new card is digital, or with `printed` a plastic one."""

    printed: WishTaken | None = None


class MediumTaken(Taken, frozen=True):
    """A value that a reader gives for the card beside its number."""

    kind: Literal["barcode", "magnetic", "rf", "smart", "digital"]
    value: Read


class LookupTaken(Taken, frozen=True):
    """What was typed, swiped, scanned or read, as it came: a card in any form, or a phone number."""

    text: Read


class IssuerView(msgspec.Struct, frozen=True):
    """A prefix that is the tenant's."""

    prefix: str
    registered_at: str


class BatchView(msgspec.Struct, frozen=True):
    """A batch; `points` are what each of its cards brings."""

    id: str
    prefix: str
    count: int
    points: str | None
    programme: str | None
    made_at: str


class CardView(msgspec.Struct, frozen=True):
    """A card. States: unassigned, active, paused by its member, blocked for good (`blocked_for`: lost, rules, ended)."""

    number: str
    state: str
    form: str
    member: str | None
    assigned_at: str | None
    blocked_for: str | None
    blocked_at: str | None


class MediumView(msgspec.Struct, frozen=True):
    """A value that is read for a card."""

    kind: str
    value: str


class CardDetail(msgspec.Struct, frozen=True):
    """A card, what else is read for it, and the number of the card that was issued in its place."""

    card: CardView
    media: list[MediumView]
    replaced_by: str | None


class RunView(msgspec.Struct, frozen=True):
    """Cards that went to the printer together: because `enough` had gathered, or `staff` said so."""

    id: str
    cards: int
    cause: str
    made_at: str


class RunsView(msgspec.Struct, frozen=True):
    """How many cards wait, and the runs, the newest first."""

    waiting: int
    runs: list[RunView]


class IdentifiedView(msgspec.Struct, frozen=True):
    """Whom the text stands for, by which card if by one, and the codes of every programme that it opens."""

    member: MemberView
    card: CardView | None
    programmes: list[str]


class IdentificationView(msgspec.Struct, frozen=True):
    """A look-up: by which account, with a `number`, `phone` or `value` that ended so, and what came of it."""

    at: str
    account: str | None
    means: str
    tail: str
    outcome: str
    member: str | None
