"""ID tokens: OpenID Connect Core 1.0, sections 2, 3.1.3.6 and 12.2."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta

import jwt

from conformance.bank.component import Component
from conformance.bank.settings import SigningKey
from conformance.bank.tokens import Claims, Grant

_LIFETIME = timedelta(minutes=10)


class IdTokens(Component):
    """Says who was authenticated, how and when."""

    def issue(self, grant: Grant, access_token: str, *, refreshed: bool = False) -> str:
        """A signed ID token for the answer that carries this access token."""
        key = self.signing_key()
        claims = self.claims(grant, access_token, refreshed=refreshed)
        value = self.signed(claims, self.header(key), key)
        self.bank.handed_out.append(value)
        return value

    def claims(self, grant: Grant, access_token: str, *, refreshed: bool) -> Claims:
        """What the ID token says."""
        claims: Claims = {
            "iss": self.issuer(),
            "sub": self.subject(grant, refreshed=refreshed),
            "aud": self.audience(grant),
            "exp": self.numeric_date(self.expires_at()),
            "iat": self.numeric_date(self.issued_at()),
            "acr": self.authentication_context(grant),
            "at_hash": self.access_token_hash(access_token),
        }
        authenticated, nonce = self.authentication_time(grant, refreshed=refreshed), self.nonce(grant)
        if authenticated is not None:
            claims["auth_time"] = self.numeric_date(authenticated)
        if nonce is not None:
            claims["nonce"] = nonce
        return claims

    def issuer(self) -> str:
        """The issuer of the metadata, character for character."""
        return self.settings.issuer

    def subject(self, grant: Grant, *, refreshed: bool) -> str:
        """The PSU's stable and opaque identifier."""
        return grant.psu.subject

    def audience(self, grant: Grant) -> str:
        """The client alone."""
        return grant.client.client_id

    def issued_at(self) -> datetime:
        """This moment."""
        return self.clock.now()

    def expires_at(self) -> datetime:
        """Ten minutes from now."""
        return self.clock.now() + _LIFETIME

    def numeric_date(self, moment: datetime) -> object:
        """Whole seconds since 1970 (RFC 7519, section 2)."""
        return int(moment.timestamp())

    def authentication_time(self, grant: Grant, *, refreshed: bool) -> datetime | None:
        """When the PSU was authenticated, also in the ID token of a refresh."""
        return grant.authenticated

    def authentication_context(self, grant: Grant) -> str:
        """The class that the authentication reached, whatever was asked."""
        return grant.acr

    def nonce(self, grant: Grant) -> str | None:
        """The nonce of the authorization request."""
        return grant.nonce

    def access_token_hash(self, access_token: str) -> str:
        """The left half of the access token's SHA-256, base64url without padding."""
        digest = hashlib.sha256(access_token.encode()).digest()
        return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()

    def header(self, key: SigningKey) -> dict[str, str]:
        """The JOSE header besides the algorithm."""
        return {"kid": key.kid}

    def signing_key(self) -> SigningKey:
        """The published key of the configured algorithm."""
        wanted = self.settings.id_token_algorithm
        return next(key for key in self.settings.keys.id_token if key.algorithm == wanted)

    def signed(self, claims: Claims, header: dict[str, str], key: SigningKey) -> str:
        """The compact JWS."""
        return jwt.encode(claims, key.private, algorithm=key.algorithm, headers=header)
