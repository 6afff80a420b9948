"""`paragon db`: bring the database up to date, and compare it with the code."""

from typing import Annotated

import typer

from backend.cli.output import Json, out, run, show

app = typer.Typer(help="The database's shape.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Migrate to the newest shape and reinstall functions, policies and grants."""
    from backend import postgres
    from backend.settings import Settings

    with postgres.database_urls(Settings()) as urls:
        run(postgres.check_server(urls.owner))
        run(postgres.upgrade(urls.owner))
    out.print("The database is up to date.")


@app.command()
def check(as_json: Json = False) -> None:
    """Say what differs between the database and the code; exit status 1 if anything does."""
    from backend import postgres
    from backend.settings import Settings

    with postgres.database_urls(Settings()) as urls:
        run(postgres.check_server(urls.owner))
        found = run(postgres.findings(urls.owner))

    def people() -> None:
        out.print(
            "\n".join(f"The database is not what the code expects: {finding}." for finding in found), markup=False
        )

    show({"findings": found}, as_json=as_json, people=people if found else lambda: out.print("The database is right."))
    raise typer.Exit(1 if found else 0)


@app.command()
def revise(message: Annotated[str, typer.Argument(help="What the migration does, in a few words.")]) -> None:
    """Write a new migration from the difference between the tables in code and in the database."""
    from backend.migrations import runner
    from backend.postgres import check_server, database_urls
    from backend.settings import Settings

    with database_urls(Settings()) as urls:
        run(check_server(urls.owner))
        path = run(runner.revise(urls.owner, message))
    out.print(f"Written: {path}. Read it, complete it, then run `paragon db upgrade`.", markup=False)
