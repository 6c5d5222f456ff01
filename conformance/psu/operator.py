"""The `operator` agent: a person with a real phone or token plays the PSU, in a browser of the person's own."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from conformance.errors import Unobservable
from conformance.oauth.approval import Approval, Errand, without_query
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing
from conformance.psu.agent import FormAgent
from conformance.psu.browser import Browser, returns_to
from conformance.psu.conduct import AS_EXPECTED, Conduct, Decision
from conformance.psu.operator_console import Console, TimeOver
from conformance.psu.operator_listener import Listener
from conformance.psu.operator_words import instructions, on_each_page
from conformance.target.model import Psu
from conformance.wire.recorder import Recorder

_SHORT = 60.0
_LARGEST = 10_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_TELL = "a word for the report, or a PNG's path (Enter: none)"


class OperatorAgent(FormAgent):
    """Asks a person to play one PSU, and takes the redirect that the person comes back with.

    What needs no person is done without one: pages that are only looked at are opened by our own client, and a
    request that the bank refuses before any login is not shown to the person at all.

    Args:
        name: of the PSU in the profile.
        psu: its journey; nothing of it is filled in, for the person knows it.
        recorder: where its steps are written.
        console: where the person is.
    """

    def __init__(self, name: str, psu: Psu, recorder: Recorder, console: Console | None = None) -> None:
        super().__init__(name, psu, recorder)
        self._console = console or Console()
        self._windows: WeakKeyDictionary[Browser, int] = WeakKeyDictionary()
        self._opened = 0

    def look(self, browser: Browser, errand: Errand, *, method: str = "GET") -> Landing:
        """Go to the bank with a client of our own and do nothing there.

        Raises:
            Unobservable: it is about the browser in which the person is signed in, which only the person sees.
        """
        if browser in self._windows:
            raise Unobservable("only the person's own browser could show this")
        return super().look(browser, errand, method=method)

    def play(
        self,
        browser: Browser,
        errand: Errand,
        *,
        cancel_at: str | None = None,
        conduct: Conduct = AS_EXPECTED,
    ) -> Landing:
        """Have a person go through the journey, and take the redirect at its end.

        Raises:
            Unobservable: no terminal, no answer in time, or what only a simulated PSU does.
        """
        conduct = replace(conduct, cancel_at=cancel_at) if cancel_at else conduct
        _expect_possible(conduct)
        opened = None if isinstance(errand, Approval) else self._look_ourselves(browser, errand)
        if opened is not None and opened.step is None and browser not in self._windows:
            return opened
        target = self._await_person(errand, self._window(browser), conduct)
        asked = conduct.cancel_at is None and self._was_asked()
        self._recorder.psu_step(
            self.name, "come back to the TPP", authentication=asked, means=self._psu.means if asked else ""
        )
        opened = opened or self._look_ourselves(browser, errand)
        witnessed = replace(opened, statement=self._statement(opened))
        if target is None:
            described = "a page of the bank from which, the person says, nothing leads on"
            return replace(witnessed, ending=Ending.ELSEWHERE, step=None, described=described)
        self._recorder.returned(self.name, target)
        return self._came_back(witnessed, errand, target, conduct, asked=asked)

    def _look_ourselves(self, browser: Browser, errand: Errand) -> Landing:
        """What our own client sees there; of an approval only afterwards, as its link may work once."""
        return super().look(self.new_browser(browser.client.fresh(), browser.hosts), errand)

    def resume(  # the shape is that of every agent
        self,
        browser: Browser,  # noqa: ARG002
        landing: Landing,
        conduct: Conduct = AS_EXPECTED,  # noqa: ARG002
    ) -> Landing:
        """A person is not asked to stop half-way.

        Raises:
            Unobservable: always.
        """
        raise Unobservable(f"only a simulated PSU stops on {landing.described} and goes on from there")

    def _window(self, browser: Browser) -> str:
        """Which of the person's windows stands for a browser: its cookies are its own."""
        if browser in self._windows:
            return f"your window {self._windows[browser]} (the same as before)"
        self._opened += 1
        self._windows[browser] = self._opened
        return f"a NEW PRIVATE window (call it window {self._opened}, and keep it open)"

    def _await_person(self, errand: Errand, window: str, conduct: Conduct) -> str | None:
        """The URL at which the person came back; None where the bank shows nothing that leads on."""
        pages = on_each_page(self._journey(errand), conduct)
        with Listener(*returns_to(errand)) as listener:
            noticed = listener.listening
            lines = instructions(self.name, self._psu.means, errand, window, pages, noticed=noticed)
            self._console.show_code(errand.url)
            self._console.tell(lines)
            wanted = "come back, or paste the address" if noticed else "paste the address"
            while True:
                answer = self._ask(f"{wanted} (e: error page, s: skip)", listener)
                if answer in ("e", "E"):
                    return None
                doubt = _doubt(answer, errand)
                if answer and (not doubt or self._confirmed(doubt)):
                    return answer

    def _ask(self, words: str, listener: Listener) -> str:
        try:
            answer = self._console.ask(words, self._psu.patience, listener.came)
        except TimeOver:
            raise Unobservable(f"the person did not come back within {self._psu.patience} s") from None
        if answer in ("s", "S"):
            raise Unobservable("the person skipped this")
        return answer

    def _confirmed(self, doubt: str) -> bool:
        """Whether the person stands by an answer: a slip of the hand is no finding against the bank."""
        self._console.tell([doubt])
        try:
            answer = self._console.ask("is it really where the bank has led you? [y/N]", _SHORT)
        except TimeOver:
            return False
        return answer.lower().startswith("y")

    def _was_asked(self) -> bool:
        try:
            answer = self._console.ask("were you asked for credentials or your device? [Y/n]", _SHORT)
        except TimeOver:
            return True
        return not answer.lower().startswith("n")

    def _statement(self, opened: Landing) -> str:
        """What the person says of the pages, and pictures of them; both are for whoever reviews the run."""
        said: list[str] = []
        with contextlib.suppress(TimeOver):
            while answer := self._console.ask(_TELL, _SHORT):
                picture = _picture(answer)
                if picture is None:
                    said.append(answer)
                elif picture:
                    self._recorder.screenshot(self.name, opened.exchange, picture, covered=False)
                else:
                    self._console.tell(["That is no PNG picture that can be read."])
        return " ".join(said)

    def _came_back(
        self, opened: Landing, errand: Errand, target: str, conduct: Conduct, *, asked: bool
    ) -> Landing:
        """What can be said of a way that only the person saw: where it began, and where it ended."""
        pages = [step.page for step in self._journey(errand) if not step.refusal]
        cancelled = conduct.cancel_at in pages
        played = tuple(pages[: pages.index(str(conduct.cancel_at)) + 1] if cancelled else pages)
        response = None
        if isinstance(errand, AuthorizationRequest):
            response = AuthorizationResponse(errand, target, opened.exchange, asked=asked, played=played)
        return replace(
            opened,
            ending=Ending.REDIRECT,
            step=None,
            response=response,
            returned=target,
            described="a redirect out of the bank",
            asked=asked,
            played=played,
            finished=not cancelled,
            authentications=int(asked),
            cookies=(),
        )


