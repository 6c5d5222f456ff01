"""One installed Chromium for a run, driven from a thread of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as Overdue
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.errors import Unobservable

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

T = TypeVar("T")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VIEWPORT = (1000, 900)
_START = 60
_END = 15
# Chromium has no way to the network: no name resolves, and what needs none goes to a proxy that is not there.
# Whatever a page asks for comes to us first, and our own client fetches it (see `browser_agent_tab`).
_ISOLATED = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://nowhere.invalid:1",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-features=IsolateOrigins,site-per-process,DnsOverHttps",
    "--disable-site-isolation-trials",
)


def executable() -> str | None:
    """The path of an installed Chromium; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> str:
    """What the `browser` agent lacks on this machine; empty where it lacks nothing."""
    if find_spec("playwright") is None:
        return "the extra `browser` is not installed: pip install 'psd2-conformance[browser]'"
    return "" if executable() else f"no Chromium is installed: none of {', '.join(NAMES)} is on the PATH"


class Chromium:
    """Starts when it is first needed; every tab has cookies of its own."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Do something in the browser's thread, and wait for it.

        Args:
            work: what is done.
            seconds: after which it is given up.

        Raises:
            Unobservable: it was not done in time.
        """
        if self._loop is None:
            self._start()
        return self._wait(work, seconds)

    def _wait(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        assert self._loop is not None
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except Overdue:
            future.cancel()
            raise Unobservable(f"the browser did not come to rest within {seconds:g} s") from None

    async def context(self) -> BrowserContext:
        """A window without cookies."""
        if self._browser is None or not self._browser.is_connected():
            raise Unobservable("Chromium has ended by itself")
        width, height = VIEWPORT
        return await self._browser.new_context(
            viewport={"width": width, "height": height},
            service_workers="block",
            accept_downloads=False,
            locale="en-GB",
        )

    def later(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something in the browser's thread, without waiting for it."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(_quietly(work), self._loop)

    def close(self) -> None:
        """End Chromium; nothing of it is left."""
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        future = asyncio.run_coroutine_threadsafe(self._stop(), loop)
        with contextlib.suppress(Exception):
            future.result(_END)
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(_END)
        atexit.unregister(self.close)

    def _start(self) -> None:
        lacking = missing()
        if lacking:
            raise Unobservable(lacking)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, args=(self._loop,), name="chromium", daemon=True)
        self._thread.start()
        atexit.register(self.close)
        try:
            self._wait(self._launch(), _START)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    async def _launch(self) -> None:
        from playwright.async_api import Error, async_playwright

        self._playwright = await async_playwright().start()
        reason = ""
        for sandboxed in (
            (True, False) if os.geteuid() else (False,)
        ):  # root has no sandbox, nor some containers
            try:
                self._browser = await self._playwright.chromium.launch(
                    executable_path=executable(),
                    args=list(_ISOLATED),
                    chromium_sandbox=sandboxed,
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    timeout=_START * 500,
                )
            except Error as error:
                reason = error.message.splitlines()[0][:200]
            else:
                return
        raise Unobservable(f"Chromium did not start: {reason}")

    async def _stop(self) -> None:
        if self._browser is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._browser.close(), _END / 2)
        if self._playwright is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._playwright.stop(), _END / 2)
        self._browser = self._playwright = None
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _quietly(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with contextlib.suppress(Exception):
        await work()
