"""A TPP: what it sends to the bank in its own name, over its own certificate."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Landing
from conformance.oauth.token import Grant, TokenRequest
from conformance.psu.agent import Browser
from conformance.session.api import ApiClient
from conformance.session.front_channel import given_code
from conformance.session.psu import Psu
from conformance.target.model import Role
from conformance.wire.client import Client
from conformance.xs2a.accounts import AccountInformation
from conformance.xs2a.funds import FundsConfirmation
from conformance.xs2a.payments import PaymentInitiation

_NEARLY = 0.95
_CENTURY = 100 * 365 * 24 * 3600  # seconds; what claims to live longer is no number to count with
Shared = tuple[AuthorizationResponse, Exchange]
Key = tuple[Role, str]


class Tpp(ApiClient):
    """A third party provider that is a client of the bank; its certificates and its grants."""

    @cached_property
    def _exchanged(self) -> dict[Key, Shared | Unobservable]:
        return {}

    @cached_property
    def _journeys(self) -> dict[Key, Landing]:
        return {}

    @cached_property
    def _refreshed(self) -> dict[Key, tuple[Grant, str]]:
        """Grants whose access token was refreshed, with the refresh token that is good now."""
        return {}

    @cached_property
    def _own_tokens(self) -> dict[Role, Exchange]:
        return {}

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
            NotApplicable: the profile has none, or each certificate is registered by itself (RFC 8705, 2.2).
        """
        if self.profile.authentication == "self_signed_tls_client_auth":
            raise NotApplicable("a self-signed certificate is registered by itself, not by its organisation")
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

    def grant(self, role: Role | None = None, psu: Psu | None = None) -> Grant:
        """The grant that scenarios share: obtained once for each role and PSU, never spent, again when it is over.

        Raises:
            Unobservable: it could not be obtained; every scenario is told so, the PSU is not asked again.
        """
        authorization, answer = self._shared(role, psu)
        return _grant(authorization, answer)

    def grant_of(self, psu: Psu, role: Role | None = None) -> Grant:
        """The grant of a PSU that scenarios share."""
        return self.grant(role, psu)

    def first_exchange(self, role: Role | None = None, psu: Psu | None = None) -> Exchange:
        """The code exchange of the shared grant, whatever the bank answered to it.

        Raises:
            Unobservable: no code came back.
        """
        return self._shared(role, psu)[1]

    def journey_of(self, psu: Psu, role: Role | None = None) -> Landing:
        """The journey behind the shared grant of a PSU, wherever it ended.

        A PSU who may not authorize ends elsewhere than at the TPP, or there with an error.
        """
        key = role or self._role, psu.name
        if key not in self._journeys:
            self._journeys[key] = self.send(self.authorization_request(role=role), psu=psu)
        landing = self._journeys[key]
        self._around.recorder.cite(*landing.exchanges)
        return landing

    def walked(self, psu: Psu, role: Role) -> Landing | None:
        """The journey behind the shared grant of a PSU as far as it was walked; nobody is asked for it."""
        return self._journeys.get((role, psu.name))

    def accounts_of(self, psu: Psu, *, present: bool = False) -> AccountInformation:
        """An AISP's view with the shared grant of a PSU."""
        return self.account_information(self.token_for("aisp", psu), present=present)

    def payments_of(self, psu: Psu) -> PaymentInitiation:
        """A PISP's view with the token that the bank wants for payments."""
        return self.payment_initiation(self.token_for("pisp", psu))

    def funds_of(self, psu: Psu) -> FundsConfirmation:
        """A CBPII's question with the shared grant of a PSU."""
        return self.funds_confirmation(self.token_for("cbpii", psu))

    def token_for(self, role: Role, psu: Psu) -> str:
        """The access token for a role: of the PSU's grant, or the TPP's own where the bank documents that.

        Raises:
            NotApplicable: the profile does not give the TPP this role.
        """
        if role not in self.roles:
            raise NotApplicable(f"the profile gives TPP {self.name} no role {role}")
        stet = self._around.aspsp.api.stet
        own = {"pisp": stet.pisp_grant, "cbpii": stet.cbpii_grant}.get(role) == "client_credentials"
        return self.own_token(role) if own else self._living(role, psu).access_token

    def _living(self, role: Role, psu: Psu) -> Grant:
        """The shared grant of a PSU for the APIs, refreshed where its access token is nearly over.

        A refresh spares the PSU an authentication; where it fails, the PSU is sent to the bank again. `grant` and
        `first_exchange` never hold a refreshed response: what is judged of a first one is read from them.
        """
        shared = self._exchanged.get((role, psu.name))
        if isinstance(shared, tuple) and self._is_over(shared[1]):
            try:
                return self._renewed((role, psu.name), _grant(*shared))
            except Unobservable:
                pass
        return self.grant_of(psu, role)

    def _renewed(self, key: Key, shared: Grant) -> Grant:
        """The grant with an access token that is not over.

        Raises:
            Unobservable: it cannot be refreshed.
        """
        current, good = self._refreshed.get(key, (shared, ""))
        if current.first is not shared.first:
            current, good = shared, ""
        if self._is_over(current.exchange):
            good = good or shared.refresh_token
            current = current.renewed(self.refresh(good))
            following = current.exchange.members.get("refresh_token")
            self._refreshed[key] = current, following if isinstance(following, str) else good
        self._around.recorder.cite(current.exchange)
        return current

    def own_token(self, role: Role) -> str:
        """The access token of a client credentials grant (RFC 6749, section 4.4), asked for when it is over.

        Raises:
            Unobservable: the bank gave none.
        """
        if role not in self._own_tokens or self._is_over(self._own_tokens[role]):
            pairs = (("grant_type", "client_credentials"), ("client_id", self.client_id))
            request = TokenRequest((*pairs, ("scope", self.scope(role))), "ask for a token of the TPP's own")
            self._own_tokens[role] = self.request_token(request)
        answer = self._own_tokens[role]
        self._around.recorder.cite(answer)
        token = answer.members.get("access_token")
        if not answer.succeeded or not isinstance(token, str):
            raise Unobservable(f"the client credentials grant gave no token: {answer.summary}")
        return token

    def _shared(self, role: Role | None, psu: Psu | None) -> Shared:
        key = role or self._role, psu.name if psu else self._usual_name
        held = self._exchanged.get(key)
        if held is None or (isinstance(held, tuple) and self._is_over(held[1])):
            try:
                authorization = self._authorized(key[0], psu)
                self._exchanged[key] = authorization, self.exchange(authorization)
            except Unobservable as reason:
                self._exchanged[key] = reason
        found = self._exchanged[key]
        if isinstance(found, Unobservable):
            raise Unobservable(str(found))
        self._around.recorder.cite(found[0].exchange, found[1])
        return found

    def _authorized(self, role: Role, psu: Psu | None) -> AuthorizationResponse:
        """A code for the shared grant; the journey of a PSU is walked once, also where it was only looked at."""
        person = psu or self._psu
        if (role, person.name) in self._exchanged:
            self._journeys.pop((role, person.name), None)
        with self._failures.counted(counts=person.name == self._usual_name):
            return given_code(self.journey_of(person, role))

    @property
    def _usual_name(self) -> str:
        return self._around.psu.name if self._around.psu else ""

    def _is_over(self, answer: Exchange) -> bool:
        """Whether less than a twentieth of the access token's lifetime is left: a long run must go on.

        The lifetime is the announced one, or the documented one where none is announced as a number.
        """
        announced = answer.members.get("expires_in")
        lifetime = float(self._around.aspsp.documented.access_token_lifetime)
        if (
            isinstance(announced, int | float)
            and not isinstance(announced, bool)
            and 0 < announced < _CENTURY
        ):
            lifetime = float(announced)
        age = self.now - answer.sent_at_target
        return answer.succeeded and age.total_seconds() > _NEARLY * lifetime

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
        with self._failures.counted(counts=request is None):
            sent = request or self.authorization_request(role=role)
            authorization = self.authorize(sent, psu=psu, browser=browser)
            return _grant(authorization, self.exchange(authorization))


def _grant(authorization: AuthorizationResponse, answer: Exchange) -> Grant:
    if not answer.succeeded or not isinstance(answer.members.get("access_token"), str):
        raise Unobservable(f"the code exchange gave no token: {answer.summary}")
    return Grant(authorization, answer, answer)
