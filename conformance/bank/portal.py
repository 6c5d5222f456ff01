"""The bank's own channel: a PSU signs in, and signs what waits for a second signature."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from werkzeug import Request, Response

from conformance.bank.authentication import WEAK, Authentication
from conformance.bank.forms import BROWSER_COOKIE, SESSION_COOKIE, Form, browser_of, set_cookie
from conformance.bank.sessions import PORTAL_CHANNEL, Session, Visit
from conformance.bank.settings import Psu

PORTAL = "/sgconnect/portal"


class Portal(Authentication[Visit]):
    """The e-banking of the company, as far as payments through TPPs need it."""

    base = PORTAL

    def open(self, request: Request) -> Response:
        """Open the portal."""
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed", 405, {"Allow": "GET, HEAD"})
        browser = browser_of(request)
        with self.bank.lock:
            session = self.sessions.find(request.cookies.get(SESSION_COOKIE))
            visit = self._begin(browser)
            if session is None or not session.strong:
                answer = self.login_page(visit)
            else:
                visit.session, visit.psu = session, session.psu
                answer = self.arrived(visit, session)
        set_cookie(answer, BROWSER_COOKIE, browser)
        return answer

    def _begin(self, browser: str) -> Visit:
        visit = Visit(
            interaction_id=secrets.token_urlsafe(24),
            browser=browser,
            base=self.base,
            started=self.clock.now(),
            caller="Example Bank",
            channel=PORTAL_CHANNEL,
        )
        self.bank.handed_out.extend((browser, visit.interaction_id))
        return self.sessions.begin(visit)

    def steps(self) -> Mapping[str, Callable[[Visit, Form], Response]]:
        """Login and strong authentication, then the payments."""
        return {**super().steps(), "review": self._review, "sign-out": self._sign_out}

    def password_accepted(self, visit: Visit, psu: Psu) -> Response:
        """Open a session that is worth nothing before the second factor."""
        answer = super().password_accepted(visit, psu)
        weak = self.sessions.open(psu, WEAK, visit.browser, strong=False)
        self.bank.handed_out.append(weak.session_id)
        set_cookie(answer, SESSION_COOKIE, weak.session_id)
        return answer

    def arrived(self, visit: Visit, session: Session) -> Response:
        """Show the payments that wait for this PSU."""
        return self._list(visit, session)

    def resumed(self, before: Visit, session: Session, *, accepted: bool) -> Response:
        """Return from a payment."""
        visit = self._begin(before.browser)
        visit.session, visit.psu = session, session.psu
        notice = "Your signature has been recorded." if accepted else "You have signed nothing."
        return self._list(visit, session, notice)

    def _list(self, visit: Visit, session: Session, notice: str = "") -> Response:
        waiting = self.bank.corporate.journey.awaiting(self.bank.user_of(session.psu))
        newest_first = sorted(waiting, key=lambda request: request.created, reverse=True)
        return self.bank.payment_pages.portal(visit, session, newest_first, notice)

    def _review(self, visit: Visit, form: Form) -> Response:
        session = self.present(visit)
        if session is None:
            return self.gone(visit)
        self.sessions.end(visit)
        return self.bank.payment_approval.begin(
            visit.browser, form.get("payment", ""), session, PORTAL_CHANNEL
        )

    def _sign_out(self, visit: Visit, form: Form) -> Response:
        return self.cancelled(visit, "portal")

    def cancelled(self, visit: Visit, page: str) -> Response:
        """Leave the portal."""
        self.sessions.end(visit)
        if visit.session is not None:
            self.sessions.close(visit.session.session_id)
        body = '<p class="notice" role="status">You are signed out.</p>\n<p class="soft">You can close this page.</p>'
        return self.bank.pages.page("signed-out", "Goodbye", body)
