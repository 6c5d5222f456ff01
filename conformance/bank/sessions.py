"""Browser sessions, and the visits to the bank's pages that take place in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from conformance.bank.clock import Clock
from conformance.bank.corporate.companies import Means
from conformance.bank.corporate.orders import PaymentRequest
from conformance.bank.means import Question
from conformance.bank.settings import Client, Psu

TPP_CHANNEL = "tpp"
PORTAL_CHANNEL = "portal"


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
    acr_values: tuple[str, ...] = ()


@dataclass(slots=True)
class Session:
    """A PSU who is signed in.

    Args:
        session_id: the value of the cookie.
        browser_state: what session_state is derived from; it never leaves the bank.
        acr: the authentication context class that was reached.
        strong: False after a password alone, on the bank's portal.
        consents: what the PSU allowed in this browser, by client and scopes.
    """

    session_id: str
    browser_state: str
    psu: Psu
    authenticated: datetime
    acr: str
    seen: datetime
    strong: bool = True
    consents: set[tuple[str, frozenset[str]]] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Visit:
    """A PSU on the way through the bank's pages.

    Args:
        interaction_id: what the forms of its pages carry.
        browser: the cookie of the browser in which it began.
        base: the path below which its forms are sent.
        caller: who sent the PSU, as the pages name it.
        destinations: the addresses to which it may lead.
        channel: `tpp`, or `portal` for the bank's own.
        psu: who gave the right password, or is signed in.
        means: the one that was chosen.
        question: what that means was asked.
        proofs: how many strong authentications there were in it.
        passed: the detours that lie behind.
        refusal: why it cannot go on, as the PSU was told.
        session: set once the PSU is authenticated.
    """

    interaction_id: str
    browser: str
    base: str
    started: datetime
    caller: str
    destinations: tuple[str, ...] = ()
    channel: str = TPP_CHANNEL
    psu: Psu | None = None
    means: Means | None = None
    question: Question | None = None
    proofs: int = 0
    passed: tuple[str, ...] = ()
    refusal: str = ""
    session: Session | None = None


@dataclass(slots=True, kw_only=True)
class Interaction(Visit):
    """An authorization request on its way through the pages.

    Args:
        accounts: resource ids of those that the PSU chose, where it was asked to choose.
    """

    request: AuthorizationRequest
    accounts: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class PaymentVisit(Visit):
    """A payment, or its cancellation, that a PSU approves.

    Args:
        approval: names the link, never the resource.
        cancels: whether it is a cancellation that is approved.
        urls: where the browser returns after yes and after no; empty for the bank's own page.
        account: the resource id of the debtor account that the PSU chose.
        code: the authentication code, until the PSU has decided.
    """

    approval: str
    payment: PaymentRequest
    cancels: bool = False
    urls: tuple[str, str] = ("", "")
    account: str = ""
    code: str = ""


V = TypeVar("V", bound=Visit)


class Sessions:
    """Keeps sessions and visits, and forgets what is over."""

    idle = timedelta(minutes=5)
    patience = timedelta(minutes=15)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._visits: dict[str, Visit] = {}
        self._consents: dict[tuple[str, str], set[tuple[str, frozenset[str]]]] = {}

    def open(self, psu: Psu, acr: str, browser: str, *, strong: bool = True) -> Session:
        """Sign a PSU in; what he allowed before in this browser is remembered."""
        now = self._clock.now()
        consents = self._consents.setdefault((psu.username, browser), set())
        identifiers = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        session = Session(*identifiers, psu, now, acr, now, strong, consents)
        self._sessions[session.session_id] = session
        return session

    def find(self, session_id: str | None) -> Session | None:
        """The session of a cookie, unless it was idle for five minutes (RTS Art. 4(3)(d))."""
        session = self._sessions.get(session_id or "")
        if session is None or not self.alive(session.session_id):
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

    def begin(self, visit: V) -> V:
        """Start a visit, and forget those that nobody finished."""
        now = self._clock.now()
        for over in [k for k, v in self._visits.items() if now > v.started + self.patience]:
            del self._visits[over]
        self._visits[visit.interaction_id] = visit
        return visit

    def resume(self, interaction_id: str | None, browser: str | None) -> Visit | None:
        """The visit of a form, if it began in this browser and is not over."""
        visit = self._visits.get(interaction_id or "")
        if visit is None or not browser or visit.browser != browser:
            return None
        over = self._clock.now() > visit.started + self.patience
        return None if over else visit

    def end(self, visit: Visit) -> None:
        """Forget a visit that has ended."""
        self._visits.pop(visit.interaction_id, None)
