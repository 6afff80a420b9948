"""The job that delivers a message: plan in one transaction, send with none open, record each attempt in its own.

A worker that dies between sending and recording sends again: the delivery's id is the idempotency key of both, so that
the channel can make them one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.delivery import service
from backend.delivery.models import Delivery
from backend.kit.db import Database
from backend.kit.jobs import GiveUp, Job, Retry
from notifications.channel import Accepted, Address, Channel, Rendered
from notifications.errors import ChannelError, Misconfigured, RenderError, TryLater


@dataclass(frozen=True, slots=True)
class DeliveryServices:
    """What delivering needs; `channels` are the configured ones by their code."""

    database: Database
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]


async def deliver(services: DeliveryServices, job: Job) -> None:
    """Send the message `job.subject` to every address that has not got it.

    One address does not keep another waiting: all are tried before Retry or GiveUp is raised for those left over.
    """
    try:
        async with services.database.transaction(job.tenant_id) as session:
            deliveries = await service.queued(session, job.tenant_id, job.subject, now=services.clock())
    except RenderError as error:
        raise GiveUp(error.code) from error
    left_over = []
    for delivery in deliveries:
        outcome = await _send(services.channels, delivery)
        async with services.database.transaction(job.tenant_id) as session:
            state = await service.record(session, delivery, outcome, now=services.clock())
        if state == "queued":
            left_over.append(outcome)
    _raise_for(left_over)


async def _send(channels: Mapping[str, Channel], delivery: Delivery) -> Accepted | ChannelError:
    channel = channels.get(delivery.channel)
    if channel is None:
        return Misconfigured(f"the channel {delivery.channel!r} is not configured")
    try:
        return await channel.send(
            Rendered(title=delivery.title, body=delivery.body),
            Address(delivery.address),
            idempotency_key=str(delivery.id),
        )
    except ChannelError as error:
        return error


def _raise_for(left_over: list[Accepted | ChannelError]) -> None:
    """Ask for another run when every channel is usable, after the longest wait that one of them asked for."""
    for outcome in left_over:
        if isinstance(outcome, Misconfigured):
            raise GiveUp(outcome.code) from outcome
    waits = [outcome for outcome in left_over if isinstance(outcome, TryLater)]
    if waits:
        raise Retry(TryLater.code, timedelta(seconds=max(wait.after_s for wait in waits)))
