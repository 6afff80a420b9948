"""The story's phone reads the code that is its own, and notices when the live events fall silent."""

from datetime import UTC, datetime

import pytest

from backend.delivery.console_page import console_page
from backend.delivery.queries import ConsoleMessage
from backend.demo.errors import DemoFailed
from backend.demo.phone import Told, shown_code, told

NUMBER = "+381601112200"


def message(member: str, body: str, event: str = "sign-in-code") -> ConsoleMessage:
    return ConsoleMessage(
        event=event,
        language="sr-Latn",
        title="Kod za prijavu",
        body=body,
        channel="console",
        state="accepted",
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
        member=member,
    )


def test_the_newest_code_for_the_number_is_read_and_nobody_elses() -> None:
    page = console_page(
        [
            message("+3…99", "vaš kod je 111111."),
            message("+3…00", "Dobili ste 222222 poena", event="receipt-settled"),
            message("+3…00", "vaš kod je 333333. Važi 10 minuta."),
            message("+3…00", "vaš kod je 444444."),
        ],
        language="en",
    )
    assert shown_code(page, NUMBER) == "333333"
    assert shown_code(console_page([], language="en"), NUMBER) is None


def test_events_are_read_as_they_arrive_until_there_are_no_more() -> None:
    lines = ["event: ready", "id: 0", "data: {}", "", ": ", "event: points-changed", 'data: {"a": "b"}', ""]
    events = told(lines, within_s=60)
    assert [next(events), next(events)] == [Told("ready", {}), Told("points-changed", {"a": "b"})]
    with pytest.raises(DemoFailed):
        next(events)


def test_a_stream_that_only_shows_that_it_lives_is_not_listened_to_for_ever() -> None:
    with pytest.raises(DemoFailed):
        next(told(iter(lambda: ": ", None), within_s=0))
