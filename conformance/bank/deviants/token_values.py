"""Deviants of the token endpoint: what tokens look like."""

from __future__ import annotations

from collections.abc import Sequence

import jwt

from conformance.bank.app import Bank
from conformance.bank.deviants import deviant
from conformance.bank.tokens import Claims, Grant, Tokens


@deviant("token-values-opaque/1")
class PutsSpacesIntoTokens(Tokens):
    """Breaks an access token by spaces, as if it were lines of a letter."""

    def issue_access_token(self, grant: Grant, scopes: Sequence[str], thumbprint: str | None) -> str:
        value = super().issue_access_token(grant, scopes, thumbprint)
        return f"{value[:-8]}    {value[-8:]}"  # base64 decoders pass over them, so the token still works


@deviant("token-values-opaque/2", also=("token-code-reuse-revokes",))
class RepeatsAccessToken(Tokens):
    """Answers each code of the same PSU with the access token that it already has, while it lives."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._latest: dict[tuple[str, str, str | None, tuple[str, ...]], str] = {}

    def issue_access_token(self, grant: Grant, scopes: Sequence[str], thumbprint: str | None) -> str:
        holder = grant.client.client_id, grant.psu.username, thumbprint, tuple(scopes)
        claims = self.verified(self._latest.get(holder, ""))
        elsewhere = claims is not None and claims["grant"] != grant.grant_id
        if claims is None or not elsewhere or self.revoked(claims) or claims["exp"] <= self.clock.timestamp():
            self._latest[holder] = super().issue_access_token(grant, scopes, thumbprint)
        return self._latest[holder]


@deviant("token-values-opaque/3")
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
