"""What the staff API takes for simulations and replays, and how it shows a replay."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec

from backend.staff_api.shapes import Short, Taken

_CAMPAIGNS_MAX = 100


class SimulationTaken(Taken, frozen=True, kw_only=True):
    """A basket as promotion documents write it, the campaigns that decide it, and the stored member whose it is."""

    basket: dict[str, Any]
    campaigns: Annotated[list[Short], msgspec.Meta(max_length=_CAMPAIGNS_MAX)] = msgspec.field(default_factory=list)
    programme: Short | None = None
    member: UUID | None = None


class ReplayTaken(Taken, frozen=True, kw_only=True, rename={"from_on": "from", "to_on": "to"}):
    """A campaign by its code, its newest revision unless another is named, and first and last day, both included."""

    campaign: Short
    from_on: date
    to_on: date
    revision: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


class ProgressView(msgspec.Struct, frozen=True):
    """How far a replay is: receipts done of all, receipts a second, and the seconds that are left."""

    done: int
    total: int | None
    rate: int | None
    eta_s: int | None


class ReplayRow(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A replay as a row of the list. `state` is waiting, running, done, cancelled, or failed with `failure` as the reason."""

    id: str
    campaign: str
    revision: int
    from_: str
    to: str
    state: str
    failure: str | None
    progress: ProgressView
    created_at: str
    created_by: str | None
    ended_at: str | None


class ReplayPage(msgspec.Struct, frozen=True):
    """A page, the newest first; `next` is what to pass as `before` for the following one."""

    replays: list[ReplayRow]
    next: str | None


class ReplayView(msgspec.Struct, frozen=True):
    """A replay, and what it found once it is done."""

    replay: ReplayRow
    result: dict[str, Any] | None
