"""Live events: what happens to the member's receipts and points, told as it happens."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from litestar import get
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from backend.events.hub import EventHub, EventStream
from backend.events.queries import Kept, Place, kept
from backend.kit.clock import rfc3339
from backend.members.queries import member
from backend.members.tokens import Caller
from mobile_api import examples
from mobile_api.context import ApiContext
from mobile_api.openapi import problems, stream

TAG = "Events"
HEARTBEAT_S = 15
LIFETIME_S = 900
"""A stream ends after a quarter of an hour and its client comes again, so that a token is not trusted for longer."""
_RETRY_MS = 2000
_NUMBER = r"^[0-9]{1,18}(?!\n)$"

LastEventId = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", pattern=_NUMBER, description="The last event that was received.")
]
After = Annotated[
    str | None, QueryParameter(pattern=_NUMBER, description="The same, for clients that cannot set the header.")
]


@get(
    "/events",
    tags=[TAG],
    operation_id="followEvents",
    summary="Follow events",
    responses=stream(examples.EVENT, "Events, as long as the stream is open")
    | problems("malformed-request", "member-not-found", "too-many-streams", "streams-full"),
)
async def follow_events(
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    last_event_id: LastEventId = None,
    after: After = None,
) -> ServerSentEvent:
    """Server-sent events: `receipt-confirmed`, `receipt-settled`, `receipt-refused`, `points-changed`.

    The first event is `ready`; or `reset` when events were missed that are kept no longer, so that the app should read
    everything anew. Each has an id: come again with the last one, and nothing is missed or told twice. Events are kept
    for a week unless the operator says otherwise. A comment every 15 seconds shows that the stream lives; it ends after 15 minutes.
    """
    async with context.database.transaction(caller.tenant_id) as session:
        await member(session, caller.tenant_id, caller.member_id)
        present = await kept(session, caller.tenant_id, caller.member_id)
    wanted = last_event_id if last_event_id is not None else after
    opening, number = _opening(present, None if wanted is None else int(wanted))
    stream = context.events.open(Place(caller.tenant_id, caller.member_id, number))
    return ServerSentEvent(
        _told(context.events, stream, opening, number),
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(context.events.drop, stream),
    )


def _opening(present: Kept, after: int | None) -> tuple[str, int]:
    """How the stream begins, and after which number: where the client stopped reading, if all since then is kept."""
    if after is None:
        return "ready", present.last
    if present.first - 1 <= after <= present.last:
        return "ready", after
    return "reset", present.last


async def _told(hub: EventHub, stream: EventStream, opening: str, after: int) -> AsyncIterator[ServerSentEventMessage]:
    """The stream's messages; a client that goes away ends them, and the stream is dropped either way.

    The opening carries the number `after` which the stream begins, not the stream's place: that runs ahead of what was
    told, and a client that came again with it would miss what lies between.
    """
    time = asyncio.get_running_loop().time
    ends_at = time() + LIFETIME_S
    try:
        yield ServerSentEventMessage("{}", event=opening, id=after, retry=_RETRY_MS)
        while not hub.closing and time() < ends_at:
            events = await stream.next(within_s=HEARTBEAT_S)
            if not events:
                yield ServerSentEventMessage(None, comment="")
            for event in events:
                data = msgspec.json.encode({**event.data, "at": rfc3339(event.created_at)})
                yield ServerSentEventMessage(data, event=event.kind, id=event.seq)
    finally:
        hub.drop(stream)
