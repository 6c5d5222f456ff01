"""The authorization endpoint and the PSU's way through its pages: OIDC Core 1.0, section 3.1.2."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from werkzeug import Request, Response

from conformance.bank.authentication import Authentication
from conformance.bank.authorization_request import RedirectProblem
from conformance.bank.authorization_response import AuthorizationResponses
from conformance.bank.corporate.access import Access
from conformance.bank.corporate.companies import Account, Service, User
from conformance.bank.corporate.problems import Refused
from conformance.bank.forms import BROWSER_COOKIE, SESSION_COOKIE, Form, browser_of, set_cookie
from conformance.bank.problems import PageProblem
from conformance.bank.sessions import AuthorizationRequest, Interaction, Session
from conformance.bank.settings import REALM, Psu
from conformance.bank.tokens import Grant

INFORMATION = "api1.v1"
INITIATION = "api2.v1"
FUNDS = "api3.v1"


class AuthorizationServer(AuthorizationResponses, Authentication[Interaction]):
    """Asks the PSU who it is and what it allows."""

    base = REALM

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
            if session is not None and not self._suffices(asked, session):
                session = None
            if self.must_stay_silent(asked):
                return self.silent_answer(asked, session)
            browser = browser_of(request)
            interaction = self.sessions.begin(self._interaction(browser, asked))
            self.bank.handed_out.extend((browser, interaction.interaction_id))
            if session is None:
                answer = self.login_page(interaction)
            else:
                interaction.session, interaction.psu = session, session.psu
                answer = self.onward(interaction, session)
        set_cookie(answer, BROWSER_COOKIE, browser)
        return answer

    def _interaction(self, browser: str, asked: AuthorizationRequest) -> Interaction:
        return Interaction(
            interaction_id=secrets.token_urlsafe(24),
            browser=browser,
            base=self.base,
            started=self.clock.now(),
            caller=asked.client.name,
            destinations=(asked.redirect_uri,),
            request=asked,
        )

    def must_stay_silent(self, asked: AuthorizationRequest) -> bool:
        """Whether no page may be shown (OIDC Core 1.0, section 3.1.2.1: prompt)."""
        return "none" in asked.prompts

    def _suffices(self, asked: AuthorizationRequest, session: Session) -> bool:
        if not self.strong_enough(session) or self.must_authenticate(asked, session):
            return False
        access = Access(asked.client.client_id, self.bank.user_of(session.psu))
        return INFORMATION not in asked.scopes or self.bank.corporate.access.fresh(access)

    def strong_enough(self, session: Session) -> bool:
        """Whether a session was begun with two factors; a portal's password-only one is not enough."""
        return session.strong

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
        if self.obstacle(asked, self.bank.user_of(session.psu)) is not None:
            return self._refuse(asked, self.denial_error(), "the PSU may not use this service")
        if (asked.client.client_id, frozenset(asked.scopes)) not in session.consents:
            return self._refuse(asked, "consent_required", "the PSU has not consented to this")
        return self._succeed(asked, session)

    # the pages

    def steps(self) -> Mapping[str, Callable[[Interaction, Form], Response]]:
        """Login and strong authentication, then the consent."""
        return {**super().steps(), "consent": self._consent}

    def authenticated(self, visit: Interaction, psu: Psu, acr: str) -> Response:
        """Sign the PSU in and ask for its consent."""
        if INFORMATION in visit.request.scopes:
            access = Access(visit.request.client.client_id, self.bank.user_of(psu))
            self.bank.corporate.access.authenticated(access)
        return super().authenticated(visit, psu, acr)

    def arrived(self, visit: Interaction, session: Session) -> Response:
        """Ask for the consent, unless the PSU may not use the service at all."""
        user = self.bank.user_of(session.psu)
        obstacle = self.obstacle(visit.request, user)
        if obstacle is not None:
            return self.turned_away(visit, obstacle.text)
        return self.bank.pages.consent(visit, session)

    def obstacle(self, asked: AuthorizationRequest, user: User) -> Refused | None:
        """What the PSU lacks for what was asked (PSU Prerequisites): subscription, means or a service."""
        entitlements = self.bank.corporate.entitlements
        try:
            entitlements.expect_access(user)
            if INFORMATION in asked.scopes:
                entitlements.expect_service(user, Service.AGGREGATION)
            if INITIATION in asked.scopes:
                entitlements.expect_service(user, Service.INITIATION)
            if FUNDS in asked.scopes:
                entitlements.expect_funds(user)
        except Refused as refused:
            return refused
        return None

    def _consent(self, interaction: Interaction, form: Form) -> Response:
        session = self.present(interaction)
        if session is None:
            return self.gone(interaction)
        if form.get("action") != "accept":
            return self.cancelled(interaction, "consent")
        offered = {a.resource_id for a in self.funds_accounts(self.bank.user_of(session.psu))}
        interaction.accounts = form.every("account") & offered
        if FUNDS in interaction.request.scopes and not interaction.accounts:
            return self.bank.pages.consent(interaction, session, "Choose at least one account.")
        return self.granted(interaction, session)

    def granted(self, interaction: Interaction, session: Session) -> Response:
        """The PSU allowed what was asked."""
        self.sessions.end(interaction)
        asked = interaction.request
        try:
            self._keep(asked, self.bank.user_of(session.psu), interaction.accounts)
        except Refused as refused:
            return self._refuse(asked, self.denial_error(), refused.text)
        session.consents.add((asked.client.client_id, frozenset(asked.scopes)))
        return self._succeed(asked, session)

    def _keep(self, asked: AuthorizationRequest, user: User, chosen: frozenset[str]) -> None:
        tpp, consents = asked.client.client_id, self.bank.corporate.consents
        if INFORMATION in asked.scopes:
            consents.give(tpp, user)
        if FUNDS in asked.scopes:
            offered = self.funds_accounts(user)
            consents.give_funds(tpp, user, [a for a in offered if a.resource_id in chosen])

    def funds_accounts(self, user: User) -> list[Account]:
        """The accounts whose funds the PSU may let a CBPII ask about (PSD2 Art. 65)."""
        return [a for a in self.bank.corporate.entitlements.listed(user) if a.kind == "CACC"]

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
