"""What applying a tenant's file would change, and changing it: twice is once.

A plan compares things by name: what the file wants against what stands in the database. Nothing is deleted but host
names and settings, which are shown as such; an outlet that the file no longer names is closed and keeps its history,
and a programme or partner stays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.programmes import queries
from backend.programmes.errors import TenantFileRefused
from backend.programmes.models import HostName, Tenant
from backend.programmes.tenant_file import TenantFile

Thing = tuple[str, str]
"""A kind and the name that people gave it, such as ("outlet", "bg-01")."""
State = dict[Thing, dict[str, Any]]
Verb = Literal["added", "changed", "closed", "reopened", "removed"]
FIXED = {"programme": ("currency", "points_decimals")}
"""What cannot change once it exists, since amounts were already kept in it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would change; `before` and `after` hold only the fields that differ."""

    thing: Thing
    verb: Verb
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


async def plan(session: AsyncSession, tenant: Tenant | None, file: TenantFile) -> list[Change]:
    """What applying the file would change, in the order in which it is applied; empty when it changes nothing.

    Raises TenantFileRefused with everything that the database forbids.
    """
    present = await _present(session, tenant) if tenant else {}
    wanted = _wanted(file, present)
    if faults := [*_fixed(present, wanted), *_taken(present, wanted), *await _hosts_elsewhere(session, tenant, file)]:
        raise TenantFileRefused(faults)
    return list(_differences(present, wanted))


async def _present(session: AsyncSession, tenant: Tenant) -> State:
    partners = {row.id: row for row in await queries.partners(session, tenant.id)}
    fields = {"name": tenant.name, "time_zone": tenant.time_zone, "language": tenant.language}
    state: State = {("tenant", tenant.slug): fields}
    state[("branding", tenant.slug)] = dict(tenant.branding)
    state[("settings", tenant.slug)] = dict(tenant.settings)
    state |= {("host", host): {} for host in await queries.hosts(session, tenant.id)}
    for programme in await queries.programmes(session, tenant.id):
        state["programme", programme.code] = {
            "name": programme.name,
            "currency": programme.currency,
            "points_decimals": programme.points_decimals,
            "points_pending_days": programme.points_pending_days,
            "points_valid_days": programme.points_valid_days,
            "points_warning_days": programme.points_warning_days,
        }
    state |= {("partner", row.tax_id): {"name": row.name} for row in partners.values()}
    for outlet in await queries.outlets(session, tenant.id):
        state["outlet", outlet.code] = {
            "partner": partners[outlet.partner_id].tax_id,
            "name": outlet.name,
            "premises_id": outlet.premises_id,
            "city": outlet.city,
            "time_zone": outlet.time_zone,
            "open": outlet.closed_at is None,
        }
    return state


def _wanted(file: TenantFile, present: State) -> State:
    own = file.tenant
    state: State = {("tenant", own.slug): {"name": own.name, "time_zone": own.time_zone, "language": own.language}}
    state["branding", own.slug] = file.branding.model_dump(exclude_none=True)
    state["settings", own.slug] = file.settings.model_dump(exclude_none=True)
    state |= {("host", host): {} for host in sorted(own.hosts)}
    for programme in file.programme:
        state["programme", programme.code] = programme.model_dump(exclude={"code"})
    for partner in file.partner:
        state["partner", partner.tax_id] = {"name": partner.name}
    for partner in file.partner:
        for outlet in partner.outlet:
            fields = outlet.model_dump(exclude={"code"}) | {"time_zone": outlet.time_zone or own.time_zone}
            state["outlet", outlet.code] = {"partner": partner.tax_id, **fields, "open": True}
    for thing, fields in present.items():
        match thing[0]:
            case "outlet" if thing not in state:
                state[thing] = {**fields, "open": False}
            case "programme" | "partner":
                state.setdefault(thing, fields)
    return state


def _differences(present: State, wanted: State) -> Iterator[Change]:
    for thing, after in wanted.items():
        before = present.get(thing)
        if before is None:
            if after or thing[0] == "host":
                yield Change(thing, "added", after=after)
            continue
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if names:
            old = {name: before[name] for name in names if name in before}
            new = {name: after[name] for name in names if name in after}
            yield Change(thing, _verb(new), old, new)
    for thing, before in present.items():
        if thing not in wanted:
            yield Change(thing, "removed", before=before)


def _verb(after: dict[str, Any]) -> Verb:
    if "open" not in after:
        return "changed"
    return "reopened" if after["open"] else "closed"


def _fixed(present: State, wanted: State) -> Iterator[str]:
    for thing, before in present.items():
        for name in FIXED.get(thing[0], ()):
            if before[name] != wanted[thing][name]:
                yield f"{thing[0]} {thing[1]}.{name}: stays {before[name]} once the {thing[0]} exists"


def _taken(present: State, wanted: State) -> Iterator[str]:
    """Premises belong to one outlet for good, be it closed: receipts were given to it."""
    holders = {_premises(fields): thing for thing, fields in present.items() if thing[0] == "outlet"}
    for thing, fields in wanted.items():
        holder = holders.get(_premises(fields)) if thing[0] == "outlet" else None
        if holder not in {None, thing}:
            yield f"outlet {thing[1]}.premises_id: belongs to outlet {holder[1] if holder else ''}; keep its code"


def _premises(fields: dict[str, Any]) -> tuple[str, str]:
    return fields["partner"], fields["premises_id"]


async def _hosts_elsewhere(session: AsyncSession, tenant: Tenant | None, file: TenantFile) -> list[str]:
    faults = []
    for number, host in enumerate(file.tenant.hosts):
        owner = await session.get(HostName, host)
        if owner is not None and (tenant is None or owner.tenant_id != tenant.id):
            faults.append(f"tenant.hosts[{number}]: {host!r} belongs to another tenant")
    return faults


def of_kind(changes: Iterable[Change], kind: str) -> list[Change]:
    """The changes of things of that kind."""
    return [change for change in changes if change.thing[0] == kind]
