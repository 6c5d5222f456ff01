"""The PSU approves a payment, or its cancellation, at the bank: login, authentication, decision, way back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from werkzeug import Request, Response

from conformance.bank.authentication import WEAK, Authentication
from conformance.bank.corporate.codes import Challenge, Link
from conformance.bank.corporate.companies import Account, Means, User
from conformance.bank.corporate.orders import PaymentRequest
from conformance.bank.corporate.problems import Refusal, Refused
from conformance.bank.forms import BROWSER_COOKIE, SESSION_COOKIE, Form, browser_of, set_cookie
from conformance.bank.means import Outcome
from conformance.bank.sessions import PORTAL_CHANNEL, TPP_CHANNEL, PaymentVisit, Session
from conformance.bank.settings import Psu

APPROVALS = "/sgconnect/approve"
_NO_LINK = "This link does not lead to a payment any more."


class PaymentApproval(Authentication[PaymentVisit]):
    """Lets PSUs approve payments; an authentication is for one payment and nothing else."""

    base = "/sgconnect/payment"

    def open(self, request: Request) -> Response:
        """Open an approval link."""
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed", 405, {"Allow": "GET, HEAD"})
        browser = browser_of(request)
        with self.bank.lock:
            session = self.sessions.find(request.cookies.get(SESSION_COOKIE))
            answer = self.begin(browser, request.path.rpartition("/")[2], session)
        set_cookie(answer, BROWSER_COOKIE, browser)
        return answer

    def begin(
        self, browser: str, approval: str, session: Session | None, channel: str = TPP_CHANNEL
    ) -> Response:
        """Begin with what a link names."""
        payment = self.bank.corporate.payments.by_approval(approval)
        if payment is None or not self.link_works(payment, approval):
            return self.bank.pages.error(_NO_LINK, 404)
        visit = self.sessions.begin(self._visit(browser, payment, approval, channel))
        self.bank.handed_out.extend((browser, visit.interaction_id))
        if session is None or not session.strong:
            return self.login_page(visit)
        visit.session, visit.psu = session, session.psu
        return self.identified(visit, session.psu)

    def link_works(self, payment: PaymentRequest, approval: str) -> bool:
        """Whether a link leads to something that can still be decided."""
        return _cancels(payment, approval) or self.bank.corporate.journey.link_works(payment)

    def _visit(self, browser: str, payment: PaymentRequest, approval: str, channel: str) -> PaymentVisit:
        journey, urls = self.bank.corporate.journey, ("", "")
        if payment.cancellation is not None and _cancels(payment, approval):
            cancellation = payment.cancellation
            urls = cancellation.success_url, cancellation.failure_url or cancellation.success_url
        elif channel == TPP_CHANNEL:
            order = payment.order
            urls = journey.report_url(order, accepted=True), journey.report_url(order, accepted=False)
        return PaymentVisit(
            interaction_id=secrets.token_urlsafe(24),
            browser=browser,
            base=self.base,
            started=self.clock.now(),
            caller=self.caller(payment),
            destinations=urls,
            channel=channel,
            approval=approval,
            payment=payment,
            cancels=_cancels(payment, approval),
            urls=urls,
        )

    def caller(self, payment: PaymentRequest) -> str:
        """The PISP, as it was onboarded."""
        client = self.settings.clients.get(payment.tpp)
        return client.name if client is not None else payment.order.initiating_party

    # the pages

    def steps(self) -> Mapping[str, Callable[[PaymentVisit, Form], Response]]:
        """Login, account, strong authentication, decision."""
        return {**super().steps(), "account": self._account, "decision": self._decide}

    def login_page(self, visit: PaymentVisit, alert: str = "") -> Response:
        """Begin again: without the account and without the code."""
        visit.account = visit.code = ""
        return super().login_page(visit, alert)

    def identified(self, visit: PaymentVisit, psu: Psu) -> Response:
        """Look whether the PSU can take part, and ask which account pays where nobody has said."""
        user = self.bank.user_of(psu)
        try:
            if not self.means_offered(visit, user):
                return self.without_means(visit, psu)
            accounts = self._accounts(visit, user)
        except Refused as refused:
            return self.turned_away(visit, refused.text)
        if visit.cancels or visit.payment.fixed_debtor is not None:
            return self.second_factor(visit, psu)
        return self.bank.payment_pages.account(visit, accounts)

    def _accounts(self, visit: PaymentVisit, user: User) -> list[Account]:
        if visit.cancels:
            self.bank.corporate.cancellations.open(visit.approval, user)
            return []
        return self.bank.corporate.journey.debtor_accounts(visit.approval, user)

    def _account(self, visit: PaymentVisit, form: Form) -> Response:
        psu = visit.psu
        if psu is None or visit.cancels:
            return self.bank.pages.error(_NO_LINK, 400)
        if form.get("action") == "cancel":
            return self.cancelled(visit, "account")
        visit.account = form.get("account", "")
        return self.second_factor(visit, psu)

    def second_factor(self, visit: PaymentVisit, psu: Psu) -> Response:
        """Ask for the authentication of this payment, also within a session (PSD2 Art. 97(2))."""
        try:
            return super().second_factor(visit, psu)
        except Refused as refused:
            return self.turned_away(visit, refused.text)

    def _means(self, visit: PaymentVisit, form: Form) -> Response:
        try:
            return super()._means(visit, form)
        except Refused as refused:
            return self.turned_away(visit, refused.text)

    def ask(self, visit: PaymentVisit, psu: Psu, means: Means) -> Response:
        """Put the question, unless the payment was signed without one."""
        challenge = self._asked(visit, self.bank.user_of(psu))
        if challenge is None:
            return self.finished(visit, accepted=True)
        visit.means = means
        visit.question = self.bank.means[means].ask(psu, challenge, visit.caller)
        return self.bank.authentication_pages.question(visit, visit.question)

    def _asked(self, visit: PaymentVisit, user: User) -> Challenge | None:
        domain = self.bank.corporate
        if self._signs_in(visit):
            return domain.codes.ask(user, self.link(visit))
        if visit.cancels:
            return domain.cancellations.ask(visit.approval, user)
        return domain.journey.ask(visit.approval, user, visit.account)

    def not_asked(self, visit: PaymentVisit, psu: Psu) -> Response:
        """Go on without the second factor, as if it had been proven."""
        challenge = self._asked(visit, self.bank.user_of(psu))
        if challenge is None:
            return self.finished(visit, accepted=True)
        visit.code = self.bank.corporate.codes.prove(challenge.challenge_id)
        return self.authenticated(visit, psu, WEAK)

    def authentications(self, visit: PaymentVisit) -> int:
        """How many strong authentications a payment asks for; a session counts as one that was for the login."""
        wanted = 1 if visit.cancels else self.bank.corporate.journey.authentications(visit.payment)
        return wanted if visit.session is None else 1

    def _signs_in(self, visit: PaymentVisit) -> bool:
        return visit.proofs + 1 < self.authentications(visit)

    def link(self, visit: PaymentVisit) -> Link:
        """What the code is specific to: amount and payee of this payment (RTS Art. 5(1)(b)-(d))."""
        if self._signs_in(visit):
            return super().link(visit)
        domain = self.bank.corporate
        return (domain.cancellations if visit.cancels else domain.journey).link(visit.payment)

    def accept(self, visit: PaymentVisit, user: User, code: str) -> None:
        """Keep the code until the PSU has decided; the payment takes it then."""
        if self._signs_in(visit):
            super().accept(visit, user, code)
        else:
            visit.code = code

    def authenticated(self, visit: PaymentVisit, psu: Psu, acr: str) -> Response:
        """Go on to the decision; a PSU who was signed in stays so."""
        if visit.session is None:
            return super().authenticated(visit, psu, acr)
        return self.onward(visit, visit.session)

    def arrived(self, visit: PaymentVisit, session: Session) -> Response:
        """Ask for the decision."""
        return self.bank.payment_pages.decision(visit)

    def unanswered(self, visit: PaymentVisit, outcome: Outcome) -> Response:
        """A refusal on the device is the PSU's; silence leaves the payment as it is."""
        if outcome is Outcome.REFUSED:
            return self.cancelled(visit, "approve")
        return self.finished(visit, accepted=False)

    def _decide(self, visit: PaymentVisit, form: Form) -> Response:
        session = self.present(visit)
        if session is None:
            return self.gone(visit)
        if not visit.code:
            return self.bank.pages.error("This payment was not authenticated. Please start again.", 400)
        if form.get("action") != "accept":
            return self.cancelled(visit, "decision")
        try:
            self._sign(visit, self.bank.user_of(session.psu))
        except Refused as refused:
            if refused.kind is Refusal.AUTHENTICATION:
                self.bank.corporate.attempts.failed(session.psu.username, visit.browser, visit.channel)
                return self.failed(visit, known=True, element="code")
            return self.turned_away(visit, refused.text)
        return self.finished(visit, accepted=True)

    def _sign(self, visit: PaymentVisit, user: User) -> None:
        if visit.cancels:
            self.bank.corporate.cancellations.sign(visit.approval, user, visit.code)
        else:
            self.bank.corporate.journey.sign(visit.approval, user, visit.code)

    # the ends

    def cancelled(self, visit: PaymentVisit, page: str) -> Response:
        """The PSU refuses; who has not even given a password refuses nothing."""
        if visit.psu is not None:
            self._refuse(visit, self.bank.user_of(visit.psu))
        return self.finished(visit, accepted=False)

    def _refuse(self, visit: PaymentVisit, user: User) -> None:
        domain = self.bank.corporate
        try:
            (domain.cancellations if visit.cancels else domain.journey).refuse(visit.approval, user)
        except Refused:  # it has ended meanwhile, or was never this user's to refuse
            return

    def left(self, visit: PaymentVisit) -> Response:
        """Return after the bank said no; what becomes of the payment is decided."""
        return self.finished(visit, accepted=False)

    def finished(self, visit: PaymentVisit, *, accepted: bool) -> Response:
        """Send the browser back to the PISP's address, exactly as it was given, or to the bank's own page."""
        self.sessions.end(visit)
        if visit.channel == PORTAL_CHANNEL and visit.session is not None:
            return self.bank.portal.resumed(visit, visit.session, accepted=accepted)
        url = visit.urls[0] if accepted else visit.urls[1]
        if not url:
            return self.bank.payment_pages.done(visit, accepted=accepted)
        headers = {"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Response(status=303, headers=headers)


def _cancels(payment: PaymentRequest, approval: str) -> bool:
    return payment.cancellation is not None and payment.cancellation.approval == approval
