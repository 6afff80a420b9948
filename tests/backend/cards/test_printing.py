"""Cards gather until a run is made of them; its files hold what printer and post need, and nothing that runs as a formula."""

import asyncio
import csv
import io
from collections.abc import Callable

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from backend.cards.errors import CardNameMalformed, CardRunEmpty, CardRunNotFound
from backend.cards.letters import letters
from backend.cards.models import CardRun
from backend.cards.numbers import random_number, shown
from backend.cards.presented import read_presented
from backend.cards.print_files import card_line, card_lines, emboss, letter_lines
from backend.cards.runs import Post, Printed, Wish, count_waiting, make_run, printed, runs
from backend.cards.service import issue
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from tests.fixtures.campaigns import actor
from tests.fixtures.cards import HOME, blocked, issued, issuer
from tests.fixtures.world import KEY, World

NUMBER = "1900000000000001"
SHOE = Post("Улица краља Петра 3", "34000", "Крагујевац", "Србија")


async def standing(world: World) -> tuple[int, list[tuple[int, str]]]:
    """How many wait, and the runs with their sizes and causes, the newest first."""
    async with world.database.transaction(world.tenant_id) as session:
        made = [(run.cards, run.cause) for run in await runs(session, world.tenant_id)]
        return await count_waiting(session, world.tenant_id), made


async def sent_off(world: World) -> CardRun:
    async with world.database.transaction(world.tenant_id) as session:
        return await make_run(session, actor(world), now=utc_now())


async def cards_of_run(world: World, run: CardRun) -> list[Printed]:
    async with world.database.transaction(world.tenant_id) as session:
        return await printed(session, world.tenant_id, run.id, key=KEY.encode())


def cells(lines: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(lines), delimiter=";"))


async def test_mt_22_199_cards_wait_and_the_200th_makes_a_run_of_them(world: World) -> None:
    await issuer(world)
    wish, own, now = Wish(None, HOME), actor(world), utc_now()
    async with world.database.transaction(world.tenant_id) as session:
        for _ in range(199):
            await issue(session, own, world.mira.id, wish=wish, key=KEY.encode(), now=now)
    assert await standing(world) == (199, [])
    await issued(world, world.petar.id, post=HOME)
    assert await standing(world) == (0, [(200, "enough")])


async def test_mt_22_a_tenant_chooses_when_enough_have_gathered_and_64_at_once_are_in_one_run_each(
    world: World,
) -> None:
    await issuer(world)
    await world.rows("""update tenant set settings = '{"card_run_min": 20}' where id = :tenant returning id""")
    await asyncio.gather(*(issued(world, world.mira.id, post=HOME) for _ in range(64)))
    assert await standing(world) == (4, [(20, "enough")] * 3)
    rows = await world.rows("select run_id, count(*) from card_order where tenant_id = :tenant group by run_id")
    assert sorted(row.count for row in rows) == [4, 20, 20, 20]


async def test_mt_22_staff_send_off_what_waits_and_a_lost_card_is_not_printed(world: World) -> None:
    await issuer(world)
    with pytest.raises(CardRunEmpty):
        await sent_off(world)
    lost = await issued(world, world.mira.id, post=HOME)
    await blocked(world, lost.number)
    with pytest.raises(CardRunEmpty):
        await sent_off(world)
    kept = [await issued(world, world.mira.id, name="Mira Petrović", post=HOME) for _ in range(3)]
    run = await sent_off(world)
    await blocked(world, kept[0].number)
    assert (run.cards, run.cause) == (3, "staff")
    assert [card.number for card in await cards_of_run(world, run)] == sorted(card.number for card in kept[1:])
    async with world.database.transaction(world.tenant_id) as session:
        with pytest.raises(CardRunNotFound):
            await printed(session, world.tenant_id, new_id(), key=KEY.encode())


async def test_mt_16_the_name_on_a_card_is_the_members_in_capitals_unless_another_is_given(world: World) -> None:
    await issuer(world)
    await issued(world, world.mira.id, post=HOME)
    await issued(world, world.petar.id, name=" Петар  Ђорђевић ", post=SHOE)
    cards = {card.name: card for card in await cards_of_run(world, await sent_off(world))}
    assert set(cards) == {"MEMBER 0", "ПЕТАР ЂОРЂЕВИЋ"}
    assert cards["ПЕТАР ЂОРЂЕВИЋ"].post == SHOE
    for name in (" ", "x" * 27, "a\x00b"):
        with pytest.raises(CardNameMalformed):
            await issued(world, world.mira.id, name=name, post=HOME)
    (row,) = await world.rows("select post_sealed from card_order where tenant_id = :tenant and name like 'П%'")
    assert "Петра".encode() not in bytes(row.post_sealed)


