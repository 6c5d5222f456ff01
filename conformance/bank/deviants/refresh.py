"""Deviants of the refresh area: what a refresh answers, and what becomes of the token that was used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from conformance.bank.deviants import deviant
from conformance.bank.settings import Json
from conformance.bank.token_endpoint import GrantType, TokenEndpoint
from conformance.bank.tokens import Grant, RefreshToken
from conformance.bank.trust import PeerCertificate


@deviant("refresh-grant/1")
class KnowsNoRefresh(TokenEndpoint):
    """Answers unsupported_grant_type to a refresh."""

    def grant_types(self) -> dict[str, GrantType]:
        return {"authorization_code": self.exchange_code}


@deviant("refresh-grant/2", also=("sca-ais-exemption-180-days",))
class RefreshesForNothing(TokenEndpoint):
    """Forgets to bind a refreshed access token to the certificate, so that its own API refuses it."""

    def access_token(
        self,
        grant: Grant,
        scopes: Sequence[str],
        thumbprint: str | None,
        *,
        replaced: RefreshToken | None,
    ) -> str:
        bound = None if replaced else thumbprint
        return super().access_token(grant, scopes, bound, replaced=replaced)


@deviant("refresh-grant/3", also=("token-values-opaque",))
class RepeatsTheAccessToken(TokenEndpoint):
    """Answers a refresh with the previous access token."""

    def access_token(
        self,
        grant: Grant,
        scopes: Sequence[str],
        thumbprint: str | None,
        *,
        replaced: RefreshToken | None,
    ) -> str:
        if replaced is not None:
            return grant.access_token
        return super().access_token(grant, scopes, thumbprint, replaced=replaced)


@deviant("refresh-response-members/1", also=("refresh-rotation", "refresh-chain"))
class KeepsTheNewRefreshToken(TokenEndpoint):
    """Disables the used refresh token and answers without a new one."""

    def refresh_token(
        self, grant: Grant, thumbprint: str | None, replaced: RefreshToken | None
    ) -> RefreshToken | None:
        return None if replaced else super().refresh_token(grant, thumbprint, replaced)


@deviant("refresh-response-members/2")
class IdentifiesOnce(TokenEndpoint):
    """Answers a refresh without the documented ID token."""

    def members(
        self,
        access_token: str,
        refresh_token: str | None,
        scopes: Sequence[str],
        id_token: str | None,
        *,
        refreshed: bool,
    ) -> Json:
        shown = None if refreshed else id_token
        return super().members(access_token, refresh_token, scopes, shown, refreshed=refreshed)


@deviant("refresh-response-members/3")
class AnnouncesLongerOnRefresh(TokenEndpoint):
    """Announces an hour for a refreshed access token."""

    def expires_in(self, *, refreshed: bool) -> object:
        return 3599 if refreshed else super().expires_in(refreshed=refreshed)


@deviant("refresh-rotation/1", also=("refresh-single-use", "refresh-chain"))
class RotatesNothing(TokenEndpoint):
    """Answers a refresh with the refresh token that was sent."""

    def rotate(self, token: RefreshToken, scopes: Sequence[str], certificate: PeerCertificate | None) -> Json:
        return self.issue(token.grant, scopes, certificate, replaced=token) | {"refresh_token": token.value}


@deviant("refresh-rotation/2", also=("refresh-response-members", "refresh-chain"))
class ShowsNoSuccessor(TokenEndpoint):
    """Answers a refresh without refresh token and keeps the old one valid."""

    def rotate(self, token: RefreshToken, scopes: Sequence[str], certificate: PeerCertificate | None) -> Json:
        answer = self.issue(token.grant, scopes, certificate, replaced=token)
        return {name: value for name, value in answer.items() if name != "refresh_token"}


@deviant("refresh-single-use/1")
class NeverDisablesRefreshTokens(TokenEndpoint):
    """Accepts an exchanged refresh token for ever."""

    def refresh_token_unused(self, token: RefreshToken) -> bool:
        return True


@deviant("refresh-single-use/2")
class DisablesRefreshTokensLate(TokenEndpoint):
    """Accepts an exchanged refresh token for three more minutes."""

    def refresh_token_unused(self, token: RefreshToken) -> bool:
        return token.used_at is None or self.clock.now() < token.used_at + timedelta(minutes=3)


@deviant("refresh-single-use/3")
class DisablesOnUseOfTheSuccessor(TokenEndpoint):
    """Accepts an exchanged refresh token until its successor has been used."""

    def refresh_token_unused(self, token: RefreshToken) -> bool:
        return token.successor is None or not token.successor.used


@deviant("refresh-reuse-detection/1")
class ForgivesReplay(TokenEndpoint):
    """Refuses a replayed refresh token but keeps its successor alive."""

    def refresh_token_reused(self, token: RefreshToken) -> None:
        pass


@deviant("refresh-chain/1")
class RefreshesOnlyTwice(TokenEndpoint):
    """Issues no refresh token any more after the first refresh."""

    def refresh_token(
        self, grant: Grant, thumbprint: str | None, replaced: RefreshToken | None
    ) -> RefreshToken | None:
        if replaced is not None and replaced.generation > 0:
            return None
        return super().refresh_token(grant, thumbprint, replaced)


@deviant("refresh-chain/2", also=("refresh-scope-limits",))
class LosesScopesOnTheWay(TokenEndpoint):
    """Loses one more scope at every refresh after the first."""

    def refresh_scopes(self, token: RefreshToken, requested: str | None) -> tuple[str, ...]:
        scopes = super().refresh_scopes(token, requested)
        return scopes[: max(1, len(scopes) - token.generation)]


@deviant("refresh-chain/3")
class IssuesASpentRefreshToken(TokenEndpoint):
    """Issues a successor that is already disabled."""

    def rotate(self, token: RefreshToken, scopes: Sequence[str], certificate: PeerCertificate | None) -> Json:
        answer = super().rotate(token, scopes, certificate)
        if token.successor is not None:
            token.successor.used = True
        return answer
