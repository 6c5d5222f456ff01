"""The `browser` agent: the journey of the `form` agent, in an installed Chromium with its scripts."""

from __future__ import annotations

import weakref
from collections.abc import Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from conformance.exchange import Exchange
from conformance.oauth.approval import Approval, Errand, without_query
from conformance.oauth.authorization import encode
from conformance.psu.agent import FormAgent, step_for
from conformance.psu.browser import Browser, returns_to
from conformance.psu.browser_agent_chromium import Chromium
from conformance.psu.page import Form, read_page
from conformance.target.model import Psu, Step
from conformance.wire.client import Client
from conformance.wire.recorder import Recorder
from conformance.wire.transport import Sent

if TYPE_CHECKING:
    from conformance.psu.browser_agent_tab import Tab
    from conformance.psu.screenshots import Camera

_LONGEST = 150.0
_FORM = "application/x-www-form-urlencoded"


class BrowserAgent(FormAgent):
    """Plays one PSU in Chromium; what it does on which page is what the `form` agent does.

    Args:
        name: of the PSU in the profile.
        psu: its journey, credentials and device.
        recorder: where its steps and pictures are written.
        chromium: shared by all PSUs of a run.
        synthetic: whether the bank's data are, so that pictures may show them.
    """

    def __init__(
        self, name: str, psu: Psu, recorder: Recorder, chromium: Chromium, *, synthetic: bool
    ) -> None:
        super().__init__(name, psu, recorder)
        self._chromium = chromium
        self._synthetic = synthetic

    def new_browser(self, client: Client, hosts: frozenset[str]) -> Browser:
        """A window of Chromium without cookies."""
        from conformance.psu.screenshots import Camera

        camera = Camera(self._synthetic, self._recorder.redactor.mask)
        journeys = (*self._psu.journey, *self._psu.approval)
        photographer = Photographer(self.name, self._recorder, camera)
        return ChromiumBrowser(client, hosts, self._chromium, journeys, photographer)


class Photographer:
    """Writes pictures, and what a page was kept from requesting, to the evidence.

    Args:
        psu: whose pages they are.
        recorder: where they are written.
        camera: takes them.
    """

    def __init__(self, psu: str, recorder: Recorder, camera: Camera) -> None:
        self.camera = camera
        self._psu = psu
        self._recorder = recorder

    def keep(self, exchange: Exchange, picture: bytes | None) -> None:
        """Keep the picture of the page that an exchange brought."""
        if picture is not None:
            self._recorder.screenshot(self._psu, exchange, picture, covered=not self.camera.synthetic)

    def blocked(self, url: str, kind: str) -> None:
        """Write what was not requested, because it leads out of the bank."""
        self._recorder.blocked(self._psu, url, kind)


