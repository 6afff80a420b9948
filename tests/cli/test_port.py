"""A server does not start where another listens, nor on an address that is not this machine's."""

import socket
from collections.abc import Iterator

import pytest

from backend.cli.port import PortInUse, free_address
from tests.cli.conftest import Paragon


@pytest.fixture
def busy() -> Iterator[int]:
    """A port whose listener would share it, as our server does."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("command", [("serve",), ("playground", "serve")])
def test_no_server_starts_beside_another(installed: Paragon, busy: int, command: tuple[str, ...]) -> None:
    ran = installed(*command, "--port", str(busy))
    assert (ran.status, ran.out) == (1, "")
    assert f"Port {busy} of 127.0.0.1 is in use or cannot be listened on. (port-in-use)" in ran.err


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a..b", "x" * 300])
def test_no_playground_starts_on_a_host_that_is_not_ours(paragon: Paragon, host: str) -> None:
    ran = paragon("playground", "serve", "--host", host)
    assert (ran.status, "(port-in-use)" in ran.err, "Traceback" in ran.err) == (1, True, False)


def test_a_free_port_is_found_free_by_name_and_stays_so(busy: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert free_address("localhost", port) == free_address("localhost", port) == "127.0.0.1"
    with pytest.raises(PortInUse):
        free_address("localhost", busy)
