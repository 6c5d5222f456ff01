"""The `form` agent: walks a PSU through the bank's pages by plain HTTP and HTML forms, as declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import requests

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing
from conformance.psu.browser import REDIRECTS
from conformance.psu.browser import Browser as Browser
from conformance.psu.page import Form, Page, read_page
from conformance.target.model import Psu, Step
from conformance.wire.client import Client
from conformance.wire.recorder import Recorder


class FormAgent:
    """Plays one PSU.

    Args:
        name: of the PSU in the profile.
        psu: its journey, credentials and device.
        recorder: where its steps are written.
    """

    def __init__(self, name: str, psu: Psu, recorder: Recorder) -> None:
        self.name = name
        self._psu = psu
        self._recorder = recorder

    def new_browser(self, client: Client, hosts: frozenset[str]) -> Browser:
        """A browser of the PSU without cookies.

        Args:
            client: without a client certificate.
            hosts: those on which the bank shows pages.
        """
        return Browser(client, hosts)

    @property
    def cancellable(self) -> tuple[str, ...]:
        """Labels of the steps at which the PSU is offered to cancel."""
        return tuple(step.page for step in self._psu.journey if step.cancel)

    @property
    def on_device(self) -> tuple[str, ...]:
        """Labels of the steps at which the PSU proves possession of its device."""
        return tuple(step.page for step in self._psu.journey if step.device)

    @property
    def typed(self) -> frozenset[str]:
        """Everything that the PSU types into the bank's pages."""
        return frozenset(value for step in self._psu.journey for value in step.fill.values())

    def look(self, browser: Browser, request: AuthorizationRequest, *, method: str = "GET") -> Landing:
        """Open the authorization URL and do nothing there."""
        purpose = "open the authorization URL in the PSU's browser"
        return self._rest(browser, request, browser.open(request, purpose=purpose, method=method))

    def play(
        self, browser: Browser, request: AuthorizationRequest, *, cancel_at: str | None = None
    ) -> Landing:
        """Open the authorization URL and walk the journey to its end.

        Args:
            browser: the PSU's.
            request: what the TPP asks.
            cancel_at: label of the step at which the PSU cancels instead.

        Raises:
            Unobservable: the bank asks again for what was given, or the device did not take the decision.
        """
        landing = self.look(browser, request)
        while landing.step is not None:
            if landing.step.page in landing.played:
                if cancel_at in landing.played:
                    return landing
                raise Unobservable(
                    f"the bank asks again for {landing.step.page!r}: are the PSU's data right?"
                )
            landing = self._do(browser, request, landing, landing.step, cancel=landing.step.page == cancel_at)
        return landing

    def _do(
        self, browser: Browser, request: AuthorizationRequest, before: Landing, step: Step, *, cancel: bool
    ) -> Landing:
        page = read_page(before.exchange)
        form = _fitting(page, step) if page else None
        if form is None:
            raise Unobservable(f"{before.described} fits no step of the journey any more")
        if step.device and not cancel:
            self._decide_on_device(step.device)
        word = step.cancel if cancel else step.choose
        control = form.control(word) if word else next(iter(form.controls), None)
        pairs = form.filled({} if cancel else step.fill, control)
        asked = bool(step.fill) and not cancel
        self._recorder.psu_step(
            self.name, f"cancel at {step.page}" if cancel else step.page, authentication=asked
        )
        purpose = f"the PSU {'cancels' if cancel else 'answers'} the page {step.page!r}"
        answer = browser.submit(form.by(control), pairs, purpose=purpose)
        after = self._rest(browser, request, answer)
        asked = asked or before.asked
        played = (*before.played, step.page)
        response = replace(after.response, asked=asked, played=played) if after.response else None
        return replace(
            after,
            response=response,
            asked=asked,
            pages=(*before.pages, *after.pages),
            played=played,
            finished=step is self._psu.journey[-1],
            exchanges=(*before.exchanges, *after.exchanges),
        )

    def _decide_on_device(self, means: str) -> None:
        device = self._psu.device
        if device is None:
            raise Unobservable(f"the profile has no device for {means} of PSU {self.name}")
        try:
            with requests.Session() as session:
                session.trust_env = False
                decision = {"pin": str(device.pin), "decision": "approve"}
                answer = session.post(device.url, json=decision, timeout=10)
        except requests.RequestException as error:
            raise Unobservable(
                f"the device of PSU {self.name} did not answer: {type(error).__name__}"
            ) from None
        if not answer.ok:
            raise Unobservable(
                f"the device of PSU {self.name} refused the decision: status {answer.status_code}"
            )

    def _rest(self, browser: Browser, request: AuthorizationRequest, exchange: Exchange) -> Landing:
        """Say where the browser came to rest, and how it got there."""
        landing = self._place(browser, request, exchange)
        return replace(landing, exchanges=browser.take_way(), cookies=browser.cookies)

    def _place(self, browser: Browser, request: AuthorizationRequest, exchange: Exchange) -> Landing:
        if not exchange.answered:
            return Landing(Ending.FAILURE, exchange, described=exchange.summary)
        if browser.lost:
            return Landing(Ending.ELSEWHERE, exchange, described="redirects inside the bank without end")
        target = browser.leads_out(exchange)
        if target is not None:
            response = AuthorizationResponse(request, target, exchange)
            return Landing(Ending.REDIRECT, exchange, response, described="a redirect out of the bank")
        page = read_page(exchange)
        if page is None or exchange.status in REDIRECTS:
            return Landing(Ending.ELSEWHERE, exchange, described=exchange.summary)
        step = step_for(page, self._psu.journey)
        ending = Ending.JOURNEY if step else Ending.ELSEWHERE
        return Landing(ending, exchange, step=step, pages=(exchange,), described=page.described)


def step_for(page: Page, journey: Sequence[Step]) -> Step | None:
    """The step of a journey that a page fits."""
    return next((step for step in journey if _fitting(page, step)), None)


def _fitting(page: Page, step: Step) -> Form | None:
    """The form of the page on which a step can be done: it has the step's fields and its button."""
    for form in page.forms:
        controls = not step.choose or form.control(step.choose)
        if controls and set(step.fill) <= form.visible and (step.fill or form.controls):
            return form
    return None
