"""Channels are found by their stable code, and the console channel writes one line for one message."""

import json
import logging

import pytest

from notifications.channel import Accepted, Address, Rendered
from notifications.channels.console import ConsoleChannel
from notifications.errors import ChannelError, Misconfigured, TryLater
from notifications.registry import CHANNELS, open_channel


@pytest.mark.parametrize("code", CHANNELS)
def test_a_channel_answers_to_the_code_it_is_registered_by(code: str) -> None:
    assert open_channel(code, {}).code == code


def test_a_channel_that_does_not_exist_is_a_configuration_error() -> None:
    with pytest.raises(Misconfigured, match="pigeon"):
        open_channel("pigeon", {})


def test_an_option_that_nobody_knows_is_a_configuration_error() -> None:
    with pytest.raises(Misconfigured, match="colour"):
        open_channel("console", {"colour": "red"})


async def test_the_console_writes_one_line_whatever_the_message_holds(caplog: pytest.LogCaptureFixture) -> None:
    rendered = Rendered(title="Dva\nreda", body='„Račun” "proveren"\n2026-11-22 INFO forged')
    with caplog.at_level(logging.INFO, logger="notifications.channels.console"):
        accepted = await ConsoleChannel().send(rendered, Address("member:1"), idempotency_key="k1")
    assert accepted == Accepted(provider_id=None)
    (line,) = caplog.messages
    assert "\n" not in line
    assert "Račun" in line
    assert json.loads(line) == {"key": "k1", "to": "member:1", "title": rendered.title, "body": rendered.body}


async def test_the_console_tells_neither_words_nor_address_of_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    rendered = Rendered(title="Your code", body="It is 407215.", is_secret=True)
    with caplog.at_level(logging.INFO, logger="notifications.channels.console"):
        await ConsoleChannel().send(rendered, Address("+381601234567"), idempotency_key="k1")
    (line,) = caplog.messages
    assert json.loads(line) == {"key": "k1", "title": "Your code"}


def test_errors_of_channels_have_codes_of_their_own_and_keep_the_reason() -> None:
    codes = [error.code for error in ChannelError.__subclasses__()]
    assert len(codes) == len(set(codes)) == 4
    late = TryLater("429 from the provider", after_s=30)
    assert (late.reason, late.after_s) == ("429 from the provider", 30)
