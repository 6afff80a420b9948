"""A tenant from one file: what applying it would change, and applying exactly that in one transaction."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.audit import Actor, record
from backend.kit.errors import ErrorKind, ParagonError
from backend.programmes.models import Tenant
from backend.programmes.queries import tenant_by_slug
from backend.programmes.service import carry_out, lock_setup
from backend.programmes.tenant_file import TenantFile
from backend.programmes.tenant_plan import Change, of_kind, plan
from backend.staff.queries import account_by_email
from backend.staff.service import invite


class TenantChangedMeanwhile(ParagonError):
    """Between showing a plan and applying it, somebody changed the tenant."""

    code: ClassVar[str] = "tenant-changed-meanwhile"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "The tenant was changed meanwhile. Nothing was applied; please look at the changes again."


async def plan_setup(session: AsyncSession, tenant: Tenant | None, file: TenantFile) -> list[Change]:
    """Everything that applying the file would change, its first account included. Raises TenantFileRefused."""
    changes = await plan(session, tenant, file)
    if file.staff is not None and (
        tenant is None or await account_by_email(session, tenant.id, file.staff.owner) is None
    ):
        changes.append(Change(("staff", file.staff.owner), "added", after={"role": "owner"}))
    return changes


async def apply_setup(
    session: AsyncSession, tenant_id: UUID, file: TenantFile, *, shown: list[Change], now: datetime
) -> str | None:
    """Carry out the plan that was shown; the first account's invitation token if it adds one.

    Applied alone for its slug, in a transaction of `tenant_id`. Raises TenantChangedMeanwhile, and then nothing stays.
    """
    await lock_setup(session, file.tenant.slug)
    tenant = await tenant_by_slug(session, file.tenant.slug)
    changes = await plan_setup(session, tenant, file)
    if changes != shown or (tenant is not None and tenant.id != tenant_id):
        raise TenantChangedMeanwhile
    await carry_out(session, tenant_id, changes, now=now)
    actor = Actor(tenant_id, None)
    business = [change for change in changes if change.thing[0] != "staff"]
    if business:
        await record(
            session,
            actor,
            "tenant.applied",
            ("tenant", tenant_id),
            before={" ".join(change.thing): change.before for change in business if change.verb != "added"},
            after={" ".join(change.thing): change.after for change in business if change.verb != "removed"},
            now=now,
        )
    for change in of_kind(changes, "staff"):
        _, token = await invite(session, actor, email=change.thing[1], role=change.after["role"], now=now)
        return token
    return None
