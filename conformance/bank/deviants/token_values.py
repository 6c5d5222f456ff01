"""Deviants of the token endpoint: what tokens look like."""

from __future__ import annotations

from collections.abc import Sequence

import jwt

from conformance.bank.app import Bank
from conformance.bank.deviants import deviant
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import Claims, Grant, RefreshToken, Tokens


@deviant("token-values-opaque/1")
class EndsTokensWithSpace(Tokens):
    """Ends its access tokens with a space, and takes them without it."""

    def issue_access_token(self, grant: Grant, scopes: Sequence[str], thumbprint: str | None) -> str:
        return super().issue_access_token(grant, scopes, thumbprint) + " "


@deviant("token-values-opaque/2", also=("token-code-reuse-revokes",))
class RepeatsAccessToken(TokenEndpoint):
    """Answers each code of the same PSU with the access token that it has already, while that one lives."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._latest: dict[tuple[str, str, str | None, tuple[str, ...]], str] = {}

    def access_token(
        self,
        grant: Grant,
        scopes: Sequence[str],
        thumbprint: str | None,
        *,
        replaced: RefreshToken | None,
    ) -> str:
        holder = grant.client.client_id, grant.psu.username, thumbprint, tuple(scopes)
        tokens = self.bank.tokens
        claims = tokens.verified(self._latest.get(holder, ""))
        dead = claims is None or tokens.revoked(claims) or claims["exp"] <= self.clock.timestamp()
        if replaced is not None or dead:
            self._latest[holder] = super().access_token(grant, scopes, thumbprint, replaced=replaced)
        return self._latest[holder]


@deviant("token-values-opaque/3", also=("bearer-invalid-token",))
class IssuesUnsignedTokens(Tokens):
    """Issues JWTs with alg none."""

    def signed(self, claims: Claims) -> str:
        value = jwt.encode(claims, "", algorithm="none")
        self.bank.handed_out.append(value)
        return value

    def verified(self, value: str) -> Claims | None:
        if value not in self.bank.handed_out or value.count(".") != 2:
            return None
        claims: Claims = jwt.decode(value, options={"verify_signature": False})
        return claims
