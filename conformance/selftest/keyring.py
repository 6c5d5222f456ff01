"""The keys and certificates of embedded banks: costly to make, so a process can share them between banks."""

from __future__ import annotations

import secrets
import ssl
import tempfile
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from conformance.bank.settings import Keys, SigningKey
from conformance.pki.authority import Authority, Issued, Organization, pem, self_signed, thumbprint

MAIN = Organization("Exemple TPP SAS", "PSDFR-ACPR-12345")
# the same host name, as two TPPs have that one provider hosts: a common name identifies nobody
OTHER = Organization("Autre TPP SA", "PSDFR-ACPR-67890")


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A 3SKey token in software: the person's certificate and key, as PKCS#12."""

    issued: Issued
    pkcs12: bytes
    password: str


class Keyring:
    """A test PKI with the bank's keys, its server certificates, and the QWACs of two TPPs."""

    def __init__(self) -> None:
        self.root = Authority("Test Root CA")
        self.issuing = Authority("Test Issuing CA", self.root)
        self.main = self.issuing.qwac(MAIN)
        self.renewed = self.issuing.qwac(MAIN)
        self.other = self.issuing.qwac(OTHER)
        self.personal = Authority("3SKey Test CA")
        self._tokens: dict[str, PersonalToken] = {}
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

    def token(self, user_id: str, name: str) -> PersonalToken:
        """The 3SKey token of a person.

        Args:
            user_id: whose it is; the same one has the same token.
            name: of the person, as its certificate shows it.
        """
        with self._lock:
            if user_id not in self._tokens:
                self._tokens[user_id] = _token(self.personal.person(name), user_id)
            return self._tokens[user_id]

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


def _token(issued: Issued, user_id: str) -> PersonalToken:
    password = secrets.token_urlsafe(16)
    scheme = serialization.PrivateFormat.PKCS12.encryption_builder()
    scheme = scheme.kdf_rounds(2_000)  # the password is random: rounds would only cost time at every start
    encryption = scheme.hmac_hash(hashes.SHA256()).build(password.encode())
    name, key, certificate = user_id.encode(), issued.key, issued.certificate
    content = pkcs12.serialize_key_and_certificates(name, key, certificate, None, encryption)
    return PersonalToken(issued, content, password)
