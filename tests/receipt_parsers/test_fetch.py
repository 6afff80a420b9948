"""The driver keeps its limits and turns every failure into one of the family."""

import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from receipt_parsers import fetch
from receipt_parsers.authorities.rs_suf import RS_SUF
from receipt_parsers.errors import AuthorityUnavailable, LayoutChanged, UnknownReceipt

Handler = Callable[[httpx.Request], httpx.Response]


async def fetched(handler: Handler, *, with_gtins: bool = False) -> fetch.Fetched:
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler), cookies={"own": "1"}) as client:
        result = await fetch.converse(RS_SUF.enquire(b"payload", with_gtins=with_gtins), client)
        assert not client.cookies
        return result


@pytest.fixture
def answer(serbia: Path) -> bytes:
    return (serbia / "json/accept-json-2022.json").read_bytes()


async def test_inf_17_a_receipt_is_fetched_with_the_hash_of_its_answer(answer: bytes) -> None:
    asked: list[httpx.Request] = []

    def portal(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=answer, headers={"Set-Cookie": "tracked=1"})

    result = await fetched(portal)
    assert result.receipt == RS_SUF.parse(answer)
    assert result.sha256 == hashlib.sha256(answer).hexdigest()
    assert [(request.url.host, request.headers["accept"]) for request in asked] == [
        ("suf.purs.gov.rs", "application/json")
    ]
    assert "cookie" not in asked[0].headers


async def test_a_form_is_posted_and_a_cookie_goes_only_where_it_is_wanted(serbia: Path, answer: bytes) -> None:
    page = (serbia / "pages/page-2022.html").read_bytes()
    asked: list[tuple[str, str | None, bytes]] = []

    def portal(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.headers.get("cookie"), request.content))
        if request.method == "POST":
            return httpx.Response(200, content=b'{"success":false}')
        return httpx.Response(200, content=answer if "json" in request.headers["accept"] else page)

    result = await fetched(portal, with_gtins=True)
    assert asked == [
        ("GET", None, b""),
        ("GET", "localization=sr-Cyrl-RS", b""),
        ("POST", None, b"invoiceNumber=746DUV64-746DUV64-16898&token=c1a3ec15-e079-4f8a-a99f-af543e7b41d1"),
    ]
    assert result.sha256 == hashlib.sha256(answer + page + b'{"success":false}').hexdigest()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30),
        ({"Retry-After": "Sun, 22 Nov 2026 09:00:00 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_overloaded_portal_is_unavailable(status: int, headers: dict[str, str], seconds: int | None) -> None:
    with pytest.raises(AuthorityUnavailable) as refused:
        await fetched(lambda _: httpx.Response(status, headers=headers))
    assert refused.value.retry_after_s == seconds


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("nonsense"),
        httpx.DecodingError("not gzip"),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
async def test_a_failing_network_is_unavailable(failure: Exception) -> None:
    def portal(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(AuthorityUnavailable):
        await fetched(portal)


async def test_an_endless_answer_is_cut_off() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield b"x" * 100_000

    with pytest.raises(LayoutChanged):
        await fetched(lambda _: httpx.Response(200, content=endless()))
    assert sent <= 2 * (fetch.SIZE_LIMIT_BYTES + 200_000)


async def test_a_silent_portal_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "TIME_LIMIT_S", 0)

    async def silent() -> AsyncIterator[bytes]:
        import asyncio

        await asyncio.Event().wait()
        yield b""

    with pytest.raises(AuthorityUnavailable):
        await fetched(lambda _: httpx.Response(200, content=silent()))


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def portal(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})

    with pytest.raises(LayoutChanged):
        await fetched(portal)
    assert set(asked) == {"suf.purs.gov.rs"}


async def test_an_unknown_receipt_is_said_so() -> None:
    with pytest.raises(UnknownReceipt):
        await fetched(lambda _: httpx.Response(400))
