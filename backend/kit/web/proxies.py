"""Whose word about the client counts: that of the proxies that the operator named, and of nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, ClassVar

from backend.kit.errors import ErrorKind, ParagonError

Scope = dict[str, Any]
_Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address
_IPV6_NETWORK_BITS = 64


class ProxyMalformed(ParagonError):
    """A trusted proxy is no network."""

    code: ClassVar[str] = "proxy-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "{proxy} is no network address. Write it as in 10.0.0.0/8."


@dataclass(frozen=True, slots=True)
class Proxies:
    """The trusted networks; none means that every client speaks for itself."""

    networks: tuple[_Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Proxies":
        """Networks parted by commas. Raises ProxyMalformed."""
        networks = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            try:
                networks.append(ip_network(part))
            except ValueError as error:
                raise ProxyMalformed(proxy=part[:64]) from error
        return cls(tuple(networks))

    def trusts(self, host: str | None) -> bool:
        """Whether the address is one of theirs."""
        address = _address(host)
        return address is not None and any(address in network for network in self.networks)

    def unwrap(self, scope: Scope) -> None:
        """Put the real client and scheme into the scope of a request that a trusted proxy passed on.

        The client is the last forwarded address that is no trusted proxy: what stands before it, anybody can write.
        """
        host, port = scope.get("client") or (None, 0)
        if not self.trusts(host):
            return
        headers = [(name, value.decode("latin-1")) for name, value in scope["headers"]]
        scheme = [value for name, value in headers if name == b"x-forwarded-proto"]
        scope["scheme"] = "https" if scheme and scheme[-1].strip().lower() == "https" else "http"
        forwarded = ",".join(value for name, value in headers if name == b"x-forwarded-for").split(",")
        for hop in reversed(forwarded):
            address = _address(hop.strip())
            if address is None:
                break
            scope["client"] = (str(address), port)
            if not self.trusts(str(address)):
                break


def client_of(scope: Mapping[str, Any]) -> str:
    """What counts as one client of an unwrapped request: an IPv4 address, or the /64 that an IPv6 subscriber has."""
    host, _ = scope.get("client") or (None, 0)
    address = _address(host)
    if not isinstance(address, IPv6Address):
        return host or ""
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _IPV6_NETWORK_BITS), strict=False))


def is_loopback(host: str | None) -> bool:
    """Whether the address, or the name `localhost`, is this machine's own."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(text: str | None) -> _Address | None:
    try:
        return ip_address(text or "")
    except ValueError:
        return None
