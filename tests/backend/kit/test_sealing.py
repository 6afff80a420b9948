"""What is sealed or signed for one purpose and under one key is worth nothing for another."""

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.sealing import keyed_hash, read_signed, seal, signed_text, unseal

KEY, OTHER = b"one key", b"another key"


@given(st.text())
def test_a_seal_gives_back_what_was_sealed(text: str) -> None:
    text = text.encode(errors="replace").decode()
    assert unseal(KEY, "a", seal(KEY, "a", text)) == text


def test_a_seal_opens_under_its_key_and_purpose_alone() -> None:
    sealed = seal(KEY, "a", "secret")
    assert seal(KEY, "a", "secret") != sealed
    for key, purpose, content in ((OTHER, "a", sealed), (KEY, "b", sealed), (KEY, "a", sealed[:-1] + b"x")):
        with pytest.raises(InvalidToken):
            unseal(key, purpose, content)


def test_a_hash_depends_on_key_purpose_and_value() -> None:
    hashes = {keyed_hash(key, purpose, value) for key in (KEY, OTHER) for purpose in "ab" for value in (b"1", b"2")}
    assert len(hashes) == 8
    assert keyed_hash(KEY, "a", b"1") in hashes


@given(st.binary(max_size=60))
def test_a_signed_text_is_read_and_no_other(body: bytes) -> None:
    text = signed_text(KEY, "a", "p_", body)
    assert read_signed(KEY, "a", "p_", text) == body
    assert read_signed(OTHER, "a", "p_", text) is None
    assert read_signed(KEY, "b", "p_", text) is None
    assert read_signed(KEY, "a", "q_", text) is None
    assert read_signed(KEY, "a", "p_", text[:-3]) is None


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    assert read_signed(KEY, "a", "p_", text) is None
    assert read_signed(KEY, "a", "p_", "p_" + text) is None
