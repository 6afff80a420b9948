"""What decides about a tenant's receipts, held in memory and read anew when its version in the database has moved.

Nobody is told of a change: whoever decides by these rules hands their version to the database with the decision, which
refuses an old one. So an answer never follows rules that were changed before it was given.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from backend.accrual.records import names_of
from backend.campaigns.queries import live_campaigns, name_products, promotions_of
from backend.kit.db import Database
from backend.programmes import queries as programmes
from backend.programmes.models import Programme, Tenant
from backend.promotions.promotion import Promotion

_TENANTS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a tenant's rules; rows are read, never written."""

    version: int
    tenant: Tenant
    programme: Programme
    promotions: tuple[Promotion, ...]
    names: dict[str, str]
    with_gtins: bool


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
            promotions = promotions_of(await live_campaigns(session, tenant_id, programme.id))
        rules = Rules(
            tenant.rules_version, tenant, programme, promotions, names_of(promotions), name_products(promotions)
        )
        self._rules[tenant_id] = rules
        if len(self._rules) > _TENANTS_MAX:
            self._rules.popitem(last=False)
        return rules
