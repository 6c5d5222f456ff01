"""Deviants of the refresh area: how long, for whom and for what a refresh token is good."""

from __future__ import annotations

import ssl
from datetime import timedelta

from werkzeug import Request

from conformance.bank.client_authentication import Form
from conformance.bank.deviants import deviant
from conformance.bank.problems import OAuthProblem
from conformance.bank.resource_server import ResourceServer
from conformance.bank.revocation import RevocationEndpoint
from conformance.bank.settings import Client
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import ACCESS, Claims, Grant, RefreshToken, Tokens
from conformance.bank.trust import PeerCertificate


@deviant(
    "refresh-after-access-expiry/1",
    also=("refresh-long-lived", "sca-ais-exemption-180-days"),
)
class ExpiresBothTogether(Tokens):
    """Lets the refresh token expire together with the access token."""

    def refresh_token_expired(self, token: RefreshToken) -> bool:
        return self.clock.now() > token.issued + self.access_token_lifetime


@deviant(
    "refresh-after-access-expiry/2",
    also=("refresh-long-lived", "sca-ais-exemption-180-days"),
)
class RefreshesWhileSignedIn(Tokens):
    """Ends the refresh token with the PSU's browser session."""

    def refresh_token_expired(self, token: RefreshToken) -> bool:
        return not self.bank.authorization_server.sessions.alive(token.grant.session_id)


@deviant("refresh-long-lived/1", also=("sca-ais-exemption-180-days",))
class RemembersNinetyDays(Tokens):
    """Lets refresh tokens expire after the 90 days of the old rule."""

    def refresh_token_expired(self, token: RefreshToken) -> bool:
        return self.clock.now() > token.grant.authenticated + timedelta(days=90)


@deviant("refresh-long-lived/2", also=("sca-ais-exemption-180-days",))
class ForgetsOvernight(Tokens):
    """Ends in the nightly batch every refresh token that is older than an hour."""

    def refresh_token_expired(self, token: RefreshToken) -> bool:
        now = self.clock.now()
        batch = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return token.issued < batch and now - token.issued > timedelta(hours=1)


@deviant("refresh-requires-certificate/1")
class RefreshesForThePublic(TokenEndpoint):
    """Treats the client as a public one when it refreshes."""

    def certificate_required(self, purpose: str, host: str) -> bool:
        return purpose != "refresh_token" and super().certificate_required(purpose, host)


@deviant("refresh-requires-certificate/2")
class SpendsBeforeItKnowsWhose(TokenEndpoint):
    """Disables the refresh token of a request whose client it then refuses."""

    def handshake(self, host: str) -> ssl.VerifyMode:
        return min(super().handshake(host), ssl.CERT_OPTIONAL)

    def authenticate(
        self, request: Request, form: Form, certificate: PeerCertificate | None, *, purpose: str, host: str
    ) -> Client:
        try:
            return super().authenticate(request, form, certificate, purpose=purpose, host=host)
        except OAuthProblem:
            token = self.bank.tokens.find_refresh_token(form.get("refresh_token", ""))
            if token is not None:
                token.used = True
            raise


@deviant("refresh-bound-to-client/1")
class ForgetsWhoseRefreshToken(TokenEndpoint):
    """Refreshes for whoever presents a trusted certificate."""

    def refresh_token_belongs_to(self, token: RefreshToken, client: Client) -> bool:
        return True


@deviant("refresh-scope-limits/1")
class WidensOnRefresh(TokenEndpoint):
    """Grants on refresh whatever the client may ask for at all."""

    def refresh_scopes(self, token: RefreshToken, requested: str | None) -> tuple[str, ...]:
        if requested is None:
            return super().refresh_scopes(token, requested)
        return tuple(scope for scope in requested.split() if scope in token.grant.client.scopes)


@deviant("refresh-scope-limits/2", also=("refresh-response-members",))
class DropsScopesOnRefresh(TokenEndpoint):
    """Drops openid silently on refresh, and the ID token with it."""

    def refresh_scopes(self, token: RefreshToken, requested: str | None) -> tuple[str, ...]:
        scopes = super().refresh_scopes(token, requested)
        return scopes if requested else tuple(scope for scope in scopes if scope != "openid")


@deviant("refresh-invalid-input/1")
class RefreshesWithAccessTokens(Tokens):
    """Accepts the access token in the place of the refresh token."""

    def find_refresh_token(self, value: str) -> RefreshToken | None:
        claims = self.verified(value)
        if claims is None or claims.get("kind") != ACCESS:
            return super().find_refresh_token(value)
        siblings = (t for t in self.refresh_tokens.values() if t.grant.grant_id == claims["grant"])
        return next((token for token in siblings if not token.used), None)


@deviant("refresh-invalid-input/2")
class StumblesOverUnknownTokens(TokenEndpoint):
    """Answers 500 to a refresh token that it does not know."""

    def unknown_refresh_token(self) -> OAuthProblem:
        return OAuthProblem("server_error", "the token could not be processed", 500)


@deviant("refresh-token-not-bearer/1")
class TakesAnyOwnToken(ResourceServer):
    """Opens the API to any token that the bank signed, a refresh token too."""

    def is_access_token(self, claims: Claims) -> bool:
        return True


@deviant("refresh-survives-certificate-renewal/1", also=("sca-ais-exemption-180-days",))
class BindsToTheThumbprint(TokenEndpoint):
    """Binds refresh tokens to the certificate over which they were issued."""

    def refresh_certificate_accepted(self, token: RefreshToken, certificate: PeerCertificate | None) -> bool:
        return certificate is not None and certificate.thumbprint == token.thumbprint


@deviant("refresh-revocation-endpoint/1")
class RevokesInWordsOnly(RevocationEndpoint):
    """Answers 200 to a revocation and keeps the token alive."""

    def end(self, grant: Grant) -> None:
        pass


@deviant("refresh-revocation-endpoint/2")
class RevokesForAnybody(RevocationEndpoint):
    """Lets any client revoke the token of another."""

    def may_revoke(self, client: Client, grant: Grant) -> bool:
        return True
