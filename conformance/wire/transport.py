"""The TLS side of a client: contexts, resolved addresses, and connections that tell what they saw."""

from __future__ import annotations

import hashlib
import http.client
import ssl
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import certifi
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection

from conformance.exchange import TlsFacts
from conformance.target.identity import Identity
from conformance.wire.watchdog import WATCHDOG

_CERTIFICATE_REQUEST = 13
_MOST_INTERIM = 20
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


class Adapter(HTTPAdapter):
    """One TLS context and its kept-alive connections."""

    def __init__(self, context: ssl.SSLContext, addresses: Mapping[str, str]) -> None:
        self._context = context
        self._addresses = addresses
        super().__init__(pool_connections=16, pool_maxsize=16, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """Make pools of our own connections."""
        options["ssl_context"] = self._context
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self._use_own_connections(self.poolmanager)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send a request; urllib3 would write percent-encoding anew, which a clause may be about."""
        _seen.target = quote(request.path_url, safe=_PRINTABLE)
        return super().send(request, *args, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the pools behind a proxy, which resolves the bank's names itself."""
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        if not known:
            self._use_own_connections(manager)
        return manager

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context alone decides which roots are trusted; requests would add its own."""

    def _use_own_connections(self, manager: PoolManager) -> None:
        class Pool(HTTPSConnectionPool):
            ConnectionCls = partial(Connection, addresses=self._addresses)  # type: ignore[assignment]

        manager.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": Pool}
