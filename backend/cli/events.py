"""`paragon events`: what open apps were told, for operators."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from backend.cli.operating import operate
from backend.cli.output import Json, out, show

if TYPE_CHECKING:
    from backend.kit.db import Database

app = typer.Typer(help="Members' events.", no_args_is_help=True)

_AGE = re.compile(r"([1-9][0-9]{0,4})([dh])", re.ASCII)


@app.callback()
def events() -> None:
    """Keep `prune` a command with a name, although it is the only one."""


@app.command()
def prune(
    older_than: Annotated[str, typer.Option(help="An age in days or hours, such as 30d or 12h.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many there are.")] = False,
    as_json: Json = False,
) -> None:
    """Delete events that are older; workers do it every day by PARAGON_EVENTS_KEEP_DAYS."""
    age = _age(older_than)
    count = operate(lambda database: _prune(database, age, dry_run=dry_run))
    show(
        {"events": count, "deleted": not dry_run},
        as_json=as_json,
        people=lambda: out.print(f"Events {'to delete' if dry_run else 'deleted'}: {count}."),
    )


async def _prune(database: "Database", age: timedelta, *, dry_run: bool) -> int:
    from backend.events import pruning
    from backend.kit.clock import utc_now

    count = pruning.prunable if dry_run else pruning.prune
    return await count(database, older_than=utc_now() - age)


def _age(text: str) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None:
        raise typer.BadParameter("write days or hours, such as 30d or 12h", param_hint="--older-than")
    number = int(match[1])
    return timedelta(days=number) if match[2] == "d" else timedelta(hours=number)
