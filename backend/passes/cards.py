"""What a pass shows: a card as those who issue cards describe it.

Passes know no table of cards. Whoever composes the product hands them `FindCards`; the answer is read anew for every
picture, pass and code, so a pass never shows a balance of its own.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.passes.errors import DigitalCardBlocked

_PRIMARY, _ACCENT = "#1f2937", "#f9fafb"


@dataclass(frozen=True, slots=True)
class Brand:
    """How the tenant looks. Colours are `#rrggbb`; `mark` is the words of its logo."""

    name: str
    mark: str
    primary_colour: str
    accent_colour: str


@dataclass(frozen=True, slots=True)
class DigitalCard:
    """A member's card. `serial` never changes and names its pass; an empty `holder` is a member without a name.

    `balance` is what can be spent, as text with its unit's decimals; `language` is the member's.
    """

    number: str
    serial: UUID
    member_id: UUID
    holder: str
    programme: str
    balance: str
    language: str
    brand: Brand
    is_blocked: bool = False


FindCards = Callable[[AsyncSession, UUID, UUID, datetime], Awaitable[Sequence[DigitalCard]]]
"""The cards of a member (session, tenant, member, now), blocked ones included."""


def brand_of(name: str, branding: Mapping[str, Any]) -> Brand:
    """The tenant's brand; what it did not choose is plain."""
    return Brand(
        name=name,
        mark=branding.get("logo_text") or name,
        primary_colour=branding.get("primary_colour") or _PRIMARY,
        accent_colour=branding.get("accent_colour") or _ACCENT,
    )


def usable(card: DigitalCard) -> DigitalCard:
    """The card itself. Raises DigitalCardBlocked."""
    if card.is_blocked:
        raise DigitalCardBlocked
    return card


def digest_of(card: DigitalCard | None) -> bytes:
    """Equal for cards that look alike on a pass; a card that is gone looks like no other."""
    return hashlib.sha256(b"" if card is None else msgspec.json.encode(astuple(card))).digest()
