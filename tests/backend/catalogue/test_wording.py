"""A name is taken apart the same way in every script and spelling, and its key is stable."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.catalogue.matching.abbreviations import stands_for
from backend.catalogue.matching.wording import KEY_LENGTH_MAX, READ_MAX, Word, line_key, take_apart

NAMES = st.text(alphabet="mlekojogurtМлекоЂђ čćšžđ.,/\\()[]%x0125KGkomЕ", max_size=40) | st.text(max_size=300)


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("ESPRESSO/kom (Ђ)", "espresso"),
        ("BATERIJE\\KO (Ђ)", "baterije"),
        ("Pesto (kom) (А)", "pesto"),
        ("  BANANA                            KG (Е)", "banana"),
        ("MAPED SESTAR TEHNIC 308 178001 (Е)/KOM (Е)", "maped sestar tehnic 308 178001"),
        ("Čoko školjke/KOM", "coko skoljke"),
        ("Чоко шкољке", "coko skoljke"),
        ("SMRZNUTI MIX ZA DJUVEC [KOM]", "smrznuti mix za duvec"),
        ("BRASNO 25 KG", "brasno 25 kg"),
        ("0.5L AQUA VIVA VODA  FL (Ђ)", "0 5l aqua viva voda"),
        ("/KOM (Ђ)", "kom"),
        ("...", ""),
    ],
)
def test_a_text_is_remembered_by_its_words_without_the_slips_labels(printed: str, key: str) -> None:
    assert line_key(printed) == key


@given(NAMES)
@settings(max_examples=150)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    key = line_key(text)
    assert line_key(key) == key
    assert len(key) <= KEY_LENGTH_MAX
    assert line_key(text.upper().lower()) == line_key(text.lower())


@pytest.mark.parametrize(
    ("printed", "sizes", "numbers"),
    [
        *(
            (spelling, {("ml", 1_000_000)}, ())
            for spelling in ("1L", "1 l", "1000ml", "1,0 LIT", "10 dl", "100cl", "1Л")
        ),
        *((spelling, {("ml", 330_000), ("kom", 6000)}, ()) for spelling in ("6x0,33L", "6 X 330ml", "0.33l 6/1")),
        ("Jaja 10/1", {("kom", 10_000)}, ()),
        ("Tablete 10 kom", {("kom", 10_000)}, ()),
        ("ubrus 1/1", set(), ()),
        ("JOGURT 0,25", set(), (250,)),
        ("6x0,33", {("kom", 6000)}, (330,)),
        ("Stolnjak 140x240", set(), (140_000, 240_000)),
        ("ML.2,8%1L", {("%", 2800), ("ml", 1_000_000)}, ()),
        ("2,8 % mm", {("%", 2800)}, ()),
        ("18.5G NESCAFE", {("g", 18_500)}, ()),
        ("T-500 1kg", {("g", 1_000_000)}, (500_000,)),
        ("60/30 cm", set(), (60_000, 30_000)),
        ("OPTI BMB 95,2710124500", set(), (95_000,)),
    ],
)
def test_sizes_are_one_in_every_spelling(printed: str, sizes: set[tuple[str, int]], numbers: tuple[int, ...]) -> None:
    wording = take_apart(printed)
    assert (set(wording.sizes), wording.numbers) == (sizes, numbers)


def test_a_barcode_in_a_name_is_told_from_a_sellers_number_by_its_check_digit() -> None:
    assert take_apart("BODI ŽERSEJ - MAJICA - 8683117516378").barcodes == ("08683117516378",)
    assert take_apart("BODI ŽERSEJ - MAJICA - 8683117516379").barcodes == ()
    assert take_apart("0252491 TRAKA ZA PROZORE").barcodes == ()
    assert [word.text for word in take_apart("0252491 TRAKA").words] == ["traka"]


@given(NAMES)
@settings(max_examples=150)
def test_whatever_a_till_prints_is_taken_apart_into_folded_words(text: str) -> None:
    for word in take_apart(text).words:
        assert word.text
        assert word.text == "".join(char for char in word.text.casefold() if not char.isspace())


@pytest.mark.parametrize(
    ("printed", "full", "how"),
    [
        (Word("mleko"), "mleko", "same"),
        (Word("mleko"), "mlekovita", None),
        (Word("mleko", last=True), "mlekovita", None),
        (Word("mlekovita"), "mleko", None),
        (Word("mlek", dotted=True), "mlekovita", "abbreviated"),
        (Word("ml", dotted=True), "mleko", "abbreviated"),
        (Word("jog", dotted=True), "jogurt", "abbreviated"),
        (Word("jog"), "jogurt", "abbreviated"),
        (Word("jo"), "jogurt", None),
        (Word("jgrt"), "jogurt", "abbreviated"),
        (Word("jogrt"), "jogurt", "abbreviated"),
        (Word("jgr", dotted=True), "jogurt", "abbreviated"),
        (Word("jgr"), "jogurt", None),
        (Word("banane"), "banana", "inflected"),
        (Word("pileci"), "pileca", "inflected"),
        (Word("sir"), "sirup", None),
        (Word("sok"), "soda", None),
        (Word("coko"), "cokoladno", None),
        (Word("cokoladna"), "cokoladno", "inflected"),
        (Word("cokolano"), "cokoladno", "mistyped"),
        (Word("kozje"), "koze", None),
    ],
)
def test_a_printed_word_stands_for_a_whole_one_only_as_tills_abbreviate(
    printed: Word, full: str, how: str | None
) -> None:
    reading = stands_for(printed, full, cut=False, known=False)
    assert (reading and reading[1]) == how


def test_only_the_end_of_a_column_cuts_a_word() -> None:
    word = Word("pl", last=True)
    assert stands_for(word, "plecke", cut=False, known=False) is None
    assert stands_for(word, "plecke", cut=True, known=False) == (620, "cut")
    assert stands_for(word, "plecke", cut=True, known=True) is None


def test_a_name_without_end_is_known_by_what_a_slip_could_print() -> None:
    endless = "MLEKO 1L" + "/KOM" * 15_000
    begun = time.process_time()
    assert line_key(endless) == line_key(endless[:READ_MAX]) == "mleko 1l"
    assert take_apart(endless) == take_apart(endless[:READ_MAX])
    assert time.process_time() - begun < 1
