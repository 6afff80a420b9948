"""Every spelling of one link gives the same code, and no look-alike gives any."""

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receipt_parsers.errors import DamagedCode, LetterCaseLost, UnrecognisedCode
from receipt_parsers.registry import registry
from receipt_parsers.taxcore.link import Base

PREFIX = "https://suf.purs.gov.rs/v/?vl="
US = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?"
LATIN = "‚1234567890'+qwertzuiopšđžasdfghjklčćyxcvbnm,.-~!\"#$%&/()=?*QWERTZUIOPŠĐŽASDFGHJKLČĆYXCVBNM;:_"
CYRILLIC = "`1234567890'+љњертзуиопшђжасдфгхјклчћѕџцвбнм,.-~!\"#$%&/()=?*ЉЊЕРТЗУИОПШЂЖАСДФГХЈКЛЧЋЅЏЦВБНМ;:_"


def spellings(payload: bytes) -> dict[str, str]:
    raw = base64.b64encode(payload).decode()
    once = quote(raw, safe="")
    twice = quote(once, safe="")
    return {
        "encoded": PREFIX + once,
        "raw": PREFIX + raw,
        "lower-case escapes": PREFIX + once.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d"),
        "twice encoded": PREFIX + twice,
        "three times encoded": PREFIX + quote(twice, safe=""),
        "blanks for plus": PREFIX + raw.replace("+", " "),
        "encoded blanks for plus": PREFIX + once.replace("%2B", "%20"),
        "URL-safe": PREFIX + raw.replace("+", "-").replace("/", "_"),
        "no padding": PREFIX + raw.rstrip("="),
        "other parameters": f"https://suf.purs.gov.rs/v/?lang=sr&vl={raw}&utm=x",
        "fragment": PREFIX + once + "#top",
        "port": f"https://suf.purs.gov.rs:443/v/?vl={once}",
        "upper-case host": f"HTTPS://SUF.PURS.GOV.RS/v/?vl={once}",
        "no slash": f"https://suf.purs.gov.rs/v?vl={once}",
        "upper-case host and path": f"HTTPS://SUF.PURS.GOV.RS/V/?VL={once}",
        "Caps Lock": (PREFIX + once).swapcase(),
        "Caps Lock, raw": (PREFIX + raw).swapcase(),
        "among words": f"Рачун: {PREFIX}{once}, хвала!",
        "between signs": f'See "{PREFIX}{raw}" (<{PREFIX}x>).',
        "on a line of its own": f"Moj račun\n{PREFIX}{once}\nhvala",
        "before words": f"{PREFIX}{once} hvala",
        "wrapped lines": f"  {PREFIX + once[:100]}\r\n{once[100:]}\r\n",
    }


@settings(max_examples=25, deadline=None)
@given(buyer_size=st.integers(0, 20), total_minor=st.integers(1, 10**10))
def test_inf_16_every_spelling_is_one_code(payload_of: Callable[..., bytes], buyer_size: int, total_minor: int) -> None:
    payload = payload_of(buyer=b"+" * buyer_size, amount=total_minor * 100)
    codes = registry()
    for name, text in spellings(payload).items():
        assert codes.addressed(text), name
        assert codes.recognise(text).payload == payload, name


def test_a_lost_plus_at_the_very_end_is_found(payload_of: Callable[..., bytes]) -> None:
    for amount in range(100, 200_000, 100):
        payload = payload_of(amount=amount, buyer=b"1234")
        raw = base64.b64encode(payload).decode()
        if raw.endswith("+"):
            assert registry().recognise(PREFIX + raw.replace("+", " ")).payload == payload
            return
    pytest.fail("no payload of the range ends in a plus sign")


@pytest.mark.parametrize("layout", [LATIN, CYRILLIC])
@pytest.mark.parametrize("spelling", ["encoded", "raw", "URL-safe", "no padding", "fragment"])
@pytest.mark.parametrize("buyer", [b"", b"1", b"12"])
@pytest.mark.parametrize("caps_lock", [False, True])
def test_inf_16_a_keyboard_scanner_under_a_serbian_layout_is_understood(
    payload_of: Callable[..., bytes], layout: str, spelling: str, buyer: bytes, caps_lock: bool
) -> None:
    payload = payload_of(buyer=buyer)
    typed = spellings(payload)[spelling].translate(str.maketrans(US, layout))
    if caps_lock:
        assert registry().recognise(typed.swapcase()).payload == payload
    assert typed.startswith(("httpsČ--suf.purs.gov.rs-v-_vl", "хттпсЧ--суф.пурс.гов.рс-в-_вл"))
    if spelling == "URL-safe":
        # Under this layout "-" and "_" arrive as "'" and "?", so nothing is lost.
        assert "'" in typed
    assert registry().recognise(typed).payload == payload
    assert registry().recognise(typed.replace("vl+", "vl*").replace("вл+", "вл*")).payload == payload


