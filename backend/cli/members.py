"""`paragon member`: join members until they can sign in by themselves."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from backend.cli.output import Json, run, show, show_fields

if TYPE_CHECKING:
    from backend.settings import Settings

app = typer.Typer(help="Members.", no_args_is_help=True)


@app.command()
def join(
    tenant: Annotated[str, typer.Option(help="The tenant's slug.")],
    phone: Annotated[str, typer.Option(help="The member's number, such as +381601234567.")],
    name: Annotated[str, typer.Option(help="What to call the member.")],
    language: Annotated[str, typer.Option(help="en, sr-Latn, sr-Cyrl, hr or bs.")] = "sr-Latn",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long the token is valid.")] = 30,
    as_json: Json = False,
) -> None:
    """Join a member by phone number, without any card, and print a token for the API; joining twice changes nothing."""
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    settings = Settings()
    with database_urls(settings) as urls:
        run(make_ready(urls))
        found = run(_join(urls.app, settings, tenant, phone, name, language, timedelta(days=days)))
    show(found, as_json=as_json, people=lambda: show_fields(found))


async def _join(
    url: str, settings: "Settings", slug: str, phone: str, name: str, language: str, valid: timedelta
) -> dict[str, str]:
    from backend.kit.clock import utc_now
    from backend.kit.db import Database
    from backend.kit.i18n import LANGUAGES
    from backend.members.service import join as join_member
    from backend.members.tokens import Caller, issue_token
    from backend.programmes.queries import tenant_by_slug

    if language not in LANGUAGES:
        raise typer.BadParameter(f"spoken are {', '.join(LANGUAGES)}", param_hint="--language")
    database = Database(url, connections_max=1)
    try:
        async with database.transaction(None) as session:
            tenant = await tenant_by_slug(session, slug)
        if tenant is None:
            raise typer.BadParameter("there is no such tenant", param_hint="--tenant")
        key, now = settings.token_key(), utc_now()
        async with database.transaction(tenant.id) as session:
            member = await join_member(
                session, tenant_id=tenant.id, phone=phone, name=name, language=language, key=key, now=now
            )
    finally:
        await database.close()
    token = issue_token(key, Caller(tenant.id, member.id), expires_at=now + valid)
    return {"member": str(member.id), "tenant": slug, "token": token}
