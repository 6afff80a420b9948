"""The command `paragon`: one file for each group of commands, each importing its weight only when it runs."""

import sys
from typing import ClassVar

import typer
from typer.exceptions import Abort, TyperException

from backend.cli import (
    audit,
    bench,
    campaigns,
    cards,
    catalogue,
    db,
    demo,
    doctor,
    events,
    jobs,
    ledger,
    matching,
    members,
    passes,
    playground,
    promotions,
    qr,
    receipts,
    serve,
    staff,
    stored_receipts,
    tenants,
)
from backend.cli.output import FOR_PROGRAMS, fail
from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.i18n import DEFAULT_LANGUAGE, translate


class ArgumentMalformed(ParagonError):
    """Bytes that are no text: they could be neither stored nor printed."""

    code: ClassVar[str] = "argument-malformed"
    kind: ClassVar[ErrorKind] = "malformed"
    title: ClassVar[str] = "An argument is not UTF-8."


app = typer.Typer(
    name="paragon",
    help="The loyalty platform for fiscal receipts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve.serve)
app.command()(serve.worker)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(bench.bench)
app.add_typer(db.app, name="db")
app.add_typer(qr.app, name="qr")
app.add_typer(promotions.app, name="promotions")
app.add_typer(receipts.app, name="receipt")
app.add_typer(stored_receipts.app, name="receipts")
app.add_typer(jobs.app, name="jobs")
app.add_typer(events.app, name="events")
app.add_typer(members.app, name="member")
app.add_typer(matching.app, name="matching")
app.add_typer(passes.app, name="passes")
app.add_typer(tenants.app, name="tenant")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(campaigns.app, name="campaign")
app.add_typer(cards.app, name="card")
app.add_typer(staff.app, name="staff")
app.add_typer(audit.app, name="audit")
app.add_typer(ledger.app, name="ledger")
app.add_typer(playground.app, name="playground")


def main() -> None:
    """Run the command line; a refusal is one sentence and its code on standard error, and exit status 1."""
    try:
        _check_arguments(sys.argv[1:])
        if FOR_PROGRAMS in sys.argv:
            sys.exit(_run_for_program())
        app()
    except ParagonError as error:
        fail(error.code, translate(error.text, DEFAULT_LANGUAGE))


def _run_for_program() -> int:
    """Run the command and give its exit status; what is wrong with its arguments is told as JSON, too, with status 2."""
    try:
        status = app(standalone_mode=False)
    except TyperException as error:
        fail("bad-arguments", error.format_message(), status=error.exit_code)
    except Abort:
        return 1
    return status if isinstance(status, int) else 0


def _check_arguments(arguments: list[str]) -> None:
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError as error:
        raise ArgumentMalformed from error
