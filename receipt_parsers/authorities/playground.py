"""The playground: an authority of our own making, which signs receipts for demonstrations and tests.

It answers like the Serbian portal, at an address that the configuration names, where plain http and a port are fine. It
is never among the production authorities: whoever runs it can attest any purchase.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from receipt_parsers.authority import Authority
from receipt_parsers.taxcore.link import Base
from receipt_parsers.taxcore.system import TaxCore


def playground_authority(base_url: str) -> Authority:
    """Bind the playground that answers at this address. ValueError when it is no http or https address."""
    return TaxCore(
        code="xx.playground",
        base=Base.of(base_url),
        currency="RSD",
        zone=ZoneInfo("Europe/Belgrade"),
        since=datetime(2021, 11, 1, tzinfo=UTC),
    )
