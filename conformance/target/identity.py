"""A TPP's certificate and key, checked before anything is sent."""

from __future__ import annotations

import os
import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)


class IdentityProblem(Exception):
    """A certificate or key that cannot be used: which of the two, what was found, what was wanted."""

    def __init__(self, key: str, found: str, wanted: str) -> None:
        self.key = key
        self.found = found
        self.wanted = wanted
        super().__init__(f"{key}: found {found}, wanted {wanted}")


@dataclass(frozen=True)
class Identity:
    """What a TPP presents on a mutual-TLS connection.

    Args:
        name: how reports call it, as `main`.
        chain: PEM, the leaf first.
        key: PEM, unencrypted.
    """

    name: str
    chain: str = field(repr=False)
    key: str = field(repr=False)

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The leaf."""
        return x509.load_pem_x509_certificates(self.chain.encode())[0]

    @cached_property
    def private_key(self) -> PrivateKeyTypes:
        """The key of the leaf."""
        return load_pem_private_key(self.key.encode(), password=None)

    def offer(self, context: ssl.SSLContext) -> None:
        """Let a context present it; OpenSSL takes files only, so one exists for the time of this call, for us alone.

        Raises:
            ssl.SSLError: OpenSSL refuses it.
        """
        handle, name = tempfile.mkstemp()
        try:
            os.write(handle, f"{self.chain}\n{self.key}\n".encode())
            context.load_cert_chain(name)
        finally:
            os.close(handle)
            Path(name).unlink()

    @cached_property
    def sha256(self) -> str:
        """Thumbprint of the leaf, lower-case hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def load_identity(name: str, chain: str, key: str) -> Identity:
    """Read a certificate and its key.

    Raises:
        IdentityProblem: unreadable, mismatched, expired or not yet valid.
    """
    identity = Identity(name, chain, key)
    _readable(identity)
    _matching(identity)
    _in_force(identity)
    _usable(identity)
    return identity


def _readable(identity: Identity) -> None:
    try:
        _ = identity.certificate
    except (ValueError, IndexError, UnsupportedAlgorithm):
        raise IdentityProblem("certificate", "no readable certificate", "PEM, the QWAC first") from None
    try:
        _ = identity.private_key
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise IdentityProblem("key", "no readable private key", "an unencrypted key in PEM") from None


def _matching(identity: Identity) -> None:
    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        named = identity.certificate.public_key().public_bytes(*spki)
    except (ValueError, UnsupportedAlgorithm):
        raise IdentityProblem("certificate", "a public key of an unknown kind", "an EC or RSA key") from None
    if identity.private_key.public_key().public_bytes(*spki) != named:
        raise IdentityProblem("key", "the key of another certificate", "the key that the certificate names")


def _in_force(identity: Identity) -> None:
    now = datetime.now(UTC)
    leaf = identity.certificate
    if now > leaf.not_valid_after_utc:
        raise IdentityProblem(
            "certificate",
            f"a certificate that expired on {leaf.not_valid_after_utc:%Y-%m-%d}",
            "one in force",
        )
    if now < leaf.not_valid_before_utc:
        raise IdentityProblem(
            "certificate",
            f"a certificate that is valid only from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
            "one in force",
        )


def _usable(identity: Identity) -> None:
    try:
        identity.offer(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except ssl.SSLError as error:
        reason = (error.reason or "unknown reason").lower().replace("_", " ")
        raise IdentityProblem(
            "certificate", f"a chain and key that OpenSSL refuses ({reason})", "a chain and key for TLS"
        ) from None


def count_certificates(text: str) -> int:
    """How many certificates a PEM text holds; 0 where it is unreadable."""
    try:
        return len(x509.load_pem_x509_certificates(text.encode()))
    except (ValueError, UnsupportedAlgorithm):
        return 0
