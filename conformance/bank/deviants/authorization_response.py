"""Deviants of the authorization area: what the redirect to the TPP says."""

from __future__ import annotations

from werkzeug import Response

from conformance.bank.authorization_response import Parameters
from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.deviants import deviant
from conformance.bank.deviants.consequences import BROKEN_JOURNEYS
from conformance.bank.sessions import AuthorizationRequest, Session
from conformance.bank.tokens import Grant, Tokens

_STATE_IN_ERRORS = (
    "authorization-access-denied",
    "authorization-prompt-and-session",
    "authorization-unknown-scope",
)


@deviant("authorization-code-flow/1", also=BROKEN_JOURNEYS)
class NamesCodeOtherwise(AuthorizationServer):
    """Returns the code as authorization_code."""

    def success_parameters(self, request: AuthorizationRequest, code: str, session: Session) -> Parameters:
        parameters = super().success_parameters(request, code, session)
        return {"authorization_code": parameters.pop("code"), **parameters}


@deviant("authorization-code-flow/2")
class RedirectsToAnotherPage(AuthorizationServer):
    """Redirects to another page of the TPP than the requested one."""

    def redirect_target(self, request: AuthorizationRequest) -> str:
        return next(uri for uri in request.client.redirect_uris if uri != request.redirect_uri)


@deviant("authorization-code-flow/3", also=BROKEN_JOURNEYS)
class CongratulatesInstead(AuthorizationServer):
    """Shows a page of success at the bank and never redirects."""

    def success_answer(self, request: AuthorizationRequest, code: str, session: Session) -> Response:
        return self.bank.pages.page("done", "You are signed in", "<p>Thank you.</p>")


@deviant("authorization-response-type-restricted/1")
class GrantsImplicitly(AuthorizationServer):
    """Accepts response_type=token and puts an access token into the fragment."""

    def response_type_refusal(self, response_type: str | None) -> tuple[str, str] | None:
        return None if response_type == "token" else super().response_type_refusal(response_type)

    def success_answer(self, request: AuthorizationRequest, code: str, session: Session) -> Response:
        if request.response_type != "token":
            return super().success_answer(request, code, session)
        parameters = {"access_token": _access_token(self.bank.tokens, code), "token_type": "Bearer"}
        location = self.with_parameters(request.redirect_uri, parameters, "#")
        return Response(status=303, headers={"Location": location})


@deviant("authorization-state-echo/1", also=_STATE_IN_ERRORS)
class ForgetsState(AuthorizationServer):
    """Never returns state, as in the document's example."""

    def redirect_state(self, state: str | None, *, error: bool) -> str | None:
        return None


@deviant("authorization-state-echo/2")
class TruncatesState(AuthorizationServer):
    """Returns the first 64 characters of state."""

    def redirect_state(self, state: str | None, *, error: bool) -> str | None:
        return state and state[:64]


@deviant("authorization-state-echo/3", also=_STATE_IN_ERRORS)
class ForgetsStateOfErrors(AuthorizationServer):
    """Returns state with a code, but not with an error."""

    def redirect_state(self, state: str | None, *, error: bool) -> str | None:
        return None if error else state


@deviant(
    "authorization-response-in-query/1",
    also=(*BROKEN_JOURNEYS, "authorization-code-flow"),
)
class AnswersInTheFragment(AuthorizationServer):
    """Returns the code in the fragment."""

    def redirect_separator(self, *, error: bool) -> str:
        return "?" if error else "#"


@deviant("authorization-response-in-query/2")
class AddsAccessToken(AuthorizationServer):
    """Adds an access token to the redirect, for convenience."""

    def success_parameters(self, request: AuthorizationRequest, code: str, session: Session) -> Parameters:
        parameters = super().success_parameters(request, code, session)
        return parameters | {"access_token": _access_token(self.bank.tokens, code)}


@deviant("authorization-response-iss/1", also=("id-token-iss",))
class NamesDefaultPort(AuthorizationServer):
    """Returns iss with an explicit :443, which the metadata does not have."""

    def redirect_issuer(self, *, error: bool) -> str | None:
        host = self.settings.hosts.sso
        return self.settings.issuer.replace(host, f"{host}:443", 1)


@deviant("authorization-response-iss/2", also=("id-token-iss",))
class NamesAnotherRealm(AuthorizationServer):
    """Returns the issuer of another realm."""

    def redirect_issuer(self, *, error: bool) -> str | None:
        return f"{self.settings.issuer}/realms/retail"


@deviant("authorization-response-iss/3")
class NamesNoIssuerOfErrors(AuthorizationServer):
    """Omits iss from error responses."""

    def redirect_issuer(self, *, error: bool) -> str | None:
        return None if error else super().redirect_issuer(error=error)


@deviant("authorization-response-session-state/1")
class LeavesSessionStateOut(AuthorizationServer):
    """Returns no session_state."""

    def session_state(self, request: AuthorizationRequest, session: Session) -> str | None:
        return None


@deviant("authorization-response-session-state/2")
class ReturnsSessionCookie(AuthorizationServer):
    """Returns the session cookie itself as session_state."""

    def session_state(self, request: AuthorizationRequest, session: Session) -> str | None:
        return session.session_id


@deviant("authorization-response-client-id/1")
class ReturnsInternalClientId(AuthorizationServer):
    """Returns an internal identifier as client_id."""

    def redirect_client_id(self, request: AuthorizationRequest) -> str | None:
        return f"customer-{len(request.client.name)}"


@deviant("authorization-code-quality/1")
class CountsCodes(Tokens):
    """Issues sequential numbers as codes."""

    def code_value(self, grant: Grant) -> str:
        return str(730_001 + len(self.codes))


@deviant("authorization-code-quality/2")
class RepeatsUnusedCodes(Tokens):
    """Issues the same code for the same PSU until it is used."""

    def code_value(self, grant: Grant) -> str:
        unused = (code.value for code in self.codes.values() if not code.used and code.grant.psu == grant.psu)
        return next(unused, super().code_value(grant))


def _access_token(tokens: Tokens, code: str) -> str:
    grant = tokens.codes[code].grant
    return tokens.issue_access_token(grant, grant.scopes, None)
