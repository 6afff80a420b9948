"""The lines about cards of the table of rights, and bodies with which staff change something about them."""

from typing import Any

FOREIGN = "owner of another tenant"
_STAFF = "/api/v1/staff"
_CARDS = f"{_STAFF}/cards"
_MANAGING = ("owner", "brand_manager", FOREIGN)
_SERVING = ("owner", "brand_manager", "support_agent", FOREIGN)
_READING = (*_SERVING, "auditor")
_NOTHING: dict[str, object] = {}
LINES: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/api/v1/cards"): {"callers": ("member",), "ok": 200},
    ("POST", "/api/v1/cards/{number}/lost"): {"callers": ("member",), "ok": 404},
    ("POST", "/api/v1/cards/{number}/block"): {"callers": ("member",), "ok": 404},
    ("POST", "/api/v1/cards/{number}/unblock"): {"callers": ("member",), "ok": 404},
    ("POST", f"{_STAFF}/identify"): {"callers": _SERVING, "ok": 400, "body": _NOTHING},
    ("GET", f"{_CARDS}/identifications"): {"callers": _READING, "ok": 200},
    ("GET", _CARDS): {"callers": _READING, "ok": 400},
    ("POST", _CARDS): {"callers": _SERVING, "ok": 400, "body": _NOTHING},
    ("GET", f"{_CARDS}/{{number}}"): {"callers": _READING, "ok": 200, "foreign": 404},
    ("POST", f"{_CARDS}/{{number}}/bind"): {"callers": _SERVING, "ok": 400, "body": _NOTHING},
    ("POST", f"{_CARDS}/{{number}}/media"): {"callers": _SERVING, "ok": 400, "body": _NOTHING},
    ("POST", f"{_CARDS}/{{number}}/block"): {"callers": _SERVING, "ok": 400, "body": _NOTHING},
    ("POST", f"{_CARDS}/{{number}}/reissue"): {"callers": _SERVING, "ok": 409, "foreign": 404, "body": _NOTHING},
    ("GET", f"{_CARDS}/issuers"): {"callers": _READING, "ok": 200},
    ("POST", f"{_CARDS}/issuers"): {"callers": _MANAGING, "ok": 400, "body": _NOTHING},
    ("GET", f"{_CARDS}/batches"): {"callers": _READING, "ok": 200},
    ("POST", f"{_CARDS}/batches"): {"callers": _MANAGING, "ok": 400, "body": _NOTHING},
    ("GET", f"{_CARDS}/batches/{{batch_id}}/print-file"): {"callers": _MANAGING, "ok": 200, "foreign": 404},
    ("GET", f"{_CARDS}/runs"): {"callers": _READING, "ok": 200},
    ("POST", f"{_CARDS}/runs"): {"callers": _MANAGING, "ok": 409},
    ("GET", f"{_CARDS}/runs/{{run_id}}/print-file"): {"callers": _MANAGING, "ok": 200, "foreign": 404},
    ("GET", f"{_CARDS}/runs/{{run_id}}/addresses"): {"callers": _MANAGING, "ok": 200, "foreign": 404},
    ("GET", f"{_CARDS}/runs/{{run_id}}/letters"): {"callers": _MANAGING, "ok": 200, "foreign": 404},
}


def bodies(member_id: str) -> dict[str, object]:
    """What each address is sent when somebody changes something for the member."""
    post = {"street": "Balkanska 12", "postal_code": "11000", "city": "Beograd"}
    return {
        "issueCard": {"member": member_id, "printed": {"post": post}},
        "bindCard": {"member": member_id},
        "attachMedium": {"kind": "rf", "value": "04A2B91C55"},
        "blockCard": {"reason": "lost"},
        "reissueCard": {},
        "registerIssuer": {"prefix": "1800"},
        "makeCardBatch": {"count": 1},
    }
