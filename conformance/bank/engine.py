"""An HTTP/1.1 engine for a WSGI application: keep-alive, a thread per connection, TLS inside that thread."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import StartResponse, WSGIEnvironment

from conformance.bank.secured import Secured

WsgiApplication = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

HANDSHAKE_TIMEOUT = 10.0
IDLE_TIMEOUT = 120.0
LINGER_TIMEOUT = 1.0
LINGER_READS = 512  # of 64 KB: enough for the rest of a body that is far too long
LARGEST_BODY = 1 << 20


class Engine:
    """Serves a WSGI application on a port of the loopback interface.

    Args:
        application: the WSGI application.
        host: the address to listen on.
        port: 0 for any free one.
        tls: the server's context, None for plain HTTP.
        now: the time for the Date header.
    """

    def __init__(
        self,
        application: WsgiApplication,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        now: Callable[[], datetime],
    ) -> None:
        self.application = application
        self.tls = tls
        if tls is not None:
            tls.sslsocket_class = Secured
        self.now = now
        self._socket = socket.create_server((host, port), backlog=128)
        self._socket.setblocking(False)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._wake, self._woken = socket.socketpair()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False

    @property
    def port(self) -> int:
        return self.address[1]

    def serve_forever(self) -> None:
        """Accept connections until `shutdown` is called."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopping:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._socket in ready and not self._stopping:
                    self._accept()
        self._close()

    def shutdown(self) -> None:
        """Stop accepting, and end every open connection."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._wake.send(b"\0")

    def _accept(self) -> None:
        try:
            connection, address = self._socket.accept()
        except OSError:
            return
        with self._lock:
            self._connections.add(connection)
        threading.Thread(target=self._serve, args=(connection, address), daemon=True).start()

    def _close(self) -> None:
        for listening in (self._socket, self._wake, self._woken):
            listening.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(HANDSHAKE_TIMEOUT)
            stream = self._secured(connection)
            try:
                stream.settimeout(IDLE_TIMEOUT)
                if Handler(stream, address, self).refused:
                    _linger(stream)
            finally:
                self._forget(stream)
        except (OSError, ValueError):
            pass  # the peer went away, or spoke no TLS or no HTTP: its own connection ends, nobody else's
        finally:
            self._forget(connection)

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.discard(connection)
        connection.close()

    def _secured(self, connection: socket.socket) -> socket.socket:
        if self.tls is None:
            return connection
        secured = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._connections.discard(connection)
            self._connections.add(secured)
            stopping = self._stopping
        if stopping:
            socket.socket.shutdown(secured, socket.SHUT_RDWR)
        try:
            secured.do_handshake()
        except OSError:
            _linger(secured)
            self._forget(secured)
            raise
        return secured


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, calls the application, writes answers in one piece."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def __init__(self, stream: socket.socket, address: tuple[str, int], engine: Engine) -> None:
        self.engine = engine
        self.certificate = _peer_certificate(stream)
        self.refused = False
        super().__init__(stream, address, engine)  # type: ignore[arg-type]

    def handle_one_request(self) -> None:
        """Serve one request of the connection."""
        self.close_connection = True
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            return
        if len(self.raw_requestline) > 65536:
            self.requestline = self.request_version = self.command = ""
            self._refuse(414)
        elif self.parse_request():
            body = self._body()
            if body is not None:
                self._answer(body)
        self.wfile.flush()

    def finish(self) -> None:
        """Let go of the connection, also of one to a peer that has gone with an answer on its way."""
        try:
            super().finish()
        finally:
            self.rfile.close()

    def handle_expect_100(self) -> bool:
        """Tell the client to send its body, now."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Stay quiet: what was asked is in the suite's evidence."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The bank's time for the Date header."""
        return format_datetime(self.engine.now(), usegmt=True)

    def version_string(self) -> str:
        """Who answers, without versions."""
        return "bank"

    def _body(self) -> bytes | None:
        if "Transfer-Encoding" in self.headers:
            self._refuse(411)
            return None
        lengths = self.headers.get_all("Content-Length", ["0"])
        if len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
            self._refuse(400)
            return None
        if len(lengths[0]) > 9 or int(lengths[0]) > LARGEST_BODY:
            self._refuse(413)
            return None
        wanted = int(lengths[0])
        body = self.rfile.read(wanted)
        if len(body) < wanted:
            self.close_connection = True
            return None
        return body

    def _refuse(self, status: int) -> None:
        self.close_connection = self.refused = True
        if self.command:
            self._answer(b"", refused=status)
        else:
            self.send_error(status)

    def _answer(self, body: bytes, refused: int | None = None) -> None:
        start: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            start.append((status, headers))

        environ = self._environ(body)
        if refused is not None:
            environ["bank.refused"] = refused
        chunks = self.engine.application(environ, start_response)
        content = b"".join(chunks)
        status, headers = start[0]
        self._send(int(status[:3]), headers, content)

    def _send(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if status >= 200 and status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(content)

    def _environ(self, body: bytes) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self.engine.address[0],
            "SERVER_PORT": str(self.engine.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.engine.tls else "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if self.certificate:
            environ["SSL_CLIENT_CERT"] = self.certificate
        for name, value in self.headers.items():
            if "_" not in name:
                self._add_header(environ, name.upper().replace("-", "_"), value)
        return environ

    @staticmethod
    def _add_header(environ: WSGIEnvironment, name: str, value: str) -> None:
        if name == "CONTENT_LENGTH":
            return
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        separator = "; " if key == "HTTP_COOKIE" else ", "
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value


def _linger(connection: socket.socket) -> None:
    """Let the peer read the last word: closing over unread bytes would reset the connection."""
    with contextlib.suppress(OSError):
        connection.settimeout(LINGER_TIMEOUT)
        socket.socket.shutdown(connection, socket.SHUT_WR)
        for _ in range(LINGER_READS):
            if not socket.socket.recv(connection, 65536):
                break


def _peer_certificate(stream: socket.socket) -> str | None:
    if not isinstance(stream, ssl.SSLSocket):
        return None
    der = stream.getpeercert(binary_form=True)
    return ssl.DER_cert_to_PEM_cert(der) if der else None
