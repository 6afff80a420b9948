"""`paragon doctor`: what this machine and this configuration lack, with what to do about it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import typer

from backend.cli.output import Json, out, run, show
from backend.kit.errors import ParagonError
from backend.kit.i18n import DEFAULT_LANGUAGE, translate
from backend.settings import Settings

_MARKS = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "failed": "[red]failed[/]"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `state` is ok, warning or failed."""

    what: str
    state: str
    says: str


def doctor(as_json: Json = False) -> None:
    """Look at Python, pictures, settings and the database; exit status 1 if the product cannot run."""
    findings = [*_machine(), *_installation()]

    def people() -> None:
        for finding in findings:
            out.print(f"{_MARKS[finding.state].rjust(18)}  {finding.what}: {finding.says}")

    show([asdict(finding) for finding in findings], as_json=as_json, people=people)
    raise typer.Exit(1 if any(finding.state == "failed" for finding in findings) else 0)


def _machine() -> Iterator[Finding]:
    yield Finding("Python", "ok", sys.version.split()[0])
    yield _attempt("picture reading", _read_sample)


def _read_sample() -> str:
    """Read a code that is drawn here, so that broken picture libraries show."""
    import io

    import segno

    from receipt_parsers.qr import read_picture

    picture = io.BytesIO()
    segno.make_qr("paragon").save(picture, kind="png", scale=4, border=4)
    reading = read_picture(picture.getvalue(), is_fiscal=lambda text: text == "paragon")
    assert reading.text == "paragon", "the picture libraries do not read a plain code"
    return f"{reading.reader} works"


def _installation() -> Iterator[Finding]:
    try:
        settings = Settings()
    except ParagonError as error:
        yield Finding("settings", "failed", _why(error))
        return
    yield from _settings(settings)
    yield from _database(settings)


def _settings(settings: Settings) -> Iterator[Finding]:
    if settings.playground_url:
        yield Finding("playground", "warning", f"receipts of {settings.playground_url} are taken: not for production")
    if settings.console:
        yield Finding("message console", "warning", "everybody can read every message: not for production")
    yield _attempt("key", lambda: f"{len(settings.token_key())} bytes in {settings.key_place}")
    yield _attempt("wallets", lambda: _wallets(settings))


def _wallets(settings: Settings) -> str:
    """Which wallets are offered, and until when the pass certificate is good."""
    from backend.ledger.digital_card import cards_of

    offered = settings.wallets(cards_of)
    apple = f"Apple's until {offered.apple.certificate.not_valid_after_utc:%Y-%m-%d}" if offered.apple else ""
    return " and ".join(filter(None, (apple, "Google's" if offered.google else ""))) or "none are offered"


def _database(settings: Settings) -> Iterator[Finding]:
    from backend.postgres import check_role, check_server, database_urls, findings, upgrade

    try:
        with database_urls(settings) as urls:
            kind = "embedded" if urls.embedded else "DATABASE_URL"
            server = _attempt("database server", lambda: f"PostgreSQL {run(check_server(urls.owner))}, {kind}")
            yield server
            if server.state == "failed":
                return
            if urls.embedded:
                run(upgrade(urls.owner))
            yield _attempt("database shape", lambda: _up_to_date(run(findings(urls.owner))))
            yield _attempt("application role", lambda: run(check_role(urls.app)) or "row-level security holds it")
            if not urls.embedded and urls.app == urls.owner:
                says = "one login migrates and serves; give the migrating one as PARAGON_OWNER_URL in production"
                yield Finding("database logins", "warning", says)
    except Exception as error:  # noqa: BLE001 (a doctor reports whatever is wrong)
        yield Finding("database server", "failed", _why(error))


def _up_to_date(findings: list[str]) -> str:
    assert not findings, f"{'; '.join(findings)}: run `paragon db upgrade`"
    return "up to date"


def _attempt(what: str, look: Callable[[], Any]) -> Finding:
    try:
        return Finding(what, "ok", str(look()))
    except Exception as error:  # noqa: BLE001 (a doctor reports whatever is wrong)
        return Finding(what, "failed", _why(error))


def _why(error: Exception) -> str:
    if isinstance(error, ParagonError):
        return f"{translate(error.text, DEFAULT_LANGUAGE)} ({error.code})"
    return str(error) or type(error).__name__
