"""An installation without certificates offers the card itself, and says that it offers no wallet."""

from tests.fixtures.passes import card_of
from tests.fixtures.world import World


async def test_an_installation_without_certificates_says_so(world: World) -> None:
    number = (await card_of(world, world.mira)).number
    for what in ("apple.pkpass", "google"):
        answer = await world.mira.api.get(f"/cards/{number}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "wallet-not-offered")
    assert (await world.mira.api.get(f"/cards/{number}/face")).json()["wallets"] == []
