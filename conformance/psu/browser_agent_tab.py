"""A tab of Chromium whose every request is made by the suite's own client.

Chromium opens no connection of its own. Each request that a page makes is held, sent by the client that the
`form` agent uses too, and its answer handed back. So the server's certificate is verified once, by one TLS
stack, against the profile's trust anchors; `resolve`, `proxy`, time-outs, recording and masking are the same
for both agents, and nothing can leave by a way that we do not see. A browser told to trust anchors of its
own (an NSS database, pinned keys) would verify a second time by other rules, and hide its exchanges.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from playwright.async_api import CDPSession, ElementHandle, Error, Page

from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.psu.browser import REDIRECTS
from conformance.psu.browser_agent_scripts import BOXES, CHECK, FIND, SET, SNAPSHOT, STATE
from conformance.psu.page import Control
from conformance.wire.transport import Sent

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

_MOST_HOPS = 20
_QUIET = 0.15
_LONG_QUIET = 2.0
_TO_BEGIN = 4.0
_TO_GO_ON = 10.0
_RESTLESS = 6.0
_LONGEST_REFRESH = 10.0
_SCRIPT = 10.0
_OURS = frozenset({"accept-encoding", "connection", "content-length", "host"})
_NOT_PASSED_ON = frozenset(
    {"alt-svc", "connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"}
)


@dataclass(frozen=True)
class Rules:
    """What a tab may do, and how it does it.

    Args:
        send: sends a request with a purpose and waits for the answer; called in other threads.
        inside: whether a URL is a page of the bank.
        blocked: told of what was not sent: its URL and its kind.
        fits: the label of the step that a page fits, by the page's HTML.
        longest: seconds until a tab must have come to rest.
    """

    send: Callable[[Sent, str], Exchange]
    inside: Callable[[str], bool]
    blocked: Callable[[str, str], None]
    fits: Callable[[Exchange], str | None]
    longest: float


class Tab:
    """One tab; all of it happens in Chromium's thread."""

    def __init__(self, page: Page, session: CDPSession, frame: str, rules: Rules) -> None:
        self.page = page
        self.main: Exchange | None = None
        self.left: str | None = None
        self.lost = False
        self.way: list[Exchange] = []
        self._session = session
        self._frame = frame
        self._rules = rules
        self._awake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._document = ""
        self._first: Sent | None = None
        self._standing: str | None = None
        self._forget("")

    @classmethod
    async def make(cls, context: BrowserContext, rules: Rules) -> Tab:
        """A tab of a window, every request of which is held."""
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        tree = await session.send("Page.getFrameTree")
        tab = cls(page, session, tree["frameTree"]["frame"]["id"], rules)
        page.on("framenavigated", lambda frame: tab._commit(frame is page.main_frame))
        context.on("page", lambda other: tab._begin(tab._shut(other)))
        session.on("Fetch.requestPaused", lambda event: tab._begin(tab._paused(event)))
        session.on("Network.loadingFailed", tab._fail)
        await session.send("Network.enable")
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        return tab

    async def go(self, sent: Sent, purpose: str) -> Exchange:
        """Open a URL, by the request as it is given, and go on until the page rests."""
        self._forget(purpose)
        self.main, self._first = None, sent
        self._awake.set()
        opened = asyncio.ensure_future(self.page.goto(sent.url, wait_until="commit", timeout=0))
        try:
            return await self._rested(lambda: bool(self._hops or self.left or opened.done()))
        finally:
            opened.cancel()
            with contextlib.suppress(Error, asyncio.CancelledError):
                await opened

    async def press(self, values: dict[str, str], pressed: Control | None, purpose: str) -> Exchange:
        """Fill a form, press its button as a person would, and go on until the page rests.

        Raises:
            Unobservable: what is to be filled or pressed is not there.
        """
        form, button, fields = await self._found(values, pressed)
        before = (await self._state())["looks"]
        standing = self._rules.fits(await self.seen())
        self._forget(purpose)
        self._standing = standing
        self._awake.set()
        try:
            for field, value in zip(fields, values.values(), strict=True):
                await _fill(field, value)
            if button is not None:
                await button.click(timeout=5000, no_wait_after=True)
            else:
                await form.evaluate("form => form && form.requestSubmit()")
        except Error as error:
            raise Unobservable(
                f"the page cannot be answered: {error.message.splitlines()[0][:200]}"
            ) from None
        typed = (await self._state())["looks"] if not self._hops else before
        begun = time.monotonic()

        def began() -> bool:
            waited = time.monotonic() - begun > _TO_BEGIN
            return bool(self._hops or self.left or waited or self._looks not in ("", before, typed))

        return await self._rested(began)

    async def seen(self) -> Exchange:
        """The answer that the tab shows, its body as scripts have made it."""
        if self.main is None:
            raise Unobservable("Chromium would not open the URL")
        if not self.main.answered or not self._scripted:
            return self.main
        with contextlib.suppress(Error, TimeoutError):
            text = await asyncio.wait_for(self.page.evaluate(SNAPSHOT), _SCRIPT)
            return _rendered(self.main, text)
        return self.main

    # from the first request to rest

    def _forget(self, purpose: str) -> None:
        self.left, self.lost = None, False
        self._first = self._standing = None
        self._purpose = purpose
        self._hops = self._busy = self._documents = self._commits = 0
        self._ended = self._scripted = self._posted = False
        self._redirected = 0.0
        self._looks = ""

    async def _rested(self, began: Callable[[], bool]) -> Exchange:
        try:
            await asyncio.wait_for(self._settle(began), self._rules.longest)
        except TimeoutError:
            reason = f"the page did not come to rest within {self._rules.longest:g} s"
            raise Unobservable(reason) from None
        finally:
            self._awake.clear()
        return await self.seen()

    async def _settle(self, began: Callable[[], bool]) -> None:
        """Wait until nothing is on its way, and what is shown no longer changes by itself."""
        steady = idle = time.monotonic()
        while not (self.left or self.lost or self._posted):
            await asyncio.sleep(0.01)
            now = time.monotonic()
            if self._busy or not self._arrived(now):
                steady = idle = now
                continue
            state = await self._state()
            if state["looks"] != self._looks:
                self._looks, steady = state["looks"], now
            self._scripted = state["scripted"]
            if not state["ready"] or not began():
                continue
            if now - idle > _RESTLESS + max(0, state["refresh"]) or await self._stands(state, now - steady):
                return

    def _arrived(self, now: float) -> bool:
        """Whether the last answer is shown; one that redirects is followed by another request, or by a failure."""
        if self._ended:
            return True
        goes_on = self._redirected and now - self._redirected < _TO_GO_ON
        return not goes_on and self._commits >= self._documents

    async def _stands(self, state: dict[str, Any], quiet: float) -> bool:
        """Whether a page that looks the same for some seconds will not go on without the PSU."""
        waits = 0 <= state["refresh"] <= _LONGEST_REFRESH and not self._ended
        if not state["scripted"] and not waits:
            return True
        if waits:
            return bool(quiet > state["refresh"] + _LONG_QUIET)
        if quiet > _LONG_QUIET:
            return True
        if quiet < _QUIET:
            return False
        fits = self._rules.fits(await self.seen())
        return fits is not None and (self._documents > 0 or fits != self._standing)

    async def _state(self) -> dict[str, Any]:
        """How far the page is; not ready while it is being exchanged for another."""
        try:
            found: dict[str, Any] = await asyncio.wait_for(self.page.evaluate(STATE), _SCRIPT)
        except TimeoutError:
            raise Unobservable(f"a script of the page has not paused for {_SCRIPT:g} s") from None
        except Error:
            pass
        else:
            return found
        return {"ready": False, "scripted": self._scripted, "refresh": -1, "looks": self._looks}

    async def _found(
        self, values: dict[str, str], pressed: Control | None
    ) -> tuple[ElementHandle, ElementHandle | None, list[ElementHandle]]:
        wanted = pressed and {"name": pressed.name, "value": pressed.value, "label": pressed.label}
        handle = await self.page.evaluate_handle(FIND, {"names": list(values), "pressed": wanted})
        entries = await handle.get_properties()
        elements = [entries[at] for at in map(str, range(len(values) + 2)) if at in entries]
        if len(elements) != len(values) + 2:
            raise Unobservable("the page has changed: the form that was to be answered is not there any more")
        fields = [field for element in elements[2:] if (field := element.as_element())]
        form = elements[0].as_element() or await self.page.query_selector("html")
        assert form is not None
        return form, elements[1].as_element(), fields

    # requests

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _shut(self, other: Page) -> None:
        """A second window would be one that nobody looks into."""
        self._rules.blocked(other.url, "a second window")
        await other.close()

    def _commit(self, main: bool) -> None:
        self._commits += main

    def _fail(self, event: dict[str, Any]) -> None:
        if event.get("requestId") == self._document:
            self._ended = True
            self.lost = self.lost or "TOO_MANY_REDIRECTS" in event.get("errorText", "")

    async def _paused(self, event: dict[str, Any]) -> None:
        """A request of the page: while nobody waits for the tab it waits too, so that it finds its scenario."""
        await self._awake.wait()
        request = event["request"]
        sent = Sent(
            request["method"],
            request["url"],
            {name: value for name, value in request["headers"].items() if name.lower() not in _OURS},
            _body(request),
        )
        self._busy += 1
        try:
            if event["resourceType"] == "Document" and event["frameId"] == self._frame:
                await self._navigate(event, sent)
            else:
                await self._load(event, sent)
        finally:
            self._busy -= 1

    async def _navigate(self, event: dict[str, Any], sent: Sent) -> None:
        self._document = event.get("networkId", "")
        self._ended, self._redirected = False, 0.0
        first, self._first = self._first, None
        if first is not None:
            sent = Sent(first.method, first.url, {**sent.headers, **first.headers}, first.body)
        elif not self._rules.inside(sent.url):
            await self._leave(event, sent)
            return
        if self._hops > _MOST_HOPS:
            self.lost = True
            await self._refuse(event)
            return
        purpose = self._next_purpose()
        self._hops += 1
        exchange = self.main = await self._fetch(sent, purpose)
        out = _unwalkable(exchange)
        if out is not None and not self._rules.inside(out):
            self.left = out
        if out is not None or not exchange.answered:
            self._documents += out is None
            await self._refuse(event, "Aborted" if out is not None else "Failed")
            return
        self._documents += exchange.status not in (*REDIRECTS, 204, 205)
        if exchange.status in REDIRECTS and "Location" in exchange.headers:
            self._redirected = time.monotonic()
        await self._fulfil(event, exchange)

    async def _leave(self, event: dict[str, Any], sent: Sent) -> None:
        """The way out of the bank is never gone; a redirect is where the journey ends."""
        if sent.method == "GET":
            self.left = sent.url
        else:
            self._posted = True
            self._rules.blocked(sent.url, f"{sent.method} of a form")
        await self._refuse(event)

    async def _load(self, event: dict[str, Any], sent: Sent) -> None:
        if sent.url.startswith(("data:", "blob:")):
            await self._session.send("Fetch.continueRequest", {"requestId": event["requestId"]})
            return
        icon = event["resourceType"] == "Other" and urlsplit(sent.url).path == "/favicon.ico"
        if icon or not self._rules.inside(sent.url):
            if not icon:
                self._rules.blocked(sent.url, event["resourceType"].lower())
            await self._refuse(event)
            return
        exchange = await self._fetch(sent, f"load what the page asks for ({event['resourceType'].lower()})")
        if exchange.answered:
            await self._fulfil(event, exchange)
        else:
            await self._refuse(event, "Failed")

    def _next_purpose(self) -> str:
        if not self._hops:
            return self._purpose
        redirected = self.main is not None and self.main.status in REDIRECTS
        return "follow the bank's own redirect" if redirected else "go where the page goes by itself"

    async def _fetch(self, sent: Sent, purpose: str) -> Exchange:
        exchange = await asyncio.to_thread(self._rules.send, sent, purpose)
        self.way.append(exchange)
        return exchange

    async def _fulfil(self, event: dict[str, Any], exchange: Exchange) -> None:
        headers = [
            {"name": name, "value": value}
            for name, value in exchange.headers.pairs
            if name.lower() not in _NOT_PASSED_ON
        ]
        answer = {
            "requestId": event["requestId"],
            "responseCode": exchange.status,
            "responseHeaders": headers,
            "body": base64.b64encode(exchange.body).decode(),
        }
        await self._session.send("Fetch.fulfillRequest", answer)

    async def _refuse(self, event: dict[str, Any], reason: str = "Aborted") -> None:
        refusal = {"requestId": event["requestId"], "errorReason": reason}
        await self._session.send("Fetch.failRequest", refusal)


