"""HEAD wherever GET is: the same answer, headers and all, without its body.

To the application it is a GET whose client hangs up as soon as it has the headers, so that a stream without an end ends, too.
"""

from collections.abc import Awaitable, Callable

from backend.kit.web.uploads import Message, Receive

Send = Callable[[Message], Awaitable[None]]


def headers_only(receive: Receive, send: Send) -> tuple[Receive, Send]:
    """What to give to an application that is asked for GET where the client asked for HEAD."""
    is_answered = False

    async def receive_until_answered() -> Message:
        return {"type": "http.disconnect"} if is_answered else await receive()

    async def send_headers(message: Message) -> None:
        nonlocal is_answered
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})
            is_answered = True

    return receive_until_answered, send_headers
