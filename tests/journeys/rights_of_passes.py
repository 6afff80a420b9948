"""The lines about digital cards and passes of the table of rights."""

from typing import Any

from tests.fixtures.passes import card_of
from tests.fixtures.world import World

_CARD, _APPLE = "/api/v1/cards/{number}", "/apple/{tenant}/v1"
_DEVICE = f"{_APPLE}/devices/{{device}}/registrations/{{pass_type}}"
_DRAWN = ("face", "barcode.svg", "barcode.png", "code")
_UNOFFERED = ("apple.pkpass", "google")


def lines(everybody: tuple[str, ...]) -> dict[tuple[str, str], dict[str, Any]]:
    """A device speaks for a pass by the pass's own token, which nobody of the table has."""
    return {
        **{("GET", f"{_CARD}/{what}"): {"callers": ("member",), "ok": 200} for what in _DRAWN},
        **{("GET", f"{_CARD}/{what}"): {"callers": ("member",), "ok": 404} for what in _UNOFFERED},
        **{(method, f"{_DEVICE}/{{serial}}"): {"callers": (), "ok": 401} for method in ("POST", "DELETE")},
        ("GET", _DEVICE): {"callers": everybody, "ok": 204},
        ("GET", f"{_APPLE}/passes/{{pass_type}}/{{serial}}"): {"callers": (), "ok": 401},
        ("POST", f"{_APPLE}/log"): {"callers": everybody, "ok": 200, "body": {"logs": []}},
    }


async def ids(world: World) -> dict[str, str]:
    """What the addresses name: the member's digital card, and a device that nobody has."""
    digital = (await card_of(world, world.mira)).number
    return {"digital": digital, "tenant": world.tenant_id.hex, "device": "none", "pass_type": "none", "serial": "none"}


def own_ids(path: str, ids: dict[str, str]) -> dict[str, str]:
    """What this address means by names that others have, too."""
    is_digital = path.startswith(f"{_CARD}/") and path.rpartition("/")[2] in {*_DRAWN, *_UNOFFERED}
    return {"number": ids["digital"]} if is_digital else {}
