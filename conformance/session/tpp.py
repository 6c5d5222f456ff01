"""A TPP: what it sends to the bank in its own name, over its own certificate."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.token import Grant
from conformance.psu.agent import Browser
from conformance.session.api import ApiClient
from conformance.session.psu import Psu
from conformance.target.model import Role
from conformance.wire.client import Client

Shared = tuple[AuthorizationResponse, Exchange]


class Tpp(ApiClient):
    """A third party provider that is a client of the bank; its certificates and its grants."""

    @cached_property
    def _exchanged(self) -> dict[str, Shared | Unobservable]:
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

    def _shared(self, role: Role | None) -> Shared:
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

    def _nearly_over(self, found: Shared | Unobservable) -> bool:
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
        with self._failures.counted(counts=request is None):
            sent = request or self.authorization_request(role=role)
            authorization = self.authorize(sent, psu=psu, browser=browser)
            return _grant(authorization, self.exchange(authorization))


def _grant(authorization: AuthorizationResponse, answer: Exchange) -> Grant:
    if not answer.succeeded or not isinstance(answer.members.get("access_token"), str):
        raise Unobservable(f"the code exchange gave no token: {answer.summary}")
    return Grant(authorization, answer, answer)
