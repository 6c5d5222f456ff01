"""A listener of the bank: pytest-httpserver's face over an engine with keep-alive."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from re import Pattern
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from conformance.bank.engine import Engine


class Listener(HTTPServer):
    """Handlers are registered as with pytest-httpserver, and served by our own engine.

    The library's engine closes the connection after every answer and shakes hands in its accept loop, so
    that one idle connection blocks everybody; its log keeps every request for ever.

    Args:
        tls: the server's context, None for plain HTTP.
        now: the time for the Date header.
        latency: seconds to sleep before each answer, in the connection's own thread.
        unknown: answers what no handler is registered for.
        unreadable: answers what is refused before it is read, with `bank.refused` as its status.
    """

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        latency: float = 0,
        unknown: Callable[[Request], Response] | None = None,
        unreadable: Callable[[Request], Response] | None = None,
    ) -> None:
        super().__init__("127.0.0.1", 0, ssl_context=tls, threaded=True)
        self._now = now
        self._latency = latency
        self._unknown = unknown
        self._unreadable = unreadable
        self._engine: Engine | None = None

    def start(self) -> None:
        """Listen on a free port of the loopback interface and serve in a thread of its own."""
        wsgi = Request.application(self.application)
        self._engine = Engine(wsgi, self.host, self.port, self.ssl_context, self._now)
        self.server = self._engine  # type: ignore[assignment]
        self.port = self._engine.port
        self.server_thread = threading.Thread(target=self._engine.serve_forever, daemon=True)
        self.server_thread.start()

    def application(self, request: Request) -> Response:
        """Answer one request, without keeping it."""
        if self._latency:
            time.sleep(self._latency)
        try:
            if "bank.refused" in request.environ:
                return self._refusal(request)
            return self.dispatch(request)
        except Exception:  # a mistake of the bank's: one answer is lost, and `handler_errors` keeps it
            return Response("internal error", 500)

    def _refusal(self, request: Request) -> Response:
        status = int(request.environ["bank.refused"])
        return self._unreadable(request) if self._unreadable else Response(status=status)

    def respond_nohandler(self, request: Request, extra_message: str = "") -> Response:
        """Answer what no handler is registered for, as the bank answers unknown paths."""
        if self._unknown is None:
            return Response("not found", 404)
        return self._unknown(request)

    def route(self, path: str | Pattern[str], answer: Callable[[Request], Response]) -> None:
        """Register a handler for a path, or for all that a pattern fits, whatever the method."""
        self.expect_request(path).respond_with_handler(answer)


class Listeners(dict[str, Listener]):
    """The bank's listeners by the names of their hosts in `Hosts`, and `control`."""

    def start(self) -> None:
        for listener in self.values():
            listener.start()

    def stop(self) -> None:
        for listener in self.values():
            if listener.is_running():
                listener.stop()

    def route(self, name: str, path: str, answer: Callable[[Request], Response]) -> Any:
        self[name].route(path, answer)
