"""`paragon staff`: invite people, and help those who lost their way in."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from backend.cli.entry import inside
from backend.cli.operating import operate
from backend.cli.output import Json, out, show, show_fields

if TYPE_CHECKING:
    from uuid import UUID

    from sqlmodel.ext.asyncio.session import AsyncSession

    from backend.kit.db import Database
    from backend.staff.models import StaffAccount

app = typer.Typer(help="Staff accounts.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(help="The tenant's slug.")]
Email = Annotated[str, typer.Option(help="The person's e-mail address.")]


@app.command()
def invite(
    tenant: Tenant,
    email: Email,
    role: Annotated[str, typer.Option(help="owner, brand_manager, support_agent, marketing or auditor.")],
    partner: Annotated[str | None, typer.Option(help="Tax number of the one partner whose outlets they see.")] = None,
    as_json: Json = False,
) -> None:
    """Make an account and print the one-time token with which its person enters; again replaces the token."""
    found = operate(lambda database: _invite(database, tenant, email, role, partner))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command("list")
def list_accounts(tenant: Tenant, as_json: Json = False) -> None:
    """Name the tenant's accounts."""
    found = operate(lambda database: _list(database, tenant))

    def people() -> None:
        from rich.table import Table

        table = Table("E-mail", "Role", "State", "Partner")
        for row in found:
            table.add_row(row["email"], row["role"], row["state"], row["partner"] or "-")
        out.print(table)

    show(found, as_json=as_json, people=people)


@app.command()
def block(tenant: Tenant, email: Email, as_json: Json = False) -> None:
    """Shut an account out at once."""
    found = operate(lambda database: _block(database, tenant, email))
    show(found, as_json=as_json, people=lambda: show_fields(found))


@app.command("reset-totp")
def reset_totp(tenant: Tenant, email: Email, as_json: Json = False) -> None:
    """Take authenticator and password from an account, and print the one-time token to choose new ones."""
    found = operate(lambda database: _reset(database, tenant, email))
    show(found, as_json=as_json, people=lambda: show_fields(found))


async def _invite(database: "Database", slug: str, email: str, role: str, tax_id: str | None) -> dict[str, Any]:
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now
    from backend.programmes.queries import partners
    from backend.staff import service
    from backend.staff.errors import StaffMalformed

    async with inside(database, slug) as (session, tenant):
        own = {row.tax_id: row.id for row in await partners(session, tenant.id)}
        if tax_id is not None and tax_id not in own:
            raise StaffMalformed(value=tax_id[:80], what="partner")
        row, token = await service.invite(
            session,
            Actor(tenant.id, None),
            email=email,
            role=role,
            partner_id=own[tax_id] if tax_id else None,
            now=utc_now(),
        )
        return {**_document(row), "invitation": token}


async def _list(database: "Database", slug: str) -> list[dict[str, Any]]:
    from backend.staff.queries import accounts

    async with inside(database, slug) as (session, tenant):
        return [_document(row) for row in await accounts(session, tenant.id)]


async def _block(database: "Database", slug: str, email: str) -> dict[str, Any]:
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now
    from backend.staff import service

    async with inside(database, slug) as (session, tenant):
        account_id = await _account(session, tenant.id, email)
        return _document(await service.block(session, Actor(tenant.id, None), account_id, now=utc_now()))


async def _reset(database: "Database", slug: str, email: str) -> dict[str, Any]:
    from backend.kit.audit import Actor
    from backend.kit.clock import utc_now
    from backend.staff import service

    async with inside(database, slug) as (session, tenant):
        account_id = await _account(session, tenant.id, email)
        row, token = await service.reset(session, Actor(tenant.id, None), account_id, now=utc_now())
        return {**_document(row), "invitation": token}


async def _account(session: "AsyncSession", tenant_id: "UUID", email: str) -> "UUID":
    from backend.staff.errors import StaffNotFound
    from backend.staff.queries import account_by_email

    row = await account_by_email(session, tenant_id, email)
    if row is None:
        raise StaffNotFound
    return row.id


def _document(row: "StaffAccount") -> dict[str, Any]:
    return {
        "id": str(row.id),
        "email": row.email,
        "role": row.role,
        "state": row.state,
        "partner": str(row.partner_id) if row.partner_id else None,
    }
