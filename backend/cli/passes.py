"""`paragon passes`: what the digital card needs: certificates to try it, tills' keys, the programme's look at Google."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from backend.cli.output import Json, out, run, show, show_fields
from backend.kit.errors import ErrorKind, ParagonError

if TYPE_CHECKING:
    from backend.passes.apple_signer import AppleSigner
    from backend.settings import Settings

app = typer.Typer(help="Digital cards: passes for wallets, and codes that tills check.", no_args_is_help=True)
Slug = Annotated[str, typer.Option("--tenant", help="The tenant's slug.")]


class FolderTaken(ParagonError):
    """A folder that certificates cannot be written to, or that has some already."""

    code: ClassVar[str] = "folder-taken"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "Nothing was written to {folder}: {reason}."


class GoogleRefused(ParagonError):
    """Google did not take the programme's look."""

    code: ClassVar[str] = "google-refused"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "Google did not take it: {reason}."


@app.command("test-ca")
def make_test_ca(
    folder: Annotated[Path, typer.Argument(help="A folder without such files; it is made if need be.")],
    signs: Annotated[str, typer.Option("--pass-type", help="The pass type to sign.")] = "pass.example.paragon",
    team: Annotated[str, typer.Option(help="The team that it belongs to.")] = "PARAGON000",
) -> None:
    """Make a root, an intermediate and a pass certificate to try passes with; phones refuse what they sign."""
    from backend.kit.clock import utc_now
    from backend.passes.own_ca import write_test_ca

    try:
        files = write_test_ca(folder, signs, team, now=utc_now())
    except FileExistsError as error:
        raise FolderTaken(folder=str(folder), reason="it holds certificates or keys already") from error
    except OSError as error:
        raise FolderTaken(folder=str(folder), reason=str(error.strerror)) from error
    out.print(f"export PARAGON_APPLE_CERTIFICATE={files.certificate}", markup=False)
    out.print(f"export PARAGON_APPLE_KEY={files.key}", markup=False)
    out.print(f"export PARAGON_APPLE_INTERMEDIATE={files.intermediate}", markup=False)


@app.command("show")
def show_wallets(as_json: Json = False) -> None:
    """Print which wallets are offered, and with whose certificate and account; keys are not shown."""
    from backend.ledger.digital_card import cards_of
    from backend.settings import Settings

    settings = Settings()
    offered = settings.wallets(cards_of)
    found: dict[str, Any] = {
        **(_apple(offered.apple, settings) if offered.apple else {"apple": None}),
        **(
            {"google_issuer": offered.google.issuer, "google_account": offered.google.email}
            if offered.google
            else {"google": None}
        ),
    }
    show(found, as_json=as_json, people=lambda: show_fields(found))


def _apple(signer: "AppleSigner", settings: "Settings") -> dict[str, Any]:
    from backend.kit.clock import rfc3339

    return {
        "apple_pass_type": signer.pass_type,
        "apple_team": signer.team,
        "apple_valid_to": rfc3339(signer.certificate.not_valid_after_utc),
        "apple_issuer": signer.intermediate.subject.rfc4514_string(),
        "apple_service": settings.apple_service_url,
    }


@app.command("till-key")
def show_till_key(tenant: Slug) -> None:
    """Print the key by which the tenant's tills check codes without a network, in hexadecimal; keep it like money."""
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    settings = Settings()
    with database_urls(settings) as urls:
        run(make_ready(urls))
        out.print(run(_till_key(urls.app, settings, tenant)), markup=False)


async def _till_key(url: str, settings: "Settings", slug: str) -> str:
    from backend.cli.entry import tenant_named
    from backend.kit.db import Database
    from backend.passes.rotating import till_key

    database = Database(url, connections_max=1)
    try:
        return till_key(settings.token_key(), (await tenant_named(database, slug)).id).hex()
    finally:
        await database.close()


@app.command("google-class")
def google_class(tenant: Slug, logo: Annotated[str, typer.Option(help="The https address of a square logo.")]) -> None:
    """Tell Google how the programme looks, once before cards are saved there and after each change of the brand."""
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    settings = Settings()
    with database_urls(settings) as urls:
        run(make_ready(urls))
        run(_google_class(urls.app, settings, tenant, logo))
    out.print("Google knows how the programme looks.")


async def _google_class(url: str, settings: "Settings", slug: str, logo: str) -> None:
    from backend.cli.entry import inside
    from backend.kit.clock import utc_now
    from backend.kit.db import Database
    from backend.ledger.digital_card import cards_of
    from backend.passes.cards import brand_of
    from backend.passes.google_wallet import GoogleWallet
    from backend.programmes.queries import programme
    from notifications.errors import ChannelError

    account = settings.wallets(cards_of).google_account()
    database = Database(url, connections_max=1)
    try:
        async with inside(database, slug) as (session, owner):
            own = await programme(session, owner.id)
            brand = brand_of(owner.name, owner.branding)
    finally:
        await database.close()
    wallet = GoogleWallet(account, settings.google_wallet_url, clock=utc_now)
    try:
        await wallet.put_class(
            slug, issuer_name=brand.name, programme=own.name, colour=brand.primary_colour, logo_url=logo
        )
    except ChannelError as error:
        raise GoogleRefused(reason=error.reason) from error
    finally:
        await wallet.close()