def _expect_possible(conduct: Conduct) -> None:
    """See that a person can be asked for it; whether the device takes the decision is the person's own affair.

    Raises:
        Unobservable: it cannot.
    """
    usual = replace(conduct, cancel_at=None, decision=Decision.APPROVE, regardless=False)
    if usual.deviates or conduct.decision not in (Decision.APPROVE, Decision.REFUSE):
        raise Unobservable("only a simulated PSU does this")


def _picture(answer: str) -> bytes | None:
    """The PNG that an answer names, empty where it cannot be read; None where the answer is no path of one."""
    path = answer.strip("'\"").removeprefix("file://")
    if not path.lower().endswith(".png"):
        return None
    try:
        with Path(path).expanduser().open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError:
        return b""
    return content if content.startswith(_PNG) and len(content) <= _LARGEST else b""


def _doubt(answer: str, errand: Errand) -> str:
    """Why an address is hardly the redirect of this errand; empty where it is one."""
    ends = returns_to(errand)
    if without_query(answer) not in ends:
        return f"That is no address at {' or '.join(ends)}."
    sent = errand.get("state") if isinstance(errand, AuthorizationRequest) else None
    given = dict(parse_qsl(answer.partition("?")[2].partition("#")[0])).get("state")
    if sent is not None and given != sent:
        return "Its state is not that of this request: it may be of an earlier one."
    return ""
