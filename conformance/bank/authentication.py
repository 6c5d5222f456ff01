"""The way of a PSU through login and strong authentication: RTS (EU) 2018/389, articles 4 and 5."""

from __future__ import annotations

import contextlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from werkzeug import Request, Response

from conformance.bank.authentication_pages import Detour
from conformance.bank.component import Component
from conformance.bank.corporate.codes import Challenge, Link
from conformance.bank.corporate.companies import Means, User
from conformance.bank.corporate.entitlements import STRONG as STRONG_MEANS
from conformance.bank.corporate.problems import Refused
from conformance.bank.forms import BROWSER_COOKIE, SESSION_COOKIE, Form, set_cookie
from conformance.bank.means import Outcome, Question
from conformance.bank.parameters import parse_form
from conformance.bank.sessions import Session, Visit
from conformance.bank.settings import REALM, Psu

if TYPE_CHECKING:
    from conformance.bank.app import Bank

STRONG = "L1"
WEAK = "L0"
_OVER = "This page is no longer valid. Please start again."
_IDLE = "You were away for more than five minutes. Please sign in again."

V = TypeVar("V", bound=Visit)


class Authentication(Component, Generic[V]):
    """Signs PSUs in; a part of every journey."""

    base: ClassVar[str] = REALM

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.sessions = bank.sessions
        self._nobody = secrets.token_urlsafe(16)

    def steps(self) -> Mapping[str, Callable[[V, Form], Response]]:
        """What the forms of the journey's pages lead to."""
        return {
            "login": self._login,
            "means": self._means,
            "approve": self._prove,
            "sign": self._prove,
            "detour": self._detour,
            "leave": self._leave,
        }

    def answer(self, request: Request, step: str) -> Response:
        """Take the form of one of the journey's pages."""
        if request.method != "POST":
            return Response("method not allowed", 405, {"Allow": "POST"})
        form = Form([])
        with contextlib.suppress(ValueError):
            form = Form(parse_form(request.get_data().decode("utf-8")))
        with self.bank.lock:
            visit = self.sessions.resume(form.get("interaction"), request.cookies.get(BROWSER_COOKIE))
            if visit is None or visit.base != self.base:
                return self.bank.pages.error(_OVER, 400)
            return self.steps()[step](cast("V", visit), form)

    # the first factor

    def login_page(self, visit: V, alert: str = "") -> Response:
        """Ask who is there; whatever was proven before counts no more."""
        visit.psu = visit.means = visit.question = visit.session = None
        visit.proofs, visit.passed = 0, ()
        return self.bank.pages.login(visit, alert)

    def _login(self, visit: V, form: Form) -> Response:
        if form.get("action") == "cancel":
            return self.cancelled(visit, "login")
        username = form.get("username", "")
        psu = self.settings.psus.get(username)
        known = psu is not None and self.may_sign_in(psu)
        right = self.password_matches(psu, form.get("password", ""))
        if self.blocked(visit, username):
            return self.failed(visit, known=known, element="password")
        if psu is None or not known or not right:
            self.bank.corporate.attempts.failed(username, visit.browser, visit.channel)
            return self.failed(visit, known=known, element="password")
        return self.password_accepted(visit, psu)

    def may_sign_in(self, psu: Psu) -> bool:
        """Whether the PSU still belongs to a subscription."""
        return self.bank.corporate.entitlements.active(self.bank.user_of(psu))

    def password_matches(self, psu: Psu | None, password: str) -> bool:
        """Whether the PSU knows the password; as much work for nobody as for a PSU."""
        wanted = psu.password if psu is not None else self._nobody
        return hmac.compare_digest(wanted.encode(), password.encode())

    def blocked(self, visit: V, username: str) -> bool:
        """Whether the login is blocked after too many failures (RTS Art. 4(3)(b))."""
        return self.bank.corporate.attempts.blocked(username, visit.browser, visit.channel)

    def failed(self, visit: V, *, known: bool, element: str) -> Response:
        """Begin again, and do not tell which element was wrong (RTS Art. 4(3)(a)).

        Args:
            known: whether there is such a PSU.
            element: the one that was wrong.
        """
        return self.login_page(visit, self.bank.corporate.attempts.message(known=known, element=element))

    def password_accepted(self, visit: V, psu: Psu) -> Response:
        """A password is one factor only (RTS Art. 4(1))."""
        visit.psu = psu
        return self.identified(visit, psu)

    def identified(self, visit: V, psu: Psu) -> Response:
        """It is told who is there: ask for the second factor."""
        return self.second_factor(visit, psu)

    # the second factor

    def second_factor(self, visit: V, psu: Psu) -> Response:
        """Ask for possession, by the means that the PSU chooses."""
        if not self.second_factor_due(visit, psu):
            return self.not_asked(visit, psu)
        offered = self.means_offered(visit, self.bank.user_of(psu))
        if not offered:
            return self.without_means(visit, psu)
        if len(offered) == 1:
            return self.ask(visit, psu, offered[0])
        return self.bank.authentication_pages.means(visit, offered)

    def second_factor_due(self, visit: V, psu: Psu) -> bool:
        """Whether possession must be proven: always (RTS Art. 4(1); PSD2 Art. 97(1))."""
        return True

    def not_asked(self, visit: V, psu: Psu) -> Response:
        """Go on without the second factor."""
        return self.authenticated(visit, psu, self.context_reached(second_factor=False))

    def means_offered(self, visit: V, user: User) -> tuple[Means, ...]:
        """The means that the PSU may choose from: all that he has (RTS Art. 30(2))."""
        return self.bank.corporate.entitlements.means_offered(user, visit.channel)

    def without_means(self, visit: V, psu: Psu) -> Response:
        """A PSU without strong means goes no further (PSU Prerequisites, Strong Authentication).

        Only a bank that counts a password as strong lets its owner in.
        """
        user = self.bank.user_of(psu)
        if self.bank.corporate.entitlements.strong(user) and not user.means & STRONG_MEANS:
            return self.not_asked(visit, psu)
        return self.turned_away(
            visit, "this service needs a strong means of authentication, Secure Access or 3SKey"
        )

    def ask(self, visit: V, psu: Psu, means: Means) -> Response:
        """Put the question to the PSU."""
        visit.means = means
        challenge = self.challenge(visit, self.bank.user_of(psu))
        visit.question = self.bank.means[means].ask(psu, challenge, visit.caller)
        return self.bank.authentication_pages.question(visit, visit.question)

    def challenge(self, visit: V, user: User) -> Challenge:
        """The challenge, bound to what it is for.

        Raises:
            Refused: the user cannot take part.
        """
        return self.bank.corporate.codes.ask(user, self.link(visit))

    def link(self, visit: V) -> Link:
        """What the authentication is specific to: this visit and no other."""
        return Link("login", visit.interaction_id)

    def _means(self, visit: V, form: Form) -> Response:
        psu, action = visit.psu, form.get("action")
        if psu is None:
            return self.bank.pages.error(_OVER, 400)
        offered = self.means_offered(visit, self.bank.user_of(psu))
        if action not in offered:
            return self.cancelled(visit, "means")
        return self.ask(visit, psu, Means(action))

    def _prove(self, visit: V, form: Form) -> Response:
        psu, means, question = visit.psu, visit.means, visit.question
        if psu is None or means is None or question is None:
            return self.bank.pages.error(_OVER, 400)
        if form.get("action") == "cancel":
            self.bank.means[means].withdraw(question)
            return self.cancelled(visit, "approve")
        if self.blocked(visit, psu.username):
            return self.failed(visit, known=True, element=means)
        outcome, answered = self.bank.means[means].answer(psu, question, form)
        if outcome is Outcome.PROVEN:
            return self._proven(visit, psu, answered)
        if outcome is Outcome.WAITING:
            return self.bank.authentication_pages.question(
                visit, question, "Your device has not answered yet."
            )
        if outcome is Outcome.FAILED:
            return self.failed(visit, known=True, element=means)
        return self.unanswered(visit, outcome)

    def unanswered(self, visit: V, outcome: Outcome) -> Response:
        """The PSU refused on the device, or did not answer in time."""
        return self.cancelled(visit, "approve")

    def _proven(self, visit: V, psu: Psu, question: Question) -> Response:
        user = self.bank.user_of(psu)
        try:
            code = self.bank.corporate.codes.prove(question.challenge_id)
            self.accept(visit, user, code)
        except Refused:
            return self.failed(visit, known=True, element="code")
        self.bank.corporate.attempts.succeeded(psu.username, visit.browser, visit.channel)
        visit.proofs += 1
        if visit.proofs < self.authentications(visit):
            return self.second_factor(visit, psu)
        return self.authenticated(visit, psu, self.context_reached(second_factor=True))

    def accept(self, visit: V, user: User, code: str) -> None:
        """Take the code, once, for what it was asked for.

        Raises:
            Refused: it was used, is too old, or belongs to something else.
        """
        self.bank.corporate.codes.redeem(user, code, self.link(visit))

    def authentications(self, visit: V) -> int:
        """How many strong authentications a journey asks for: one (RTS Art. 32(3))."""
        return 1

    def context_reached(self, *, second_factor: bool) -> str:
        """The authentication context class, told truthfully (OIDC Core 1.0, section 2)."""
        return STRONG if second_factor else WEAK

    # signed in

    def authenticated(self, visit: V, psu: Psu, acr: str) -> Response:
        """Sign the PSU in and go on."""
        session = self.sessions.open(psu, acr, visit.browser)
        self.bank.handed_out.append(session.session_id)
        visit.session = session
        answer = self.onward(visit, session)
        set_cookie(answer, SESSION_COOKIE, session.session_id)
        return answer

    def onward(self, visit: V, session: Session) -> Response:
        """Show the page that comes next."""
        for detour in self.detours(visit):
            if detour.name not in visit.passed:
                return self.bank.authentication_pages.detour(visit, detour)
        return self.arrived(visit, session)

    def detours(self, visit: V) -> tuple[Detour, ...]:
        """The pages that the bank's own channel does not have: none (RTS Art. 32(3))."""
        return ()

    def arrived(self, visit: V, session: Session) -> Response:
        """Show what the PSU came for."""
        raise NotImplementedError

    def active(self, session: Session) -> bool:
        """Whether the PSU was away for no more than five minutes (RTS Art. 4(3)(d))."""
        return self.sessions.alive(session.session_id)

    def present(self, visit: V) -> Session | None:
        """The session of a visit, if its PSU is still there."""
        session = visit.session
        if session is None or not self.active(session):
            return None
        session.seen = self.clock.now()
        return session

    def gone(self, visit: V) -> Response:
        """Ask a PSU who is not, or no more, signed in to begin again."""
        if visit.session is None:
            return self.bank.pages.error(_OVER, 400)
        return self.login_page(visit, _IDLE)

    def _detour(self, visit: V, form: Form) -> Response:
        session = self.present(visit)
        if session is None:
            return self.gone(visit)
        if form.get("action") == "cancel":
            return self.cancelled(visit, "detour")
        visit.passed = (*visit.passed, form.get("passed", ""))
        return self.onward(visit, session)

    # the ends

    def turned_away(self, visit: V, reason: str) -> Response:
        """Tell the PSU why it cannot go on, and let it return to where it came from."""
        visit.refusal = reason
        return self.bank.authentication_pages.refused(visit, reason)

    def _leave(self, visit: V, form: Form) -> Response:
        return self.left(visit)

    def left(self, visit: V) -> Response:
        """The PSU returns after it was turned away."""
        return self.cancelled(visit, "refused")

    def cancelled(self, visit: V, page: str) -> Response:
        """The PSU does not want to go on."""
        raise NotImplementedError
