"""What a stream tells first is where its client begins, however far the table has been read for it meanwhile."""

from backend.events.hub import EventHub
from backend.events.queries import Event, Place
from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.ids import new_id
from mobile_api.routes.events import _told


async def test_the_opening_carries_the_number_after_which_the_stream_begins(database: Database, app_url: str) -> None:
    """Events that are there before the first byte is sent do not push its id ahead of what the client was told."""
    hub = EventHub(database, app_url, streams_max=1, member_streams_max=1)
    stream = hub.open(Place(new_id(), new_id(), after=1))
    stream.give([Event(number, "receipt-settled", {}, utc_now()) for number in (2, 3)])
    told = _told(hub, stream, "ready", after=1)
    begun = [await anext(told) for _ in range(3)]
    await told.aclose()  # type: ignore[attr-defined]  # a generator is what it is
    assert [(message.event, message.id) for message in begun] == [
        ("ready", 1),
        ("receipt-settled", 2),
        ("receipt-settled", 3),
    ]
    assert hub.open_streams == 0