async def _quietly(work: Any) -> None:
    """What a page asked for before it was left needs no answer any more."""
    with contextlib.suppress(Error):
        await work


async def _fill(field: ElementHandle, value: str) -> None:
    kind = str(await field.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase()"))
    if kind in ("radio", "checkbox"):
        await _choose(field, kind, value)
    elif kind in ("hidden", "range", "color") or not await field.is_visible():
        await field.evaluate(SET, value)
    elif kind == "select":
        await field.select_option(value, timeout=5000)
    else:
        await field.fill(value, timeout=5000)


async def _choose(field: ElementHandle, kind: str, value: str) -> None:
    """Among the boxes of one name the one with the value, or the first where none has it; and no other."""
    found = await (await field.evaluate_handle(BOXES, kind)).get_properties()
    same = [box for entry in found.values() if (box := entry.as_element())]
    values = [await box.get_attribute("value") or "on" for box in same]
    chosen = values.index(value) if value in values else 0
    for at, box in enumerate(same):
        wanted = at == chosen
        if await box.is_checked() == wanted or (kind == "radio" and not wanted):
            continue
        if await box.is_visible():
            await box.set_checked(wanted, timeout=5000)
        else:
            await box.evaluate(CHECK, wanted)


def _body(request: dict[str, Any]) -> bytes | None:
    entries = request.get("postDataEntries") or []
    if entries:
        return b"".join(base64.b64decode(entry.get("bytes", "")) for entry in entries)
    text = request.get("postData")
    return text.encode() if isinstance(text, str) else None


def _rendered(exchange: Exchange, text: str) -> Exchange:
    if exchange.media_type not in ("text/html", "application/xhtml+xml", ""):
        return exchange
    return replace(exchange, body=text.encode("ascii", "xmlcharrefreplace"))


def _unwalkable(exchange: Exchange) -> str | None:
    """The target of a redirect that no browser would request: another scheme, or no URL at all."""
    location = exchange.headers.get("Location")
    if exchange.status not in REDIRECTS or location is None:
        return None
    try:
        target = urljoin(exchange.url, location)
        parts = urlsplit(target)
        walkable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return location
    return None if walkable else target
