"""A TPP: what it sends to the bank in its own name, over its own certificate."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from functools import cached_property

from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse, encode
from conformance.oauth.landing import Ending, Landing
from conformance.oauth.pkce import Pkce
from conformance.oauth.redirect_uri import FOREIGN, altered
from conformance.oauth.token import ClientAuthentication, Grant, TokenRequest
from conformance.psu.agent import Browser
from conformance.session.aspsp import Aspsp
from conformance.session.psu import Psu
from conformance.target.model import Probe, Role
from conformance.target.model import Tpp as TppProfile
from conformance.wire.client import Client, Wire
from conformance.wire.recorder import Recorder


@dataclass(frozen=True)
class Surroundings:
    """What a TPP works with.

    Args:
        wire: makes clients.
        aspsp: the bank.
        recorder: where exchanges are cited.
        psu: who authorizes where nobody else is named; None where the profile has no PSU.
        token_responses: every answer of the run that held tokens, in order.
        calls: every call to an API, in order.
    """

    wire: Wire
    aspsp: Aspsp
    recorder: Recorder
    psu: Psu | None
    token_responses: list[Exchange] = field(default_factory=list)
    calls: list[Exchange] = field(default_factory=list)


class Tpp:
    """A third party provider that is a client of the bank.

    Args:
        name: in the profile.
        profile: its data.
        around: what it works with.
        client: its connections.
    """

    def __init__(self, name: str, profile: TppProfile, around: Surroundings, client: Client) -> None:
        self.name = name
        self.profile = profile
        self.client_id = str(profile.client_id)
        self._around = around
        self._client = client
        self._exchanged: dict[str, tuple[AuthorizationResponse, Exchange] | Unobservable] = {}
        self._role: Role = next(iter(profile.scopes))

    # who it is

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that the profile gives it."""
        return tuple(self.profile.scopes)

    @property
    def redirect_uri(self) -> str:
        """Its first registered redirect URI."""
        return self.profile.redirect_uris[0]

    @property
    def another_redirect_uri(self) -> str:
        """Its second registered redirect URI.

        Raises:
            NotApplicable: the profile has only one.
        """
        if len(self.profile.redirect_uris) < 2:
            raise NotApplicable("the profile has one redirect URI only")
        return self.profile.redirect_uris[1]

    @property
    def unregistered_redirect_uri(self) -> str:
        """A redirect URI that nobody has registered, on a host that nobody has."""
        return FOREIGN

    @property
    def redirect_uri_with_query(self) -> str:
        """A registered redirect URI that has a query of its own.

        Raises:
            NotApplicable: the profile has none.
        """
        found = next((uri for uri in self.profile.redirect_uris if "?" in uri), None)
        if found is None:
            raise NotApplicable("the profile has no redirect URI with a query")
        return found

    def altered_redirect_uri(self, alteration: str) -> str:
        """A near match of a registered redirect URI, by the words of `oauth.redirect_uri.ALTERATIONS`.

        Raises:
            NotApplicable: the alteration changes nothing, or what it gives is registered too.
        """
        registered = self.profile.redirect_uris
        plain = next((uri for uri in registered if "?" not in uri), None)
        if plain is None:
            raise NotApplicable("every redirect URI of the profile has a query")
        found = altered(plain, alteration)
        if found in registered:
            raise NotApplicable(f"{alteration} gives a URI that is registered too")
        return found

    @property
    def authenticates_by_certificate(self) -> bool:
        """Whether its certificate alone says at the token endpoint who it is (RFC 8705, section 2)."""
        return self.profile.authentication in ("tls_client_auth", "self_signed_tls_client_auth")

    def scope(self, role: Role | None = None) -> str:
        """The documented scopes of a role, separated by spaces."""
        return " ".join(self.profile.scopes[role or self._role])

    @property
    def whole_scope(self) -> str:
        """Every documented scope of all its roles."""
        return " ".join(dict.fromkeys(scope for scopes in self.profile.scopes.values() for scope in scopes))

    @cached_property
    def without_certificate(self) -> Tpp:
        """The same client on connections that offer no certificate.

        Raises:
            NotApplicable: it never offers one.
        """
        if self._client.identity is None:
            raise NotApplicable(f"the profile gives TPP {self.name} no certificate to leave out")
        return self._over(self._around.wire.client())

    @cached_property
    def with_renewed_certificate(self) -> Tpp:
        """The same client over the renewed certificate of the same organisation.

        Raises:
            NotApplicable: the profile has none.
        """
        renewed = self.profile.renewed
        if renewed is None:
            raise NotApplicable("the profile has no second certificate of the same organisation")
        return self._over(self._around.wire.client(replace(renewed, name=f"{self.name}-renewed")))

    def over_certificate_of(self, other: Tpp) -> Tpp:
        """The same client_id over the connections of another TPP."""
        return self._over(other._client)

    @cached_property
    def on_a_second_connection(self) -> Tpp:
        """The same client with connections of its own, for requests in parallel."""
        return self._over(self._around.wire.client(self._client.identity))

    def _over(self, client: Client) -> Tpp:
        return Tpp(self.name, self.profile, self._around, client)

    # authorization endpoint

    def authorization_request(
        self, *, role: Role | None = None, pkce: Pkce | None = None, **changed: str
    ) -> AuthorizationRequest:
        """The documented authorization URL, with state and nonce.

        Args:
            role: whose scopes are asked for; the TPP's first role otherwise.
            pkce: sends the S256 challenge; where the profile says that PKCE is required, one is made.
            changed: parameters with another value than documented, or added.
        """
        documented = self._around.aspsp.documented
        if pkce is None and documented.pkce == "required":
            pkce = Pkce()
        pairs = [("response_type", "code")]
        if documented.acr_values:
            pairs.append(("acr_values", documented.acr_values[0]))
        pairs += [
            ("client_id", self.client_id),
            ("scope", self.scope(role)),
            ("redirect_uri", self.redirect_uri),
        ]
        pairs += [("state", secrets.token_urlsafe(32)), ("nonce", secrets.token_urlsafe(24))]
        if pkce:
            pairs += [("code_challenge", pkce.challenge), ("code_challenge_method", "S256")]
        endpoint = self._around.aspsp.configuration.url("authorization_endpoint")
        return AuthorizationRequest(endpoint, tuple(pairs), pkce).having(**changed)

    def authorize(
        self,
        request: AuthorizationRequest | None = None,
        *,
        psu: Psu | None = None,
        browser: Browser | None = None,
        role: Role | None = None,
    ) -> AuthorizationResponse:
        """Have a PSU authorize, and take the redirect with the code.

        Raises:
            Unobservable: no code came back.
            NotApplicable: the profile has no PSU.
        """
        landing = self.send(request or self.authorization_request(role=role), psu=psu, browser=browser)
        if landing.ending is not Ending.REDIRECT or landing.response is None:
            raise Unobservable(f"the authorization did not lead back to the TPP, but to {landing.described}")
        _ = landing.response.code
        return landing.response

    def send(
        self, request: AuthorizationRequest, *, psu: Psu | None = None, browser: Browser | None = None
    ) -> Landing:
        """Send a PSU to the bank with a request, and say where its browser came to rest."""
        return (psu or self._psu).play(request, browser)

    @property
    def _psu(self) -> Psu:
        if self._around.psu is None:
            raise NotApplicable("the profile has no PSU that can be driven")
        return self._around.psu

    # token endpoint

    def code_exchange(self, authorization: AuthorizationResponse) -> TokenRequest:
        """The four documented fields of a code exchange, and the verifier where a challenge was sent."""
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

    # grants

    def grant(self, role: Role | None = None) -> Grant:
        """The grant that scenarios share: obtained once for each role, never spent, again when it is over.

        Raises:
            Unobservable: it could not be obtained; every scenario is told so, the PSU is not asked again.
        """
        authorization, answer = self._shared(role)
        return _grant(authorization, answer)

    def first_exchange(self, role: Role | None = None) -> Exchange:
        """The code exchange of the shared grant, whatever the bank answered to it.

        Raises:
            Unobservable: no code came back.
        """
        return self._shared(role)[1]

    def _shared(self, role: Role | None) -> tuple[AuthorizationResponse, Exchange]:
        key = role or self._role
        if key not in self._exchanged or self._nearly_over(self._exchanged[key]):
            try:
                authorization = self.authorize(role=role)
                self._exchanged[key] = authorization, self.exchange(authorization)
            except Unobservable as reason:
                self._exchanged[key] = reason
        found = self._exchanged[key]
        if isinstance(found, Unobservable):
            raise Unobservable(str(found))
        self._around.recorder.cite(found[0].exchange, found[1])
        return found

    def _nearly_over(self, found: tuple[AuthorizationResponse, Exchange] | Unobservable) -> bool:
        """Whether less than a twentieth of the access token's lifetime is left: a long run must go on."""
        announced = {} if isinstance(found, Unobservable) else found[1].members
        lifetime = announced.get("expires_in")
        if isinstance(found, Unobservable) or isinstance(lifetime, bool) or not isinstance(lifetime, int):
            return False
        age = self._around.recorder.clock.now() - found[1].sent_at_target
        return lifetime > 0 and age.total_seconds() > 0.95 * lifetime

    def own_grant(
        self,
        request: AuthorizationRequest | None = None,
        *,
        role: Role | None = None,
        psu: Psu | None = None,
        browser: Browser | None = None,
    ) -> Grant:
        """A grant of the scenario's own, to spend as it likes.

        Raises:
            Unobservable: no code, or no token for it.
        """
        authorization = self.authorize(request, role=role, psu=psu, browser=browser)
        return _grant(authorization, self.exchange(authorization))

    # resources

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
        headers = {"Accept": "application/json"}
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


def _grant(authorization: AuthorizationResponse, answer: Exchange) -> Grant:
    if not answer.succeeded or not isinstance(answer.members.get("access_token"), str):
        raise Unobservable(f"the code exchange gave no token: {answer.summary}")
    return Grant(authorization, answer, answer)
