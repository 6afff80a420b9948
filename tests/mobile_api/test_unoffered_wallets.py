"""An installation without certificates offers the card itself, and says that it offers no wallet."""

from backend.ledger.digital_card import cards_of
from tests.fixtures.world import World


async def test_an_installation_without_certificates_says_so(world: World) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        (card,) = await cards_of(session, world.tenant_id, world.mira.id)
    for what in ("apple.pkpass", "google"):
        answer = await world.mira.api.get(f"/cards/{card.number}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "wallet-not-offered")
    assert (await world.mira.api.get(f"/cards/{card.number}/face")).json()["wallets"] == []
