"""A till without a network takes a code within its 30 seconds and their neighbours, once, and nobody else's making."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.passes.rotating import CardCodeRefused, Shown, Till, code, step_at, step_start, till_key, verify

CARD, KEY = "1900000100000420", bytes(range(32))
NOW = datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC)
numbers = st.from_regex(r"[0-9]{8,19}", fullmatch=True)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2120, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds it)
keys = st.binary(min_size=32, max_size=32)


def why(scanned: str, now: datetime, key: bytes = KEY) -> str:
    with pytest.raises(CardCodeRefused) as refused:
        verify(scanned, key, now)
    return refused.value.why


@given(numbers, keys, instants, st.integers(-30, 59))
def test_inf_02_a_code_is_good_in_its_step_and_one_beside_it(
    number: str, key: bytes, at: datetime, late_s: int
) -> None:
    shown = code(number, key, at)
    assert shown.isdecimal()
    assert len(shown) == len(number) + 20
    seen_at = step_start(at) + timedelta(seconds=late_s)
    assert verify(shown, key, seen_at) == Shown(number, step_at(at) % 10**8)


@given(numbers, instants, st.integers(2, 100_000))
def test_a_code_of_another_time_is_refused_whichever_way_the_clock_is_off(
    number: str, at: datetime, steps: int
) -> None:
    shown = code(number, KEY, at)
    assert why(shown, at + timedelta(seconds=30 * steps)) == "over"
    assert why(shown, at - timedelta(seconds=30 * steps)) == "early"


@given(numbers, keys, instants, st.data())
def test_one_digit_more_less_or_other_is_not_the_code(
    number: str, key: bytes, at: datetime, data: st.DataObject
) -> None:
    shown = code(number, key, at)
    place = data.draw(st.integers(0, len(shown) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != shown[place]]))
    for changed in (shown[:place] + other + shown[place + 1 :], shown[:-1], other + shown):
        with pytest.raises(CardCodeRefused):
            verify(changed, key, at)


@given(keys, keys)
def test_another_tenants_till_takes_no_code_of_ours(ours: bytes, theirs: bytes) -> None:
    assume(ours != theirs)
    assert why(code(CARD, ours, NOW), NOW, theirs) == "forged"


def test_the_format_is_the_one_that_is_written_down() -> None:
    """A till of anybody's making: number, step modulo 10^8, HMAC-SHA-256 modulo 10^12."""
    assert step_at(NOW) == 59847840
    assert code(CARD, KEY, NOW) == "1900000100000420" + "59847840" + "208053222255"


@pytest.mark.parametrize("scanned", ["", "x", CARD[:-9], CARD + "\n", "١" * 36, code(CARD, KEY, NOW) + " ", "9" * 60])
def test_what_is_no_code_is_refused_as_such(scanned: str) -> None:
    assert why(scanned, NOW) == "malformed"


def test_inf_02_the_number_alone_earns_and_only_the_code_spends() -> None:
    till = Till(KEY)
    assert till.read(CARD, NOW) == till.read(CARD, NOW) == Shown(CARD, None)
    assert not till.read(CARD, NOW).spends
    assert till.read(code(CARD, KEY, NOW), NOW).spends


def test_a_code_is_taken_once_for_as_long_as_it_would_verify() -> None:
    till, shown = Till(KEY), code(CARD, KEY, NOW)
    early = NOW - timedelta(seconds=30)
    assert till.read(shown, early).spends
    for later in (early, NOW, NOW + timedelta(seconds=30)):
        with pytest.raises(CardCodeRefused, match="card-code-refused") as refused:
            till.read(shown, later)
        assert refused.value.why == "replayed"
    assert till.read(code(CARD, KEY, NOW + timedelta(seconds=30)), NOW).spends
    assert till.read(code("1900000100000438", KEY, NOW), NOW).spends
    assert till.read(code(CARD, KEY, NOW + timedelta(hours=1)), NOW + timedelta(hours=1)).spends
    assert len(till._taken) == 1


def test_of_64_who_show_one_code_at_once_one_spends() -> None:
    till, shown = Till(KEY), code(CARD, KEY, NOW)

    def tried(_: int) -> bool:
        try:
            return till.read(shown, NOW).spends
        except CardCodeRefused:
            return False

    with ThreadPoolExecutor(64) as crowd:
        assert sum(crowd.map(tried, range(64))) == 1


def test_every_tenant_has_a_till_key_of_its_own() -> None:
    keys_made = {till_key(b"k" * 32, UUID(int=number)) for number in range(3)}
    assert {len(key) for key in keys_made} == {32}
    assert len(keys_made) == 3
