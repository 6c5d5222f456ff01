"""The TLS side of a client: contexts, resolved addresses, and connections that tell what they saw."""

from __future__ import annotations

import hashlib
import http.client
import ssl
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import certifi
from urllib3 import BaseHTTPResponse, HTTPSConnectionPool, PoolManager, ProxyManager, Timeout, make_headers
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import LocationValueError

from conformance.exchange import TlsFacts
from conformance.target.identity import Identity
from conformance.target.model import Network
from conformance.wire.watchdog import WATCHDOG

_CERTIFICATE_REQUEST = 13
_MOST_INTERIM = 20
_HOSTS, _CONNECTIONS = 16, 16
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_seen = threading.local()


def context_for(trust_anchors: tuple[str, ...], identity: Identity | None) -> ssl.SSLContext:
    """A client context that always verifies the server.

    Args:
        trust_anchors: PEM texts; none means the public roots of the installed certifi.
        identity: what the client presents when it is asked.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # create_default_context would heed the environment
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if trust_anchors:
        context.load_verify_locations(cadata="\n".join(trust_anchors))
    else:
        context.load_verify_locations(cafile=certifi.where())
    if identity:
        identity.offer(context)
    context._msg_callback = _watch_handshake  # type: ignore[attr-defined]  # the only way to see a CertificateRequest
    return context


def _watch_handshake(
    _sock: Any, direction: str, _version: Any, content: Any, message: Any, _data: Any
) -> None:
    if direction == "read" and int(content) == 22 and int(message) == _CERTIFICATE_REQUEST:
        _seen.requested = True


def forget() -> None:
    """Forget what an earlier exchange of this thread saw."""
    _seen.facts, _seen.requested, _seen.target = TlsFacts(), None, None


def facts() -> TlsFacts:
    """What this thread's last connection saw, since it last forgot."""
    found: TlsFacts = getattr(_seen, "facts", TlsFacts())
    return replace(found, client_certificate_requested=getattr(_seen, "requested", None))


class Answer(http.client.HTTPResponse):
    """Skips interim answers, RFC 9110 section 15.2: the standard library knows 100 only."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_MOST_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                break
            if not 100 <= status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException(f"interim answers without end, the last {status}")


class Connection(HTTPSConnection):
    """Connects to the address that the profile resolves a host to, and remembers what TLS showed."""

    response_class = Answer

    def __init__(self, *args: Any, **options: Any) -> None:
        self.addresses = options.pop("addresses", {})
        self.seen = TlsFacts()
        self.used = False
        self.asked_for_certificate = False
        super().__init__(*args, **options)

    def _new_conn(self) -> Any:
        sock = self._new_socket()
        WATCHDOG.watch(sock.dup(), ours=True)
        return sock

    def _new_socket(self) -> Any:
        mapped = self.addresses.get(f"{self.host}:{self.port}")
        if mapped is None:
            return super()._new_conn()
        own = self._dns_host, self.port
        address, _, port = mapped.rpartition(":")
        self._dns_host, self.port = address.strip("[]"), int(port)
        try:
            return super()._new_conn()
        finally:
            self._dns_host, self.port = own

    def connect(self) -> None:
        """Open the connection and note what was seen."""
        _seen.requested = False
        _seen.facts = TlsFacts()
        self.used = False
        super().connect()
        sock: Any = self.sock
        cipher = sock.cipher()
        peer = sock.getpeercert(binary_form=True)
        self.seen = TlsFacts(
            version=sock.version(),
            cipher=cipher[0] if cipher else None,
            server_certificate_sha256=hashlib.sha256(peer).hexdigest() if peer else None,
        )
        self.asked_for_certificate = _seen.requested

    def request(self, method: str, url: str, *args: Any, **options: Any) -> None:
        """Send a request, its target as it was written; whether the connection was new is part of what is seen."""
        if self.sock is not None:
            WATCHDOG.watch(self.sock)
            _seen.facts, _seen.requested = replace(self.seen, reused=self.used), self.asked_for_certificate
        self.used = True
        super().request(method, getattr(_seen, "target", None) or url, *args, **options)


@dataclass(frozen=True)
class Sent:
    """A request as it is sent."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None


class Transport:
    """One TLS context and its kept-alive connections, straight to the bank or through a proxy.

    Args:
        context: decides alone which servers are trusted, and what the client presents.
        network: how the bank is reached.
    """

    def __init__(self, context: ssl.SSLContext, network: Network) -> None:
        class Pool(HTTPSConnectionPool):
            ConnectionCls = partial(Connection, addresses=network.resolve)  # type: ignore[assignment]

        self._timeout = Timeout(connect=network.connect_timeout, read=network.read_timeout)
        self._pools = _pools(network.proxy, ssl_context=context, num_pools=_HOSTS, maxsize=_CONNECTIONS)
        self._pools.pool_classes_by_scheme = {"https": Pool}

    def send(self, request: Sent) -> BaseHTTPResponse:
        """Send a request and read the head of its answer; nothing is followed, and nothing sent again.

        Raises:
            urllib3.exceptions.HTTPError: no answer came, or the URL is none of https.
        """
        parts = urlsplit(request.url)
        if parts.scheme != "https" or not parts.hostname or parts.hostname[0] in "*.":
            raise LocationValueError(f"no https URL: {request.url!r}")  # plain http is refused, never sent
        # urllib3 would write percent-encoding anew, which a clause may be about
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        _seen.target = quote(target, safe=_PRINTABLE)
        return self._pools.urlopen(
            request.method,
            request.url,
            headers=request.headers,
            body=request.body,
            timeout=self._timeout,
            redirect=False,
            retries=False,
            preload_content=False,
        )

    def close(self) -> None:
        """Let go of every connection."""
        self._pools.clear()


def _pools(proxy: str | None, **options: Any) -> PoolManager:
    """The pools of connections; behind a proxy it resolves the bank's names itself."""
    if proxy is None:
        return PoolManager(**options)
    parts = urlsplit(proxy)
    headers = None
    if parts.username is not None:
        headers = make_headers(proxy_basic_auth=f"{unquote(parts.username)}:{unquote(parts.password or '')}")
    return ProxyManager(proxy, proxy_headers=headers, **options)
