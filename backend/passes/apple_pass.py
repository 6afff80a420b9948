"""Makes the `.pkpass` of a card: pass.json, pictures, a manifest of their hashes, and the signature over it.

The same card gives the same files; only the signature says when. The hashes are SHA-1 because the format is.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.kit.i18n import Text, translate
from backend.kit.sealing import keyed_hash
from backend.passes.apple_signer import AppleSigner
from backend.passes.cards import DigitalCard
from backend.passes.pictures import pictures

MEDIA_TYPE = "application/vnd.apple.pkpass"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_BRIGHT_ENOUGH = 128


@dataclass(frozen=True, slots=True)
class UpdateService:
    """Where a pass asks for its news, and the token by which it may."""

    url: str
    token: str


def pass_token(key: bytes, tenant_id: UUID, serial: UUID) -> str:
    """The pass's token for ever, 64 hexadecimal digits: made of the installation's key and kept nowhere."""
    return keyed_hash(key, "apple-pass", tenant_id.bytes + serial.bytes).hex()


def pkpass(card: DigitalCard, signer: AppleSigner, service: UpdateService | None) -> bytes:
    """The signed pass; without a service it is never renewed."""
    files = {"pass.json": _encoded(pass_json(card, signer, service)), **pictures(card.brand)}
    # The format's own hash; the signature over the manifest is SHA-256.
    manifest = _encoded({name: hashlib.sha1(content).hexdigest() for name, content in files.items()})  # noqa: S324
    files |= {"manifest.json": manifest, "signature": signer.sign(manifest)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def pass_json(card: DigitalCard, signer: AppleSigner, service: UpdateService | None) -> dict[str, Any]:
    """The pass's content; the static number is what its bar code shows, and so it earns only."""

    def word(msgid: Text) -> str:
        return translate(msgid, card.language)

    document: dict[str, Any] = {
        "formatVersion": 1,
        "passTypeIdentifier": signer.pass_type,
        "teamIdentifier": signer.team,
        "serialNumber": str(card.serial),
        "organizationName": card.brand.name,
        "description": f"{card.brand.name}: {card.programme}",
        "logoText": card.brand.mark,
        "backgroundColor": _rgb(card.brand.primary_colour),
        **dict.fromkeys(("foregroundColor", "labelColor"), _readable_on(card.brand.primary_colour)),
        "sharingProhibited": True,
        "voided": card.is_blocked,
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": card.number,
                "messageEncoding": "iso-8859-1",
                "altText": card.number,
            }
        ],
        "storeCard": {
            "headerFields": [
                {"key": "balance", "label": word(Text("Points")), "value": card.balance, "changeMessage": "%@"}
            ],
            "primaryFields": [{"key": "programme", "label": card.brand.name, "value": card.programme}],
            "secondaryFields": [{"key": "holder", "label": word(Text("Member")), "value": card.holder}]
            if card.holder
            else [],
        },
    }
    if service is not None:
        document |= {"webServiceURL": service.url, "authenticationToken": service.token}
    return document


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _rgb(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgb({red}, {green}, {blue})"


def _readable_on(colour: str) -> str:
    """Black or white, whichever stands out (luma of Rec. 601, in thousandths)."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    luma = (299 * red + 587 * green + 114 * blue) // 1000
    return "rgb(0, 0, 0)" if luma >= _BRIGHT_ENOUGH else "rgb(255, 255, 255)"
