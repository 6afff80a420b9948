"""A campaign in a file, TOML or JSON: read, compared with what stands, and applied as it was shown.

The file is the campaign's content with what it is called; `holds_from` and `note` say from when a change holds, and why.
"""

import json
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.content import KEYS, read_content
from backend.campaigns.differences import Difference, differences
from backend.campaigns.errors import CampaignChangedMeanwhile, CampaignNotFound
from backend.campaigns.queries import timeline_called
from backend.campaigns.service import Header, change, draft
from backend.campaigns.timeline import Timeline
from backend.kit.audit import Actor
from backend.programmes.queries import programme_called
from backend.promotions.documents import MalformedDocument
from backend.promotions.kinds import IDENTIFIER, MOMENT, TEXT
from backend.promotions.parameters import Fault, Kind, Place

_NAMES: dict[str, Kind[Any]] = {
    "code": IDENTIFIER,
    "name": IDENTIFIER,
    "programme": IDENTIFIER,
    "group": IDENTIFIER,
    "holds_from": MOMENT,
    "note": TEXT,
}


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """A file that was read: `programme` is a code, the tenant's first without one."""

    code: str
    name: str
    content: dict[str, Any]
    programme: str | None = None
    group: str | None = None
    holds_from: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a file would change: `number` is the campaign's last revision, 0 before there is one."""

    number: int
    changes: list[Difference]


def read_campaign_file(text: str, *, is_json: bool) -> CampaignFile:
    """The campaign that the file describes. Raises MalformedDocument with every fault."""
    document = _parsed(text, is_json=is_json)
    faults: list[Fault] = []
    named: dict[str, Any] = {
        key: kind.read(document[key], Place(faults).at(key)) for key, kind in _NAMES.items() if key in document
    }
    faults += [Fault(f"/{key}", "is required") for key in ("code", "name") if key not in document]
    faults += [Fault(f"/{key}", "is not a known field") for key in document if key not in {*_NAMES, *KEYS}]
    content = {key: document[key] for key in KEYS if key in document}
    try:
        read_content(content)
    except MalformedDocument as error:
        faults += error.faults
    if faults:
        raise MalformedDocument(tuple(faults))
    return CampaignFile(content=content, **named)


async def plan(session: AsyncSession, tenant_id: UUID, file: CampaignFile, *, now: datetime) -> Plan:
    """What applying the file would change at the moment from which it holds; no change when it says the same."""
    found = await _standing(session, tenant_id, file.code)
    if found is None:
        return Plan(0, differences({}, file.content))
    revision = found.revision_at(file.holds_from or now)
    return Plan(found.revisions[-1].number, differences(revision.content if revision else {}, file.content))


async def apply_file(session: AsyncSession, actor: Actor, file: CampaignFile, *, shown: Plan, now: datetime) -> int:
    """Draft the campaign or change it as was shown; the number of the revision that says it.

    Raises what `draft` and `change` do, and CampaignChangedMeanwhile.
    """
    found = await _standing(session, actor.tenant_id, file.code)
    if (found.revisions[-1].number if found else 0) != shown.number:
        raise CampaignChangedMeanwhile
    if found is not None:
        note, holds_from = file.note, file.holds_from
        row = await change(session, actor, found.campaign.id, file.content, holds_from=holds_from, note=note, now=now)
        return row.number
    programme = await programme_called(session, actor.tenant_id, file.programme)
    header = Header(file.code, file.name, programme.id, file.group)
    return (await draft(session, actor, header, file.content, now=now)).revisions[-1].number


async def _standing(session: AsyncSession, tenant_id: UUID, code: str) -> Timeline | None:
    try:
        return await timeline_called(session, tenant_id, code)
    except CampaignNotFound:
        return None


def _parsed(text: str, *, is_json: bool) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_float=Decimal) if is_json else tomllib.loads(text, parse_float=Decimal)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedDocument((Fault("", f"cannot be read: {error}"),)) from error
    if not isinstance(found, dict):
        raise MalformedDocument((Fault("", "must be an object"),))
    return {key: _plain(value) for key, value in found.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 (whatever a file holds)
    """Dates and times of a file as the texts that documents carry."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