def test_mt_16_a_card_of_the_print_file_has_number_name_track_and_bar_code() -> None:
    card = Printed(NUMBER, "IME PREZIME", "sr-Latn", HOME)
    assert cells(card_lines([card])) == [
        ["number", "name", "track", "barcode"],
        ["1900-0000-0000-0001", "IME PREZIME", f";{NUMBER}=?", NUMBER],
    ]
    assert card_line(NUMBER, "IME PREZIME").startswith("1900-0000-0000-0001;IME PREZIME;")
    assert cells(card_lines([Printed(NUMBER, "ЂОРЂЕ ČVOROVIĆ", "en", HOME)], embossed=True))[1][4] == "DJORDJE CVOROVIC"


def test_mt_16_an_embosser_gets_letters_that_it_has() -> None:
    assert [emboss(name) for name in ("ĐURĐA ŽIVIĆ-ŠKORO", "ЉИЉА ЏАЏИЋ", "O'BRIEN 2")] == [
        "DJURDJA ZIVIC-SKORO",
        "LJILJA DZADZIC",
        "O'BRIEN 2",
    ]


@settings(max_examples=60)
@given(
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=26),
    prefix=st.from_regex(r"[1-9][0-9]{3,7}", fullmatch=True),
)
def test_mt_16_whatever_a_name_is_the_file_has_one_row_and_no_formula(name: str, prefix: str) -> None:
    number = random_number(prefix)
    (_, row) = cells(card_lines([Printed(number, name, "en", HOME)]))
    assert row[0] == shown(number)
    assert not row[1].startswith(("=", "+", "-", "@", "\t"))
    assert read_presented(row[2]).number == read_presented(row[3]).number == number


def test_mt_23_the_file_to_merge_letters_from_has_the_address_and_guards_it() -> None:
    post = Post("=cmd|' /C calc'!A0", "11000", "Beograd")
    assert cells(letter_lines([Printed(NUMBER, "MIRA", "hr", post)])) == [
        ["number", "name", "street", "postal_code", "city", "country", "language"],
        ["1900-0000-0000-0001", "MIRA", "'=cmd|' /C calc'!A0", "11000", "Beograd", "", "hr"],
    ]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[Printed], list[str]]:
    """The lines of text on a card's letter."""

    def lines(card: Printed) -> list[str]:
        found: list[str] = []
        original = Canvas.drawString

        def noted(canvas: Canvas, x: float, y: float, text: str) -> None:
            found.append(text)
            original(canvas, x, y, text)

        monkeypatch.setattr(Canvas, "drawString", noted)
        letters([card], sender="Mlekara Lipa")
        return found

    return lines


def test_mt_23_a_letter_has_address_greeting_and_number_in_the_members_language(
    drawn: Callable[[Printed], list[str]],
) -> None:
    cyrillic = drawn(Printed(NUMBER, "ПЕТАР ЂОРЂЕВИЋ", "sr-Cyrl", SHOE))
    assert cyrillic[:5] == ["Mlekara Lipa", "ПЕТАР ЂОРЂЕВИЋ", SHOE.street, "34000 Крагујевац", "Србија"]
    assert "Поштовани ПЕТАР ЂОРЂЕВИЋ," in cyrillic
    assert cyrillic[-1] == "1900-0000-0000-0001"
    english = drawn(Printed(NUMBER, "MIRA", "en", HOME))
    assert "Dear MIRA," in english
    assert "" not in english, "an address without a country leaves no line free"


def test_mt_23_the_bar_code_beside_the_cards_place_reads_back_as_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[tuple[float, float]] = []

    def noted(_: Canvas, x: float, __: float, width: float, ___: float, **how: int) -> None:
        if how.get("fill"):
            bars.append((x, width))

    monkeypatch.setattr(Canvas, "rect", noted)
    letters([Printed(NUMBER, "MIRA", "en", HOME)], sender="Mlekara Lipa")
    left, module = bars[0]
    places = [round((x - left) / module) for x, _ in bars]
    picture = np.full((40, 3 * (places[-1] + 21)), 255, np.uint8)
    for place in places:
        picture[:, 3 * (place + 10) : 3 * (place + 11)] = 0
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text == NUMBER


def test_mt_23_the_letters_are_a_pdf_of_a_page_for_each_card_and_the_same_every_time() -> None:
    cards = [Printed(random_number("1900"), f"ИМЕ {number}", "sr-Cyrl", SHOE) for number in range(12)]
    content = letters(cards, sender="Mlekara Lipa")
    assert content.startswith(b"%PDF-1.")
    assert content.count(b"/Type /Page\n") == 12
    assert b"DejaVuSansMono" in content
    assert letters(cards, sender="Mlekara Lipa") == content
