"""`paragon demo`: the whole product on this machine, playing its story."""

from typing import Annotated

import typer

from backend.cli.output import Json


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the story; exit status 0 if every step held.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Start API, worker and playground on loopback with a seeded tenant, play the story, and keep serving."""
    import signal

    from backend.demo.play import play

    # Told to stop in either way, it stops what it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    raise typer.Exit(play(once=once, as_json=as_json))
