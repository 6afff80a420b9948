"""The authorities in force, by their stable codes, and the question which of them a text belongs to.

Production authorities are listed here by name. Nothing is discovered, so nothing is trusted by accident.
"""

from collections.abc import Iterable

from receipt_parsers.authorities.playground import playground_authority
from receipt_parsers.authorities.rs_suf import RS_SUF
from receipt_parsers.authority import Authority
from receipt_parsers.errors import UnrecognisedCode
from receipt_parsers.model import FiscalCode

PRODUCTION: tuple[Authority, ...] = (RS_SUF,)


class Registry:
    """A set of authorities with different codes; a text belongs to the first that it is addressed to."""

    def __init__(self, authorities: Iterable[Authority]) -> None:
        self._authorities = {authority.code: authority for authority in authorities}

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes, in the order of asking."""
        return tuple(self._authorities)

    def get(self, code: str) -> Authority:
        """Give the authority with this stable code. KeyError when it is not in force."""
        return self._authorities[code]

    def addressed(self, text: str) -> bool:
        """Whether the text is some authority's by host and form, whatever its checksum says."""
        return any(authority.addressed(text) for authority in self._authorities.values())

    def recognise(self, text: str) -> FiscalCode:
        """Decode the text offline.

        Raises DamagedCode when it is an authority's but does not hold, UnrecognisedCode when it is nobody's.
        """
        for authority in self._authorities.values():
            code = authority.recognise(text)
            if code is not None:
                return code
        raise UnrecognisedCode("the text is no receipt code of a known authority")


def registry(playground_url: str | None = None) -> Registry:
    """Give the production authorities, and the playground where an address for it is configured."""
    if playground_url is None:
        return Registry(PRODUCTION)
    return Registry((*PRODUCTION, playground_authority(playground_url)))
