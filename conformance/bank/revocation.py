"""The revocation endpoint: RFC 7009."""

from __future__ import annotations

from werkzeug import Request, Response

from conformance.bank.client_authentication import ClientAuthentication
from conformance.bank.problems import NO_STORE, OAuthProblem, json_answer
from conformance.bank.settings import Client
from conformance.bank.tokens import Grant


class RevocationEndpoint(ClientAuthentication):
    """Ends grants at the wish of the client."""

    purposes = ("revocation",)

    def answer(self, request: Request) -> Response:
        """Answer a revocation request."""
        try:
            with self.bank.lock:
                self.revoke_for(request)
        except OAuthProblem as problem:
            body = {"error": problem.error, "error_description": problem.description}
            headers = NO_STORE | ({"Allow": "POST"} if problem.status == 405 else {})
            return json_answer(body, problem.status, headers)
        return Response(status=200, headers=NO_STORE)

    def revoke_for(self, request: Request) -> None:
        """Revoke the token of the request; an unknown one is no error (RFC 7009, section 2.2).

        Raises:
            OAuthProblem: the request is malformed, or its client not authenticated.
        """
        form = self.form(request)
        certificate = self.bank.trust.peer(request.environ.get("SSL_CLIENT_CERT"))
        client = self.authenticate(request, form, certificate, purpose="revocation", host="cert")
        if "token" not in form:
            raise OAuthProblem("invalid_request", "token is missing")
        grant = self.grant_of(form["token"])
        if grant is not None and self.may_revoke(client, grant):
            self.end(grant)

    def grant_of(self, token: str) -> Grant | None:
        """The grant from which a refresh or access token was issued."""
        claims = self.bank.tokens.verified(token)
        return self.bank.tokens.grants.get(str(claims.get("grant"))) if claims else None

    def may_revoke(self, client: Client, grant: Grant) -> bool:
        """Whether the grant is the client's own (RFC 7009, section 2.1)."""
        return grant.client.client_id == client.client_id

    def end(self, grant: Grant) -> None:
        """End the grant with all its tokens."""
        self.bank.tokens.revoke(grant)
