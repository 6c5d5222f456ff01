"""Grants, authorization codes, access tokens and refresh tokens."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jwt

from conformance.bank.component import Component
from conformance.bank.corporate.access import Access
from conformance.bank.settings import Client, Psu

if TYPE_CHECKING:
    from conformance.bank.app import Bank

ACCESS = "access"
REFRESH = "refresh"
Claims = dict[str, Any]
_INFORMATION = "api1.v1"
_KEPT = 1024


@dataclass(slots=True)
class Grant:
    """What a PSU granted to a client.

    Args:
        grant_id: opaque; tokens carry it.
        scopes: in the order of the request.
        authenticated: when the PSU was authenticated.
        acr: the authentication context class that was reached.
        session_id: the browser session in which it was granted.
        access_token: the latest that was issued from it.
        revoked: nothing issued from it is good any more.
    """

    grant_id: str
    client: Client
    psu: Psu
    scopes: tuple[str, ...]
    authenticated: datetime
    acr: str
    nonce: str | None = None
    session_id: str = ""
    access_token: str = field(default="", repr=False)
    revoked: bool = False


@dataclass(slots=True)
class Code:
    """An authorization code and what it was issued for."""

    value: str
    grant: Grant
    redirect_uri: str
    code_challenge: str | None
    issued: datetime
    used: bool = False


@dataclass(slots=True)
class RefreshToken:
    """A refresh token and its place in the rotation.

    Args:
        token_id: the `jti` of its JWT.
        thumbprint: of the certificate over which it was issued.
        generation: how many refreshes lie between the code exchange and it.
        successor: the token that replaced it.
    """

    token_id: str
    value: str
    grant: Grant
    thumbprint: str | None
    issued: datetime
    generation: int = 0
    used: bool = False
    used_at: datetime | None = None
    successor: RefreshToken | None = field(default=None, repr=False)


class Tokens(Component):
    """Issues and finds codes and tokens."""

    access_token_lifetime = timedelta(seconds=600)
    code_lifetime = timedelta(seconds=600)

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self._read = lru_cache(_KEPT)(self._verified)  # a client comes with the same token again and again

    def remember(self, grant: Grant) -> None:
        """Keep a new grant."""
        self.grants[grant.grant_id] = grant

    def revoke(self, grant: Grant) -> None:
        """End a grant: its refresh tokens and its access tokens."""
        grant.revoked = True

    def revoked(self, claims: Claims) -> bool:
        """Whether the grant behind a token has ended."""
        grant = self.grants.get(str(claims.get("grant")))
        return grant is None or grant.revoked or not self.alive(grant)

    def alive(self, grant: Grant) -> bool:
        """Whether the PSU still belongs to the subscription; a grant dies with that."""
        return self.bank.corporate.entitlements.active(self.bank.user_of(grant.psu))

    def refreshable(self, grant: Grant, thumbprint: str) -> bool:
        """Whether a grant may be refreshed: for account information, by its strong authentication (RTS Art. 10a).

        Args:
            thumbprint: of the certificate over which that is asked.
        """
        if not self.alive(grant) or _INFORMATION not in grant.scopes:
            return self.alive(grant)
        return self.bank.corporate.access.may_refresh(self._access(grant, thumbprint))

    def redeemed(self, grant: Grant, thumbprint: str) -> None:
        """Tell those who know of authentications that a code was exchanged, and over which certificate."""
        if _INFORMATION in grant.scopes:
            self.bank.corporate.access.presented(self._access(grant, thumbprint))

    def _access(self, grant: Grant, thumbprint: str) -> Access:
        return Access(grant.client.client_id, self.bank.user_of(grant.psu), certificate=thumbprint)

    # codes: RFC 6749, sections 4.1.2 and 10.10

    def issue_code(self, grant: Grant, redirect_uri: str, code_challenge: str | None) -> Code:
        """A new authorization code."""
        value = self.code_value(grant)
        code = Code(value, grant, redirect_uri, code_challenge, self.clock.now())
        self.codes[value] = code
        self.bank.handed_out.append(value)
        return code

    def code_value(self, grant: Grant) -> str:
        """An unguessable value: 256 bits."""
        return secrets.token_urlsafe(32)

    def code_expired(self, code: Code) -> bool:
        """Whether the code's ten minutes are over."""
        return self.clock.now() > code.issued + self.code_lifetime

    # access tokens: RFC 6749, section 1.4; RFC 8705, section 3

    def issue_access_token(self, grant: Grant, scopes: Sequence[str], thumbprint: str | None) -> str:
        """A new access token, bound to the certificate over which it is issued."""
        return self.signed(self.access_token_claims(grant, scopes, thumbprint))

    def access_token_claims(self, grant: Grant, scopes: Sequence[str], thumbprint: str | None) -> Claims:
        """What an access token says."""
        claims = self._claims(ACCESS, grant, thumbprint, self.access_token_lifetime)
        return claims | {"scope": " ".join(scopes)}

    # refresh tokens: RFC 6749, sections 1.5 and 6

    @property
    def refresh_token_lifetime(self) -> timedelta:
        """As long as a strong authentication exempts from the next one: it is the same decision (RTS Art. 10a)."""
        return self.bank.corporate.access.exemption

    def issue_refresh_token(self, grant: Grant, thumbprint: str | None) -> RefreshToken:
        """A new refresh token."""
        claims = self._claims(REFRESH, grant, thumbprint, self.refresh_token_lifetime)
        claims["scope"] = " ".join(grant.scopes)
        token = RefreshToken(claims["jti"], self.signed(claims), grant, thumbprint, self.clock.now())
        self.refresh_tokens[token.token_id] = token
        return token

    def find_refresh_token(self, value: str) -> RefreshToken | None:
        """The refresh token of this value, None for any other string."""
        claims = self.verified(value)
        if claims is None or claims.get("kind") != REFRESH:
            return None
        return self.refresh_tokens.get(str(claims.get("jti")))

    def refresh_token_expired(self, token: RefreshToken) -> bool:
        """Whether 180 days have passed since the PSU's strong authentication (RTS, article 10a)."""
        return self.clock.now() > token.grant.authenticated + self.refresh_token_lifetime

    # the form of both: JWTs that only the bank itself reads

    def _claims(self, kind: str, grant: Grant, thumbprint: str | None, lifetime: timedelta) -> Claims:
        now = self.clock.timestamp()
        claims: Claims = {
            "iss": self.settings.issuer,
            "kind": kind,
            "jti": self.token_id(grant),
            "grant": grant.grant_id,
            "client_id": grant.client.client_id,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        if thumbprint:
            claims["cnf"] = {"x5t#S256": confirmation(thumbprint)}
        return claims

    def token_id(self, grant: Grant) -> str:
        """The unguessable part of a token: 128 bits."""
        return secrets.token_urlsafe(16)

    def signed(self, claims: Claims) -> str:
        """The JWT of an access or refresh token."""
        key = self.settings.keys.internal
        value = jwt.encode(claims, key.private, algorithm=key.algorithm, headers={"kid": key.kid})
        self.bank.handed_out.append(value)
        return value

    def verified(self, value: str) -> Claims | None:
        """The claims of a JWT that this bank signed for itself, None for anything else."""
        return self._read(value)

    def _verified(self, value: str) -> Claims | None:
        key = self.settings.keys.internal
        try:
            return jwt.decode(
                value, key.private.public_key(), algorithms=[key.algorithm], options=ONLY_SIGNATURE
            )
        except (jwt.InvalidTokenError, ValueError):
            return None


ONLY_SIGNATURE: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}


def confirmation(thumbprint: str) -> str:
    """The member x5t#S256 for a SHA-256 thumbprint in hexadecimal (RFC 8705, section 3.1)."""
    return base64.urlsafe_b64encode(bytes.fromhex(thumbprint)).rstrip(b"=").decode()
