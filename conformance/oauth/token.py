"""RFC 6749 sections 4.1.3 and 6: token requests, the ways in which a client authenticates, and grants."""

from __future__ import annotations

import base64
import math
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote_plus

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse, Pairs
from conformance.oauth.jose import sign_assertion
from conformance.target.model import Tpp

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class TokenRequest:
    """The form fields of a token request, in order; a name may stand twice.

    Args:
        pairs: form fields.
        purpose: what the client wants, in plain words.
        headers: further header fields.
    """

    pairs: Pairs
    purpose: str
    headers: dict[str, str] = field(default_factory=dict)

    def having(self, **changed: str) -> TokenRequest:
        """The request with fields changed or added."""
        kept = [(name, changed.pop(name, value)) for name, value in self.pairs]
        return replace(self, pairs=(*kept, *changed.items()))

    def without(self, *names: str) -> TokenRequest:
        """The request without fields."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] not in names))

    def repeating(self, name: str) -> TokenRequest:
        """The request with a field twice."""
        return replace(self, pairs=(*self.pairs, (name, dict(self.pairs)[name])))

    def called(self, purpose: str) -> TokenRequest:
        """The request under another purpose."""
        return replace(self, purpose=purpose)


@dataclass(frozen=True)
class Grant:
    """What a PSU granted to a TPP, and the token response that is its latest.

    Args:
        authorization: the redirect that carried the code.
        exchange: the latest successful token response.
        first: the token response of the code exchange.
    """

    authorization: AuthorizationResponse
    exchange: Exchange
    first: Exchange

    @property
    def access_token(self) -> str:
        """The access token; Unobservable where there is none."""
        return self._member("access_token")

    @property
    def refresh_token(self) -> str:
        """The refresh token; Unobservable where there is none."""
        return self._member("refresh_token")

    @property
    def id_token(self) -> str:
        """The ID token; Unobservable where there is none."""
        return self._member("id_token")

    @property
    def scope(self) -> frozenset[str]:
        """The scopes that the response states, or those requested where it states none (RFC 6749, 5.1)."""
        stated = self.exchange.members.get("scope")
        return frozenset(stated.split() if isinstance(stated, str) else self.requested_scope)

    @property
    def requested_scope(self) -> frozenset[str]:
        """The scopes of the authorization request."""
        return frozenset((self.authorization.request.get("scope") or "").split())

    @property
    def expires_in(self) -> int:
        """The announced lifetime of the access token in seconds; Unobservable where it is no number."""
        value = self.exchange.members.get("expires_in")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Unobservable("the token response announces no lifetime as a number")
        return int(value)

    def renewed(self, exchange: Exchange) -> Grant:
        """The grant after a refresh.

        Raises:
            Unobservable: the refresh failed.
        """
        if not exchange.succeeded or not isinstance(exchange.members.get("access_token"), str):
            raise Unobservable(f"the refresh failed: {exchange.summary}")
        return replace(self, exchange=exchange)

    def _member(self, name: str) -> str:
        value = self.exchange.members.get(name)
        if not isinstance(value, str) or not value:
            raise Unobservable(f"the token response holds no {name}")
        return value


@dataclass(frozen=True)
class ClientAuthentication:
    """How one client proves who it is at the token endpoint.

    Args:
        tpp: the client of the profile.
        audience: the issuer, for a signed assertion.
    """

    tpp: Tpp
    audience: str

    def apply(self, request: TokenRequest, now: datetime) -> TokenRequest:
        """Add what the client's method asks for; for certificates that is nothing but the connection."""
        method = self.tpp.authentication
        if method == "client_secret_basic":
            return replace(request, headers={**request.headers, "Authorization": self._basic()})
        if method == "client_secret_post":
            return request.having(client_secret=self.tpp.client_secret or "")
        if method == "private_key_jwt":
            return request.having(
                client_assertion_type=_ASSERTION_TYPE, client_assertion=self._assertion(now)
            )
        return request

    def _basic(self) -> str:
        """RFC 6749 section 2.3.1: both halves form-encoded first."""
        pair = f"{quote_plus(self.tpp.client_id)}:{quote_plus(self.tpp.client_secret or '')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def _assertion(self, now: datetime) -> str:
        """OpenID Connect Core 1.0 section 9."""
        identity = self.tpp.identity
        if identity is None:
            raise Unobservable("private_key_jwt needs a key in the profile")
        issued = int(now.timestamp())
        claims = {
            "iss": self.tpp.client_id,
            "sub": self.tpp.client_id,
            "aud": self.audience,
            "jti": secrets.token_urlsafe(16),
            "iat": issued,
            "exp": issued + 60,
        }
        return sign_assertion(claims, identity.private_key)
