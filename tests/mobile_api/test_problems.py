"""Bad input of every sort is a problem with a stable code, and leaves nothing behind."""

import struct
import zlib
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from backend.app import compose
from tests.fixtures.loopback import alive, transport_to
from tests.fixtures.slips import damaged, qr_png
from tests.fixtures.world import World

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}


def _huge_png(side: int) -> bytes:
    """A small file that says it holds a picture of side x side pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def _photo(content: bytes, name: str = "photo") -> dict[str, Any]:
    return {"files": {name: ("slip.png", content, "image/png")}}


def _part(said: bytes, content: bytes) -> dict[str, Any]:
    """A form with one part in the field `photo`, with what is said of it besides its name."""
    head = b'--b\r\nContent-Disposition: form-data; name="photo"' + said
    return {"content": head + b"\r\n\r\n" + content + b"\r\n--b--\r\n", "headers": FORM}


def _json(content: bytes) -> dict[str, Any]:
    return {"content": content, "headers": JSON}


SMALL = qr_png("hello, this is no receipt")
BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "no receipt": ({"json": {"payload": "hello"}}, 422, "unknown-receipt-code"),
    "empty text": ({"json": {"payload": ""}}, 422, "unknown-receipt-code"),
    "long text": ({"json": {"payload": "x" * 50_000}}, 422, "unknown-receipt-code"),
    "odd text": ({"json": {"payload": "\0\u202e😀"}}, 422, "unknown-receipt-code"),
    "lone surrogate": (_json(b'{"payload": "\\ud800"}'), 400, "malformed-request"),
    "unknown field": ({"json": {"payload": "x", "points": 1_000_000}}, 400, "malformed-request"),
    "missing field": ({"json": {}}, 400, "malformed-request"),
    "wrong type": ({"json": {"payload": 5}}, 400, "malformed-request"),
    "null": ({"json": {"payload": None}}, 400, "malformed-request"),
    "list": ({"json": ["x"]}, 400, "malformed-request"),
    "no json": (_json(b"{"), 400, "malformed-request"),
    "no utf-8": (_json(b'{"payload": "\xff"}'), 400, "malformed-request"),
    "deep json": (_json(b'{"payload": ' + b"[" * 50_000), 400, "malformed-request"),
    "empty json body": (_json(b""), 400, "malformed-request"),
    "empty body": ({}, 415, "media-type-refused"),
    "plain text": ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415, "media-type-refused"),
    "xml": ({"content": b"<a/>", "headers": {"Content-Type": "application/xml"}}, 415, "media-type-refused"),
    "urlencoded": ({"data": {"payload": "x"}}, 415, "media-type-refused"),
    "huge body": (_json(b'{"payload": "' + b"x" * 13_000_000 + b'"}'), 413, "body-too-large"),
    "huge picture": (_photo(_huge_png(30_000)), 422, "picture-refused"),
    "huge file": (_photo(b"\x89PNG" + b"x" * 12_000_001), 422, "picture-refused"),
    "no picture": (_photo(b"MZ\x90\x00"), 422, "picture-refused"),
    "empty picture": (_photo(b""), 422, "picture-refused"),
    "clipped picture": (_photo(SMALL[:80]), 422, "picture-refused"),
    "picture of something else": (_photo(SMALL), 422, "no-code-in-photo"),
    "other field": (_photo(SMALL, "picture"), 400, "malformed-request"),
    "two files": (
        {"files": [("photo", ("a.png", SMALL, "image/png")), ("photo", ("b.png", SMALL, "image/png"))]},
        400,
        "malformed-request",
    ),
    "file and field": ({**_photo(SMALL), "data": {"payload": "x"}}, 400, "malformed-request"),
    "text instead of picture": (_part(b"", b"x"), 422, "picture-refused"),
    "text in a charset of nobody": (
        _part(b"\r\nContent-Type: text/plain; charset=nonsense", b"x"),
        422,
        "picture-refused",
    ),
    "text that is no text": (_part(b"\r\nContent-Type: text/plain; charset=utf-8", b"\xff"), 422, "picture-refused"),
    "name that is no text": (_part(b'; filename="\xff.png"', SMALL), 400, "malformed-request"),
    "empty form": ({"content": b"--b--\r\n", "headers": FORM}, 400, "malformed-request"),
    "clipped form": ({"content": _part(b"", SMALL)["content"][:-9], "headers": FORM}, 400, "malformed-request"),
    "no boundary": ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "malformed-request"),
    "broken form": (
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        400,
        "malformed-request",
    ),
    "many parts": ({"files": [("photo", ("a", b"", "image/png"))] * 2000}, 400, "malformed-request"),
}


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert list(body)[:4] == ["type", "title", "status", "code"]
    assert (body["status"], body["type"]) == (status, f"urn:paragon:problem:{code}")
    assert body["title"]


@pytest.mark.parametrize("what", BAD)
async def test_inf_16_bad_input_is_a_problem_and_leaves_nothing(world: World, what: str) -> None:
    request, status, code = BAD[what]
    answer = await world.mira.api.post("/receipts", **request)
    assert_problem(answer, status, code)
    assert await world.count("receipt") == 0
    assert await world.jobs() == []


@pytest.mark.parametrize(
    "said",
    [b"", b'; filename=""', b"; filename*=UTF-8''ra%C4%8Dun.png", b'; filename="slip.png"'],
    ids=["none", "empty", "encoded", "plain"],
)
@pytest.mark.parametrize("kind", [b"", b"\r\nContent-Type: image/png"], ids=["", "png"])
async def test_a_photo_is_taken_whatever_its_part_says(world: World, said: bytes, kind: bytes) -> None:
    picture = qr_png((await world.slip())["payload"])
    answer = await world.mira.api.post("/receipts", **_part(said + kind, picture))
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("http://playground.test.example.org", "unknown-receipt-code"),
        ("http://playground.test@example.org", "unknown-receipt-code"),
        ("http://example.org/playground.test", "unknown-receipt-code"),
        ("http://playground.test:81", "unknown-receipt-code"),
        ("https://playground.test", "unknown-receipt-code"),
        ("http://рlayground.test", "unknown-receipt-code"),
        ("https://suf.purs.gov.rs.example.org", "unknown-receipt-code"),
    ],
)
async def test_a_look_alike_host_is_nobodys(world: World, host: str, code: str) -> None:
    payload = (await world.slip())["payload"].replace("http://playground.test", host)
    assert_problem(await world.mira.scan(payload), 422, code)
    assert world.authorities.asked == []


async def test_a_clipped_or_misread_code_burns_nothing(world: World) -> None:
    payload = (await world.slip())["payload"]
    for broken in (payload[:-30], payload[: len(payload) // 2], damaged(payload), payload[: payload.index("vl=") + 3]):
        assert_problem(await world.mira.scan(broken), 422, "checksum-mismatch")
    photo = await world.mira.api.post("/receipts", **_photo(qr_png(damaged(payload))))
    assert_problem(photo, 422, "checksum-mismatch")
    assert (await world.petar.scan(payload)).status_code == 202


async def test_faults_are_named_by_json_pointer(world: World) -> None:
    answer = await world.mira.api.post("/receipts", json={"payload": 5})
    assert answer.json()["errors"] == [{"pointer": "/payload", "message": "Expected `str`, got `int`"}]


@pytest.mark.parametrize("accept", ["en", "sr-Latn", "sr-Cyrl"])
async def test_a_problem_speaks_the_callers_language(world: World, accept: str) -> None:
    answer = await world.mira.api.post("/receipts", json={"payload": "x"}, headers={"Accept-Language": accept})
    assert answer.headers["Content-Language"] == accept
    script = {"en": "receipt", "sr-Latn": "račun", "sr-Cyrl": "рачун"}[accept]
    assert script in answer.json()["title"].lower()


async def test_an_odd_language_header_harms_nobody(world: World) -> None:
    headers = [(b"Accept-Language", b"en;q=0.\xb2")]
    answer = await world.mira.api.post("/receipts", json={"payload": "x"}, headers=httpx.Headers(headers))
    assert_problem(answer, 422, "unknown-receipt-code")


async def test_addresses_and_methods_that_are_not_there(world: World) -> None:
    assert_problem(await world.mira.api.get("/nothing"), 404, "not-found")
    assert_problem(await world.mira.api.get("/receipts/not-an-id"), 404, "not-found")
    answer = await world.mira.api.delete("/receipts")
    assert_problem(answer, 405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert "DELETE" not in answer.headers["Allow"]


@pytest.mark.parametrize("name", ["%00", "a" * 5_000, "a%00.css", "nothing.css", "%2e%2e/README.md"])
async def test_a_file_that_cannot_be_is_not_there(world: World, name: str) -> None:
    assert_problem(await world.mira.api.get(f"/docs/assets/{name}"), 404, "not-found")
    assert (await world.mira.api.get("/docs/assets/swagger-ui.css")).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "/receipts?limit=0",
        "/receipts?limit=101",
        "/receipts?limit=x",
        "/receipts?before=x",
        "/wallet/entries?before=1",
        "/wallet/entries?before=1-cash",
        "/wallet/entries?before=9999999999999999999-points",
        "/wallet/entries?before=5-points%0A",
        "/wallet/entries?before=%D9%A5-points",
        "/wallet/entries?limit=-1",
        "/events?after=5%0A",
        "/events?after=%D9%A5",
    ],
)
async def test_parameters_out_of_bounds_are_refused(world: World, query: str) -> None:
    assert_problem(await world.mira.api.get(query), 400, "malformed-request")


async def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(world: World) -> None:
    nowhere = "postgresql://paragon_app@127.0.0.1:1/paragon"
    app = compose(world.settings.model_copy(update={"database_url": SecretStr(nowhere)}), nowhere)
    async with (
        alive(app),
        httpx.AsyncClient(
            transport=transport_to(app),
            base_url="http://api.test",
            headers={"Authorization": f"Bearer {world.mira.token}"},
        ) as client,
    ):
        payload = (await world.slip())["payload"]
        answers = [await client.get(f"/api/v1{path}") for path in ("/receipts", "/wallet", "/wallet/entries")]
        answers += [await client.post("/api/v1/receipts", json={"payload": payload}), await client.get("/readyz")]
        for answer in answers:
            assert_problem(answer, 503, "database-unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        assert (await client.get("/livez")).json() == {"status": "live"}


async def test_our_own_mistake_is_told_without_its_inside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret inside")

    monkeypatch.setattr("mobile_api.routes.receipts.submit", fail)
    answer = await world.mira.scan((await world.slip())["payload"])
    assert_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text


async def test_letters_of_one_case_are_told_apart_from_a_code_that_was_clipped(world: World) -> None:
    slip = await world.slip()
    answer = await world.mira.scan(slip["payload"].upper())
    assert_problem(answer, 422, "letter-case-lost")
    assert "Caps Lock" in answer.json()["title"]
    assert (await world.mira.scan(f"Račun: {slip['payload'].swapcase()}.")).status_code == 202
