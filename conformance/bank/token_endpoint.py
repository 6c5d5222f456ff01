"""The token endpoint: RFC 6749, sections 4.1.3, 4.1.4, 5 and 6; RFC 7636, section 4.6."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence

from werkzeug import Request, Response

from conformance.bank.client_authentication import ClientAuthentication, Form
from conformance.bank.problems import NO_STORE, OAuthProblem, json_answer
from conformance.bank.settings import Client, Json
from conformance.bank.stet.call import EXTENDED_HISTORY
from conformance.bank.tokens import Code, Grant, RefreshToken
from conformance.bank.trust import PeerCertificate

GrantType = Callable[[Client, Form, PeerCertificate | None], Json]


class TokenEndpoint(ClientAuthentication):
    """Exchanges codes and refresh tokens."""

    purposes = ("authorization_code", "refresh_token")

    def answer(self, request: Request, host: str = "cert") -> Response:
        """Answer a token request."""
        try:
            with self.bank.lock:
                body = self.tokens_for(request, host)
        except OAuthProblem as problem:
            return self.error_answer(problem)
        return json_answer(body, headers=self.cache_headers(), media_type=self.media_type())

    def tokens_for(self, request: Request, host: str) -> Json:
        """The token response.

        Raises:
            OAuthProblem: the request is refused.
        """
        form = self.form(request)
        grant_type = form.get("grant_type")
        if not grant_type:
            raise OAuthProblem("invalid_request", "grant_type is missing")
        certificate = self.bank.trust.peer(request.environ.get("SSL_CLIENT_CERT"))
        client = self.authenticate(request, form, certificate, purpose=grant_type, host=host)
        exchange = self.grant_types().get(grant_type)
        if exchange is None:
            raise OAuthProblem("unsupported_grant_type", "only authorization_code and refresh_token")
        for name in self.required_parameters(grant_type):
            if name not in form:
                raise OAuthProblem("invalid_request", f"{name} is missing")
        return exchange(client, form, certificate)

    def grant_types(self) -> dict[str, GrantType]:
        """The grants that the bank documents."""
        return {"authorization_code": self.exchange_code, "refresh_token": self.refresh}

    def required_parameters(self, grant_type: str) -> tuple[str, ...]:
        """What the document lists, and nothing else; redirect_uri is judged beside its code."""
        if grant_type == "authorization_code":
            return ("code",)
        return ("refresh_token",)

    # authorization_code: RFC 6749, section 4.1.3

    def exchange_code(self, client: Client, form: Form, certificate: PeerCertificate | None) -> Json:
        """The tokens for an authorization code."""
        code = self.bank.tokens.codes.get(form["code"])
        if code is None or not self.code_belongs_to(code, client):
            raise OAuthProblem("invalid_grant", "the code is unknown")
        if not self.code_unused(code):
            self.code_reused(code)
            raise OAuthProblem("invalid_grant", "the code was used before")
        if self.bank.tokens.code_expired(code) or code.grant.revoked:
            raise OAuthProblem("invalid_grant", "the code has expired")
        refusal = self.redirect_uri_refusal(code, form.get("redirect_uri"))
        if refusal is not None:
            raise refusal
        if not self.code_verifier_matches(code, form.get("code_verifier")):
            raise OAuthProblem("invalid_grant", "code_verifier does not match")
        code.used = True
        self.bank.tokens.redeemed(code.grant, certificate.thumbprint if certificate else "")
        return self.issue(code.grant, code.grant.scopes, certificate)

    def code_belongs_to(self, code: Code, client: Client) -> bool:
        """Whether the code was issued to this client (RFC 6749, section 4.1.3)."""
        return code.grant.client.client_id == client.client_id

    def code_unused(self, code: Code) -> bool:
        """Whether the code can still be exchanged (RFC 6749, section 4.1.2)."""
        return not code.used

    def code_reused(self, code: Code) -> None:
        """End what was issued from a code that is replayed (RFC 6749, section 4.1.2)."""
        self.bank.tokens.revoke(code.grant)

    def redirect_uri_refusal(self, code: Code, sent: str | None) -> OAuthProblem | None:
        """A redirect_uri that does not repeat the authorization request's (RFC 6749, section 4.1.3)."""
        if sent is None:
            return OAuthProblem("invalid_request", "redirect_uri is missing")
        if sent != code.redirect_uri:
            return OAuthProblem("invalid_grant", "redirect_uri differs from the authorization request")
        return None

    def code_verifier_matches(self, code: Code, verifier: str | None) -> bool:
        """Whether the verifier answers the challenge; without one there is none (RFC 9700, 4.8.2)."""
        if code.code_challenge is None or verifier is None:
            return code.code_challenge is None and verifier is None
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == code.code_challenge

    # refresh_token: RFC 6749, section 6; RFC 9700, section 4.14.2

    def refresh(self, client: Client, form: Form, certificate: PeerCertificate | None) -> Json:
        """New tokens for a refresh token."""
        token = self.bank.tokens.find_refresh_token(form["refresh_token"])
        if token is None:
            raise self.unknown_refresh_token()
        if not self.refresh_token_belongs_to(token, client):
            raise OAuthProblem("invalid_grant", "the refresh token is another client's")
        if not self.refresh_certificate_accepted(token, certificate):
            raise OAuthProblem("invalid_grant", "the refresh token was issued over another certificate")
        if not self.refresh_token_unused(token):
            self.refresh_token_reused(token)
            raise OAuthProblem("invalid_grant", "the refresh token was used before")
        if token.grant.revoked or self.bank.tokens.refresh_token_expired(token):
            raise OAuthProblem("invalid_grant", "the refresh token has expired")
        if not self.bank.tokens.refreshable(token.grant, certificate.thumbprint if certificate else ""):
            raise OAuthProblem("invalid_grant", "what the PSU allowed has ended")
        scopes = self.refresh_scopes(token, form.get("scope"))
        return self.rotate(token, scopes, certificate)

    def unknown_refresh_token(self) -> OAuthProblem:
        """How a string that is no refresh token of ours is refused (RFC 6749, section 5.2)."""
        return OAuthProblem("invalid_grant", "the refresh token is unknown")

    def refresh_token_belongs_to(self, token: RefreshToken, client: Client) -> bool:
        """Whether the refresh token was issued to this client (RFC 6749, section 10.4)."""
        return token.grant.client.client_id == client.client_id

    def refresh_certificate_accepted(self, token: RefreshToken, certificate: PeerCertificate | None) -> bool:
        """Any certificate of the client will do: a renewed QWAC keeps the grant (RFC 8705, section 7.1)."""
        return True

    def refresh_token_unused(self, token: RefreshToken) -> bool:
        """Whether the refresh token was not exchanged before."""
        return not token.used

    def refresh_token_reused(self, token: RefreshToken) -> None:
        """End the grant whose used refresh token is replayed (RFC 9700, section 4.14.2)."""
        self.bank.tokens.revoke(token.grant)

    def refresh_scopes(self, token: RefreshToken, requested: str | None) -> tuple[str, ...]:
        """The scopes of the new access token: all that last by default, fewer when asked, never more.

        Raises:
            OAuthProblem: a scope was not granted.
        """
        granted = tuple(scope for scope in token.grant.scopes if self.scope_lasts(scope))
        if requested is None:
            return granted
        wanted = requested.split()
        if not wanted or not set(wanted) <= set(granted):
            raise OAuthProblem("invalid_scope", "a scope exceeds the grant")
        return tuple(scope for scope in granted if scope in wanted)

    def scope_lasts(self, scope: str) -> bool:
        """Whether a refresh renews a scope; not that of old history, which needs the PSU (STET 1.4.2)."""
        return scope != EXTENDED_HISTORY

    def rotate(self, token: RefreshToken, scopes: Sequence[str], certificate: PeerCertificate | None) -> Json:
        """Disable the refresh token and answer with its successor."""
        answer = self.issue(token.grant, scopes, certificate, replaced=token)
        token.used, token.used_at = True, self.clock.now()
        return answer

    # the response: RFC 6749, section 5.1

    def issue(
        self,
        grant: Grant,
        scopes: Sequence[str],
        certificate: PeerCertificate | None,
        *,
        replaced: RefreshToken | None = None,
    ) -> Json:
        """New tokens of a grant, and the response that carries them."""
        thumbprint = certificate.thumbprint if certificate else None
        grant.access_token = access_token = self.access_token(grant, scopes, thumbprint, replaced=replaced)
        refresh_token = self.refresh_token(grant, thumbprint, replaced)
        id_token = None
        if self.id_token_due(scopes):
            id_token = self.bank.id_tokens.issue(grant, access_token, refreshed=replaced is not None)
        return self.members(
            access_token,
            refresh_token.value if refresh_token else None,
            scopes,
            id_token,
            refreshed=replaced is not None,
        )

    def access_token(
        self,
        grant: Grant,
        scopes: Sequence[str],
        thumbprint: str | None,
        *,
        replaced: RefreshToken | None,
    ) -> str:
        """Always a new one, bound to the certificate of this request (RFC 8705, section 3)."""
        return self.bank.tokens.issue_access_token(grant, scopes, thumbprint)

    def refresh_token(
        self, grant: Grant, thumbprint: str | None, replaced: RefreshToken | None
    ) -> RefreshToken | None:
        """Always a new one, the successor of the one that was used (RFC 9700, section 4.14.2)."""
        token = self.bank.tokens.issue_refresh_token(grant, thumbprint)
        if replaced is not None:
            replaced.successor, token.generation = token, replaced.generation + 1
        return token

    def id_token_due(self, scopes: Sequence[str]) -> bool:
        """Whether an ID token comes with the access token (OIDC Core 1.0, section 3.1.3.3)."""
        return "openid" in scopes

    def members(
        self,
        access_token: str,
        refresh_token: str | None,
        scopes: Sequence[str],
        id_token: str | None,
        *,
        refreshed: bool,
    ) -> Json:
        """The members of the document's example."""
        body: Json = {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "scope": self.scope_member(scopes),
            "id_token": id_token,
            "token_type": self.token_type(),
            "expires_in": self.expires_in(refreshed=refreshed),
        }
        return {name: value for name, value in body.items() if value is not None}

    def scope_member(self, scopes: Sequence[str]) -> object:
        """The granted scopes, separated by spaces (RFC 6749, section 3.3); None leaves the member out."""
        return " ".join(scopes)

    def token_type(self) -> str:
        """How the access token is used (RFC 6750)."""
        return "Bearer"

    def expires_in(self, *, refreshed: bool) -> object:
        """The access token's remaining seconds, of which the issuing took one."""
        return int(self.bank.tokens.access_token_lifetime.total_seconds()) - 1

    def cache_headers(self) -> dict[str, str]:
        """Nobody may store tokens (RFC 6749, section 5.1)."""
        return NO_STORE

    def media_type(self) -> str:
        """The media type of a token response."""
        return "application/json"

    def error_status(self, problem: OAuthProblem) -> int:
        """400, and 401 for invalid_client (RFC 6749, section 5.2)."""
        return problem.status

    def error_answer(self, problem: OAuthProblem) -> Response:
        """The error response (RFC 6749, section 5.2)."""
        body = {"error": problem.error, "error_description": problem.description}
        headers = dict(NO_STORE)
        if problem.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="token endpoint"'
        if problem.status == 405:
            headers["Allow"] = "POST"
        return json_answer(body, self.error_status(problem), headers)
