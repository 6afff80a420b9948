"""The digital card of a member: the number that their identity gives, and what they have in the tenant's programme.

A member has one such card from the first moment. Its number begins with 1900, which no payment network has, and ends
with a Luhn digit, so that a till may check it; the digits between are a hash, so that nobody guesses a neighbour's.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.money import format_units
from backend.ledger.queries import Wallet, balances
from backend.members.models import Member
from backend.members.queries import member
from backend.passes.cards import DigitalCard, brand_of
from backend.programmes.queries import programme, tenant

_PREFIX, _MIDDLE_DIGITS = "1900", 11
_NINE = 9


async def cards_of(session: AsyncSession, tenant_id: UUID, member_id: UUID, now: datetime) -> Sequence[DigitalCard]:
    """The member's cards. Raises MemberNotFound."""
    return [await card_of(session, tenant_id, await member(session, tenant_id, member_id), now=now)]


async def card_of(session: AsyncSession, tenant_id: UUID, holder: Member, *, now: datetime) -> DigitalCard:
    """The member's card, with what can be spent now."""
    own = await programme(session, tenant_id)
    owner = await tenant(session, tenant_id)
    wallets = await balances(session, tenant_id, holder.id, now=now)
    return DigitalCard(
        number=_number(holder.id),
        serial=holder.id,
        member_id=holder.id,
        holder=holder.name,
        programme=own.name,
        balance=format_units(wallets.get(own.id, Wallet()).available, own.points_decimals),
        language=holder.language,
        brand=brand_of(owner.name, owner.branding),
    )


def _number(member_id: UUID) -> str:
    hashed = int.from_bytes(hashlib.sha256(b"card-number\0" + member_id.bytes).digest())
    digits = f"{_PREFIX}{hashed % 10**_MIDDLE_DIGITS:0{_MIDDLE_DIGITS}}"
    return digits + _luhn(digits)


def _luhn(digits: str) -> str:
    """The digit that makes the number's Luhn sum a multiple of ten (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(digits)))
    return str(-sum(value - _NINE if value > _NINE else value for value in doubled) % 10)
