"""Sets everything up, plays the story, and goes on serving until stopped."""

import asyncio
import contextlib
import json
import sys
from datetime import timedelta

from rich.console import Console
from sqlalchemy import and_
from sqlmodel import col, select

from backend.delivery.models import Delivery
from backend.demo.errors import DemoDatabaseRefused
from backend.demo.processes import Addresses, running
from backend.demo.seed import NEIGHBOUR_SLUG, SLUG, DemoTenant, seed, seed_neighbour
from backend.demo.story import Cast, Story
from backend.kit.clock import utc_now
from backend.kit.db import Database, connect
from backend.members.tokens import Caller, issue_token
from backend.messages.models import Message
from backend.postgres import check_role, check_server, database_urls, upgrade
from backend.settings import Settings

MEMBERS = 64
_TOKEN_DAYS = 30


def play(*, once: bool, as_json: bool) -> int:
    """Run the demo; the exit status. Raises DemoFailed when a step of the story does not hold, or a process dies.

    For programs it prints one line of JSON when everything answers, and plays the story, unseen, only with `once`.
    """
    settings = Settings()
    console = Console(highlight=False, soft_wrap=True, quiet=as_json)
    with database_urls(settings) as urls:
        if not urls.embedded:
            asyncio.run(_refuse_others(urls.owner))
        tokens, neighbour, tenant = asyncio.run(_prepare(urls.app, urls.owner, settings))
        with running(settings.data_dir / "demo.log") as addresses:
            if as_json:
                sys.stdout.write(json.dumps(_addresses(addresses, tokens)) + "\n")
                sys.stdout.flush()
            if once or not as_json:
                cast = Cast(mira=tokens[0], petar=tokens[1], neighbour=neighbour)
                Story(addresses, cast, lambda reference: _message(urls.app, tenant, reference), console).play()
                _farewell(console, addresses, tokens[0])
            if not once:
                with contextlib.suppress(KeyboardInterrupt):
                    addresses.watch()
    return 0


async def _refuse_others(owner_url: str) -> None:
    """Leave a database alone that is not the demo's. Raises DemoDatabaseRefused."""
    await check_server(owner_url)
    connection = await connect(owner_url, role=None)
    try:
        if await connection.fetchval("select to_regclass('public.tenant') is not null") and await connection.fetchval(
            "select exists (select from tenant where slug <> all ($1::text[]))", [SLUG, NEIGHBOUR_SLUG]
        ):
            raise DemoDatabaseRefused
    finally:
        await connection.close()


async def _prepare(app_url: str, owner_url: str, settings: Settings) -> tuple[list[str], str, DemoTenant]:
    """The tokens of the dairy's members, that of the neighbour's one, and the dairy."""
    await check_server(owner_url)
    await upgrade(owner_url)
    await check_role(app_url)
    database = Database(app_url, connections_max=2)
    key, now = settings.token_key(), utc_now()
    alone = await connect(app_url)
    try:
        await alone.execute("select pg_advisory_lock(hashtext('paragon demo'))")  # until the connection is closed
        tenant = await seed(database, members=MEMBERS, key=key, now=now)
        neighbour = await seed_neighbour(database, key=key, now=now)
    finally:
        await alone.close()
        await database.close()
    expires_at = now + timedelta(days=_TOKEN_DAYS)
    tokens, (theirs,) = (
        [issue_token(key, Caller(place.tenant_id, member.id), expires_at=expires_at) for member in place.members]
        for place in (tenant, neighbour)
    )
    return tokens, theirs, tenant


def _message(url: str, tenant: DemoTenant, reference: str) -> str | None:
    """What was sent because of the reference, or None if nothing was yet."""

    async def look() -> str | None:
        database = Database(url, connections_max=1)
        try:
            async with database.transaction(tenant.tenant_id) as session:
                found = await session.exec(
                    select(Delivery)
                    .join(
                        Message,
                        and_(col(Message.tenant_id) == Delivery.tenant_id, col(Message.id) == Delivery.message_id),
                    )
                    .where(Message.reference == reference, Delivery.state == "accepted")
                )
                sent = found.first()
        finally:
            await database.close()
        return f"{sent.title}\n{sent.body}" if sent else None

    return asyncio.run(look())


def _addresses(addresses: Addresses, tokens: list[str]) -> dict[str, object]:
    return {
        "api": f"{addresses.api}/api/v1",
        "playground": addresses.playground,
        "member_tokens": tokens,
        "console": f"{addresses.api}/console",
    }


def _farewell(console: Console, addresses: Addresses, token: str) -> None:
    console.print(f"\n[bold]Every step held.[/] The tenants are `{SLUG}` and `{NEIGHBOUR_SLUG}`.")
    for name, where in (
        ("API docs", f"{addresses.api}/api/v1/docs"),
        ("Message console", f"{addresses.api}/console"),
        ("Playground", addresses.playground),
    ):
        console.print(f"{name:>16}  {where}", markup=False)
    console.print(f"\ncurl -H 'Authorization: Bearer {token}' {addresses.api}/api/v1/wallet", markup=False)
