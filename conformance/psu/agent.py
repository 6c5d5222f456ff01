"""The `form` agent: walks a PSU through the bank's pages by plain HTTP and HTML forms, as declared."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.approval import Approval, Errand
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing, Proof
from conformance.psu.browser import REDIRECTS
from conformance.psu.browser import Browser as Browser
from conformance.psu.conduct import AS_EXPECTED, Conduct, Decision
from conformance.psu.deeds import deed
from conformance.psu.device import phone_of, signer_of
from conformance.psu.page import Form, Page, read_page
from conformance.psu.three_skey import Signer, TokenRefused
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
        steps = (*self._psu.journey, *self._psu.approval)
        return frozenset(value for step in steps for value in step.fill.values())

    def look(self, browser: Browser, errand: Errand, *, method: str = "GET") -> Landing:
        """Go to the bank and do nothing there."""
        what = errand.what if isinstance(errand, Approval) else "the authorization URL"
        purpose = f"open {what} in the PSU's browser"
        return self._rest(browser, errand, browser.open(errand, purpose=purpose, method=method))

    def play(
        self,
        browser: Browser,
        errand: Errand,
        *,
        cancel_at: str | None = None,
        conduct: Conduct = AS_EXPECTED,
    ) -> Landing:
        """Go to the bank and walk the journey to its end.

        Args:
            browser: the PSU's.
            errand: what the TPP asks.
            cancel_at: label of the step at which the PSU cancels instead.
            conduct: what else the PSU does otherwise.

        Raises:
            Unobservable: the bank asks again for what was given, or the device did not take the decision.
        """
        conduct = replace(conduct, cancel_at=cancel_at) if cancel_at else conduct
        return self.resume(browser, self.look(browser, errand), conduct)

    def resume(self, browser: Browser, landing: Landing, conduct: Conduct = AS_EXPECTED) -> Landing:
        """Go on from a page on which the PSU had stopped, or had been before.

        Raises:
            Unobservable: as for a whole walk.
        """
        done: set[str] = set()
        while landing.step is not None and landing.step.page != conduct.stop_at:
            step = landing.step
            if conduct.proof is not None and landing.proofs and step.fill:
                return landing  # the earlier proof was not taken, and the bank asks who is there
            if step.page in done:
                if conduct.deviates:
                    return landing
                raise Unobservable(f"the bank asks again for {step.page!r}: are the PSU's data right?")
            done.add(step.page)
            landing = self._do(browser, landing, step, conduct)
        return landing

    def _do(self, browser: Browser, before: Landing, step: Step, conduct: Conduct) -> Landing:
        page = read_page(before.exchange)
        form = _fitting(page, step) if page else None
        if form is None or before.errand is None:
            raise Unobservable(f"{before.described} fits no step of the journey any more")
        cancels = step.page == conduct.cancel_at
        proof = None if cancels else self._prove(step, form, conduct)
        word = step.cancel if cancels else conduct.choose.get(step.page, step.choose)
        control = form.control(word) if word else next(iter(form.controls), None)
        values = {} if cancels else _values(step, form, conduct, proof)
        asked = bool(step.fill) and not cancels
        # a password and the device right after it are the two factors of one authentication
        counted = asked or (proof is not None and not before.halfway)
        self._tell(step, deed(step, conduct, cancels=cancels), proof, cancels=cancels, authentication=counted)
        purpose = f"the PSU {'cancels' if cancels else 'answers'} the page {step.page!r}"
        sent = browser.submit(form.by(control), form.filled(values, control), purpose=purpose)
        after = self._rest(browser, before.errand, sent)
        return _joined(
            before,
            after,
            asked=asked,
            step=step,
            finished=step is [each for each in self._journey(before.errand) if not each.refusal][-1],
            proof=proof,
            counted=counted,
            filled=0 if cancels else len(step.fill) + len(step.select),
        )

    def _tell(
        self, step: Step, done: str, proof: Proof | None, *, cancels: bool, authentication: bool
    ) -> None:
        name, shown = f"cancel at {step.page}" if cancels else step.page, proof.shown if proof else ""
        self._recorder.psu_step(
            self.name, name, authentication=authentication, means=self._psu.means, deed=done, shown=shown
        )

    def _prove(self, step: Step, form: Form, conduct: Conduct) -> Proof | None:
        """Do with the device what the step asks for."""
        if step.device is None:
            return None
        if conduct.proof is not None:
            return conduct.proof
        proof = self._sign(step, form, conduct) if step.sign else self._approve(step.device, conduct)
        if not proof.accepted and conduct.decision is not Decision.WRONG and not conduct.regardless:
            raise Unobservable(f"the device of PSU {self.name} refused the decision")
        return proof

    def _approve(self, means: str, conduct: Conduct) -> Proof:
        phone = phone_of(self.name, self._psu.device)
        shown = phone.shown()
        return Proof(means, shown, accepted=phone.decide(conduct.decision))

    @cached_property
    def _signer(self) -> Signer:
        return signer_of(self.name, self._psu.device)

    def _sign(self, step: Step, form: Form, conduct: Conduct) -> Proof:
        """Sign the challenge of the page; the proof goes with the form."""
        assert step.sign is not None
        assert step.device is not None
        challenge = next(field.value for field in form.fields if field.name == step.sign.challenge)
        if conduct.decision in (Decision.IGNORE, Decision.REFUSE):
            return Proof(step.device, challenge)
        signed = f"{challenge} otherwise" if conduct.decision is Decision.WRONG else challenge
        try:
            signature = base64.b64encode(self._signer.sign(signed.encode())).decode()
            certificate = base64.b64encode(self._signer.certificate).decode()
        except TokenRefused:
            if conduct.regardless:
                return Proof(step.device, challenge, accepted=False)
            raise
        fields = {step.sign.signature: signature}
        if step.sign.certificate:
            fields[step.sign.certificate] = certificate
        return Proof(step.device, challenge, fields)

    def _journey(self, errand: Errand) -> Sequence[Step]:
        return self._psu.approval_journey if isinstance(errand, Approval) else self._psu.journey

    def _rest(self, browser: Browser, errand: Errand, exchange: Exchange) -> Landing:
        """Say where the browser came to rest, and how it got there."""
        landing = self._place(browser, errand, exchange)
        return replace(landing, exchanges=browser.take_way(), cookies=browser.cookies, errand=errand)

    def _place(self, browser: Browser, errand: Errand, exchange: Exchange) -> Landing:
        if not exchange.answered:
            return Landing(Ending.FAILURE, exchange, described=exchange.summary)
        if browser.lost:
            return Landing(Ending.ELSEWHERE, exchange, described="redirects inside the bank without end")
        target = browser.leads_out(exchange)
        if target is not None:
            return _returned(errand, target, exchange)
        page = read_page(exchange)
        if page is None or exchange.status in REDIRECTS:
            return Landing(Ending.ELSEWHERE, exchange, described=exchange.summary)
        step = step_for(page, self._journey(errand))
        ending = Ending.JOURNEY if step else Ending.ELSEWHERE
        posted = None
        if step is None and isinstance(errand, AuthorizationRequest) and (sent := browser.posts_out(page)):
            posted = AuthorizationResponse(errand, sent, exchange)
        offered = (tuple(control.value or control.label for form in page.forms for control in form.controls),)
        return Landing(
            ending,
            exchange,
            posted=posted,
            step=step,
            pages=(exchange,),
            described=page.described,
            offered=offered,
        )


def _returned(errand: Errand, target: str, exchange: Exchange) -> Landing:
    asked = errand if isinstance(errand, AuthorizationRequest) else None
    response = AuthorizationResponse(asked, target, exchange) if asked else None
    described = "a redirect out of the bank"
    return Landing(Ending.REDIRECT, exchange, response, described=described, returned=target)


def _joined(
    before: Landing,
    after: Landing,
    *,
    asked: bool,
    step: Step,
    finished: bool,
    proof: Proof | None,
    counted: bool,
    filled: int,
) -> Landing:
    """The landing after a step, with everything that went before it."""
    asked_so_far = asked or before.asked
    played = (*before.played, step.page)
    response = replace(after.response, asked=asked_so_far, played=played) if after.response else None
    return replace(
        after,
        response=response,
        asked=asked_so_far,
        pages=(*before.pages, *after.pages),
        played=played,
        finished=finished,
        exchanges=(*before.exchanges, *after.exchanges),
        proofs=(*before.proofs, *((proof,) if proof else ())),
        authentications=before.authentications + counted,
        halfway=asked or (before.halfway and proof is None),
        filled=before.filled + filled,
        explained=before.explained or step.refusal,
        offered=(*before.offered, *after.offered),
    )


def _values(step: Step, form: Form, conduct: Conduct, proof: Proof | None) -> dict[str, str]:
    """What is typed, chosen and proved on a page; an earlier proof brings the challenge that it was made for."""
    names = {field.name for field in form.fields}
    otherwise = {name: value for name, value in conduct.fill.items() if name in names}
    return {**step.fill, **step.select, **(proof.fields if proof else {}), **otherwise}


def step_for(page: Page, journey: Sequence[Step]) -> Step | None:
    """The step of a journey that a page fits."""
    return next((step for step in journey if _fitting(page, step)), None)


def _fitting(page: Page, step: Step) -> Form | None:
    """The form of the page on which a step can be done: it has the step's fields and its button."""
    for form in page.forms:
        controls = not step.choose or form.control(step.choose)
        names = {field.name for field in form.fields}
        filled = set(step.fill) <= form.visible and set(step.select) <= names
        signed = step.sign is None or step.sign.challenge in names
        # what is done on a device can be cancelled on its page; a page that only tells something has one button
        proved = not (step.device and step.cancel) or form.control(step.cancel) is not None
        if controls and filled and signed and proved and (step.fill or form.controls):
            return form
    return None
