"""The authorization endpoint and the PSU's way through its pages: OIDC Core 1.0, section 3.1.2."""

from __future__ import annotations

import contextlib
import hmac
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from conformance.bank.authorization_request import RedirectProblem
from conformance.bank.authorization_response import AuthorizationResponses
from conformance.bank.parameters import parse_form, present
from conformance.bank.problems import PageProblem
from conformance.bank.sessions import AuthorizationRequest, Interaction, Session, Sessions
from conformance.bank.settings import REALM, Psu
from conformance.bank.tokens import Grant

if TYPE_CHECKING:
    from conformance.bank.app import Bank

SESSION_COOKIE = "bank_session"
BROWSER_COOKIE = "bank_browser"
_STRONG = "L1"
_WEAK = "L0"

PageStep = Callable[[Interaction, dict[str, str]], Response]


class AuthorizationServer(AuthorizationResponses):
    """Asks the PSU who it is and what it allows."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.sessions = Sessions(self.clock)

    # the authorization endpoint

    def authorize(self, request: Request) -> Response:
        """Answer an authorization request."""
        if request.method not in self.methods():
            return Response("method not allowed", 405, {"Allow": ", ".join(self.methods())})
        try:
            self.admit(request)
            answer = self._begin(request, self.validated(self.parameters(request)))
        except PageProblem as problem:
            answer = self.page_problem_answer(problem, request)
        except RedirectProblem as problem:
            answer = self.error_answer(problem)
        answer.headers.update(self.cross_origin_headers(request.headers.get("Origin")))
        return answer

    def admit(self, request: Request) -> None:
        """Any browser may come; no certificate is asked for (RFC 8705, section 5).

        Raises:
            PageProblem: never here.
        """

    def page_problem_answer(self, problem: PageProblem, request: Request) -> Response:
        """Tell the PSU, at the bank (RFC 6749, section 4.1.2.1)."""
        return self.bank.pages.error(problem.text, problem.status)

    def cross_origin_headers(self, origin: str | None) -> dict[str, str]:
        """No other origin's script reads this endpoint (RFC 9700, section 2.6)."""
        return {}

    def _begin(self, request: Request, asked: AuthorizationRequest) -> Response:
        with self.bank.lock:
            session = self.sessions.find(request.cookies.get(SESSION_COOKIE))
            if session is not None and self.must_authenticate(asked, session):
                session = None
            if self.must_stay_silent(asked):
                return self.silent_answer(asked, session)
            browser = request.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(24)
            interaction = self.sessions.begin(browser, asked)
            self.bank.handed_out.extend((browser, interaction.interaction_id))
            if session is None:
                answer = self.bank.pages.login(interaction)
            else:
                interaction.session = session
                answer = self.bank.pages.consent(interaction, session)
        _set_cookie(answer, BROWSER_COOKIE, browser)
        return answer

    def must_stay_silent(self, asked: AuthorizationRequest) -> bool:
        """Whether no page may be shown (OIDC Core 1.0, section 3.1.2.1: prompt)."""
        return "none" in asked.prompts

    def must_authenticate(self, asked: AuthorizationRequest, session: Session) -> bool:
        """Whether an existing session is not enough (OIDC Core 1.0, section 3.1.2.1: prompt and max_age)."""
        if asked.prompts & {"login", "select_account"}:
            return True
        if asked.max_age is None:
            return False
        return (self.clock.now() - session.authenticated).total_seconds() >= asked.max_age

    def silent_answer(self, asked: AuthorizationRequest, session: Session | None) -> Response:
        """Answer prompt=none without showing anything (OIDC Core 1.0, section 3.1.2.6)."""
        if session is None:
            return self._refuse(asked, "login_required", "the PSU is not signed in")
        if (asked.client.client_id, frozenset(asked.scopes)) not in session.consents:
            return self._refuse(asked, "consent_required", "the PSU has not consented to this")
        return self._succeed(asked, session)

    # the pages

    def login(self, request: Request) -> Response:
        """Take the PSU's username and password."""
        return self._continue(request, self._login)

    def approve(self, request: Request) -> Response:
        """Look whether the PSU approved on the device."""
        return self._continue(request, self._approve)

    def consent(self, request: Request) -> Response:
        """Take the PSU's decision."""
        return self._continue(request, self._consent)

    def _continue(self, request: Request, step: PageStep) -> Response:
        if request.method != "POST":
            return Response("method not allowed", 405, {"Allow": "POST"})
        form: dict[str, str] = {}
        with contextlib.suppress(ValueError):
            form = present(parse_form(request.get_data().decode("utf-8")))
        with self.bank.lock:
            browser = request.cookies.get(BROWSER_COOKIE)
            interaction = self.sessions.resume(form.get("interaction"), browser)
            if interaction is None:
                return self.bank.pages.error("This page is no longer valid. Please start again.", 400)
            return step(interaction, form)

    def _login(self, interaction: Interaction, form: dict[str, str]) -> Response:
        if form.get("action") == "cancel":
            return self.cancelled(interaction, "login")
        psu = self.settings.psus.get(form.get("username", ""))
        if psu is None or not self.password_matches(psu, form.get("password", "")):
            return self.bank.pages.login(interaction, "Username or password are not right.")
        return self.password_accepted(interaction, psu)

    def password_matches(self, psu: Psu, password: str) -> bool:
        """Whether the PSU knows the password."""
        return hmac.compare_digest(psu.password.encode(), password.encode())

    def password_accepted(self, interaction: Interaction, psu: Psu) -> Response:
        """A password is one factor only: ask the device for the other (RTS (EU) 2018/389, article 4)."""
        interaction.psu = psu
        interaction.approval = self.bank.secure_access.ask(psu)
        return self.bank.pages.approve(interaction, psu)

    def _approve(self, interaction: Interaction, form: dict[str, str]) -> Response:
        psu, approval = interaction.psu, interaction.approval
        if psu is None or approval is None:
            return self.bank.pages.error("This page is no longer valid. Please start again.", 400)
        if form.get("action") == "cancel":
            return self.cancelled(interaction, "approve")
        device = self.bank.secure_access
        if device.approved(approval):
            return self.authenticated(interaction, psu, self.context_reached(second_factor=True))
        if device.pending(approval):
            return self.bank.pages.approve(interaction, psu, "Your device has not answered yet.")
        return self.cancelled(interaction, "approve")

    def context_reached(self, *, second_factor: bool) -> str:
        """The authentication context class, told truthfully (OIDC Core 1.0, section 2)."""
        return _STRONG if second_factor else _WEAK

    def authenticated(self, interaction: Interaction, psu: Psu, acr: str) -> Response:
        """Sign the PSU in and ask for its consent."""
        session = self.sessions.open(psu, acr)
        self.bank.handed_out.append(session.session_id)
        interaction.session = session
        answer = self.bank.pages.consent(interaction, session)
        _set_cookie(answer, SESSION_COOKIE, session.session_id)
        return answer

    def _consent(self, interaction: Interaction, form: dict[str, str]) -> Response:
        session = interaction.session
        if session is None:
            return self.bank.pages.error("This page is no longer valid. Please start again.", 400)
        if form.get("action") != "accept":
            return self.cancelled(interaction, "consent")
        return self.granted(interaction, session)

    def granted(self, interaction: Interaction, session: Session) -> Response:
        """The PSU allowed what was asked."""
        self.sessions.end(interaction)
        session.consents.add((interaction.request.client.client_id, frozenset(interaction.request.scopes)))
        return self._succeed(interaction.request, session)

    def cancelled(self, interaction: Interaction, page: str) -> Response:
        """The PSU does not want to go on: tell the client (RFC 6749, section 4.1.2.1)."""
        self.sessions.end(interaction)
        return self._refuse(interaction.request, self.denial_error(), "the PSU refused")

    def denial_error(self) -> str:
        """The error code of a refusal by the PSU."""
        return "access_denied"

    # the end

    def _refuse(self, asked: AuthorizationRequest, error: str, description: str) -> Response:
        return self.error_answer(RedirectProblem(error, description, asked.redirect_uri, asked.state))

    def _succeed(self, asked: AuthorizationRequest, session: Session) -> Response:
        grant = self.grant(asked, session)
        self.bank.tokens.remember(grant)
        code = self.bank.tokens.issue_code(grant, asked.redirect_uri, asked.code_challenge)
        return self.success_answer(asked, code.value, session)

    def grant(self, asked: AuthorizationRequest, session: Session) -> Grant:
        """What the PSU granted."""
        return Grant(
            grant_id=secrets.token_urlsafe(16),
            client=asked.client,
            psu=session.psu,
            scopes=self.granted_scopes(asked),
            authenticated=session.authenticated,
            acr=session.acr,
            nonce=asked.nonce,
            session_id=session.session_id,
        )

    def granted_scopes(self, asked: AuthorizationRequest) -> tuple[str, ...]:
        """All that was asked and consented to."""
        return asked.scopes


def _set_cookie(answer: Response, name: str, value: str) -> None:
    answer.set_cookie(name, value, path=REALM, secure=True, httponly=True, samesite="Lax")
