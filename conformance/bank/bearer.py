"""Bearer tokens at the API: RFC 6750; RFC 8705, section 3."""

from __future__ import annotations

import hmac
import ssl

from werkzeug import Request, Response

from conformance.bank.component import Component
from conformance.bank.parameters import parse_form
from conformance.bank.problems import NO_STORE, BearerProblem, ResourceProblem, json_answer
from conformance.bank.settings import Json
from conformance.bank.tokens import ACCESS, Claims, Grant, confirmation
from conformance.bank.trust import PeerCertificate

# the scope of each service, and the role that a QWAC must carry for it (RTS (EU) 2018/389, article 34)
ROLE_OF_SCOPE = {"api1.v1": "PSP_AI", "api2.v1": "PSP_PI", "api3.v1": "PSP_IC"}


class BearerCalls(Component):
    """Decides whether a call to a resource is heard; a part of the resource server."""

    def handshake(self) -> ssl.VerifyMode:
        """The API host demands a QWAC (RTS (EU) 2018/389, articles 30 and 34)."""
        return ssl.CERT_REQUIRED

    def admitted(self, request: Request, scopes: frozenset[str]) -> tuple[Claims, Grant]:
        """The token of a call, and the grant behind it.

        Args:
            scopes: any one of them opens the resource.

        Raises:
            BearerProblem: the token is missing, not good, or not enough.
            ResourceProblem: the certificate is not good.
        """
        certificate = self.bank.trust.peer(request.environ.get("SSL_CLIENT_CERT"))
        self._expect_certificate(certificate)
        value = self.bearer_token(request)
        if value is None:
            raise BearerProblem(401)
        claims = self.access_token(value, certificate)
        if not self.scope_covers(claims, scopes):
            raise BearerProblem(403, "insufficient_scope", "the token's scope is not enough", _some(scopes))
        if certificate is not None and not self.role_covers(certificate, claims, scopes):
            raise ResourceProblem(403, "insufficient_role", "the QWAC lacks the role for this service")
        return claims, self.bank.tokens.grants[str(claims["grant"])]

    def _expect_certificate(self, certificate: PeerCertificate | None) -> None:
        if certificate is None:
            if self.handshake() is ssl.CERT_REQUIRED:
                raise ResourceProblem(403, "certificate_required", "a QWAC is required")
        elif not self.certificate_acceptable(certificate):
            raise ResourceProblem(403, "certificate_refused", "the certificate is no acceptable QWAC")

    def certificate_acceptable(self, certificate: PeerCertificate) -> bool:
        """Whether it is a qualified website certificate of a trusted provider, or was onboarded itself."""
        onboarded = {client.thumbprint for client in self.settings.clients.values()}
        return not certificate.defect or certificate.thumbprint in onboarded

    # how the token is sent: RFC 6750, section 2

    def bearer_token(self, request: Request) -> str | None:
        """The token of the Authorization header, None without one; other ways are not offered.

        Raises:
            BearerProblem: two tokens were sent, or a header that is no bearer token.
        """
        header = request.headers.get("Authorization")
        if header is None:
            return None
        if self.token_elsewhere(request):
            raise BearerProblem(400, "invalid_request", "the token was sent by two methods")
        scheme, _, value = header.partition(" ")
        if not self.scheme_is_bearer(scheme):
            return None
        return value.strip(" ")

    def token_elsewhere(self, request: Request) -> bool:
        """Whether a token stands in the query or in a form body too (RFC 6750, sections 2.2 and 2.3)."""
        if "access_token" in request.args:
            return True
        if request.mimetype != "application/x-www-form-urlencoded":
            return False
        try:
            return "access_token" in dict(parse_form(request.get_data().decode("utf-8")))
        except ValueError:
            return False

    def scheme_is_bearer(self, scheme: str) -> bool:
        """Whether the scheme is Bearer, whatever its case (RFC 9110, section 11.1)."""
        return scheme.lower() == "bearer"

    # whether the token is good: RFC 6750, section 3.1

    def access_token(self, value: str, certificate: PeerCertificate | None) -> Claims:
        """The claims of a good access token.

        Raises:
            BearerProblem: it is malformed, not an access token, over, revoked, or somebody else's.
        """
        claims = self.verified_claims(value)
        if claims is None:
            raise self.unreadable_token()
        if not self.is_access_token(claims):
            raise BearerProblem(401, "invalid_token", "the token is not an access token")
        if self.token_expired(claims) or self.token_revoked(claims):
            raise BearerProblem(401, "invalid_token", "the token has expired")
        presented = certificate.thumbprint if certificate else None
        if presented is not None and not self.thumbprint_matches(claims, presented):
            raise BearerProblem(401, "invalid_token", "the token is bound to another certificate")
        return claims

    def verified_claims(self, value: str) -> Claims | None:
        """The claims of a token that this bank signed, None for any other string."""
        return self.bank.tokens.verified(value)

    def unreadable_token(self) -> BearerProblem:
        """How a string that is no token of ours is refused."""
        return BearerProblem(401, "invalid_token", "the token is not readable")

    def is_access_token(self, claims: Claims) -> bool:
        """Whether the token is an access token, not one of another kind."""
        return claims.get("kind") == ACCESS

    def token_expired(self, claims: Claims) -> bool:
        """Whether the token's ten minutes are over."""
        return self.clock.now().timestamp() >= float(claims["exp"])

    def token_revoked(self, claims: Claims) -> bool:
        """Whether the grant behind the token has ended."""
        return self.bank.tokens.revoked(claims)

    def thumbprint_matches(self, token: Claims, presented: str) -> bool:
        """Whether the certificate is the one the token is bound to (RFC 8705, section 3)."""
        bound = str(token.get("cnf", {}).get("x5t#S256", ""))
        return hmac.compare_digest(bound, confirmation(presented))

    # what the token opens

    def scope_covers(self, token: Claims, scopes: frozenset[str]) -> bool:
        """Whether the token was granted for this service (RFC 6750, section 3.1)."""
        return not scopes.isdisjoint(str(token["scope"]).split())

    def role_covers(self, certificate: PeerCertificate, token: Claims, scopes: frozenset[str]) -> bool:
        """Whether the QWAC carries the role of a service that the call uses."""
        if certificate.defect:
            return True  # one that was onboarded itself has no roles to carry
        used = scopes.intersection(str(token["scope"]).split()) or scopes
        return any(ROLE_OF_SCOPE[scope] in certificate.roles for scope in used)

    # refusals: RFC 6750, section 3

    def bearer_problem_answer(self, problem: BearerProblem) -> Response:
        """The refusal with its challenge; without credentials there is no error code in it."""
        if problem.error is None:
            return self.missing_token_answer()
        challenge = f'Bearer realm="api", error="{problem.error}", error_description="{problem.description}"'
        if problem.scope:
            challenge += f', scope="{problem.scope}"'
        body = self.error_body(problem.status, problem.error, problem.description)
        return json_answer(body, problem.status, NO_STORE | {"WWW-Authenticate": challenge})

    def error_body(self, status: int, error: str, message: str) -> Json:
        """STET's ErrorModel, with the code of RFC 6750 as its error."""
        return {
            "timestamp": self.clock.now().isoformat(timespec="milliseconds"),
            "status": status,
            "error": error,
            "message": message,
        }

    def missing_token_answer(self) -> Response:
        """The challenge for a call without token."""
        body = self.error_body(401, "token_required", "an access token is required")
        return json_answer(body, 401, NO_STORE | {"WWW-Authenticate": 'Bearer realm="api"'})


def _some(scopes: frozenset[str]) -> str:
    return min(scopes)
