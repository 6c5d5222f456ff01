"""The keys and certificates of embedded banks: costly to make, so a process can share them between banks."""

from __future__ import annotations

import ssl
import tempfile
import threading
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from conformance.bank.settings import Keys, SigningKey
from conformance.pki.authority import Authority, Issued, Organization, pem, self_signed, thumbprint

MAIN = Organization("Exemple TPP SAS", "PSDFR-ACPR-12345")
# the same host name, as two TPPs have that one provider hosts: a common name identifies nobody
OTHER = Organization("Autre TPP SA", "PSDFR-ACPR-67890")


class Keyring:
    """A test PKI with the bank's keys, its server certificates, and the QWACs of two TPPs."""

    def __init__(self) -> None:
        self.root = Authority("Test Root CA")
        self.issuing = Authority("Test Issuing CA", self.root)
        self.main = self.issuing.qwac(MAIN)
        self.renewed = self.issuing.qwac(MAIN)
        self.other = self.issuing.qwac(OTHER)
        self._servers: dict[str, Issued] = {}
        self._contexts: dict[tuple[str, ssl.VerifyMode, bytes], ssl.SSLContext] = {}
        self._lock = threading.Lock()

    @cached_property
    def keys(self) -> Keys:
        """The bank's signing keys."""
        rs256 = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return Keys(
            id_token=(
                SigningKey("bank-rs256-1", "RS256", rs256),
                SigningKey("bank-es256-1", "ES256", ec.generate_private_key(ec.SECP256R1())),
            ),
            internal=SigningKey("internal-1", "ES256", ec.generate_private_key(ec.SECP256R1())),
        )

    @cached_property
    def self_signed(self) -> Issued:
        """A certificate that no authority issued, for self_signed_tls_client_auth."""
        return self_signed(MAIN)

    @property
    def trust_pem(self) -> bytes:
        """The root of everything here, as PEM."""
        return pem(self.root.certificate)

    def tls(
        self, host: str, handshake: ssl.VerifyMode, also_trusted: tuple[x509.Certificate, ...] = ()
    ) -> ssl.SSLContext:
        """The server's TLS context for a host.

        Args:
            host: whose certificate is shown.
            handshake: whether a client certificate is demanded.
            also_trusted: self-signed certificates that were onboarded.
        """
        extra = b"".join(thumbprint(certificate).encode() for certificate in also_trusted)
        with self._lock:
            context = self._contexts.get((host, handshake, extra))
            if context is None:
                context = self._context(host, handshake, also_trusted)
                self._contexts[host, handshake, extra] = context
        return context

    def server(self, host: str) -> Issued:
        """The server certificate of a host."""
        issued = self._servers.get(host)
        if issued is None:
            issued = self._servers[host] = self.issuing.server(host)
        return issued

    def _context(
        self, host: str, handshake: ssl.VerifyMode, also_trusted: tuple[x509.Certificate, ...]
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = handshake
        if handshake is not ssl.CERT_NONE:
            anchors = (self.root.certificate, *also_trusted)
            context.load_verify_locations(cadata="".join(pem(anchor).decode() for anchor in anchors))
        issued = self.server(host)
        with tempfile.TemporaryDirectory() as folder:  # the ssl module reads keys from files only
            both = Path(folder, "server.pem")
            both.touch(0o600)
            both.write_bytes(issued.key_pem + issued.chain_pem)
            context.load_cert_chain(both)
        return context
