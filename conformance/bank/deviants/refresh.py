"""Deviants of the refresh area."""

from __future__ import annotations

from conformance.bank.deviants import deviant
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import RefreshToken


@deviant("refresh-single-use/1", also=("refresh-reuse-detection",))
class NeverDisablesRefreshTokens(TokenEndpoint):
    """Accepts an exchanged refresh token for ever."""

    def refresh_token_unused(self, token: RefreshToken) -> bool:  # noqa: ARG002
        return True
