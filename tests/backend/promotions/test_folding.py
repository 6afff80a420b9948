"""Names are found whatever their script, case and marks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.promotions.folding import contains, fold, words


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("КАЈМАК", "kajmak"),
        ("Љубав", "LJUBAV"),
        ("њива", "Njiva"),
        ("Џем", "džem"),
        ("Џем", "Dzem"),
        ("ђеврек", "đevrek"),
        ("Đevrek", "DJEVREK"),
        ("чоколада", "Čokolada"),
        ("ћурка", "ĆURKA"),
        ("шљива", "sljiva"),
        ("жито", "ŽITO"),
        ("\u01c9uto", "ljuto"),  # the single character of the digraph lj
        ("s\u030cunka", "šunka"),  # a mark written apart from its letter
    ],
)
def test_scripts_case_and_marks_fold_alike(written: str, same: str) -> None:
    assert fold(written) == fold(same)


def test_a_typed_dj_leaves_no_dj_behind_and_is_found_like_any_other() -> None:
    assert (fold("ddjj"), fold("STRASSE")) == ("dd", fold("straße"))


def test_words_are_runs_of_letters_and_digits() -> None:
    assert words("Mleko 2,8% 1L/KOM_Imlek") == ("mleko", "2", "8", "1l", "kom", "imlek")


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("MLEKO 1L/KOM", "mleko", True),
        ("MLEKOVITA SIR 200G", "mleko", False),
        ("SVEŽE MLEKO 1L", "свеже млеко", True),
        ("MLEKO SVEŽE 1L", "sveze mleko", False),
        ("MLEKO", "mleko 1l", False),
        ("", "mleko", False),
    ],
)
def test_a_phrase_is_found_as_consecutive_whole_words(text: str, phrase: str, found: bool) -> None:
    assert contains(words(text), words(phrase)) is found


@given(st.text(alphabet=st.characters(max_codepoint=0x24F) | st.sampled_from("ђжљњћџдјĐ\u030c"), max_size=20))
@settings(max_examples=150)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
