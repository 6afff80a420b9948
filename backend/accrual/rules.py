"""What decides about a tenant's receipts, held in memory and read anew when its version in the database has moved.

Nobody is told of a change: whoever decides by these rules compares their version with the database's in the transaction
that keeps the decision, or hands it over with it. So nothing follows rules that were changed before it was decided.
"""

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from backend.accrual.asked import Asked, asked_by
from backend.accrual.errors import RulesFailed
from backend.campaigns.queries import name_products, promotions_of, rules_among, timelines
from backend.campaigns.timeline import Rule, Timeline
from backend.kit.db import Database
from backend.programmes import queries as programmes
from backend.programmes.models import Outlet, Programme, Tenant
from backend.promotions.index import Index, compile_index
from backend.promotions.promotion import Promotion

_TENANTS_MAX = 1_000
_STRETCHES_MAX = 16
"""Of one tenant's time; receipts are mostly of these days, and some of an earlier month."""


@dataclass(frozen=True)
class ProgrammeRules:
    """What one programme's campaigns said in a stretch of time in which none of them changed."""

    programme: Programme
    rules: list[Rule]

    @cached_property
    def promotions(self) -> tuple[Promotion, ...]:
        """The promotions as the engine takes them. Raises RulesFailed."""
        try:
            return promotions_of(self.rules)
        except Exception as error:
            raise RulesFailed.of(promotions_of, self.rules, error) from error

    @cached_property
    def index(self) -> Index:
        """The promotions by what baskets name: most of them are of no concern to one. Raises RulesFailed."""
        return compile_index(self.promotions)

    @cached_property
    def names(self) -> dict[str, str]:
        """What people call each promotion; one without a name is called by its id."""
        return {promotion.id: promotion.name or promotion.id for promotion in self.promotions}

    @cached_property
    def by_id(self) -> dict[str, Promotion]:
        """The promotions by their ids."""
        return {promotion.id: promotion for promotion in self.promotions}

    @cached_property
    def asked(self) -> Asked:
        """What must be known of the member. Raises RulesFailed."""
        return asked_by(self.rules, self.promotions)

    @cached_property
    def promised(self) -> Index:
        """The promotions that can be promised before they are given; a programme that cannot be read promises nothing.

        Nothing limited is: somebody else may be quicker. Nor is anything of a programme that is not everyone's.
        """
        if self.programme.open_to != "everyone":
            return compile_index(())
        limited = {promotion for rule in self.rules for promotion in rule.limits}
        try:
            return compile_index(promotion for promotion in self.promotions if promotion.id not in limited)
        except RulesFailed:
            return compile_index(())

    @cached_property
    def look_at_products(self) -> bool:
        """Whether barcodes are worth asking for; what cannot be read now may be mended until they are needed."""
        try:
            return name_products(self.promotions)
        except RulesFailed:
            return True


class Rules:
    """One version of a tenant's rules; rows are read, never written."""

    def __init__(
        self, tenant: Tenant, own: list[Programme], outlets: Iterable[Outlet], campaigns: list[Timeline]
    ) -> None:
        self.version = tenant.rules_version
        self.tenant = tenant
        self.programmes = own
        self.outlets = {outlet.id: outlet for outlet in outlets}
        self._campaigns = campaigns
        self._borders = sorted({border for campaign in campaigns for border in campaign.borders()})
        self._stretches: OrderedDict[int, dict[UUID, ProgrammeRules]] = OrderedDict()

    @property
    def main(self) -> Programme:
        """The tenant's oldest programme."""
        return self.programmes[0]

    def at(self, moment: datetime) -> dict[UUID, ProgrammeRules]:
        """What each programme said at that moment, the oldest first; read once for each stretch of time."""
        stretch = bisect_right(self._borders, moment)
        found = self._stretches.get(stretch)
        if found is None:
            rules = rules_among(self._campaigns, moment)
            found = {
                programme.id: ProgrammeRules(programme, [rule for rule in rules if rule.programme_id == programme.id])
                for programme in self.programmes
            }
            self._stretches[stretch] = found
            if len(self._stretches) > _STRETCHES_MAX:
                self._stretches.popitem(last=False)
        self._stretches.move_to_end(stretch)
        return found


class RuleBook:
    """The rules of the tenants that were asked for last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules: OrderedDict[UUID, Rules] = OrderedDict()
        self._reading: dict[UUID, asyncio.Task[Rules]] = {}

    async def of(self, tenant_id: UUID) -> Rules:
        """The tenant's rules, read at most once by all who wait for them. Raises DatabaseUnavailable.

        Ask before a transaction is open: reading needs a connection of its own.
        """
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
            own = await programmes.programmes(session, tenant_id)
            outlets = await programmes.outlets(session, tenant_id)
            rules = Rules(tenant, own, outlets, await timelines(session, tenant_id))
        self._rules[tenant_id] = rules
        if len(self._rules) > _TENANTS_MAX:
            self._rules.popitem(last=False)
        return rules
