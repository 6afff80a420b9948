"""`paragon passes` makes what is needed to try digital cards, shows what is offered, and gives tills their key."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Paragon
from tests.fixtures.google_server import GoogleServer
from tests.fixtures.passes import ISSUER


@pytest.fixture
def made(paragon: Paragon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of test certificates, which the environment names as the command said."""
    folder = tmp_path / "certificates"
    ran = paragon("passes", "test-ca", folder, "--pass-type", "pass.rs.lipa", "--team", "LIPA000000")
    assert ran.status == 0, ran.err
    for line in ran.out.splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        monkeypatch.setenv(name, value)
    return folder


def test_the_test_authority_makes_certificates_that_passes_are_signed_with(paragon: Paragon, made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {"root.pem", "wwdr.pem", "pass.pem", "pass.key"}
    assert (made / "pass.key").stat().st_mode & 0o777 == 0o600
    shown: dict[str, Any] = paragon("passes", "show", "--json").value
    assert (shown["apple_pass_type"], shown["apple_team"], shown["google"]) == ("pass.rs.lipa", "LIPA000000", None)
    assert shown["apple_issuer"] == "CN=Paragon test WWDR"
    key = (made / "pass.key").read_text().splitlines()[1]
    assert key not in paragon("passes", "show").out


def test_a_key_is_never_overwritten(paragon: Paragon, made: Path) -> None:
    before = (made / "pass.key").read_bytes()
    ran = paragon("passes", "test-ca", made)
    assert (ran.status, "(folder-taken)" in ran.err) == (1, True)
    assert (made / "pass.key").read_bytes() == before


@pytest.mark.usefixtures("made")
def test_without_settings_nothing_is_offered_and_half_of_them_is_refused(
    paragon: Paragon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PARAGON_APPLE_INTERMEDIATE")
    ran = paragon("passes", "show")
    assert (ran.status, "PARAGON_APPLE_INTERMEDIATE cannot be used" in ran.err) == (1, True)
    for name in ("PARAGON_APPLE_CERTIFICATE", "PARAGON_APPLE_KEY"):
        monkeypatch.delenv(name)
    assert paragon("passes", "show", "--json").value == {"apple": None, "google": None}


@pytest.mark.usefixtures("made")
def test_certificates_of_two_authorities_do_not_start(
    paragon: Paragon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paragon("passes", "test-ca", tmp_path / "other").status == 0
    monkeypatch.setenv("PARAGON_APPLE_INTERMEDIATE", str(tmp_path / "other" / "wwdr.pem"))
    ran = paragon("passes", "show")
    assert (ran.status, "(pass-certificate-refused)" in ran.err, "Traceback" in ran.err) == (1, True, False)


def test_a_till_key_is_the_tenants_own_and_stays_the_same(installed: Paragon, slug: str) -> None:
    first = installed("passes", "till-key", "--tenant", slug)
    assert (first.status, len(bytes.fromhex(first.out.strip()))) == (0, 32)
    assert installed("passes", "till-key", "--tenant", slug).out == first.out
    assert "(tenant-not-found)" in installed("passes", "till-key", "--tenant", "nobody").err


def test_google_learns_how_the_programme_looks_and_learns_it_anew(
    installed: Paragon, slug: str, google: GoogleServer, account_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("passes", "google-class", "--tenant", slug, "--logo", "https://klub.example/logo.png")
    assert "(wallet-not-offered)" in installed(*command).err
    monkeypatch.setenv("PARAGON_GOOGLE_WALLET_ISSUER", ISSUER)
    monkeypatch.setenv("PARAGON_GOOGLE_WALLET_ACCOUNT", str(account_file))
    monkeypatch.setenv("PARAGON_GOOGLE_WALLET_URL", google.url)
    assert installed("passes", "show", "--json").value["google_account"] == "wallet@paragon.example"
    assert installed(*command).status == 0
    google.statuses["POST /walletobjects/v1/loyaltyClass"] = 409
    assert installed(*command).status == 0
    assert [method for method, _, _ in google.asked] == ["POST", "POST", "PUT"]
    assert google.asked[0][2] == google.asked[2][2]
    assert google.asked[0][2]["id"] == f"{ISSUER}.{slug}"
    google.statuses["POST /walletobjects/v1/loyaltyClass"] = 403
    ran = installed(*command)
    assert (ran.status, "(google-refused)" in ran.err) == (1, True)


def test_a_service_account_that_is_none_is_refused(
    paragon: Paragon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAGON_GOOGLE_WALLET_ISSUER", ISSUER)
    for content in ("{", "[]", json.dumps({"client_email": "a", "private_key": "b", "token_uri": "c"})):
        path = tmp_path / "account.json"
        path.write_text(content)
        monkeypatch.setenv("PARAGON_GOOGLE_WALLET_ACCOUNT", str(path))
        ran = paragon("passes", "show")
        assert (ran.status, "(pass-certificate-refused)" in ran.err, "Traceback" in ran.err) == (1, True, False)