def test_a_keyboard_repair_must_meet_the_checksum(payload_of: Callable[..., bytes]) -> None:
    typed = spellings(payload_of())["encoded"].translate(str.maketrans(US, LATIN))
    damaged = typed[:200] + ("A" if typed[200] != "A" else "B") + typed[201:]
    with pytest.raises(DamagedCode):
        registry().recognise(damaged)


@pytest.mark.parametrize("spelling", ["encoded", "raw", "among words"])
def test_letters_of_one_case_are_lost_and_said_to_be(payload_of: Callable[..., bytes], spelling: str) -> None:
    text = spellings(payload_of())[spelling]
    for lost in (text.upper(), text.lower()):
        assert registry().addressed(lost)
        with pytest.raises(LetterCaseLost) as refused:
            registry().recognise(lost)
        assert (refused.value.code, refused.value.authority) == ("letter-case-lost", "rs.suf")


def test_words_around_a_damaged_code_do_not_hide_it(payload_of: Callable[..., bytes]) -> None:
    text = spellings(payload_of())["among words"]
    with pytest.raises(DamagedCode) as refused:
        registry().recognise(text.replace("vl=A", "vl=B"))
    assert refused.value.code == "checksum-mismatch"


@pytest.mark.parametrize(
    "link",
    [
        "https://suf.purs.gov.rs.evil.tld/v/?vl=",
        "https://suf.purs.gov.rs@evil.tld/v/?vl=",
        "https://user@suf.purs.gov.rs/v/?vl=",
        "https://evil.tld/?https://suf.purs.gov.rs/v/?vl=",
        "https://evil.tld#https://suf.purs.gov.rs/v/?vl=",
        "https://evil.tld\\@suf.purs.gov.rs/v/?vl=",
        "https://suf.purs.gov.rs./v/?vl=",
        "https://suf.purs.gov.rs:8443/v/?vl=",
        "https://suf.purs.gov.rs:80/v/?vl=",
        "https://suf.purs.gov.rs/verify/?vl=",
        "https://suf.purs.gov.rs/v/x?vl=",
        "https://suf.purs.gov.rs/v/?xvl=",
        "https://suf.purs.gov.rs/v/#vl=",
        "https://ѕuf.purs.gov.rs/v/?vl=",
        "https://purs.gov.rs/v/?vl=",
        "http://suf.purs.gov.rs/v/?vl=",
        "ftp://suf.purs.gov.rs/v/?vl=",
        "//suf.purs.gov.rs/v/?vl=",
        "",
    ],
)
def test_look_alikes_are_nobodys(payload_of: Callable[..., bytes], link: str) -> None:
    text = link + quote(base64.b64encode(payload_of()).decode(), safe="")
    assert not registry().addressed(text)
    with pytest.raises(UnrecognisedCode) as refused:
        registry().recognise(text)
    assert refused.value.code == "unknown-receipt-code"


@pytest.mark.parametrize("vl", ["", "A", "AAAA", "Ж" * 800, "%" * 800, "%FF" * 300, "=" * 764, "A" * 764])
def test_a_link_without_a_code_is_damaged_and_not_unknown(vl: str) -> None:
    assert registry().addressed(PREFIX + vl)
    with pytest.raises(DamagedCode):
        registry().recognise(PREFIX + vl)


def test_an_endless_text_is_nobodys(payload_of: Callable[..., bytes]) -> None:
    assert not registry().addressed(spellings(payload_of())["encoded"] + "#" + "x" * 5000)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://SUF.purs.gov.rs:443/", "https://suf.purs.gov.rs"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost/playground/", "http://localhost/playground"),
    ],
)
def test_a_base_address_is_canonical(url: str, base: str) -> None:
    assert str(Base.of(url)) == base


@pytest.mark.parametrize(
    "url", ["", "suf.purs.gov.rs", "ftp://host", "https://", "https://a@b", "https://a/?b", "https://a/#b"]
)
def test_a_base_address_is_plain(url: str) -> None:
    with pytest.raises(ValueError, match="base address"):
        Base.of(url)


def test_the_playground_is_reached_only_where_it_is_configured(payload_of: Callable[..., bytes]) -> None:
    payload = payload_of()
    text = f"http://localhost:8080/demo/v/?vl={quote(base64.b64encode(payload).decode(), safe='')}"
    assert not registry().addressed(text)
    codes = registry("http://localhost:8080/demo")
    code = codes.recognise(text)
    assert (code.authority, code.payload, code.is_test) == ("xx.playground", payload, False)
    assert codes.get("xx.playground").code == "xx.playground"
    assert codes.codes == ("rs.suf", "xx.playground")
    with pytest.raises(KeyError):
        registry().get("xx.playground")
