"""A PSU: its browsers, and how it goes through the bank's pages."""

from __future__ import annotations

from conformance.oauth.authorization import AuthorizationRequest
from conformance.oauth.landing import Landing
from conformance.psu.agent import Browser, FormAgent
from conformance.session.aspsp import Aspsp


class Psu:
    """One payment service user.

    Args:
        agent: what plays it.
        aspsp: the bank whose pages it sees.
    """

    def __init__(self, agent: FormAgent, aspsp: Aspsp) -> None:
        self.name = agent.name
        self._agent = agent
        self._aspsp = aspsp
        self._usual: Browser | None = None

    @property
    def browser(self) -> Browser:
        """The browser that it always uses: signed in once, it stays signed in as long as the bank lets it."""
        if self._usual is None:
            self._usual = self.fresh_browser()
        return self._usual

    @property
    def cancellable(self) -> tuple[str, ...]:
        """Labels of the steps at which it is offered to cancel."""
        return self._agent.cancellable

    @property
    def on_device(self) -> tuple[str, ...]:
        """Labels of the steps at which it proves possession of its device."""
        return self._agent.on_device

    @property
    def typed(self) -> frozenset[str]:
        """Everything that it types into the bank's pages: its login name and other secrets."""
        return self._agent.typed

    def fresh_browser(self) -> Browser:
        """A browser without cookies."""
        return self._agent.new_browser(self._aspsp.anonymous.fresh(), self._aspsp.page_hosts)

    def look(
        self, request: AuthorizationRequest, browser: Browser | None = None, *, method: str = "GET"
    ) -> Landing:
        """Open the authorization URL, in a fresh browser where none is given, and do nothing there."""
        landing = self._agent.look(browser or self.fresh_browser(), request, method=method)
        return self._aspsp.saw(landing)

    def play(
        self, request: AuthorizationRequest, browser: Browser | None = None, *, cancel_at: str | None = None
    ) -> Landing:
        """Walk the journey to its end, in the usual browser where none is given."""
        return self._aspsp.saw(self._agent.play(browser or self.browser, request, cancel_at=cancel_at))
