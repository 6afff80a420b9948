"""What an installation offers beside the bar code itself, made of its settings once."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.passes.apple_pass import UpdateService, pass_token
from backend.passes.apple_signer import AppleSigner
from backend.passes.cards import DigitalCard, FindCards
from backend.passes.errors import DigitalCardNotFound, WalletNotOffered
from backend.passes.google_account import GoogleAccount


class Wallets:
    """The wallets that there are, and how cards are found; `apple_url` is where passes ask for their news."""

    def __init__(
        self, cards: FindCards, *, apple: AppleSigner | None, apple_url: str | None, google: GoogleAccount | None
    ) -> None:
        self.cards = cards
        self.apple = apple
        self.google = google
        self._apple_url = apple_url

    async def card(
        self, session: AsyncSession, tenant_id: UUID, member_id: UUID, number: str, *, now: datetime
    ) -> DigitalCard:
        """The member's card of that number. Raises DigitalCardNotFound, for another member's card, too."""
        for card in await self.cards(session, tenant_id, member_id, now):
            if card.number == number:
                return card
        raise DigitalCardNotFound

    def apple_signer(self) -> AppleSigner:
        """Who signs passes. Raises WalletNotOffered."""
        if self.apple is None:
            raise WalletNotOffered
        return self.apple

    def google_account(self) -> GoogleAccount:
        """Who signs links. Raises WalletNotOffered."""
        if self.google is None:
            raise WalletNotOffered
        return self.google

    def service_of(self, key: bytes, tenant_id: UUID, slug: str, serial: UUID) -> UpdateService | None:
        """Where this pass asks for its news; the tenant stands in the address, for devices ask by their id alone."""
        if self._apple_url is None:
            return None
        return UpdateService(f"{self._apple_url.rstrip('/')}/{slug}", pass_token(key, tenant_id, serial))
