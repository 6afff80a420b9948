"""`paragon serve` and `paragon worker`: the processes that do the product's work."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from backend.cli.output import out, run
from backend.kit.errors import ErrorKind, ParagonError

if TYPE_CHECKING:
    from backend.settings import Settings

HOST = "127.0.0.1"
PORT = 8000

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]
Pem = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A PEM file, for HTTPS.")]
BehindProxy = Annotated[
    list[str] | None,
    typer.Option(help="The network of a proxy that ends TLS, as in 10.0.0.0/8; may be given several times."),
]


class ListenRefused(ParagonError):
    """Members' tokens would cross a network in the clear, or the options contradict each other."""

    code: ClassVar[str] = "listen-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The server does not start: {reason}"


def serve(
    host: Host = HOST,
    port: Port = PORT,
    worker: Annotated[bool, typer.Option("--worker", help="Run jobs in this process, too.")] = False,
    tls_cert: Pem = None,
    tls_key: Pem = None,
    behind_proxy: BehindProxy = None,
) -> None:
    """Serve the API, its description and health in one process; beyond this machine only with TLS or a proxy."""
    from backend.app import SERVE_WORKER
    from backend.cli.http_server import serve_http
    from backend.cli.port import free_address
    from backend.kit.log import configure
    from backend.kit.web.proxies import Proxies
    from backend.ledger.digital_card import cards_of
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    if behind_proxy:
        os.environ["PARAGON_TRUSTED_PROXIES"] = ",".join(behind_proxy)
    settings = Settings()
    proxies = Proxies.parse(settings.trusted_proxies)
    check_transport(host, tls_cert, tls_key, is_behind_proxy=bool(proxies.networks))
    settings.wallets(cards_of)  # what is wrong with them is told here, not by each process that serves
    configure()
    with database_urls(settings) as urls:
        run(make_ready(urls))
        os.environ[SERVE_WORKER] = "1" if worker else "0"
        address = free_address(host, port)
        at = f"{'https' if tls_cert else 'http'}://{host}:{port}/api/v1"
        out.print(f"API {at}, described at {at}/docs", markup=False)
        out.file.flush()  # else the child would print it once more
        serve_http(address, port, certificate=tls_cert, key=tls_key)


def check_transport(host: str, certificate: Path | None, key: Path | None, *, is_behind_proxy: bool) -> None:
    """Refuse to serve plain HTTP to a network. Raises ListenRefused."""
    from backend.kit.web.proxies import is_loopback

    if (certificate is None) != (key is None):
        raise ListenRefused(reason="A certificate and its key belong together: give both --tls-cert and --tls-key.")
    if certificate is None and not is_behind_proxy and not is_loopback(host):
        raise ListenRefused(
            reason=f"Plain HTTP is served on this machine only, not on {host[:64]}: "
            "give --tls-cert and --tls-key, or --behind-proxy with the network of the proxy that ends TLS."
        )


def worker(
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Serve /metrics on this port of this machine.", show_default=False),
    ] = None,
) -> None:
    """Run jobs until told to stop; those at work are finished first."""
    from backend.cli.port import free_address
    from backend.kit.log import configure
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    configure()
    settings = Settings()
    with database_urls(settings, keep_up=True) as urls:
        run(make_ready(urls))
        if metrics_port is not None:
            free_address(HOST, metrics_port)
            out.print(f"Measurements at http://{HOST}:{metrics_port}/metrics", markup=False)
        out.print("Working. Stop with Ctrl-C.")
        out.file.flush()  # whoever waits for a worker reads it in a file
        run(_work(urls.app, settings, metrics_port))


async def _work(url: str, settings: "Settings", metrics_port: int | None) -> None:
    import asyncio
    import contextlib
    import signal

    from backend.cli.metrics_server import serving_metrics
    from backend.kit.heap import hold_what_stands
    from backend.worker.process import open_worker

    async with open_worker(url, settings) as opened, contextlib.AsyncExitStack() as beside:
        if metrics_port is not None:
            await beside.enter_async_context(serving_metrics(opened.database, settings, HOST, metrics_port))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, opened.stop)
        hold_what_stands()
        await opened.run()
