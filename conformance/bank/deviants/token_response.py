"""Deviants of the token endpoint: what stands in a token response."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.bank.deviants import deviant
from conformance.bank.settings import Json
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import Grant, RefreshToken


@deviant("token-response-members/1")
class OmitsRefreshToken(TokenEndpoint):
    """Gives no refresh token for a code."""

    def refresh_token(
        self, grant: Grant, thumbprint: str | None, replaced: RefreshToken | None
    ) -> RefreshToken | None:
        return super().refresh_token(grant, thumbprint, replaced) if replaced else None


@deviant("token-response-members/2")
class WritesLifetimeAsText(TokenEndpoint):
    """Sends expires_in as a string."""

    def expires_in(self, *, refreshed: bool) -> object:
        announced = super().expires_in(refreshed=refreshed)
        return announced if refreshed else str(announced)


@deviant("token-response-members/3", also=("token-code-exchange", "token-type-bearer"))
class WritesCamelCase(TokenEndpoint):
    """Names the members of the response accessToken, refreshToken and so on."""

    def members(
        self,
        access_token: str,
        refresh_token: str | None,
        scopes: Sequence[str],
        id_token: str | None,
        *,
        refreshed: bool,
    ) -> Json:
        body = super().members(access_token, refresh_token, scopes, id_token, refreshed=refreshed)
        return {_camel(name): value for name, value in body.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@deviant("token-response-headers/1", also=("refresh-response-members",))
class LetsCachesKeepTokens(TokenEndpoint):
    """Lets a cache keep the response for ten minutes."""

    def cache_headers(self) -> dict[str, str]:
        return {"Cache-Control": "private, max-age=600"}


@deviant("token-response-headers/2", also=("refresh-response-members",))
class AnswersInPlainText(TokenEndpoint):
    """Types the token response text/plain."""

    def media_type(self) -> str:
        return "text/plain"


@deviant("token-type-bearer/1", also=("refresh-response-members",))
class CallsTheTypeJwt(TokenEndpoint):
    """Says that the token type is JWT."""

    def token_type(self) -> str:
        return "JWT"


@deviant("token-access-lifetime/1", also=("bearer-expired-token",))
class AnnouncesAnHour(TokenEndpoint):
    """Announces an hour for a token that is documented to last ten minutes."""

    def expires_in(self, *, refreshed: bool) -> object:
        return super().expires_in(refreshed=refreshed) if refreshed else 3600


@deviant("token-access-lifetime/2")
class AnnouncesNothingLeft(TokenEndpoint):
    """Announces a lifetime of no seconds."""

    def expires_in(self, *, refreshed: bool) -> object:
        return super().expires_in(refreshed=refreshed) if refreshed else 0


@deviant("token-access-lifetime/3", also=("bearer-expired-token",))
class AnnouncesMilliseconds(TokenEndpoint):
    """Announces the ten minutes in milliseconds."""

    def expires_in(self, *, refreshed: bool) -> object:
        return super().expires_in(refreshed=refreshed) if refreshed else 600_000


@deviant("token-scope-granted/1", also=("refresh-scope-limits",))
class GrantsMoreThanAsked(TokenEndpoint):
    """States a scope that was never requested."""

    def scope_member(self, scopes: Sequence[str]) -> object:
        return " ".join((*scopes, "api9.v1"))


@deviant("token-scope-granted/2", also=("token-response-members", "refresh-response-members"))
class ListsScopeAsArray(TokenEndpoint):
    """Sends the scopes as a JSON array."""

    def scope_member(self, scopes: Sequence[str]) -> object:
        return list(scopes)


@deviant("token-scope-granted/3", also=("token-response-members", "refresh-response-members"))
class KeepsScopeToItself(TokenEndpoint):
    """Leaves scope out, so that a TPP cannot see that it was granted less than it asked for."""

    def scope_member(self, scopes: Sequence[str]) -> object:
        return None
