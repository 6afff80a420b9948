"""A message reaches its member once, and every way of failing leaves a state from which to go on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from backend.delivery.jobs import DeliveryServices, deliver
from backend.delivery.models import Delivery
from backend.delivery.service import ATTEMPTS_MAX
from backend.kit.ids import new_id
from backend.kit.jobs import GiveUp, Job, Retry
from backend.members.models import Member
from notifications.errors import AddressGone, ChannelError, Misconfigured, Rejected, TryLater

Tell = Callable[..., Awaitable[Job]]


async def deliveries(services: DeliveryServices, member: Member) -> list[Delivery]:
    async with services.database.transaction(member.tenant_id) as session:
        return list(await session.exec(select(Delivery)))


async def test_a_message_is_sent_in_its_members_words(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell, now: datetime
) -> None:
    await deliver(services, await tell())
    (row,) = await deliveries(services, member)
    ((rendered, address, key),) = channel.sent
    assert (row.state, row.provider_id, row.error) == ("accepted", "p-1", None)
    assert (row.attempts, row.sent_at, row.created_at) == (1, now, now)
    assert (row.language, row.channel, row.address) == ("hr", "console", f"member:{member.id}")
    assert row.title == "Račun je spremljen, čekamo potvrdu"
    assert (rendered.title, rendered.body, address, key) == (row.title, row.body, row.address, str(row.id))


async def test_delivering_twice_sends_once(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    job = await tell()
    await deliver(services, job)
    await deliver(services, job)
    assert len(channel.sent) == 1
    assert [row.attempts for row in await deliveries(services, member)] == [1]


async def test_a_crash_between_sending_and_recording_repeats_the_same_key(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    channel.answers.append(ConnectionResetError("the process died after the provider had accepted"))
    job = await tell()
    with pytest.raises(ConnectionResetError):
        await deliver(services, job)
    assert [row.state for row in await deliveries(services, member)] == ["queued"]
    await deliver(services, job)
    (row,) = await deliveries(services, member)
    assert channel.keys == [str(row.id), str(row.id)]
    assert channel.sent[0] == channel.sent[1]
    assert row.state == "accepted"


async def test_no_transaction_is_open_while_sending(services: DeliveryServices, channel: Any, tell: Tell) -> None:
    seen = []

    async def look() -> None:
        seen.append(services.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # of QueuePool, not of Pool

    channel.meanwhile = look
    await deliver(services, await tell())
    assert seen == [0]


async def test_a_busy_channel_is_asked_again_after_its_wish(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    channel.answers.append(TryLater("429", after_s=90))
    job = await tell()
    with pytest.raises(Retry) as raised:
        await deliver(services, job)
    assert (raised.value.reason, raised.value.delay) == ("channel-busy", timedelta(seconds=90))
    (row,) = await deliveries(services, member)
    assert (row.state, row.attempts, row.error) == ("queued", 1, "channel-busy: 429")
    await deliver(services, job)
    (row,) = await deliveries(services, member)
    assert (row.state, row.attempts, row.error) == ("accepted", 2, None)


async def test_a_channel_that_is_always_busy_is_given_up(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    channel.answers.extend(TryLater("503", after_s=1) for _ in range(ATTEMPTS_MAX))
    job = await tell()
    for _ in range(ATTEMPTS_MAX - 1):
        with pytest.raises(Retry):
            await deliver(services, job)
    await deliver(services, job)
    (row,) = await deliveries(services, member)
    assert (row.state, row.attempts, row.error) == ("failed", ATTEMPTS_MAX, "channel-busy: 503")


@pytest.mark.parametrize(
    ("refusal", "error"),
    [(Rejected("too long"), "message-rejected: too long"), (AddressGone("404"), "address-gone: 404")],
)
async def test_a_refusal_is_final(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell, refusal: ChannelError, error: str
) -> None:
    channel.answers.append(refusal)
    job = await tell()
    await deliver(services, job)
    await deliver(services, job)
    (row,) = await deliveries(services, member)
    assert (row.state, row.error, row.sent_at) == ("failed", error, None)
    assert len(channel.sent) == 1


async def test_a_misconfigured_channel_waits_for_its_operator(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    channel.answers.append(Misconfigured("no credentials"))
    job = await tell()
    with pytest.raises(GiveUp, match="channel-misconfigured"):
        await deliver(services, job)
    assert [row.state for row in await deliveries(services, member)] == ["queued"]
    await deliver(services, job)
    assert [row.state for row in await deliveries(services, member)] == ["accepted"]


async def test_a_channel_that_is_not_configured_waits_for_its_operator(
    services: DeliveryServices, member: Member, tell: Tell
) -> None:
    with pytest.raises(GiveUp, match="channel-misconfigured"):
        await deliver(replace(services, channels={}), await tell())
    (row,) = await deliveries(services, member)
    assert (row.state, row.error) == ("queued", "channel-misconfigured: the channel 'console' is not configured")


@pytest.mark.parametrize(
    ("event", "params", "reason"),
    [("nobody-wrote-this", {"a": 1}, "unknown-event"), ("receipt-waiting", {"currency": "RSD"}, "bad-parameter")],
)
async def test_a_message_without_a_fitting_text_is_given_up(
    services: DeliveryServices, member: Member, tell: Tell, event: str, params: dict[str, object], reason: str
) -> None:
    with pytest.raises(GiveUp, match=reason):
        await deliver(services, await tell(event, **params))
    assert await deliveries(services, member) == []


async def test_a_run_that_was_overtaken_changes_nothing(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    job = await tell()

    async def overtake() -> None:
        channel.meanwhile = None
        await deliver(services, job)
        channel.answers.append(Rejected("a repeat"))

    channel.meanwhile = overtake
    await deliver(services, job)
    (row,) = await deliveries(services, member)
    assert (row.state, row.provider_id, row.error) == ("accepted", "p-2", None)
    assert channel.keys == [str(row.id), str(row.id)]


async def test_two_runs_at_once_plan_one_delivery(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    job = await tell()
    await asyncio.gather(*(deliver(services, job) for _ in range(6)))
    (row,) = await deliveries(services, member)
    assert row.state == "accepted"
    assert set(channel.keys) == {str(row.id)}


async def test_the_words_stay_those_of_the_first_run(
    services: DeliveryServices, channel: Any, member: Member, tell: Tell
) -> None:
    channel.answers.append(TryLater("503", after_s=1))
    job = await tell()
    with pytest.raises(Retry):
        await deliver(services, job)
    async with services.database.transaction(member.tenant_id) as session:
        member.language = "en"
        session.add(member)
    await deliver(services, job)
    assert channel.sent[0] == channel.sent[1]


async def test_another_tenant_sees_no_delivery(services: DeliveryServices, tell: Tell) -> None:
    await deliver(services, await tell())
    async with services.database.transaction(new_id()) as session:
        assert (await session.exec(select(Delivery))).all() == []
