"""The member's app is the card: a number and a bar code that the till scans, the balance, the owner's look, and passes."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import zxingcpp

from backend.kit.clock import utc_now
from backend.ledger.digital_card import _number
from backend.passes.google_account import SAVE
from backend.passes.rotating import Shown, Till, till_key
from tests.fixtures.passes import SERVICE_URL, OwnCa, Wallets, files_of, flaws_of, pass_of
from tests.fixtures.world import KEY

_BRAND = """
    update tenant set branding = '{"primary_colour": "#1f5c99", "accent_colour": "#f2b705", "logo_text": "Lipa"}'
    where id = :tenant returning id
"""


async def test_inf_02_inf_03_lty_35_the_card_has_the_wallets_balance_and_a_number_that_scans(wallets: Wallets) -> None:
    mira = wallets.world.mira
    card = await wallets.card(mira)
    await wallets.earn(mira, 127, "a")
    api = wallets.api(mira)
    face = (await api.get(f"/cards/{card.number}/face")).json()
    assert (face["number"], face["balance"], face["wallets"]) == (card.number, "127", ["apple", "google"])
    assert face["balance"] == (await api.get("/wallet")).json()["available"]
    for symbology in ("qr", "code128", "pdf417"):
        drawn = await api.get(f"/cards/{card.number}/barcode.png", params={"symbology": symbology})
        assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
        pixels = cv2.imdecode(np.frombuffer(drawn.content, np.uint8), cv2.IMREAD_GRAYSCALE)
        (read,) = zxingcpp.read_barcodes(pixels)
        assert read.text == card.number
        paths = await api.get(f"/cards/{card.number}/barcode.svg", params={"symbology": symbology})
        assert paths.headers["content-type"] == "image/svg+xml"
        assert "<svg" in paths.text


def test_a_number_ends_with_its_luhn_digit_and_tells_nothing_of_its_neighbour() -> None:
    numbers = [_number(UUID(int=number)) for number in range(200)]
    for number in numbers:
        assert (len(number), number[:4], number.isdecimal()) == (16, "1900", True)
        doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(number)]
        assert sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0
    assert len(set(numbers)) == 200
    assert numbers != sorted(numbers)


async def test_lty_53_inf_48_the_card_wears_the_owners_look(wallets: Wallets) -> None:
    await wallets.world.rows(_BRAND)
    card = await wallets.card(wallets.world.mira)
    face = (await wallets.api(wallets.world.mira).get(f"/cards/{card.number}/face")).json()
    assert face["brand"] == {
        "name": card.brand.name,
        "logo_text": "Lipa",
        "primary_colour": "#1f5c99",
        "accent_colour": "#f2b705",
    }
    assert (await wallets.issued(wallets.world.mira))["backgroundColor"] == "rgb(31, 92, 153)"


async def test_a_card_of_another_member_or_of_nobody_is_not_there(wallets: Wallets) -> None:
    petars = (await wallets.card(wallets.world.petar)).number
    for number in (petars, "1900000000000000", "x", "%00"):
        for what in ("face", "barcode.svg", "barcode.png", "code", "apple.pkpass", "google"):
            answer = await wallets.api(wallets.world.mira).get(f"/cards/{number}/{what}")
            assert (answer.status_code, answer.json()["code"]) == (404, "digital-card-not-found")
            assert petars not in answer.text


async def test_a_bar_code_that_cannot_hold_the_number_is_refused(wallets: Wallets) -> None:
    card = await wallets.card(wallets.world.mira)
    for symbology, status, code in (("ean13", 422, "barcode-refused"), ("aztec", 400, "malformed-request")):
        answer = await wallets.api(wallets.world.mira).get(f"/cards/{card.number}/barcode.svg?symbology={symbology}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_inf_02_the_code_on_the_screen_spends_at_a_till_without_a_network(wallets: Wallets) -> None:
    mira = wallets.world.mira
    card = await wallets.card(mira)
    answer = (await wallets.api(mira).get(f"/cards/{card.number}/code")).json()
    till, begun_at = Till(till_key(KEY.encode(), wallets.world.tenant_id)), datetime.fromisoformat(answer["valid_from"])
    assert begun_at <= utc_now() + timedelta(seconds=1)
    assert datetime.fromisoformat(answer["valid_to"]) - begun_at == timedelta(seconds=30)
    assert till.read(answer["code"], begun_at) == Shown(card.number, int(answer["code"][16:24]))
    assert "<svg" in answer["qr_svg"]


async def test_inf_02_the_pass_of_the_address_is_good_and_its_token_never_changes(
    wallets: Wallets, own_ca: OwnCa, tmp_path: Path
) -> None:
    mira = wallets.world.mira
    card = await wallets.card(mira)
    answer = await wallets.api(mira).get(f"/cards/{card.number}/apple.pkpass")
    assert answer.headers["content-type"] == "application/vnd.apple.pkpass"
    assert answer.headers["content-disposition"] == 'attachment; filename="card.pkpass"'
    assert flaws_of(files_of(answer.content), own_ca.root_pem, tmp_path) == []
    document = pass_of(answer.content)
    assert document["webServiceURL"] == f"{SERVICE_URL}/{wallets.slug}"
    assert len(document["authenticationToken"]) >= 16
    assert (await wallets.issued(mira))["authenticationToken"] == document["authenticationToken"]
    assert (await wallets.issued(wallets.world.petar))["authenticationToken"] != document["authenticationToken"]
    kept = str(await wallets.world.rows("select p::text from wallet_pass p where tenant_id = :tenant"))
    assert document["authenticationToken"] not in kept


async def test_inf_02_google_gets_a_link(wallets: Wallets) -> None:
    card = await wallets.card(wallets.world.mira)
    answer = await wallets.api(wallets.world.mira).get(f"/cards/{card.number}/google")
    assert answer.json()["url"].startswith(SAVE)
