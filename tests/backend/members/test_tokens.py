"""A token speaks for one member, until it ends, and cannot be made or changed without the key."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.members.tokens import Caller, TokenExpired, TokenInvalid, issue_token, read_token

KEY = b"one installation's key"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
callers = st.builds(Caller, st.uuids(), st.uuids())


@given(caller=callers, key=st.binary(min_size=1), seconds=st.integers(1, 10**9))
def test_a_token_says_for_whom_it_speaks_until_it_ends(caller: Caller, key: bytes, seconds: int) -> None:
    ends = NOW + timedelta(seconds=seconds)
    token = issue_token(key, caller, expires_at=ends)
    assert read_token(key, token, now=NOW) == caller
    assert read_token(key, token, now=ends - timedelta(microseconds=1)) == caller
    with pytest.raises(TokenExpired):
        read_token(key, token, now=ends)


@given(caller=callers, place=st.integers(0, 200), letter=st.characters(codec="latin-1"))
def test_no_changed_token_speaks_for_another(caller: Caller, place: int, letter: str) -> None:
    token = issue_token(KEY, caller, expires_at=NOW + timedelta(hours=1))
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    try:
        assert read_token(KEY, changed, now=NOW) == caller, "another spelling of the same bytes, at most"
    except TokenInvalid:
        assert changed != token


@given(st.text(max_size=200))
def test_any_text_is_no_token(text: str) -> None:
    for token in (text, f"pgn1_{text}"):
        with pytest.raises(TokenInvalid):
            read_token(KEY, token, now=NOW)


@given(caller=callers, other=st.binary(min_size=1).filter(lambda key: key.rstrip(b"\0") != KEY))
def test_another_key_makes_no_token_of_ours(caller: Caller, other: bytes) -> None:
    with pytest.raises(TokenInvalid):
        read_token(KEY, issue_token(other, caller, expires_at=NOW + timedelta(hours=1)), now=NOW)


def test_a_token_holds_nothing_but_the_ids_and_its_end() -> None:
    token = issue_token(KEY, Caller(UUID(int=1), UUID(int=2)), expires_at=NOW)
    assert len(token) == len("pgn1_") + 96
