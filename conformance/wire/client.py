"""An HTTP client for one party: follows no redirect, always verifies the server, records everything."""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import requests
from requests.adapters import BaseAdapter

from conformance.exchange import Exchange, Failure, FailureKind, Headers
from conformance.target.identity import Identity
from conformance.target.model import Network
from conformance.wire.failures import failure_of
from conformance.wire.recorder import Recorder
from conformance.wire.transport import Adapter, context_for, facts, forget
from conformance.wire.watchdog import WATCHDOG

Pairs = Iterable[tuple[str, str]]
LARGEST_BODY = 4 * 1024 * 1024
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Wire:
    """What all clients of a run share: how the bank is reached, and where exchanges are recorded."""

    network: Network
    recorder: Recorder
    _clients: list[Client] = field(default_factory=list, repr=False)

    def client(self, identity: Identity | None = None) -> Client:
        """A client with connections of its own.

        Args:
            identity: the certificate that it offers; None for a party without one.
        """
        context = context_for(tuple(self.network.trust_anchors), identity)
        client = Client(self, Adapter(context, self.network.resolve), identity)
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Let go of every connection."""
        for client in self._clients:
            client.close()


class Client:
    """Sends requests for one party and keeps its connections; cookies are its own."""

    def __init__(self, wire: Wire, adapter: BaseAdapter, identity: Identity | None) -> None:
        self.identity = identity
        self._wire = wire
        self._adapter = adapter
        self._session = _Session()
        self._session.trust_env = False
        self._session.adapters.clear()  # nothing but TLS: plain http is refused, never sent
        self._session.mount("https://", adapter)
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": "psd2-conformance", "Accept-Encoding": "identity"})
        if wire.network.proxy:
            self._session.proxies = {"https": wire.network.proxy}

    def fresh(self) -> Client:
        """A client without cookies on the same connections, as a browser's new private window is."""
        return Client(self._wire, self._adapter, self.identity)

    def close(self) -> None:
        """Let go of all connections, also of those that fresh clients share."""
        self._session.close()

    @property
    def cookies(self) -> tuple[str, ...]:
        """The values of all cookies that it holds."""
        return tuple(cookie.value for cookie in self._session.cookies if cookie.value)

    def get(self, url: str, *, purpose: str, headers: Mapping[str, str] | None = None) -> Exchange:
        """Send a GET."""
        return self.send("GET", url, purpose=purpose, headers=headers)

    def post_form(
        self, url: str, pairs: Pairs, *, purpose: str, headers: Mapping[str, str] | None = None
    ) -> Exchange:
        """Send a form-encoded POST; a space becomes %20."""
        body = urlencode(list(pairs), quote_via=quote).encode()
        return self.send(
            "POST", url, purpose=purpose, body=body, headers={"Content-Type": _FORM, **(headers or {})}
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        purpose: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        json: Any = None,
    ) -> Exchange:
        """Send one request and record what came back; a failure of the transport is an answer too.

        Args:
            method: GET, POST, …
            url: absolute; sent as it is.
            purpose: what the client wants, in plain words, for the report.
            headers: beside the client's own.
            body: raw bytes.
            json: a value that is sent as JSON instead.
        """
        sent_headers = dict(headers or {})
        if json is not None:
            body = jsonlib.dumps(json).encode()
            sent_headers.setdefault("Content-Type", "application/json")
        request = requests.Request(method, url, headers=sent_headers, data=body)
        answer = self._wire.recorder.record(self._perform(request, url, purpose, body))
        if method == "GET" and _ended_unheard(answer):
            again = f"{purpose}, again on a new connection"
            answer = self._wire.recorder.record(self._perform(request, url, again, body))
        return answer

    def _perform(self, request: requests.Request, url: str, purpose: str, body: bytes | None) -> Exchange:
        recorder = self._wire.recorder
        number, sent, started = recorder.next_number(), recorder.clock.wall(), time.perf_counter()
        ahead = recorder.clock.moved
        sent_headers = Headers(tuple((name, str(value)) for name, value in request.headers.items()))
        answer: dict[str, Any]
        forget()
        try:
            prepared = self._session.prepare_request(request)
            prepared.url = _verbatim(prepared.url, url)
            sent_headers = Headers(tuple((name, _text(value)) for name, value in prepared.headers.items()))
            answer = self._exchange(prepared)
        except Exception as error:
            answer = {"failure": failure_of(error)}
        return Exchange(
            number=number,
            purpose=purpose,
            client=self.identity.name if self.identity else None,
            method=str(request.method),
            url=url,
            request_headers=sent_headers,
            request_body=body,
            sent=sent,
            elapsed=timedelta(seconds=time.perf_counter() - started),
            ahead=ahead,
            tls=replace(facts(), client_certificate_sha256=self.identity.sha256 if self.identity else None),
            **answer,
        )

    def _exchange(self, prepared: requests.PreparedRequest) -> dict[str, Any]:
        network = self._wire.network
        timeout = (network.connect_timeout, network.read_timeout)
        with WATCHDOG.guard(network.connect_timeout + network.read_timeout):
            response = self._session.send(
                prepared, allow_redirects=False, stream=True, timeout=timeout, proxies=self._session.proxies
            )
            body = _read(response)
        if body is None:
            return {"failure": Failure(FailureKind.TOO_LARGE, f"more than {LARGEST_BODY} bytes")}
        pairs = tuple((name, value) for name, value in response.raw.headers.items())
        return {"status": response.status_code, "headers": Headers(pairs), "body": body}


class _Session(requests.Session):
    """One that leaves redirects alone: requests would parse them, and read their bodies whole, on its own."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        """Nothing to follow."""
        return iter(())


def _read(response: requests.Response) -> bytes | None:
    """The whole body, or None where it is larger than we take."""
    body = response.raw.read(LARGEST_BODY + 1, decode_content=True)
    if len(body) > LARGEST_BODY:
        response.raw.close()
        return None
    response.raw.drain_conn()
    response.raw.release_conn()
    return bytes(body)


def _ended_unheard(answer: Exchange) -> bool:
    """Whether a kept-alive connection ended under a request, which may be sent again (RFC 9112, section 9.3.1)."""
    ended = answer.failure is not None and answer.failure.kind is FailureKind.CONNECTION_CLOSED
    return ended and answer.tls is not None and answer.tls.reused


def _verbatim(prepared: str | None, url: str) -> str:
    """requests normalises percent-encoding; what a clause says of encoding must reach the bank as meant."""
    return url if prepared is not None else ""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
