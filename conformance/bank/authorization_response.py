"""The way back to the client: RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207; OIDC Session Management 1.0."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, urlsplit

from werkzeug import Response

from conformance.bank.authorization_request import AuthorizationRequests, RedirectProblem
from conformance.bank.sessions import AuthorizationRequest, Session

Parameters = dict[str, str]


class AuthorizationResponses(AuthorizationRequests):
    """Sends browsers back; a part of the authorization server."""

    def success_answer(self, request: AuthorizationRequest, code: str, session: Session) -> Response:
        """Send the browser back with a code."""
        parameters = self.success_parameters(request, code, session)
        return self.redirect(self.redirect_target(request), parameters, error=False)

    def redirect_target(self, request: AuthorizationRequest) -> str:
        """Exactly the redirect URI of the request."""
        return request.redirect_uri

    def success_parameters(self, request: AuthorizationRequest, code: str, session: Session) -> Parameters:
        """The parameters of the document's example, and state."""
        parameters = {
            "code": code,
            "iss": self.redirect_issuer(error=False),
            "session_state": self.session_state(request, session),
            "client_id": self.redirect_client_id(request),
            "state": self.redirect_state(request.state, error=False),
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def error_answer(self, problem: RedirectProblem) -> Response:
        """Send the browser back with an error."""
        return self.redirect(problem.redirect_uri, self.error_parameters(problem), error=True)

    def error_parameters(self, problem: RedirectProblem) -> Parameters:
        """The parameters of an error response (RFC 6749, section 4.1.2.1; RFC 9207, section 2)."""
        parameters = {
            "error": problem.error,
            "error_description": problem.description,
            "iss": self.redirect_issuer(error=True),
            "state": self.redirect_state(problem.state, error=True),
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def redirect_issuer(self, *, error: bool) -> str | None:
        """The issuer of the metadata, on success and on error (RFC 9207, section 2)."""
        return self.settings.issuer

    def redirect_state(self, state: str | None, *, error: bool) -> str | None:
        """The state of the request, unchanged."""
        return state

    def redirect_client_id(self, request: AuthorizationRequest) -> str | None:
        """The client_id of the request, as the document's example shows it."""
        return request.client.client_id

    def session_state(self, request: AuthorizationRequest, session: Session) -> str | None:
        """An opaque value of client, origin and browser session (OIDC Session Management 1.0)."""
        uri = urlsplit(request.redirect_uri)
        text = f"{request.client.client_id} {uri.scheme}://{uri.netloc} {session.browser_state}"
        return hashlib.sha256(text.encode()).hexdigest()

    def redirect(self, uri: str, parameters: Parameters, *, error: bool) -> Response:
        """Redirect the browser."""
        location = self.with_parameters(uri, parameters, self.redirect_separator(error=error))
        headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Response(status=self.redirect_status(), headers=headers)

    def with_parameters(self, uri: str, parameters: Parameters, separator: str) -> str:
        """The URI with the parameters appended to the query that it has (RFC 6749, section 3.1.2)."""
        encoded = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
        if separator == "?" and "?" in uri:
            separator = "" if uri.endswith(("?", "&")) else "&"
        return f"{uri}{separator}{encoded}"

    def redirect_separator(self, *, error: bool) -> str:
        """The response stands in the query, never in the fragment (RFC 6749, section 4.1.2)."""
        return "?"

    def redirect_status(self) -> int:
        """303: the browser never repeats a POST at the client (RFC 9700, section 4.12)."""
        return 303
