"""What the bank is handed: its hosts, keys and trust anchors, and whom it knows."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from conformance.bank.clock import Clock

REALM = "/sgconnect/oauth2"
HANDSHAKES = (ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
TlsContexts = Callable[[str, ssl.VerifyMode], ssl.SSLContext]


@dataclass(frozen=True, slots=True)
class Hosts:
    """The three host names under which the bank is reached.

    Args:
        sso: the browser's: authorization server, discovery, JWKS and pages.
        cert: the one that demands a certificate for tokens.
        api: the one that demands a certificate for resources.
    """

    sso: str = "sso.bank.example"
    cert: str = "sso-cert.bank.example"
    api: str = "my-api.bank.example"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of the JWK Set: its identifier, algorithm and private half."""

    kid: str
    algorithm: str
    private: PrivateKey


@dataclass(frozen=True, slots=True)
class Keys:
    """The bank's keys.

    Args:
        id_token: published in the JWK Set; the first of the chosen algorithm signs ID tokens.
        internal: signs what only the bank itself reads, access and refresh tokens.
    """

    id_token: tuple[SigningKey, ...]
    internal: SigningKey


@dataclass(frozen=True, slots=True)
class Client:
    """A TPP as it was onboarded.

    Args:
        client_id: issued at onboarding.
        organization_identifier: of its QWAC, as `PSDFR-ACPR-12345`.
        common_name: of its QWAC, which identifies nobody.
        redirect_uris: supplied at onboarding.
        scopes: those that its roles cover.
        authentication: its method at the token endpoint, in the registry's words.
        secret: for the methods with one.
        public_keys: PEM of its keys, for private_key_jwt.
        thumbprint: SHA-256 of its certificate, for self_signed_tls_client_auth.
    """

    client_id: str
    name: str
    organization_identifier: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    common_name: str = ""
    authentication: str = "tls_client_auth"
    secret: str | None = None
    public_keys: tuple[str, ...] = ()
    thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class Psu:
    """What a user of a company's e-banking contract authenticates with; his rights are the corporate bank's.

    Args:
        username: types it at login.
        pin: of the secure-access device.
        name: as the pages greet him.
        subject: the opaque identifier that TPPs see.
        company: the identifier of the company's contract.
        user_id: what the corporate bank calls him.
        certificate: the personal one that is enrolled for his 3SKey; None without.
    """

    username: str
    password: str
    pin: str
    name: str
    subject: str
    company: str
    user_id: str
    certificate: x509.Certificate | None = None


@dataclass(frozen=True)
class Settings:
    """Everything that the bank is handed.

    Args:
        tls: makes the server context for a host name and a demand for client certificates.
        trust_anchors: the root authorities of QWACs.
        issuing_authorities: those that the trusted list shows as qualified for website authentication.
        psus: by what they type at login.
        personal_authorities: those that issue the personal certificates of 3SKey tokens.
        latency: seconds added to each answer.
        request_id_demanded: whether calls of the STET interface must carry X-Request-ID.
        id_token_algorithm: one of those of the published keys.
    """

    hosts: Hosts
    keys: Keys
    tls: TlsContexts
    trust_anchors: tuple[x509.Certificate, ...]
    issuing_authorities: tuple[x509.Certificate, ...]
    clients: Mapping[str, Client]
    psus: Mapping[str, Psu]
    personal_authorities: tuple[x509.Certificate, ...] = ()
    clock: Clock = field(default_factory=Clock)
    latency: float = 0
    request_id_demanded: bool = True
    id_token_algorithm: str = "RS256"  # noqa: S105 - no password

    @property
    def issuer(self) -> str:
        """The issuer identifier."""
        return f"https://{self.hosts.sso}{REALM}"


Json = dict[str, Any]
