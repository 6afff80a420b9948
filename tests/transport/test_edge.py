"""What every answer carries, whoever asks for whatever."""

import asyncio
import re
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr

from backend.app import compose
from backend.kit.web.proxies import Proxies, ProxyMalformed, client_of
from backend.kit.web.uploads import BODY_BYTES_MAX
from tests.fixtures.loopback import alive
from tests.fixtures.served import Serve
from tests.fixtures.world import World


def client(app: object, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=cast("Any", app), client=(peer, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://api.test")


@pytest.mark.parametrize(
    ("path", "status", "policy"),
    [
        ("/livez", 200, "default-src 'none'"),
        ("/nothing", 404, "default-src 'none'"),
        ("/api/v1/wallet", 401, "default-src 'none'"),
        ("/api/v1/docs", 200, "script-src 'self' 'unsafe-inline'"),
        ("/api/v1/staff/docs", 200, "script-src 'self' 'unsafe-inline'"),
        ("/console", 200, "script-src 'self';"),
    ],
)
async def test_every_answer_carries_the_headers(world: World, path: str, status: int, policy: str) -> None:
    async with httpx.AsyncClient(transport=world.api, base_url="http://api.test") as api:
        answer = await api.get(path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert policy in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    assert (answer.headers.get("cache-control") == "no-store") == path.startswith("/api/")
    assert "granian" not in answer.headers["server"]


async def test_a_request_has_one_number_in_answer_problem_and_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "paragon.request")
    answer = await world.mira.api.get(
        "/receipts/01900000-0000-7000-8000-000000000000", headers={"X-Request-ID": "my-request-7"}
    )
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "my-request-7"
    (line,) = [record.fields for record in caplog.records if record.name == "paragon.request"]  # type: ignore[attr-defined]
    assert (line["request"], line["status"], line["tenant"]) == ("my-request-7", 404, str(world.tenant_id))
    assert line["route"] == "/api/v1/receipts/{receipt_id}"


@pytest.mark.parametrize("given", ["short", "x" * 65, 'with "quotes"', "new\tline-of-log", "ć" * 10])
async def test_a_number_that_is_not_sane_is_replaced(world: World, given: str) -> None:
    answer = await world.mira.api.get("/wallet", headers=[(b"X-Request-ID", given.encode())])
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_json_is_small_and_a_photo_may_be_large(world: World) -> None:
    small = await world.mira.api.post(
        "/receipts",
        content=b'{"payload": "' + b"x" * BODY_BYTES_MAX + b'"}',
        headers={"Content-Type": "application/json"},
    )
    assert (small.status_code, small.json()["code"]) == (413, "body-too-large")
    photo = await world.mira.api.post("/receipts", files={"photo": ("a.png", b"x" * BODY_BYTES_MAX, "image/png")})
    assert photo.json()["code"] != "body-too-large"
    large = await world.mira.api.post("/receipts", files={"photo": ("a.png", b"x" * 13_000_000, "image/png")})
    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")


PROXIES = Proxies.parse("10.0.0.0/8, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "proto", "client", "scheme"),
    [
        ("10.0.0.1", "203.0.113.7", "https", "203.0.113.7", "https"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.7, 10.9.9.9", "https", "203.0.113.7", "https"),
        ("fd00::1", "2001:db8::5", "https", "2001:db8::5", "https"),
        ("10.0.0.1", "203.0.113.7", "http", "203.0.113.7", "http"),
        ("10.0.0.1", "rubbish, 203.0.113.7", "https", "203.0.113.7", "https"),
        ("10.0.0.1", "rubbish", "https", "10.0.0.1", "https"),
        ("203.0.113.9", "127.0.0.1", "https", "203.0.113.9", "http"),
    ],
)
def test_only_a_trusted_proxy_speaks_for_the_client(
    peer: str, forwarded: str, proto: str, client: str, scheme: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", proto.encode())]
    scope: dict[str, Any] = {"client": (peer, 9), "scheme": "http", "headers": headers}
    PROXIES.unwrap(scope)
    assert (scope["client"][0], scope["scheme"]) == (client, scheme)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:1::5", "2001:db8:1:1::/64"),
        ("2001:db8:1:1:ffff::6", "2001:db8:1:1::/64"),
        (None, ""),
    ],
)
def test_a_subscriber_is_one_client_whatever_address_it_comes_from(host: str | None, counted: str) -> None:
    assert client_of({"client": (host, 1) if host else None}) == counted


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ProxyMalformed):
        Proxies.parse("10.0.0.0/8,everywhere")


async def test_behind_a_proxy_plain_http_is_refused(world: World) -> None:
    app = compose(world.settings.model_copy(update={"trusted_proxies": "10.0.0.0/8"}), world.url)
    through = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    async with alive(app):
        async with client(app, "10.0.0.1") as proxy:
            assert (await proxy.get("/livez", headers=through)).status_code == 200
            plain = await proxy.get("/livez", headers={**through, "X-Forwarded-Proto": "http"})
        async with client(app, "203.0.113.9") as stranger:
            round_it = await stranger.get("/livez", headers=through)
        async with client(app) as prober:
            assert (await prober.get("/livez")).status_code == 200
    for refused in (plain, round_it):
        assert (refused.status_code, refused.json()["code"]) == (403, "tls-required")
        assert refused.headers["x-content-type-options"] == "nosniff"


async def test_metrics_are_for_this_machine_or_the_token(world: World) -> None:
    app = compose(world.settings, world.url)
    guarded = compose(world.settings.model_copy(update={"metrics_token": SecretStr("let-me-in")}), world.url)
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    async with alive(app), alive(guarded):
        async with client(app) as here:
            await here.get("/api/v1/receipts/01900000-0000-7000-8000-000000000000")
            page = (await here.get("/metrics")).text
        async with client(app, "203.0.113.9") as stranger:
            assert (await stranger.get("/metrics")).status_code == 404
        async with client(guarded, "203.0.113.9") as scraper:
            assert (await scraper.get("/metrics")).status_code == 404
            token = {"Authorization": "Bearer let-me-in"}
            assert (await scraper.get("/metrics", headers=token)).status_code == 200
    assert 'paragon_request_seconds_count{method="GET",route="/api/v1/receipts/{receipt_id}",status="401"}' in page
    assert 'paragon_jobs_total{kind="accrual.settle",outcome="done"}' in page
    assert 'outcome="answered"' in page
    assert "paragon_event_streams 0.0" in page
    assert "paragon_pool_connections_max 12.0" in page


@pytest.mark.parametrize(
    "path", ["/livez", "/nothing", "/api/v1/wallet", "/api/v1/receipts", "/api/v1/docs", "/console"]
)
async def test_head_is_answered_as_get_without_a_body(world: World, path: str) -> None:
    authorization = {"Authorization": f"Bearer {world.mira.token}"}
    async with httpx.AsyncClient(transport=world.api, base_url="http://api.test", headers=authorization) as api:
        whole, head = await api.get(path), await api.head(path)
    assert head.content == b""
    assert (head.status_code, dict(head.headers)) == (
        whole.status_code,
        dict(whole.headers) | {"x-request-id": head.headers["x-request-id"]},
    )


async def test_head_of_what_takes_no_get_is_refused_and_of_a_stream_takes_no_place(world: World) -> None:
    assert (await world.mira.api.head("/auth/code")).status_code == 405
    for _ in range(2 * world.settings.member_streams_max):
        answer = await asyncio.wait_for(world.mira.api.head("/events"), 5)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_head_over_real_http_leaves_the_connection_usable(
    serve: Serve, world: World, http: httpx.AsyncClient
) -> None:
    headers = {"Authorization": f"Bearer {world.mira.token}"}
    with serve() as served:
        for _ in range(2):
            for path in ("/api/v1/wallet", "/api/v1/events"):
                answer = await http.head(f"{served.url}{path}", headers=headers)
                assert (answer.status_code, answer.content) == (200, b"")
            assert (await http.get(f"{served.url}/api/v1/wallet", headers=headers)).json()["balance"] == "0"
