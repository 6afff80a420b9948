"""What a member's phone does in the story: signs in with the code that it is sent, and hears events as they happen.

The only phone of a demonstration is the message console, so the code is read from its page, as a person would.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from backend.demo.errors import DemoFailed
from backend.members.contacts import parse_contact

_ARTICLE = re.compile(r"<article>.*?</article>", re.DOTALL)
_CODE = re.compile(r"\b[0-9]{6}\b", re.ASCII)
_EVENT = "<dd>sign-in-code</dd>"


@dataclass(frozen=True, slots=True)
class Told:
    """One live event."""

    kind: str
    data: dict[str, Any]


def shown_code(page: str, to: str) -> str | None:
    """The newest sign-in code for the address that the console's page shows, if it shows one."""
    masked = parse_contact(to).masked
    for article in _ARTICLE.findall(page):
        code = _CODE.search(article.partition('class="body"')[2])
        if masked in article and _EVENT in article and code:
            return code[0]
    return None


def told(lines: Iterable[str], *, within_s: int) -> Iterator[Told]:
    """The events of a stream's lines as they arrive; each within that time of the one before, or DemoFailed."""
    kind, deadline = "", time.monotonic() + within_s
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield Told(kind, json.loads(value))
            deadline = time.monotonic() + within_s
        if time.monotonic() > deadline:
            break
    raise DemoFailed(reason="the live events fell silent")


def asked(api: httpx.Client, path: str, body: dict[str, str], status: int) -> httpx.Response:
    """What the API answers. Raises DemoFailed where it is not that status."""
    answer = api.post(path, json=body)
    if answer.status_code != status:
        raise DemoFailed(reason=f"{path} answered {answer.status_code} and not {status}")
    return answer
