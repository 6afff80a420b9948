"""A pass is what Apple's format asks for, by openssl's word, in the owner's look; what is changed in it shows."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs7

from backend.passes.apple_pass import UpdateService, pass_json, pkpass
from backend.passes.apple_signer import AppleFiles, AppleSigner, load_signer
from backend.passes.errors import PassCertificateRefused
from backend.passes.own_ca import make_authority, make_pass_certificate
from tests.fixtures.passes import CARD, PASS_TYPE, TEAM, OwnCa, files_of, flaws_of

SERVICE = UpdateService("https://klub.example/apple/lipa", "0" * 64)


@pytest.fixture
def files(signer: AppleSigner) -> dict[str, bytes]:
    return files_of(pkpass(CARD, signer, SERVICE))


def test_inf_02_openssl_finds_nothing_wrong_with_a_pass(files: dict[str, bytes], own_ca: OwnCa, tmp_path: Path) -> None:
    assert flaws_of(files, own_ca.root_pem, tmp_path) == []
    assert (tmp_path / "verified").read_bytes() == files["manifest.json"]
    certificates = pkcs7.load_der_pkcs7_certificates(files["signature"])
    assert own_ca.intermediate.certificate in certificates
    assert len(certificates) == 2
    for oid in ("signingTime", "sha256"):
        assert _oid(oid) in files["signature"]


def _oid(name: str) -> bytes:
    """DER of what must stand in the signature: RFC 5652 11.3, RFC 5754 2."""
    return {"signingTime": bytes.fromhex("06092a864886f70d010905"), "sha256": bytes.fromhex("0609608648016503040201")}[
        name
    ]


@pytest.mark.parametrize("name", ["pass.json", "icon.png", "logo@3x.png"])
def test_a_changed_byte_of_any_file_shows_in_the_manifest(
    files: dict[str, bytes], own_ca: OwnCa, tmp_path: Path, name: str
) -> None:
    changed = files | {name: files[name][:-1] + bytes([files[name][-1] ^ 1])}
    assert flaws_of(changed, own_ca.root_pem, tmp_path) == [f"hash of {name}"]


def test_a_changed_manifest_and_a_foreign_signer_show_in_the_signature(
    files: dict[str, bytes], own_ca: OwnCa, tmp_path: Path
) -> None:
    manifest = files["manifest.json"].replace(b"{", b"{ ", 1)
    assert flaws_of(files | {"manifest.json": manifest}, own_ca.root_pem, tmp_path) == ["signature is not good"]
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(make_authority("Stranger", now=datetime.now(UTC)).pem)
    assert flaws_of(files, stranger, tmp_path) == ["signature is not good"]


def test_inf_02_lty_35_the_pass_shows_number_balance_and_holder_in_the_members_language(
    files: dict[str, bytes],
) -> None:
    document = json.loads(files["pass.json"])
    assert (document["formatVersion"], document["passTypeIdentifier"], document["teamIdentifier"]) == (
        1,
        PASS_TYPE,
        TEAM,
    )
    assert document["serialNumber"] == str(CARD.serial)
    assert (document["webServiceURL"], document["authenticationToken"]) == (SERVICE.url, SERVICE.token)
    (barcode,) = document["barcodes"]
    assert (barcode["format"], barcode["message"]) == ("PKBarcodeFormatQR", CARD.number)
    shown = {row["key"]: (row["label"], row["value"]) for rows in document["storeCard"].values() for row in rows}
    assert shown == {
        "balance": ("Поени", "127"),
        "programme": ("Млекара Липа", "Липа клуб"),
        "holder": ("Члан", "Мира Ђурић"),
    }
    assert document["voided"] is False


def test_lty_53_inf_48_the_pass_wears_the_owners_name_words_and_colours(files: dict[str, bytes]) -> None:
    document = json.loads(files["pass.json"])
    assert (document["organizationName"], document["logoText"]) == ("Млекара Липа", "Липа")
    assert (document["backgroundColor"], document["foregroundColor"]) == ("rgb(31, 92, 153)", "rgb(255, 255, 255)")
    for name, points in (("icon", 29), ("logo", 50)):
        for density, suffix in ((1, ""), (2, "@2x"), (3, "@3x")):
            picture = cv2.imdecode(np.frombuffer(files[f"{name}{suffix}.png"], np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None
            assert picture.shape == (points * density, points * density, 3)
            assert picture[0, 0].tolist() == [0x99, 0x5C, 0x1F]
            accent = np.all(picture == (0x05, 0xB7, 0xF2), axis=2)
            assert accent.mean() > 0.2


def test_a_bright_brand_is_written_on_in_black_and_a_card_without_a_name_has_no_holder(signer: AppleSigner) -> None:
    bright = dataclasses.replace(CARD.brand, primary_colour="#f2b705")
    document = pass_json(dataclasses.replace(CARD, brand=bright, holder=""), signer, None)
    assert document["foregroundColor"] == "rgb(0, 0, 0)"
    assert document["storeCard"]["secondaryFields"] == []
    assert "webServiceURL" not in document


def test_a_blocked_card_is_a_void_pass(signer: AppleSigner) -> None:
    assert pass_json(dataclasses.replace(CARD, is_blocked=True), signer, None)["voided"] is True


def test_a_locked_key_is_opened_by_its_password(own_ca: OwnCa, signer: AppleSigner, tmp_path: Path) -> None:
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    )
    files = dataclasses.replace(own_ca.files, key=locked)
    assert load_signer(dataclasses.replace(files, password=b"open sesame")).pass_type == PASS_TYPE
    for password in (None, b"wrong"):
        with pytest.raises(PassCertificateRefused):
            load_signer(dataclasses.replace(files, password=password))


def test_certificates_that_do_not_belong_together_are_refused_with_the_reason(own_ca: OwnCa, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    other = make_pass_certificate(PASS_TYPE, TEAM, by=make_authority("Other", now=now), now=now)
    nameless = make_authority("Nameless", by=own_ca.intermediate, now=now)
    for name, content in {
        "other.pem": other.pem,
        "other.key": other.key_pem,
        "nameless.pem": nameless.pem,
        "nameless.key": nameless.key_pem,
        "junk.pem": b"junk",
    }.items():
        (tmp_path / name).write_bytes(content)
    ours = own_ca.files
    for files, reason in (
        (AppleFiles(ours.certificate, tmp_path / "other.key", ours.intermediate), "is not the key of"),
        (AppleFiles(tmp_path / "other.pem", tmp_path / "other.key", ours.intermediate), "was not issued by"),
        (AppleFiles(tmp_path / "nameless.pem", tmp_path / "nameless.key", ours.intermediate), "names no pass type"),
        (AppleFiles(tmp_path / "junk.pem", ours.key, ours.intermediate), "is no certificate"),
        (AppleFiles(ours.certificate, tmp_path / "junk.pem", ours.intermediate), "is no private key"),
        (AppleFiles(tmp_path / "absent.pem", ours.key, ours.intermediate), "cannot be read"),
    ):
        with pytest.raises(PassCertificateRefused) as refused:
            load_signer(files)
        assert reason in refused.value.params["reason"]
