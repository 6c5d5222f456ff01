"""The TLS side of a client: contexts, resolved addresses, and connections that tell what they saw."""

from __future__ import annotations

import hashlib
import os
import ssl
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import certifi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection

from conformance.exchange import TlsFacts
from conformance.target.identity import Identity
from conformance.wire.watchdog import WATCHDOG

_CERTIFICATE_REQUEST = 13
_seen = threading.local()


def context_for(trust_anchors: tuple[str, ...], identity: Identity | None) -> ssl.SSLContext:
    """A client context that always verifies the server.

    Args:
        trust_anchors: PEM texts; none means the public roots of the installed certifi.
        identity: what the client presents when it is asked.
    """
    context = ssl.create_default_context(cafile=None if trust_anchors else certifi.where())
    for anchor in trust_anchors:
        context.load_verify_locations(cadata=anchor)
    if identity:
        _load(context, identity)
    context._msg_callback = _watch_handshake  # type: ignore[attr-defined]  # the only way to see a CertificateRequest
    return context


def _load(context: ssl.SSLContext, identity: Identity) -> None:
    """OpenSSL takes a certificate from a file only: it exists for the time of this call, readable by us alone."""
    handle, name = tempfile.mkstemp()
    try:
        os.write(handle, f"{identity.chain}\n{identity.key}\n".encode())
        context.load_cert_chain(name)
    finally:
        os.close(handle)
        Path(name).unlink()


def _watch_handshake(
    _sock: Any, direction: str, _version: Any, content: Any, message: Any, _data: Any
) -> None:
    if direction == "read" and int(content) == 22 and int(message) == _CERTIFICATE_REQUEST:
        _seen.requested = True


def facts() -> TlsFacts:
    """What this thread's last connection saw."""
    found: TlsFacts = getattr(_seen, "facts", TlsFacts())
    return replace(found, client_certificate_requested=getattr(_seen, "requested", None))


class Connection(HTTPSConnection):
    """Connects to the address that the profile resolves a host to, and remembers what TLS showed."""

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

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request; whether the connection had been used before is part of what is seen."""
        if self.sock is not None:
            WATCHDOG.watch(self.sock)
            _seen.facts, _seen.requested = replace(self.seen, reused=self.used), self.asked_for_certificate
        self.used = True
        super().request(*args, **options)


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

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the pools behind a proxy; the proxy resolves names itself."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **options)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context alone decides which roots are trusted; requests would add its own."""

    def _use_own_connections(self, manager: PoolManager) -> None:
        class Pool(HTTPSConnectionPool):
            ConnectionCls = partial(Connection, addresses=self._addresses)  # type: ignore[assignment]

        manager.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": Pool}
