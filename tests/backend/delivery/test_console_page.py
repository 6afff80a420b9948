"""The message console shows what was sent and lets nothing out of its frame."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from backend.delivery.console_page import console_page
from backend.delivery.queries import ConsoleMessage
from backend.kit.i18n import LANGUAGES

MESSAGE = ConsoleMessage(
    event="receipt-settled",
    language="sr-Cyrl",
    title="+2 поена за Ваш рачун",
    body="За рачун добили сте 2 поена.\nПоене доносе: Летња акција.",
    channel="console",
    state="accepted",
    created_at=datetime(2026, 11, 22, 21, 5, 7, tzinfo=ZoneInfo("Europe/Belgrade")),
    member="Марко Јовановић",
)


def seen(page: str) -> str:
    return BeautifulSoup(page, "html.parser").get_text(" ", strip=True)


def test_a_message_is_shown_with_all_that_is_known_of_it() -> None:
    text = seen(console_page([MESSAGE], language="en"))
    for part in (MESSAGE.title, MESSAGE.body, MESSAGE.member, "State sent", "Channel console", "Language sr-Cyrl"):
        assert part in text
    assert "Nov 22, 21:05:07" in text
    assert "Event receipt-settled" in text


def test_a_message_is_marked_with_its_own_language() -> None:
    page = BeautifulSoup(console_page([MESSAGE], language="en"), "html.parser")
    heading = page.find("h2")
    assert heading is not None
    assert heading.parent is not None
    assert heading.parent["lang"] == "sr-Cyrl"


def test_the_page_renews_itself_and_needs_nothing_from_elsewhere() -> None:
    page = BeautifulSoup(console_page([], language="en"), "html.parser")
    assert page.select_one('meta[http-equiv="refresh"][content="2"]') is not None
    assert page.find_all(["script", "link", "img", "iframe"]) == []


@pytest.mark.parametrize("field", ["title", "body", "member", "event", "channel", "state", "language"])
def test_markup_in_a_message_is_shown_and_never_run(field: str) -> None:
    attack = '"><script>alert(1)</script>'
    changed: dict[str, Any] = {field: attack}
    page = console_page([replace(MESSAGE, **changed)], language="en")
    assert BeautifulSoup(page, "html.parser").find_all("script") == []
    assert "&lt;script&gt;" in page


def test_an_empty_console_says_what_to_do() -> None:
    assert "No message yet." in seen(console_page([], language="en"))
    assert "Још нема порука." in seen(console_page([], language="sr-Cyrl"))


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
@pytest.mark.parametrize("state", ["queued", "accepted", "failed"])
def test_the_pages_own_words_are_translated(language: str, state: str) -> None:
    own, english = (seen(console_page([replace(MESSAGE, state=state)], language=each)) for each in (language, "en"))
    for word in ("What members", "State", "Channel", "Language", "Event", "waiting", "sent", "failed"):
        assert word not in own
    assert own != english
