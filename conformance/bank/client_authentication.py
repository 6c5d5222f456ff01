"""Client authentication at the token and revocation endpoints: RFC 8705, section 2; OIDC Core 1.0, 9."""

from __future__ import annotations

import hmac
import ssl
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from werkzeug import Request

from conformance.bank.component import Component
from conformance.bank.parameters import Pairs, parse_form, present, repeated_names
from conformance.bank.problems import OAuthProblem
from conformance.bank.settings import Client
from conformance.bank.tokens import ONLY_SIGNATURE
from conformance.bank.trust import PeerCertificate

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Form = dict[str, str]

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FORM = "application/x-www-form-urlencoded"


class ClientAuthentication(Component):
    """What the token endpoint and the revocation endpoint have in common."""

    purposes: tuple[str, ...] = ()

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._assertions: set[str] = set()

    # the connection

    def hosts(self) -> dict[str, bool]:
        """On which hosts it is served, and whether that one demands a certificate."""
        return {"cert": True}

    def certificate_required(self, purpose: str, host: str) -> bool:
        """Whether nobody is heard without a certificate (RFC 8705, section 2)."""
        return self.hosts()[host]

    def handshake(self, host: str) -> ssl.VerifyMode:
        """What the host asks for in the TLS handshake: as much as all its purposes require."""
        if host not in self.hosts():
            return ssl.CERT_NONE
        required = [self.certificate_required(purpose, host) for purpose in self.purposes]
        if all(required):
            return ssl.CERT_REQUIRED
        return ssl.CERT_OPTIONAL if any(required) or host != "sso" else ssl.CERT_NONE

    # the form

    def parameters(self, request: Request) -> Pairs:
        """The parameters of a form-encoded POST; those of the URL are not read (RFC 6749, section 3.2).

        Raises:
            OAuthProblem: it is no such request.
        """
        if request.method != "POST":
            raise OAuthProblem("invalid_request", "only POST is accepted", 405)
        if request.mimetype != _FORM:
            raise OAuthProblem("invalid_request", f"the body must be {_FORM}")
        try:
            return parse_form(request.get_data().decode("utf-8"))
        except ValueError:
            raise OAuthProblem("invalid_request", "the body is not readable as a form") from None

    def expect_no_repetition(self, pairs: Pairs) -> None:
        """Refuse a parameter that occurs twice (RFC 6749, section 3.2)."""
        if repeated_names(pairs):
            raise OAuthProblem("invalid_request", "a parameter occurs more than once")

    def form(self, request: Request) -> Form:
        """The parameters of the request, once each."""
        pairs = self.parameters(request)
        self.expect_no_repetition(pairs)
        return present(pairs)

    # the client

    def authenticate(
        self, request: Request, form: Form, certificate: PeerCertificate | None, *, purpose: str, host: str
    ) -> Client:
        """The client that sent the request.

        Raises:
            OAuthProblem: it is unknown, or not who it says it is.
        """
        client = self.client_of(request, form, certificate)
        if certificate is not None:
            self._expect_certificate_of(client, certificate)
        elif self.certificate_required(purpose, host):
            raise OAuthProblem("invalid_client", "a client certificate is required", 401)
        if not self.credentials_suffice(client, request, form):
            raise OAuthProblem("invalid_client", "the client's credentials are missing or wrong", 401)
        return client

    def client_of(self, request: Request, form: Form, certificate: PeerCertificate | None) -> Client:
        """The client that the request names; the certificate alone does not (RFC 8705, section 2)."""
        named = form.get("client_id") or _basic(request)[0] or _subject(form)
        if not named:
            raise OAuthProblem("invalid_request", "client_id is missing")
        client = self.settings.clients.get(named)
        if client is None:
            raise OAuthProblem("invalid_client", "the client is unknown", 401)
        return client

    def _expect_certificate_of(self, client: Client, certificate: PeerCertificate) -> None:
        if not self.certificate_acceptable(client, certificate):
            raise OAuthProblem("invalid_client", "the certificate is no acceptable QWAC", 401)
        if not self.certificate_matches(client, certificate):
            raise OAuthProblem("invalid_client", "the certificate is not the client's", 401)

    def certificate_acceptable(self, client: Client, certificate: PeerCertificate) -> bool:
        """Whether it is a qualified website certificate of a trusted provider, or was onboarded itself."""
        return client.authentication == "self_signed_tls_client_auth" or not certificate.defect

    def certificate_matches(self, client: Client, certificate: PeerCertificate) -> bool:
        """Whether the certificate names the organisation that was onboarded (RFC 8705, section 2.1)."""
        if client.authentication == "self_signed_tls_client_auth":
            return certificate.thumbprint == client.thumbprint
        return certificate.organization_identifier == client.organization_identifier

    def credentials_suffice(self, client: Client, request: Request, form: Form) -> bool:
        """Whether what the client's method asks besides the certificate was sent; for TLS methods nothing."""
        if client.authentication == "client_secret_basic":
            return _equal(_basic(request)[1], client.secret)
        if client.authentication == "client_secret_post":
            return _equal(form.get("client_secret"), client.secret)
        if client.authentication == "private_key_jwt":
            return self.assertion_good(client, form)
        return True

    def assertion_good(self, client: Client, form: Form) -> bool:
        """Whether the client signed a fresh assertion for this bank (RFC 7523, section 3)."""
        if form.get("client_assertion_type") != _ASSERTION:
            return False
        claims = _verified(form.get("client_assertion", ""), client.public_keys)
        if claims is None or claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            return False
        audience, expires, identifier = claims.get("aud"), claims.get("exp"), claims.get("jti")
        audiences = audience if isinstance(audience, list) else [audience]
        if not self.audiences().intersection(a for a in audiences if isinstance(a, str)):
            return False
        if not isinstance(expires, int | float) or expires <= self.clock.timestamp():
            return False
        if not isinstance(identifier, str) or identifier in self._assertions:
            return False
        self._assertions.add(identifier)
        return True

    def audiences(self) -> set[str]:
        """Whom an assertion may be meant for."""
        metadata = self.bank.discovery.metadata()
        return {self.settings.issuer, str(metadata.get("token_endpoint"))}


def _basic(request: Request) -> tuple[str | None, str | None]:
    authorization = request.authorization
    if authorization is None or authorization.type != "basic":
        return None, None
    return unquote_plus(authorization.username or ""), unquote_plus(authorization.password or "")


def _subject(form: Form) -> str | None:
    try:
        claims = jwt.decode(form.get("client_assertion", ""), options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError):
        return None
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else None


def _verified(assertion: str, keys: Iterable[str]) -> dict[str, Any] | None:
    for pem in keys:
        public: Any = load_pem_public_key(pem.encode())
        algorithms = ["RS256", "PS256"] if "rsa" in type(public).__module__ else ["ES256"]
        try:
            return jwt.decode(assertion, public, algorithms=algorithms, options=ONLY_SIGNATURE)
        except (jwt.InvalidTokenError, ValueError):
            continue
    return None


def _equal(sent: str | None, kept: str | None) -> bool:
    return bool(sent and kept) and hmac.compare_digest((sent or "").encode(), (kept or "").encode())
