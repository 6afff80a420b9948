"""What decides about a tenant's receipts, held in memory and read anew when its version in the database has moved.

Nobody is told of a change: whoever decides by these rules hands their version to the database with the decision, which
refuses an old one. So an answer never follows rules that were changed before it was given.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from backend.accrual.records import names_of
from backend.campaigns.queries import name_products, promotions_of, rules_among, timelines
from backend.campaigns.timeline import Rule, Timeline
from backend.kit.db import Database
from backend.programmes import queries as programmes
from backend.programmes.models import Programme, Tenant
from backend.promotions.documents import MalformedDocument
from backend.promotions.promotion import Promotion

_TENANTS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Held:
    """The promotions that held at a moment: what can be promised of them, what they are called, what they look at.

    Nothing limited is promised before it is given: somebody else may be quicker. Nor is anything of a programme that
    is not everyone's.
    """

    promised: tuple[Promotion, ...]
    names: dict[str, str]
    with_gtins: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a tenant's rules; rows are read, never written."""

    version: int
    tenant: Tenant
    programme: Programme
    timelines: list[Timeline]
    """Of every programme; the first one's are promised, all of them may look at products."""
    _held: dict[tuple[tuple[UUID, int], ...], Held] = field(default_factory=dict)

    def at(self, moment: datetime) -> Held:
        """What held at that moment; promotions are read once for each set of revisions."""
        rules = rules_among(self.timelines, moment)
        key = tuple((rule.campaign_id, rule.version) for rule in rules)
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = self._read(rules)
        return found

    def _read(self, rules: list[Rule]) -> Held:
        """A campaign that cannot be read promises nothing; whoever settles says whose fault it is."""
        own = [
            rule for rule in rules if rule.programme_id == self.programme.id and self.programme.open_to == "everyone"
        ]
        limited = {promotion for rule in own for promotion in rule.limits}
        try:
            promotions = promotions_of(own)
            looking = any(name_products(promotions_of([rule])) for rule in rules)
        except MalformedDocument:
            return Held((), {}, with_gtins=True)
        promised = tuple(promotion for promotion in promotions if promotion.id not in limited)
        return Held(promised, names_of(promotions), looking)


class RuleBook:
    """The rules of the tenants that were asked for last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules: OrderedDict[UUID, Rules] = OrderedDict()
        self._reading: dict[UUID, asyncio.Task[Rules]] = {}

    async def of(self, tenant_id: UUID) -> Rules:
        """The tenant's rules, read at most once by all who wait for them. Raises DatabaseUnavailable."""
        found = self._rules.get(tenant_id)
        if found is not None:
            self._rules.move_to_end(tenant_id)
            return found
        reading = self._reading.get(tenant_id)
        if reading is None:
            reading = asyncio.get_running_loop().create_task(self._read(tenant_id))
            self._reading[tenant_id] = reading
            reading.add_done_callback(lambda _: self._reading.pop(tenant_id, None))
        return await asyncio.shield(reading)

    def forget(self, old: Rules) -> None:
        """Read the tenant's rules anew, unless that has happened since."""
        if self._rules.get(old.tenant.id) is old:
            del self._rules[old.tenant.id]

    async def _read(self, tenant_id: UUID) -> Rules:
        async with self._database.transaction(tenant_id) as session:
            # The version first: what changes after it makes these rules old, never new rules look like it.
            tenant = await programmes.tenant(session, tenant_id)
            programme = await programmes.programme(session, tenant_id)
            rules = Rules(tenant.rules_version, tenant, programme, await timelines(session, tenant_id))
        self._rules[tenant_id] = rules
        if len(self._rules) > _TENANTS_MAX:
            self._rules.popitem(last=False)
        return rules
