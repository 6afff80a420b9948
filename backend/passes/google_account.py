"""Links by which a card is saved to Google's wallet: a JWT that the issuer's service account signed.

The link holds the whole object, so that nothing is asked of Google before somebody presses it. Its class, the
programme's look, exists there already (`paragon passes google-class`).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from backend.kit.i18n import Text, translate
from backend.passes.cards import DigitalCard
from backend.passes.errors import PassCertificateRefused

SAVE = "https://pay.google.com/gp/v/save/"
LINK_LENGTH_MAX = 1800
"""What browsers and messengers are known to pass on."""
_SHORT_NAME = 24


@dataclass(frozen=True, slots=True)
class GoogleAccount:
    """The issuer's number at Google and the service account that speaks for it."""

    issuer: str
    email: str
    key: rsa.RSAPrivateKey
    token_url: str

    def class_id(self, slug: str) -> str:
        """The name of the tenant's class."""
        return f"{self.issuer}.{slug}"

    def object_id(self, card: DigitalCard) -> str:
        """The name of the card's object."""
        return f"{self.issuer}.{card.serial}"

    def signed(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT of the account."""
        return jwt.encode({"iss": self.email, **claims}, self.key, algorithm="RS256")


def load_account(issuer: str, path: Path) -> GoogleAccount:
    """The account of a service account's JSON file. Raises PassCertificateRefused."""
    try:
        document = json.loads(path.read_bytes())
        key = load_pem_private_key(document["private_key"].encode(), None)
        email, token_url = str(document["client_email"]), str(document["token_uri"])
    except OSError as error:
        raise PassCertificateRefused(reason=f"{path.name} cannot be read") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PassCertificateRefused(reason=f"{path.name} is no service account's JSON file") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise PassCertificateRefused(reason=f"the key in {path.name} is no RSA key")
    return GoogleAccount(issuer, email, key, token_url)


def save_link(card: DigitalCard, account: GoogleAccount, *, slug: str, now: datetime) -> str:
    """Where the member saves the card; shorter than 1800 characters, if need be without the holder's whole name."""
    for holder in (card.holder, card.holder[:_SHORT_NAME], ""):
        claims = {
            "aud": "google",
            "typ": "savetowallet",
            "iat": int(now.timestamp()),
            "origins": [],
            "payload": {"loyaltyObjects": [loyalty_object(card, account, slug=slug, holder=holder)]},
        }
        link = SAVE + account.signed(claims)
        if len(link) < LINK_LENGTH_MAX:
            return link
    raise AssertionError("a card without a name fits into a link")


def loyalty_object(card: DigitalCard, account: GoogleAccount, *, slug: str, holder: str) -> dict[str, Any]:
    """The card as Google keeps it. The same whether it is saved or renewed."""
    return {
        "id": account.object_id(card),
        "classId": account.class_id(slug),
        "state": "INACTIVE" if card.is_blocked else "ACTIVE",
        "accountId": card.number,
        **({"accountName": holder} if holder else {}),
        "barcode": {"type": "QR_CODE", "value": card.number, "alternateText": card.number},
        "loyaltyPoints": {
            "label": translate(Text("Points"), card.language),
            "balance": {"string": card.balance},
        },
    }
