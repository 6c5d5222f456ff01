"""Deviants of the authorization area: how the request is read."""

from __future__ import annotations

import uuid

from werkzeug import Request

from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.deviants import deviant
from conformance.bank.deviants.consequences import BROKEN_JOURNEYS
from conformance.bank.parameters import decode_value
from conformance.bank.problems import PageProblem
from conformance.bank.sessions import AuthorizationRequest
from conformance.bank.settings import Client

_KNOWN = frozenset(
    "response_type client_id scope redirect_uri state nonce acr_values prompt max_age display login_hint "
    "code_challenge code_challenge_method response_mode request request_uri ui_locales id_token_hint claims".split()
)


@deviant("authorization-endpoint-without-certificate/1", also=BROKEN_JOURNEYS)
class DemandsCertificateOfBrowsers(AuthorizationServer):
    """Answers a browser that shows no client certificate with an error."""

    def admit(self, request: Request) -> None:
        if not request.environ.get("SSL_CLIENT_CERT"):
            raise PageProblem("A client certificate is required.")


@deviant("authorization-get-and-post/1")
class KnowsNoPost(AuthorizationServer):
    """Answers 405 to an authorization request that is posted."""

    def methods(self) -> tuple[str, ...]:
        return ("GET", "HEAD")


@deviant("authorization-get-and-post/2")
class IgnoresBodies(AuthorizationServer):
    """Reads the parameters of a posted request in its query only."""

    def raw_parameters(self, request: Request) -> str:
        return request.query_string.decode("latin-1")


@deviant(
    "authorization-scope-encoding/1",
    also=(*BROKEN_JOURNEYS, "authorization-code-flow"),
)
class SplitsScopesAtCommas(AuthorizationServer):
    """Splits scopes at commas only, so that a list with spaces is one unknown scope."""

    def split_scope(self, scope: str) -> list[str]:
        return [part for part in scope.split(",") if part]


@deviant("authorization-scope-encoding/2")
class KeepsPlusSigns(AuthorizationServer):
    """Takes a plus sign in a scope for a part of its name."""

    def decode(self, name: str, raw: str) -> str:
        return decode_value(raw.replace("+", "%2B") if name == "scope" else raw)


@deviant(
    "authorization-scope-encoding/3",
    also=(
        *BROKEN_JOURNEYS,
        "aisp-account-list",
        "bearer-api-call",
        "cbpii-positive-answer",
        "interface-three-roles",
        "pisp-initiate",
    ),
)
class GrantsFirstScopeOnly(AuthorizationServer):
    """Grants only the first scope of the list."""

    def granted_scopes(self, asked: AuthorizationRequest) -> tuple[str, ...]:
        return asked.scopes[:1]


@deviant("authorization-unknown-scope/1")
class KnowsEveryScope(AuthorizationServer):
    """Grants a scope that does not exist, and says so in the token response."""

    def unknown_scopes(self, client: Client, scopes: tuple[str, ...]) -> set[str]:
        return set()


@deviant("authorization-unknown-scope/2")
class FailsOnUnknownScopes(AuthorizationServer):
    """Answers a scope that does not exist with a server error."""

    def unknown_scopes(self, client: Client, scopes: tuple[str, ...]) -> set[str]:
        if super().unknown_scopes(client, scopes):
            raise PageProblem("Something went wrong on our side.", 500)
        return set()


@deviant("authorization-response-type-restricted/2")
class AssumesCode(AuthorizationServer):
    """Takes a missing response_type for code."""

    def response_type_refusal(self, response_type: str | None) -> tuple[str, str] | None:
        return super().response_type_refusal(response_type or "code")


@deviant("authorization-repeated-and-unknown-parameters/1")
class TakesFirstRedirectUri(AuthorizationServer):
    """Takes the first of two redirect URIs."""

    def repeated(self, pairs: list[tuple[str, str]]) -> set[str]:
        return super().repeated(pairs) - {"redirect_uri"}


@deviant("authorization-repeated-and-unknown-parameters/2")
class RefusesUnknownParameters(AuthorizationServer):
    """Fails when it meets a parameter that it does not know."""

    def unknown_parameter_refusal(self, names: set[str]) -> tuple[str, str] | None:
        return None if names <= _KNOWN else ("invalid_request", "a parameter is unknown")


@deviant("authorization-client-id-invalid/2")
class AcceptsAnyUuid(AuthorizationServer):
    """Shows the login page to any client whose identifier is a UUID."""

    def find_client(self, client_id: str) -> Client | None:
        try:
            uuid.UUID(client_id)
        except ValueError:
            return None
        return super().find_client(client_id) or next(iter(self.settings.clients.values()))
