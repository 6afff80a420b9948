"""Certificates of our own making, shaped like Apple's, to try passes without an account: root, intermediate, pass.

A phone refuses passes signed by them; everything else about a pass can be proved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backend.passes.apple_signer import AppleFiles

_BITS = 2048
_VALID = timedelta(days=365)
_PUBLIC_EXPONENT = 65537


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key, in the clear."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_authority(name: str, *, by: Signed | None = None, now: datetime) -> Signed:
    """An authority, signed by another or by itself."""
    return _signed([(NameOID.COMMON_NAME, name)], by=by, ca=True, extensions=[], now=now)


def make_pass_certificate(pass_type: str, team: str, *, by: Signed, now: datetime) -> Signed:
    """A certificate that says what it signs passes of, and which team's they are."""
    subject = [
        (NameOID.USER_ID, pass_type),
        (NameOID.COMMON_NAME, f"Pass Type ID: {pass_type}"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, team),
        (NameOID.ORGANIZATION_NAME, "Test"),
    ]
    return _signed(subject, by=by, ca=False, extensions=[_used_for(ExtendedKeyUsageOID.CLIENT_AUTH)], now=now)


def make_server_certificate(address: str, *, by: Signed, now: datetime) -> Signed:
    """A certificate of a server at an IP address."""
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    extensions = [names, _used_for(ExtendedKeyUsageOID.SERVER_AUTH)]
    return _signed([(NameOID.COMMON_NAME, address)], by=by, ca=False, extensions=extensions, now=now)


def write_test_ca(folder: Path, pass_type: str, team: str, *, now: datetime) -> AppleFiles:
    """Write root.pem, wwdr.pem, pass.pem and pass.key, the key readable by its owner alone. Raises OSError.

    A folder that holds one of them already is refused: a key is never overwritten.
    """
    root = make_authority("Paragon test root", now=now)
    intermediate = make_authority("Paragon test WWDR", by=root, now=now)
    leaf = make_pass_certificate(pass_type, team, by=intermediate, now=now)
    folder.mkdir(parents=True, exist_ok=True)
    files = {"root.pem": root.pem, "wwdr.pem": intermediate.pem, "pass.pem": leaf.pem, "pass.key": leaf.key_pem}
    for name, content in files.items():
        path = folder / name
        path.touch(mode=0o600 if name.endswith(".key") else 0o644, exist_ok=False)
        path.write_bytes(content)
    return AppleFiles(folder / "pass.pem", folder / "pass.key", folder / "wwdr.pem")


def _signed(
    subject: Sequence[tuple[x509.ObjectIdentifier, str]],
    *,
    by: Signed | None,
    ca: bool,
    extensions: Sequence[x509.ExtensionType],
    now: datetime,
) -> Signed:
    key = rsa.generate_private_key(_PUBLIC_EXPONENT, _BITS)
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    issuer_key = key if by is None else by.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_key_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Signed(builder.sign(issuer_key, hashes.SHA256()), key)


def _used_for(purpose: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([purpose])


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
