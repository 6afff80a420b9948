"""`paragon serve` and `paragon worker`: the processes that do the product's work."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from backend.cli.output import out, run

if TYPE_CHECKING:
    from backend.settings import Settings

HOST = "127.0.0.1"
PORT = 8000

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def serve(
    host: Host = HOST,
    port: Port = PORT,
    worker: Annotated[bool, typer.Option("--worker", help="Run jobs in this process, too.")] = False,
) -> None:
    """Serve the API, its description and health in one process."""
    from backend.app import SERVE_WORKER
    from backend.cli.http_server import serve_http
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    with database_urls(Settings()) as urls:
        run(make_ready(urls))
        os.environ[SERVE_WORKER] = "1" if worker else "0"
        out.print(f"API http://{host}:{port}/api/v1, described at http://{host}:{port}/api/v1/docs", markup=False)
        out.file.flush()  # else the child would print it once more
        serve_http(host, port)


def worker() -> None:
    """Run jobs until told to stop; those at work are finished first."""
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    settings = Settings()
    with database_urls(settings, keep_up=True) as urls:
        run(make_ready(urls))
        out.print("Working. Stop with Ctrl-C.")
        run(_work(urls.app, settings))


async def _work(url: str, settings: "Settings") -> None:
    import asyncio
    import signal

    from backend.kit.logs import log_to_standard_error
    from backend.worker.process import open_worker

    log_to_standard_error()
    async with open_worker(url, settings) as opened:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, opened.stop)
        await opened.run()
