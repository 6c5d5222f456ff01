"""A server that answers as it is told, over TLS or not: broken, hostile and slow answers, one by one."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from conformance.bank.secured import Secured
from conformance.clock import Clock
from conformance.pki.authority import Authority, Issued, Organization, pem
from conformance.target.identity import Identity
from conformance.target.model import Network
from conformance.wire.client import Client, Wire
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor

HOST = "bank.example"
Reply = bytes | Callable[["Peer"], None]


class Whole(bytes):
    """An answer after which the connection stays open; after any other it is closed."""


class Peer:
    """One connection to the server, and what came over it."""

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self.sock = sock
        self.stopped = stopped

    def read_request(self) -> bytes:
        """One request with its body; empty where the client has gone."""
        read = b""
        while b"\r\n\r\n" not in read:
            part = self.sock.recv(65_536)
            if not part:
                return b""
            read += part
        head, _, body = read.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self.sock.recv(65_536)
        return head + b"\r\n\r\n" + body

    def trickle(self, start: bytes, drop: bytes) -> None:
        """Send a start, then a drop every 20 ms until the client or the test has had enough."""
        self.sock.sendall(start)
        while not self.stopped.wait(0.02):
            self.sock.sendall(drop)

    def hold(self, _: object = None) -> None:
        """Say nothing until the test is over."""
        self.stopped.wait(30)


class HostileServer:
    """Listens on the loopback interface until its block ends.

    Args:
        *replies: one for each request, the last for all further ones: bytes, or a function that has the peer.
        context: of TLS; None serves plain text.
        greeting: has each connection before TLS; ends it where it returns False.
    """

    def __init__(
        self,
        *replies: Reply,
        context: ssl.SSLContext | None = None,
        greeting: Callable[[socket.socket], bool] = lambda _: True,
    ) -> None:
        self._replies = replies
        self._context = context
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port: int = self._listener.getsockname()[1]
        self._peers: list[socket.socket] = []
        self.connections = 0
        self.requests: list[bytes] = []

    @property
    def paths(self) -> list[str]:
        """The request targets, as they came."""
        return [request.split(b" ")[1].decode("latin-1") for request in self.requests]

    def network(self, *hosts: str, **settings: Any) -> Network:
        """A network in which the hosts lead to this server."""
        resolve = {f"{host}:443": f"127.0.0.1:{self.port}" for host in hosts or (HOST,)}
        settings = {"trust_anchors": [trust_pem()], "resolve": resolve, "read_timeout": 5.0, **settings}
        return Network.model_construct(**{**Network().__dict__, **settings})

    def client(self, identity: Identity | None = None, **settings: Any) -> Client:
        """A client for which the bank's host leads to this server."""
        return a_client(self.network(**settings), identity)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._peers:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), sock:
            sock.settimeout(10)
            if not self._greeting(sock):
                return
            if self._context is None:
                self._answer(sock)
                return
            with self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False) as secured:
                if _greeted(secured):
                    self._answer(secured)

    def _answer(self, sock: socket.socket) -> None:
        self._peers.append(sock)
        peer = Peer(sock, self._stopped)
        while request := peer.read_request():
            self.requests.append(request)
            reply = self._replies[min(len(self.requests), len(self._replies)) - 1]
            if not isinstance(reply, bytes):
                reply(peer)
                return
            peer.sock.sendall(reply)
            if not isinstance(reply, Whole):
                return


def _greeted(secured: ssl.SSLSocket) -> bool:
    try:
        secured.do_handshake()
    except ssl.SSLError:
        socket.socket.shutdown(secured, socket.SHUT_WR)
        while socket.socket.recv(secured, 65_536):
            pass  # an early close would be a reset, and take the alert with it
        return False
    return True


def http(status: int = 200, body: bytes | str = b"", *headers: str, media_type: str = "text/html") -> Whole:
    """A whole answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(content)}",
        *headers,
    ]
    return Whole("\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + content)


def a_client(network: Network, identity: Identity | None = None) -> Client:
    """A client whose exchanges go nowhere."""
    recorder = Recorder(lambda _event: None, Masking(Redactor()), Clock())
    return Wire(network, recorder).client(identity)


@cache
def authority() -> Authority:
    """The root that clients trust here."""
    return Authority("Root of the hostile")


@cache
def trust_pem() -> str:
    """The root as PEM."""
    return pem(authority().certificate).decode()


@cache
def tpp_identity() -> Identity:
    """A QWAC and its key."""
    issued = authority().qwac(Organization("Exemple TPP SAS", "PSDFR-ACPR-12345"))
    return Identity("main", issued.chain_pem.decode(), issued.key_pem.decode())


def server_context(
    issued: Issued | None = None,
    *,
    demands_certificate: bool = False,
    version: ssl.TLSVersion | None = None,
) -> ssl.SSLContext:
    """TLS of a server.

    Args:
        issued: its certificate; a good one otherwise.
        demands_certificate: whether a client without certificate is refused.
        version: the only version that it speaks.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = Secured
    if version:
        context.minimum_version = context.maximum_version = version
    if demands_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=trust_pem())
    issued = issued or _good()
    with tempfile.TemporaryDirectory() as folder:  # the ssl module reads keys from files only
        both = Path(folder, "server.pem")
        both.write_bytes(issued.key_pem + issued.chain_pem)
        context.load_cert_chain(both)
    return context


@cache
def _good() -> Issued:
    return authority().server(HOST, "sso.bank.example", "api.bank.example")


@contextmanager
def serving(*replies: Reply, **options: Any) -> Iterator[HostileServer]:
    """A hostile server with a good certificate."""
    options.setdefault("context", server_context())
    with HostileServer(*replies, **options) as server:
        yield server
