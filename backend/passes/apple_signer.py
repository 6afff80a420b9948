"""Signs as Apple's wallet wants it: a detached PKCS#7 signature with the intermediate certificate inside.

What a pass is and whose it is stands in the certificate itself (UID and OU), so that it cannot differ from the pass.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7
from cryptography.x509.oid import NameOID

from backend.passes.errors import PassCertificateRefused


@dataclass(frozen=True, slots=True)
class AppleFiles:
    """Where the pass certificate, its key and Apple's intermediate certificate (WWDR) are, as PEM."""

    certificate: Path
    key: Path
    intermediate: Path
    password: bytes | None = None


@dataclass(frozen=True, slots=True)
class AppleSigner:
    """A certificate that can sign passes; `pass_type` and `team` are its own words."""

    files: AppleFiles
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    intermediate: x509.Certificate
    pass_type: str
    team: str

    def sign(self, manifest: bytes) -> bytes:
        """The DER signature over the manifest, which it does not contain; its signing time is this machine's."""
        return (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(manifest)
            .add_signer(self.certificate, self.key, hashes.SHA256())
            .add_certificate(self.intermediate)
            .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
        )


def load_signer(files: AppleFiles) -> AppleSigner:
    """The signer of those files. Raises PassCertificateRefused when they do not belong together."""
    certificate = _certificate(files.certificate)
    intermediate = _certificate(files.intermediate)
    try:
        key = load_pem_private_key(_read(files.key), files.password)
    except (ValueError, TypeError) as error:
        raise PassCertificateRefused(reason=f"{files.key.name} is no private key, or its password is wrong") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise PassCertificateRefused(reason=f"{files.key.name} is neither an RSA nor an elliptic curve key")
    if key.public_key() != certificate.public_key():
        raise PassCertificateRefused(reason=f"{files.key.name} is not the key of {files.certificate.name}")
    try:
        certificate.verify_directly_issued_by(intermediate)
    except (ValueError, TypeError, InvalidSignature) as error:
        reason = f"{files.certificate.name} was not issued by {files.intermediate.name}"
        raise PassCertificateRefused(reason=reason) from error
    return AppleSigner(
        files=files,
        certificate=certificate,
        key=key,
        intermediate=intermediate,
        pass_type=_word(certificate, NameOID.USER_ID, files),
        team=_word(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME, files),
    )


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_read(path))
    except ValueError as error:
        raise PassCertificateRefused(reason=f"{path.name} is no certificate") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PassCertificateRefused(reason=f"{path.name} cannot be read") from error


def _word(certificate: x509.Certificate, oid: x509.ObjectIdentifier, files: AppleFiles) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    if not found:
        raise PassCertificateRefused(reason=f"{files.certificate.name} names no pass type or team")
    return str(found[0].value)
