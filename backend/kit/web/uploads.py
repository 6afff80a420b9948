"""How much a client may send, and how slowly: a form with a photo and a file of codes are large, all else is small."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.exceptions import HTTPException

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

FORM_BYTES_MAX = 12 * 1024 * 1024 + 64 * 1024
"""A photo of 12 MB and the form around it."""
BODY_BYTES_MAX = 64 * 1024
PAUSE_S_MAX = 5
"""How long a client may be silent in the middle of a body."""
SMALL_S_MAX, FORM_S_MAX = 10, 60
"""How long a whole body may take: a photo of 12 MB at 200 kB/s."""
_TOO_SLOW, _TOO_LARGE = 408, 413


def limited(headers: dict[bytes, bytes], receive: Receive) -> Receive:
    """`receive` that raises 413 for a body too large and 408 for one too slow, as soon as either is known."""
    is_form = headers.get(b"content-type", b"").lower().startswith((b"multipart/form-data", b"text/csv"))
    bytes_max, seconds_max = (FORM_BYTES_MAX, FORM_S_MAX) if is_form else (BODY_BYTES_MAX, SMALL_S_MAX)
    announced = headers.get(b"content-length", b"0")
    announced_bytes = int(announced) if announced.isdigit() else 0
    taken, ends_at, is_whole = 0, 0.0, False

    async def receive_limited() -> Message:
        nonlocal taken, ends_at, is_whole
        if is_whole:
            return await receive()
        if announced_bytes > bytes_max:
            raise HTTPException(status_code=_TOO_LARGE)
        now = asyncio.get_running_loop().time()
        ends_at = ends_at or now + seconds_max
        try:
            message = await asyncio.wait_for(receive(), min(PAUSE_S_MAX, ends_at - now))
        except TimeoutError:
            raise HTTPException(status_code=_TOO_SLOW) from None
        taken += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if taken > bytes_max:
            raise HTTPException(status_code=_TOO_LARGE)
        return message

    return receive_limited
