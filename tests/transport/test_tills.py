"""What a till's side of the counter meets before anything is said: an encrypted channel, and a question who it is."""

import socket
import ssl
from pathlib import Path

import httpx
import pytest

from tests.fixtures.served import Serve, Served
from tests.fixtures.staff import PASSWORD, enrol
from tests.fixtures.world import World

LISTS = ("outlets", "members", "receipts", "programmes", "me")
PROXY = "PARAGON_TRUSTED_PROXIES"


def secure(certificate: Path) -> ssl.SSLContext:
    """A client that knows the certificate and believes no other."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False  # it is reached by its address
    return context


async def test_mt_69_an_app_at_the_till_says_who_it_is_before_anything_is_answered(
    serve: Serve, world: World, pair: tuple[Path, Path]
) -> None:
    certificate, key = pair
    clerk = await enrol(world, "support_agent", email="kasa@example.com")
    login = {"tenant": world.tenant_id.hex, "email": clerk.email, "password": PASSWORD}
    with serve("--tls-cert", str(certificate), "--tls-key", str(key), scheme="https") as served:
        async with httpx.AsyncClient(base_url=f"{served.url}/api/v1/staff/", verify=secure(certificate)) as app:
            forged = {"Authorization": "Bearer pgs1_forged"}
            for headers in ({}, forged, {"Authorization": f"Bearer {world.mira.token}"}):
                answers = [await app.get(name, headers=headers) for name in LISTS]
                assert {answer.status_code for answer in answers} == {401}
            wrong = await app.post("login", json={**login, "password": "guessed", "code": clerk.authenticator.now()})
            assert (wrong.status_code, wrong.json()["code"]) == (401, "login-refused")
            signed = await app.post("login", json={**login, "code": clerk.recovery_codes[0]})
            assert signed.status_code == 200, signed.text
            own = {"Authorization": f"Bearer {signed.json()['token']}"}
            assert {(await app.get(name, headers=own)).status_code for name in LISTS} == {200}
            assert (await app.post("logout", headers=own)).status_code == 204
            assert {(await app.get(name, headers=own)).status_code for name in LISTS} == {401}


async def test_lty_26_after_identification_plain_http_is_refused(
    serve: Serve, world: World, pair: tuple[Path, Path]
) -> None:
    certificate, key = pair
    identified = {"Authorization": f"Bearer {world.mira.token}"}
    with serve("--tls-cert", str(certificate), "--tls-key", str(key), scheme="https") as served:
        async with httpx.AsyncClient(headers=identified, verify=secure(certificate)) as client:
            assert (await client.get(f"{served.url}/api/v1/wallet")).status_code == 200
            with pytest.raises(httpx.HTTPError):
                await client.get(f"http://127.0.0.1:{served.port}/api/v1/wallet")
    with serve(**{PROXY: "127.0.0.1"}) as behind:
        async with httpx.AsyncClient(base_url=behind.url, headers=identified) as client:
            through = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
            assert (await client.get("/api/v1/wallet", headers=through)).status_code == 200
            plain = await client.get("/api/v1/wallet", headers={**through, "X-Forwarded-Proto": "http"})
    assert (plain.status_code, plain.json()["code"]) == (403, "tls-required")


def test_lty_48_what_is_said_is_encrypted_by_a_modern_protocol_or_not_said(
    serve: Serve, pair: tuple[Path, Path]
) -> None:
    certificate, key = pair
    with serve("--tls-cert", str(certificate), "--tls-key", str(key), scheme="https") as served:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            modern = secure(certificate)
            modern.minimum_version = modern.maximum_version = version
            assert handshake(served, modern)[0] == version.name.replace("_", ".")
        for suites in ("AES128-SHA", "AES256-SHA256", "ECDHE-ECDSA-AES128-SHA"):
            weak = secure(certificate)
            weak.maximum_version = ssl.TLSVersion.TLSv1_2
            weak.set_ciphers(f"{suites}:@SECLEVEL=0")
            with pytest.raises(ssl.SSLError, match="handshake"):
                handshake(served, weak)
        old = secure(certificate)
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            old.minimum_version = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError, match=r"version|handshake"):
            handshake(served, old)
        _, suite = handshake(served, secure(certificate))
        assert suite.startswith("TLS_")


def handshake(served: Served, context: ssl.SSLContext) -> tuple[str, str]:
    """The protocol and the suite of ciphers that both sides agree on."""
    with socket.create_connection(("127.0.0.1", served.port)) as raw, context.wrap_socket(raw) as wrapped:
        cipher = wrapped.cipher()
        assert cipher is not None
        return str(wrapped.version()), cipher[0]