class ChromiumBrowser(Browser):
    """One window of Chromium: its cookies, on the bank's own hosts.

    Args:
        client: without a client certificate; sends what the pages ask for.
        hosts: the bank's; what leads to any other host, or to the redirect URI, is never requested.
        chromium: the process.
        journey: every step that a page may be for.
        photographer: keeps the pictures.
    """

    def __init__(
        self,
        client: Client,
        hosts: frozenset[str],
        chromium: Chromium,
        journey: Sequence[Step],
        photographer: Photographer,
    ) -> None:
        super().__init__(client, hosts)
        self._chromium = chromium
        self._journey = journey
        self._photographer = photographer
        self._tab: Tab | None = None
        self._shown: Exchange | None = None
        self._cookies: tuple[str, ...] = ()
        self._shut: weakref.finalize[Any, ChromiumBrowser] | None = None

    @property
    def cookies(self) -> tuple[str, ...]:
        """The values of all cookies that it holds."""
        return self._cookies

    def open(self, errand: Errand, *, purpose: str, method: str = "GET") -> Exchange:
        """Go to the bank for an errand, and on until a page that waits for the PSU.

        Raises:
            Unobservable: the approval is on a host that is none of the bank's; nothing was sent.
        """
        self._returns_to = returns_to(errand)
        if isinstance(errand, Approval):
            return self._go("GET", self._of_the_bank(errand.url), b"", purpose)
        if method == "GET":
            return self._go("GET", errand.url, b"", purpose)
        return self._go(method, errand.endpoint, (errand.query or encode(errand.pairs)).encode(), purpose)

    def submit(self, form: Form, pairs: list[tuple[str, str]], *, purpose: str) -> Exchange:
        """Type what differs from what stands there, press the button, and go on until a page that waits.

        Raises:
            Unobservable: the form leads out of the bank; nothing was sent.
        """
        self._keep_inside(form)
        standing = _by_name((field.name, field.value) for field in form.fields if field.sent)
        button = form.pressed and (form.pressed.name, form.pressed.value)
        wanted = _by_name(pairs[:-1] if pairs[-1:] == [button] else pairs)
        # of several boxes that are checked, one may be wanted: that changes what stands there too
        values = {name: found[0] for name, found in wanted.items() if found != standing.get(name)}
        if not self._shows(form):
            return self._go_back_and_send(form, pairs, purpose)
        tab = self._open_tab()
        return self._walk(tab, tab.press(values, form.pressed, purpose))

    def leads_out(self, exchange: Exchange) -> str | None:
        """Where Chromium would have gone out of the bank; None where it stayed."""
        return self._tab.left if self._tab and exchange is self._shown else None

    def _go(self, method: str, url: str, body: bytes, purpose: str) -> Exchange:
        headers = {"Content-Type": _FORM} if method == "POST" else {}
        tab = self._open_tab()
        return self._walk(tab, tab.go(Sent(method, url, headers, body or None), purpose))

    def _go_back_and_send(self, form: Form, pairs: list[tuple[str, str]], purpose: str) -> Exchange:
        """Answer a page that was shown before, as the tab's history would."""
        if form.method == "POST":
            return self._go("POST", form.action, encode(pairs).encode(), purpose)
        return self._go("GET", f"{without_query(form.action)}?{encode(pairs)}", b"", purpose)

    def _shows(self, form: Form) -> bool:
        """Whether a form is one of the page that the tab shows."""
        page = read_page(self._shown) if self._shown else None
        return page is not None and any(form.fields == shown.fields for shown in page.forms)

    def _walk(self, tab: Tab, way: Coroutine[Any, Any, Exchange]) -> Exchange:
        """Go on to where the tab rests, and take the picture of what stands there."""
        try:
            exchange, picture, self._cookies = self._chromium.run(self._pictured(tab, way), _LONGEST + 60)
        except BaseException:
            self._close()  # a page that never pauses would go on using the processor
            raise
        finally:
            self._way, tab.way = [*self._way, *tab.way], []
        self.lost, self._shown = tab.lost, exchange
        self._photographer.keep(exchange, picture)
        return exchange

    async def _pictured(
        self, tab: Tab, way: Coroutine[Any, Any, Exchange]
    ) -> tuple[Exchange, bytes | None, tuple[str, ...]]:
        exchange = await way
        picture = None if tab.left else await self._photographer.camera.take(tab.page)
        cookies = await tab.page.context.cookies()
        return exchange, picture, tuple(str(cookie["value"]) for cookie in cookies if cookie.get("value"))

    def _open_tab(self) -> Tab:
        if self._tab is None:
            chromium = self._chromium
            self._tab = chromium.run(self._new_tab(), 60)
            context = self._tab.page.context
            self._shut = weakref.finalize(self, lambda: chromium.later(context.close))
        return self._tab

    async def _new_tab(self) -> Tab:
        from conformance.psu.browser_agent_tab import Rules, Tab

        rules = Rules(self._fetch, self._inside, self._photographer.blocked, self._fits, _LONGEST)
        return await Tab.make(await self._chromium.context(), rules)

    def _close(self) -> None:
        self._tab = None
        if self._shut is not None:
            self._shut()

    def _fits(self, exchange: Exchange) -> str | None:
        page = read_page(exchange)
        step = step_for(page, self._journey) if page else None
        return step.page if step else None

    def _fetch(self, sent: Sent, purpose: str) -> Exchange:
        """Send what Chromium asks for; its cookies are in the request, so the client needs none of its own."""
        return self.client.fresh().send(
            sent.method, sent.url, purpose=purpose, headers=sent.headers, body=sent.body
        )


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
