"""Listens where a loopback redirect URI leads, so that nobody has to paste it (RFC 8252, section 7.3)."""

from __future__ import annotations

import contextlib
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_HOSTS = ("127.0.0.1", "::1", "localhost")
_DONE = b"""<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Back at the TPP</title>
<p>Thank you. You can close this page and go back to the terminal.</p></html>
"""


class Listener:
    """Takes one redirect; where the URI is no loopback one, it listens nowhere and takes none.

    Args:
        redirect_uris: where the browser may come back to; the first loopback one counts.
    """

    def __init__(self, *redirect_uris: str) -> None:
        self._uri = next(filter(_is_loopback, redirect_uris), "")
        self._server: HTTPServer | None = None
        self._came: str | None = None

    @property
    def listening(self) -> bool:
        """Whether the redirect comes here by itself."""
        return self._server is not None

    def came(self) -> str | None:
        """The redirect's URL, once it has come."""
        if self._server is not None and self._came is None:
            self._server.handle_request()
        return self._came

    def __enter__(self) -> Self:
        if self._uri:
            parts = urlsplit(self._uri)
            server = _Server6 if parts.hostname == "::1" else _Server
            with contextlib.suppress(OSError):  # somebody else has the port: the person pastes the redirect
                host = parts.hostname if parts.hostname == "::1" else "127.0.0.1"
                self._server = server((str(host), parts.port or 80), _handler(self))
                self._server.timeout = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.server_close()
            self._server = None

    def take(self, target: str) -> bool:
        """Take a request target; only that of the redirect URI is one."""
        before, _, query = target.partition("?")
        parts = urlsplit(self._uri)
        if before != (parts.path or "/") or not query:
            return False
        self._came = f"{parts.scheme}://{parts.netloc}{target}"
        return True


class _Server(HTTPServer):
    pass


class _Server6(HTTPServer):
    address_family = socket.AF_INET6


def _handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 2

        def do_GET(self) -> None:
            taken = listener.take(self.path)
            body = _DONE if taken else b""
            self.send_response(200 if taken else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the line would hold the code."""

    return Handler


def _is_loopback(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in _HOSTS
