"""Who a TPP is at the bank, and what it works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from conformance.errors import NotApplicable
from conformance.exchange import Exchange
from conformance.oauth.redirect_uri import FOREIGN, altered
from conformance.session.aspsp import Aspsp
from conformance.session.psu import Psu
from conformance.target.model import Role
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


class Party:
    """A client of the bank, as it was onboarded.

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
        self._role: Role = next(iter(profile.scopes))

    @property
    def now(self) -> datetime:
        """The time at the bank."""
        return self._around.recorder.clock.now()

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
