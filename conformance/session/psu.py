"""A PSU: its browsers, what it may do, and how it goes through the bank's pages."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.errors import NotApplicable
from conformance.oauth.approval import Approval
from conformance.oauth.authorization import AuthorizationRequest
from conformance.oauth.landing import Landing
from conformance.psu.agent import Browser, FormAgent
from conformance.psu.conduct import AS_EXPECTED, Conduct
from conformance.session.aspsp import Aspsp
from conformance.target.model import Psu as PsuProfile
from conformance.xs2a.money import Money


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
    def profile(self) -> PsuProfile:
        """What the profile says of it."""
        return self._aspsp.profile.psu[self.name]

    @property
    def means(self) -> str:
        """The means with which it authenticates."""
        return self.profile.means

    @property
    def cap(self) -> Money:
        """The highest amount in euro that it may validate alone.

        Raises:
            NotApplicable: the profile tells none.
        """
        if self.profile.cap is None:
            raise NotApplicable(f"the profile tells no cap of PSU {self.name}")
        return Money(self.profile.cap, "EUR")

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
    def refusing(self) -> str:
        """Label of the last step at which it is offered to refuse a payment.

        Raises:
            NotApplicable: the profile names none.
        """
        steps = self.profile.approval or self.profile.journey
        found = [step.page for step in steps if step.cancel]
        if not found:
            raise NotApplicable(f"the profile tells no way to refuse for PSU {self.name} (cancel)")
        return found[-1]

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
        self,
        request: AuthorizationRequest,
        browser: Browser | None = None,
        *,
        cancel_at: str | None = None,
        conduct: Conduct = AS_EXPECTED,
    ) -> Landing:
        """Walk the journey to its end, in the usual browser where none is given."""
        browser = browser or self.browser
        return self._walked(self._agent.play(browser, request, cancel_at=cancel_at, conduct=conduct))

    def approve(
        self,
        url: str,
        report_urls: Sequence[str],
        browser: Browser | None = None,
        *,
        conduct: Conduct = AS_EXPECTED,
    ) -> Landing:
        """Walk the approval of a payment to its end, in the usual browser where none is given.

        Args:
            url: where the bank has it approved.
            report_urls: where the bank sends the PSU back.
            browser: another one.
            conduct: what it does otherwise than its journey says.

        Raises:
            Unobservable: the approval is on no host of the bank, or the bank asks again for what was given.
        """
        approval = Approval(url, tuple(report_urls))
        return self._walked(self._agent.play(browser or self.browser, approval, conduct=conduct))

    def look_at_approval(self, url: str, report_urls: Sequence[str], browser: Browser) -> Landing:
        """Open the approval of a payment and do nothing there."""
        return self._agent.look(browser, Approval(url, tuple(report_urls)))

    def go_to_portal(self, url: str, browser: Browser, *, conduct: Conduct = AS_EXPECTED) -> Landing:
        """Sign in to the bank's own channel, with the steps of an approval, as far as they lead there.

        Raises:
            Unobservable: the address is on no host of the bank.
        """
        return self._agent.play(browser, Approval(url, (), "the bank's own channel"), conduct=conduct)

    def resume(
        self, landing: Landing, browser: Browser | None = None, *, conduct: Conduct = AS_EXPECTED
    ) -> Landing:
        """Go on from a page on which it had stopped, or go back to one and press its button once more."""
        return self._walked(self._agent.resume(browser or self.browser, landing, conduct))

    def _walked(self, landing: Landing) -> Landing:
        return self._aspsp.walked(self.name, self.means, landing)
