"""Browser sessions and the interactions that take place in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from conformance.bank.clock import Clock
from conformance.bank.sca import Approval
from conformance.bank.settings import Client, Psu


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A valid authorization request (RFC 6749, section 4.1.1; OIDC Core 1.0, section 3.1.2.1)."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    response_type: str = "code"
    state: str | None = None
    nonce: str | None = None
    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    code_challenge: str | None = None


@dataclass(slots=True)
class Session:
    """A PSU who is signed in.

    Args:
        session_id: the value of the cookie.
        browser_state: what session_state is derived from; it never leaves the bank.
        acr: the authentication context class that was reached.
    """

    session_id: str
    browser_state: str
    psu: Psu
    authenticated: datetime
    acr: str
    seen: datetime
    consents: set[tuple[str, frozenset[str]]] = field(default_factory=set)


@dataclass(slots=True)
class Interaction:
    """An authorization request on its way through the pages.

    Args:
        browser: the cookie of the browser in which it began.
        psu: who gave the right password.
        approval: what the device was asked.
        session: set once the PSU is authenticated.
    """

    interaction_id: str
    browser: str
    request: AuthorizationRequest
    started: datetime
    psu: Psu | None = None
    approval: Approval | None = None
    session: Session | None = None


class Sessions:
    """Keeps sessions and interactions, and forgets what is over."""

    idle = timedelta(minutes=10)
    patience = timedelta(minutes=15)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._interactions: dict[str, Interaction] = {}

    def open(self, psu: Psu, acr: str) -> Session:
        """Sign a PSU in."""
        now = self._clock.now()
        session = Session(secrets.token_urlsafe(24), secrets.token_urlsafe(24), psu, now, acr, now)
        self._sessions[session.session_id] = session
        return session

    def find(self, session_id: str | None) -> Session | None:
        """The session of a cookie, unless it was idle for ten minutes."""
        session = self._sessions.get(session_id or "")
        if session is None or self._clock.now() > session.seen + self.idle:
            self._sessions.pop(session_id or "", None)
            return None
        session.seen = self._clock.now()
        return session

    def alive(self, session_id: str) -> bool:
        """Whether a session is neither idle nor signed out; asking does not prolong it."""
        session = self._sessions.get(session_id)
        return session is not None and self._clock.now() <= session.seen + self.idle

    def close(self, session_id: str) -> None:
        """Sign the PSU out."""
        self._sessions.pop(session_id, None)

    def begin(self, browser: str, request: AuthorizationRequest) -> Interaction:
        """Start an interaction, and forget those that nobody finished."""
        now = self._clock.now()
        for over in [k for k, i in self._interactions.items() if now > i.started + self.patience]:
            del self._interactions[over]
        interaction = Interaction(secrets.token_urlsafe(24), browser, request, now)
        self._interactions[interaction.interaction_id] = interaction
        return interaction

    def resume(self, interaction_id: str | None, browser: str | None) -> Interaction | None:
        """The interaction of a form, if it began in this browser and is not over."""
        interaction = self._interactions.get(interaction_id or "")
        if interaction is None or not browser or interaction.browser != browser:
            return None
        over = self._clock.now() > interaction.started + self.patience
        return None if over else interaction

    def end(self, interaction: Interaction) -> None:
        """Forget an interaction that has ended."""
        self._interactions.pop(interaction.interaction_id, None)
