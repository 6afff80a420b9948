"""Single values: each has one form, and nothing is guessed."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue import fields
from backend.catalogue.errors import ProductRefused
from backend.catalogue.facts import Price, ProductFacts, shown_gtin
from backend.catalogue.flaws import Flawed
from backend.catalogue.wishes import wish_of


def gtin_of(body: int, digits: int) -> str:
    """A barcode of so many digits whose check digit is right."""
    text = f"{body:0{digits - 1}}"
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(text)))
    return text + str(-weighted % 10)


@pytest.mark.parametrize(
    ("text", "padded"),
    [
        ("96385074", "00000096385074"),
        ("012345678905", "00012345678905"),
        ("9520101000040", "09520101000040"),
        ("9520-1010 00040", "09520101000040"),
        ("10614141000415", "10614141000415"),
    ],
)
def test_a_barcode_has_one_form(text: str, padded: str) -> None:
    assert fields.a_gtin(text) == padded


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("96385075", "gtin-check-digit"),
        ("9520101000041", "gtin-check-digit"),
        ("00000000", "gtin-check-digit"),
        ("952010100004", "gtin-check-digit"),
        ("9638507", "gtin-length"),
        ("96385074a", "gtin-length"),
        ("٩٦٣٨٥٠٧٤", "gtin-length"),
        ("", "gtin-length"),
        ("1.23E+12", "digits-lost"),
        ("9,5201E+12", "digits-lost"),
    ],
)
def test_what_is_no_barcode_says_why(text: str, code: str) -> None:
    with pytest.raises(Flawed) as refused:
        fields.a_gtin(text)
    assert refused.value.code == code


@given(st.sampled_from([8, 12, 13, 14]), st.integers(min_value=1, max_value=10**13 - 1))
def test_every_barcode_is_shown_as_it_is_read(digits: int, body: int) -> None:
    text = gtin_of(body % 10 ** (digits - 1) or 1, digits)
    padded = fields.a_gtin(text)
    assert fields.a_gtin(shown_gtin(padded)) == padded
    wrong = text[:-1] + str((int(text[-1]) + 1) % 10)
    with pytest.raises(Flawed):
        fields.a_gtin(wrong)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("499", 49900),
        ("499,9", 49990),
        ("499.90", 49990),
        ("1.299,00", 129900),
        ("1,299.00", 129900),
        ("1 299,00", 129900),
        ("1.234.567,89", 123456789),
        ("0,01", 1),
    ],
)
def test_money_is_read_as_people_here_write_it(text: str, minor: int) -> None:
    assert fields.units_of(text, 2) == minor


@pytest.mark.parametrize(
    "text", ["1.299", "1,299", "4,999", "12.34.56", "1.29,00", "-5", "0", "0,00", "abc", "", "1e3"]
)
def test_money_that_may_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(Flawed):
        fields.units_of(text, 2)


@given(st.integers(min_value=1, max_value=10**12), st.sampled_from([".", ","]))
def test_money_is_read_back_to_the_last_unit(minor: int, point: str) -> None:
    assert fields.units_of(f"{minor // 100}{point}{minor % 100:02}", 2) == minor


def test_prices_of_a_kind_never_overlap() -> None:
    read = [fields.a_price(text, currency="RSD") for text in ("449,00 ..2026-11-30", "499,00 2026-12-01..", "4,99 eur")]
    assert fields.prices(read) == (
        Price(amount_minor=499, currency="EUR"),
        Price(amount_minor=44900, currency="RSD", to_on=date(2026, 11, 30)),
        Price(amount_minor=49900, currency="RSD", from_on=date(2026, 12, 1)),
    )
    with pytest.raises(Flawed) as refused:
        fields.prices([*read, fields.a_price("1 2026-11-30..2026-12-01", currency="RSD")])
    assert refused.value.code == "prices-overlap"


@given(st.integers(1, 10**9), st.sampled_from(["RSD", "EUR"]), *[st.none() | st.dates(min_value=date(1000, 1, 1))] * 2)
def test_a_price_is_read_as_it_is_written(minor: int, currency: str, one: date | None, other: date | None) -> None:
    from_on, to_on = sorted((one, other)) if one and other else (one, other)
    price = Price(amount_minor=minor, currency=currency, from_on=from_on, to_on=to_on)
    assert fields.a_price(fields.written_price(price, currency="RSD"), currency="RSD") == price


def test_tron_27_the_difference_of_regular_and_loyalty_price_is_the_members_benefit() -> None:
    given_ = {
        "sku": "A",
        "name": "Kafa",
        "regular_prices": ["499,00"],
        "loyalty_prices": ["449,00 2026-12-01..2026-12-31"],
    }
    facts = ProductFacts(sku="A", **wish_of(given_, currency="RSD").facts)
    assert facts.benefit_minor(date(2026, 12, 1), "RSD") == facts.benefit_minor(date(2026, 12, 31), "RSD") == 5000
    assert facts.benefit_minor(date(2026, 11, 30), "RSD") == facts.benefit_minor(date(2027, 1, 1), "RSD") == 0
    assert facts.benefit_minor(date(2026, 12, 1), "EUR") == 0


def test_every_field_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ProductRefused) as refused:
        wish_of(
            {"sku": " ", "name": "a|b", "gtins": ["1"], "state": "gone", "regular_prices": ["1"], "pack_size": "x"},
            currency=None,
        )
    assert [(flaw.field, flaw.code) for flaw in refused.value.flaws] == [
        ("sku", "missing"),
        ("name", "text-malformed"),
        ("gtins", "gtin-length"),
        ("state", "state-unknown"),
        ("regular_prices", "currency-malformed"),
        ("pack_size", "number-malformed"),
    ]


@pytest.mark.parametrize(
    "endless", ["4" + " " * 400, "4" + " " * 398 + "x", "4" + "\u00a0 " * 200 + "!", "4 " * 200 + "RSD x"]
)
def test_a_price_without_end_is_refused_at_once(endless: str) -> None:
    begun = time.process_time()
    for blanks in (endless, endless.replace(" ", " " * 100)):
        with pytest.raises(Flawed):
            fields.a_price(f"{blanks}!", currency="RSD")
    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize("digits", [395, 5000])
def test_a_number_of_thousands_of_digits_is_a_flaw(digits: int) -> None:
    for read in (fields.a_quantity, lambda text: fields.a_price(text, currency="RSD")):
        with pytest.raises(Flawed):
            read("9" * digits)
    with pytest.raises(Flawed):
        fields.a_gtin("9" * digits)
