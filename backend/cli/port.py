"""Whether a port can be listened on, asked of the kernel before the server binds it.

The server shares its port with its children (SO_REUSEPORT), so a second server would start beside the first and take
half of its requests: a plain socket is refused where any other listens. A server that was killed leaves its port a moment
later, when its child has noticed; that long is waited.
"""

import errno
import socket
import time
from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class PortInUse(ParagonError):
    """Another program listens there, or the address is not this machine's."""

    code: ClassVar[str] = "port-in-use"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "Port {port} of {host} is in use or cannot be listened on."


_PATIENCE_S = 3
_LOOK_EVERY_S = 0.1


def free_address(host: str, port: int) -> str:
    """The host's own numeric address, on which nobody listens at the port. Raises PortInUse."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return _address(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise PortInUse(host=host[:64], port=str(port)) from error
        except UnicodeError as error:
            raise PortInUse(host=host[:64], port=str(port)) from error
        time.sleep(_LOOK_EVERY_S)


def _address(host: str, port: int) -> str:
    """The address, bound for a moment: OSError where it cannot be."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # IPv4 first, as clients of `localhost` expect.
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    with socket.socket(family, kind, protocol) as probe:
        # What was served a moment ago and is only waiting for late packets is in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    return str(address[0])
