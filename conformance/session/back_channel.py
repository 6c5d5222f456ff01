"""What a TPP sends to the token endpoint and to the APIs, over its own connections."""

from __future__ import annotations

import uuid

from conformance.errors import NotApplicable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse, encode
from conformance.oauth.token import ClientAuthentication, TokenRequest
from conformance.session.front_channel import FrontChannel
from conformance.target.model import Probe, Role

PRESENT_AT = "192.0.2.17"  # of the range for documentation (RFC 5737)


class BackChannel(FrontChannel):
    """A client of the bank at the token endpoint and the APIs."""

    def code_exchange(self, authorization: AuthorizationResponse) -> TokenRequest:
        """The four documented fields of a code exchange, and the verifier where a challenge was sent.

        Of another client's code it repeats everything but the client_id: whoever stole one may know the rest.
        """
        request = self.code_exchange_of(authorization.code, authorization.request["redirect_uri"])
        pkce = authorization.request.pkce
        return request.having(code_verifier=pkce.verifier) if pkce else request

    def code_exchange_of(self, code: str, redirect_uri: str | None = None) -> TokenRequest:
        """The four documented fields with any code."""
        pairs = (
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id),
            ("code", code),
            ("redirect_uri", redirect_uri or self.redirect_uri),
        )
        return TokenRequest(pairs, "exchange the authorization code for tokens")

    def refresh_request(self, refresh_token: str) -> TokenRequest:
        """The three documented fields of a refresh."""
        pairs = (
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id),
            ("refresh_token", refresh_token),
        )
        return TokenRequest(pairs, "refresh the access token")

    def request_token(self, request: TokenRequest, *, url: str | None = None) -> Exchange:
        """POST a token request to the effective token endpoint, authenticated as the profile says."""
        sent = self.authenticated(request)
        headers = {"Accept": "application/json", **sent.headers}
        answer = self._client.post_form(
            url or self._around.aspsp.token_endpoint, sent.pairs, purpose=request.purpose, headers=headers
        )
        self._learn_tokens(answer)
        return answer

    def authenticated(self, request: TokenRequest) -> TokenRequest:
        """The request with what the client's method of authentication adds to it."""
        method = ClientAuthentication(self.profile, self._around.aspsp.documented_issuer)
        return method.apply(request, self._around.recorder.clock.now())

    def exchange(self, authorization: AuthorizationResponse) -> Exchange:
        """Exchange the code of a redirect."""
        return self.request_token(self.code_exchange(authorization))

    def refresh(self, refresh_token: str, **changed: str) -> Exchange:
        """Refresh, with further or changed fields where given."""
        return self.request_token(self.refresh_request(refresh_token).having(**changed))

    def revoke(self, token: str) -> Exchange:
        """Revoke a refresh token, RFC 7009 section 2.1.

        Raises:
            NotApplicable: metadata names no revocation endpoint.
        """
        endpoint = self._around.aspsp.revocation_endpoint
        if endpoint is None:
            raise NotApplicable("metadata has no revocation_endpoint")
        pairs = (("token", token), ("token_type_hint", "refresh_token"), ("client_id", self.client_id))
        return self.request_token(TokenRequest(pairs, "revoke the refresh token"), url=endpoint)

    def send_to_token_endpoint(
        self,
        method: str,
        *,
        query: str = "",
        body: bytes | None = None,
        media_type: str | None = None,
        headers: dict[str, str] | None = None,
        purpose: str,
    ) -> Exchange:
        """Send something else than the documented POST to the token endpoint."""
        headers = {**(headers or {}), **({"Content-Type": media_type} if media_type else {})}
        url = self._around.aspsp.token_endpoint + (f"?{query}" if query else "")
        answer = self._client.send(method, url, purpose=purpose, headers=headers, body=body)
        self._learn_tokens(answer)
        return answer

    def _learn_tokens(self, answer: Exchange) -> None:
        redactor = self._around.recorder.redactor
        for name in ("access_token", "refresh_token", "id_token"):
            value = answer.members.get(name)
            if isinstance(value, str) and len(value) > 3:
                redactor.learn(name, value)
        if answer.succeeded and answer.members.get("access_token"):
            self._around.token_responses.append(answer)

    def probe(self, role: Role | None = None) -> Probe:
        """The request that stands for a role's API, or for any where no role is named."""
        api = self._around.aspsp.api
        return api.probes[role] if role in api.probes else Probe(path=api.probe)

    def call(
        self,
        token: str | None,
        *,
        role: Role | None = None,
        scheme: str = "Bearer",
        query: str = "",
        purpose: str = "",
    ) -> Exchange:
        """Send the probe request of a role with a bearer token.

        Args:
            token: None sends no Authorization header.
            role: whose probe; otherwise the resource that any bearer token opens.
            scheme: the authentication scheme as it is written.
            query: added to the URL.
            purpose: for the report.
        """
        probe = self.probe(role)
        headers = {"Accept": "application/json", "X-Request-ID": str(uuid.uuid4())}
        headers["PSU-IP-Address"] = (
            PRESENT_AT  # the PSU is there: no call counts as one of four unattended a day
        )
        if token is not None:
            headers["Authorization"] = f"{scheme} {token}"
        url = f"{self._around.aspsp.api.base_url}{probe.path}"
        if query:
            url += f"{'&' if '?' in url else '?'}{query}"
        purpose = purpose or f"call the API {'without' if token is None else 'with the'} access token"
        answer = self._client.send(probe.method, url, purpose=purpose, headers=headers, json=probe.json_body)
        self._around.calls.append(answer)
        return answer

    def call_by_query(self, token: str, *, and_by_header: bool = False) -> Exchange:
        """Send the token in the query (RFC 6750, section 2.3), and in the header too where that is wanted."""
        ways = "in the query and in the header" if and_by_header else "in the query"
        header = token if and_by_header else None
        return self.call(header, query=encode([("access_token", token)]), purpose=f"send the token {ways}")

    def calls(self) -> tuple[Exchange, ...]:
        """Every call to an API so far, by any TPP of the run."""
        self._around.recorder.cite(*self._around.calls)
        return tuple(self._around.calls)

    def issued_tokens(self) -> frozenset[str]:
        """Every access and refresh token that the bank issued so far, to any TPP of the run."""
        names = ("access_token", "refresh_token")
        values = (answer.members.get(name) for answer in self._around.token_responses for name in names)
        return frozenset(value for value in values if isinstance(value, str))
