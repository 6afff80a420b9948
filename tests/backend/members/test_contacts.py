"""An address has one spelling, and is kept so that only the installation can find it or read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.errors import ParagonError
from backend.members.contacts import Contact, contact_hash, parse_contact, seal_contact, unseal_contact
from backend.members.service import phone_hash

KEY = b"a key of these tests"


@pytest.mark.parametrize(
    ("text", "contact", "prefix"),
    [
        ("+381601234567", Contact("phone", "+381601234567"), "+38160"),
        (" +381 (60) 123-45/67 ", Contact("phone", "+381601234567"), "+38160"),
        ("+38761.123.456", Contact("phone", "+38761123456"), "+38761"),
        ("Ana.Anic+lipa@Example.COM ", Contact("email", "ana.anic+lipa@example.com"), "example.com"),
        ("o'neil@xn--bcher-kva.example", Contact("email", "o'neil@xn--bcher-kva.example"), "xn--bcher-kva.example"),
    ],
)
def test_every_spelling_is_one_address(text: str, contact: Contact, prefix: str) -> None:
    assert parse_contact(text) == contact
    assert contact.prefix == prefix
    assert unseal_contact(KEY, seal_contact(KEY, contact)) == contact.value
    assert contact.value[3:-3] not in contact.masked


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_refused_by_name(text: str) -> None:
    for candidate in (text, f"+{text}", f"{text}@example.com", f"ana@{text}"):
        try:
            contact = parse_contact(candidate)
        except ParagonError as error:
            assert error.code in {"phone-malformed", "email-malformed"}  # noqa: PT017 (either outcome is right)
        else:
            assert contact.value.isascii()
            assert contact.value.isprintable()
            assert parse_contact(contact.value) == contact


def test_a_number_is_found_by_the_hash_that_members_had_before() -> None:
    assert phone_hash(KEY, "+381 60 1234567") == contact_hash(KEY, Contact("phone", "+381601234567"))
    assert contact_hash(KEY, Contact("email", "+381601234567")) != phone_hash(KEY, "+381601234567")
