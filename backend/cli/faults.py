"""`paragon playground set` and `state`: stage faults at a running playground, and see what is staged."""

from typing import Annotated, Any

import typer

from backend.cli.output import Json, fail, show, show_fields

At = Annotated[str, typer.Option(help="Address of a running playground.")]


def stage(
    *,
    at: At,
    down: Annotated[bool | None, typer.Option("--down/--up", help="503, asking to come back after a second.")] = None,
    unavailable: Annotated[bool | None, typer.Option(help="503; see --retry-after.")] = None,
    retry_after: Annotated[int | None, typer.Option(min=0, help="Seconds that --unavailable asks for.")] = None,
    bad_request: Annotated[bool | None, typer.Option(help="400 with an empty body.")] = None,
    items_later: Annotated[int | None, typer.Option(min=0, help="So many more answers come without items.")] = None,
    changed_layout: Annotated[bool | None, typer.Option(help="Answers that no reader knows.")] = None,
    wrong_numbers: Annotated[bool | None, typer.Option(help="Another total than the code says.")] = None,
    slow: Annotated[int | None, typer.Option(min=0, help="Milliseconds before every answer.")] = None,
    as_json: Json = False,
) -> None:
    """Stage faults, or end them with their --no form, --up or 0; those that are not named stay as they are."""
    wanted = {
        "down": down,
        "unavailable": unavailable,
        "retry_after_s": retry_after,
        "bad_request": bad_request,
        "items_later": items_later,
        "changed_layout": changed_layout,
        "wrong_numbers": wrong_numbers,
        "slow_ms": slow,
    }
    _show(_ask("PUT", at, {name: value for name, value in wanted.items() if value is not None}), as_json=as_json)


def state(at: At, as_json: Json = False) -> None:
    """Show the faults that are staged."""
    _show(_ask("GET", at, None), as_json=as_json)


def _show(staged: dict[str, Any], *, as_json: bool) -> None:
    show(staged, as_json=as_json, people=lambda: show_fields(staged))


def _ask(method: str, at: str, body: dict[str, Any] | None) -> dict[str, Any]:
    import httpx

    try:
        answer = httpx.request(method, f"{at.rstrip('/')}/playground/state", json=body, timeout=10)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        fail("playground-unavailable", f"no playground answers at {at}: {type(error).__name__}")
    if not answer.is_success:
        fail("playground-refuses", f"the playground refuses: {answer.text}")
    staged: dict[str, Any] = answer.json()
    return staged
