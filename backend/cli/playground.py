"""`paragon playground`: a tax authority of our own making, for demonstrations and tests."""

import os
from decimal import Decimal
from typing import Annotated, Any

import typer

from backend.cli.faults import stage, state
from backend.cli.output import Json, fail, out, show
from backend.cli.serve import HOST, Host, Port

PLAYGROUND_PORT = 8001

app = typer.Typer(help="The playground authority: its receipts are invented.", no_args_is_help=True)
app.command(name="set")(stage)
app.command()(state)


@app.command()
def serve(host: Host = HOST, port: Port = PLAYGROUND_PORT) -> None:
    """Serve the playground; set PARAGON_PLAYGROUND_URL to its address for the installation that takes its receipts."""
    from granian import Granian
    from granian.constants import Interfaces

    from backend.cli.port import free_address
    from receipt_parsers.playground.app import URL_VARIABLE

    address = free_address(host, port)
    os.environ[URL_VARIABLE] = f"http://{host}:{port}"
    out.print(f"Playground authority at http://{host}:{port}", markup=False)
    out.file.flush()  # else the child would print it once more
    target = "receipt_parsers.playground.app:create_from_environment"
    Granian(target, factory=True, interface=Interfaces.ASGI, address=address, port=port).serve()


@app.command()
def issue(
    at: Annotated[str, typer.Option(help="Address of a running playground.")],
    total: Annotated[str | None, typer.Option(help="What the slip shall come to, such as 1250.00.")] = None,
    refund_of: Annotated[str | None, typer.Option(help="Number of the slip to refund.")] = None,
    kind: Annotated[str | None, typer.Option(help="sale, refund, copy, training, proforma or advance.")] = None,
    as_json: Json = False,
) -> None:
    """Have a running playground issue a slip: its code, its picture (PNG, base64), its number and total."""
    import httpx

    order: dict[str, Any] = {"total_minor": _minor(total), "refund_of": refund_of, "kind": kind}
    wanted = {name: value for name, value in order.items() if value is not None}
    try:
        answer = httpx.post(f"{at.rstrip('/')}/playground/issue", json=wanted, timeout=10)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        fail("playground-unavailable", f"no playground answers at {at}: {type(error).__name__}")
    if not answer.is_success:
        fail("playground-refuses", f"the playground refuses: {answer.text}")
    slip = answer.json()
    show(slip, as_json=as_json, people=lambda: out.print(f"{slip['fiscal_id']}  {slip['total']}\n{slip['payload']}"))


def _minor(total: str | None) -> int | None:
    if total is None:
        return None
    try:
        amount = Decimal(total) * 100
    except ArithmeticError as error:
        raise typer.BadParameter("write an amount such as 1250.00", param_hint="--total") from error
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise typer.BadParameter("an amount has at most two decimals", param_hint="--total")
    return int(amount)
