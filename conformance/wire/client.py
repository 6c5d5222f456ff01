"""An HTTP client for one party: follows no redirect, always verifies the server, records everything."""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import Any, cast
from urllib.parse import quote, urlencode
from urllib.request import Request

from urllib3 import BaseHTTPResponse

from conformance.exchange import Exchange, Failure, FailureKind, Headers
from conformance.target.identity import Identity
from conformance.target.model import Network
from conformance.wire.failures import failure_of
from conformance.wire.recorder import Recorder
from conformance.wire.transport import Sent, Transport, context_for, facts, forget
from conformance.wire.watchdog import WATCHDOG

Pairs = Iterable[tuple[str, str]]
LARGEST_BODY = 4 * 1024 * 1024
_FORM = "application/x-www-form-urlencoded"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_OWN = {"User-Agent": "psd2-conformance", "Accept-Encoding": "identity"}


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
        client = Client(self, Transport(context, self.network), identity)
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Let go of every connection."""
        for client in self._clients:
            client.close()


class Client:
    """Sends requests for one party and keeps its connections; cookies are its own."""

    def __init__(self, wire: Wire, transport: Transport, identity: Identity | None) -> None:
        self.identity = identity
        self._wire = wire
        self._transport = transport
        self._cookies = CookieJar()

    def fresh(self) -> Client:
        """A client without cookies on the same connections, as a browser's new private window is."""
        return Client(self._wire, self._transport, self.identity)

    def close(self) -> None:
        """Let go of all connections, also of those that fresh clients share."""
        self._transport.close()

    @property
    def cookies(self) -> tuple[str, ...]:
        """The values of all cookies that it holds."""
        return tuple(cookie.value for cookie in self._cookies if cookie.value)

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
        own = {**_OWN, **(headers or {})}
        if json is not None:
            body = jsonlib.dumps(json).encode()
            own.setdefault("Content-Type", "application/json")
        if body is not None or method in _WITH_BODY:
            own["Content-Length"] = str(len(body or b""))
        request = Sent(method, url, own, body)
        answer = self._wire.recorder.record(self._perform(request, purpose))
        if method == "GET" and _ended_unheard(answer):
            again = f"{purpose}, again on a new connection"
            answer = self._wire.recorder.record(self._perform(request, again))
        return answer

    def _perform(self, request: Sent, purpose: str) -> Exchange:
        recorder = self._wire.recorder
        number, sent, started = recorder.next_number(), recorder.clock.wall(), time.perf_counter()
        ahead = recorder.clock.moved
        answer: dict[str, Any]
        forget()
        try:
            request = self._with_cookies(request)
            answer = self._exchange(request)
        except Exception as error:
            answer = {"failure": failure_of(error)}
        return Exchange(
            number=number,
            purpose=purpose,
            client=self.identity.name if self.identity else None,
            method=request.method,
            url=request.url,
            request_headers=Headers(tuple(request.headers.items())),
            request_body=request.body,
            sent=sent,
            elapsed=timedelta(seconds=time.perf_counter() - started),
            ahead=ahead,
            tls=replace(facts(), client_certificate_sha256=self.identity.sha256 if self.identity else None),
            **answer,
        )

    def _with_cookies(self, request: Sent) -> Sent:
        if not len(self._cookies):
            return request
        asking = _for_jar(request)
        self._cookies.add_cookie_header(asking)
        cookies = asking.get_header("Cookie")
        return replace(request, headers={**request.headers, "Cookie": cookies}) if cookies else request

    def _exchange(self, request: Sent) -> dict[str, Any]:
        network = self._wire.network
        with WATCHDOG.guard(network.connect_timeout + network.read_timeout):
            response = self._transport.send(request)
            if "Set-Cookie" in response.headers:
                self._cookies.extract_cookies(cast("HTTPResponse", response), _for_jar(request))
            body = _read(response)
        if body is None:
            return {"failure": Failure(FailureKind.TOO_LARGE, f"more than {LARGEST_BODY} bytes")}
        return {"status": response.status, "headers": Headers(tuple(response.headers.items())), "body": body}


def _for_jar(request: Sent) -> Request:
    """The request as the jar of cookies knows requests; nobody opens it."""
    return Request(request.url)  # noqa: S310


def _read(response: BaseHTTPResponse) -> bytes | None:
    """The whole body, or None where it is larger than we take."""
    body = response.read(LARGEST_BODY + 1, decode_content=True)
    if len(body) > LARGEST_BODY:
        response.close()
        return None
    response.drain_conn()
    response.release_conn()
    return bytes(body)


def _ended_unheard(answer: Exchange) -> bool:
    """Whether a kept-alive connection ended under a request, which may be sent again (RFC 9112, section 9.3.1)."""
    ended = answer.failure is not None and answer.failure.kind is FailureKind.CONNECTION_CLOSED
    return ended and answer.tls is not None and answer.tls.reused
