"""Every way in which an exchange can end without an answer has its name, and none is an exception."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from conformance.exchange import Exchange, FailureKind
from conformance.pki.authority import Authority, Issued, Validity
from conformance.selftest.hostile import (
    HOST,
    HostileServer,
    Peer,
    Reply,
    Whole,
    a_client,
    authority,
    http,
    server_context,
    serving,
    tpp_identity,
)
from conformance.target.model import Network
from conformance.wire.client import LARGEST_BODY

URL = f"https://{HOST}/x"


def get(server: HostileServer, **settings: float) -> Exchange:
    return server.client(None, **settings).get(URL, purpose="try")


def kind(exchange: Exchange) -> FailureKind | None:
    return exchange.failure.kind if exchange.failure else None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_port_on_which_nobody_listens_is_refused() -> None:
    network = Network.model_construct(
        **{**Network().__dict__, "resolve": {f"{HOST}:443": f"127.0.0.1:{free_port()}"}}
    )

    assert kind(a_client(network).get(URL, purpose="try")) is FailureKind.CONNECTION_REFUSED


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert kind(a_client(Network()).get("https://nowhere.invalid/", purpose="try")) is (
        FailureKind.NAME_RESOLUTION
    )


@pytest.mark.parametrize(
    "issued",
    [
        lambda: Authority("Unknown CA").server(HOST),
        lambda: authority().server("another.example"),
        lambda: authority().server(HOST, validity=Validity.expired()),
    ],
    ids=["an unknown authority", "another host", "expired"],
)
def test_a_server_that_cannot_prove_who_it_is(issued: Callable[[], Issued]) -> None:
    with serving(http(), context=server_context(issued())) as server:
        exchange = get(server)

    assert kind(exchange) is FailureKind.SERVER_CERTIFICATE
    assert server.requests == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_demanded_client_certificate_that_is_missing_is_a_tls_alert(version: ssl.TLSVersion) -> None:
    context = server_context(demands_certificate=True, version=version)
    with serving(http(200, "fine"), context=context) as server:
        without = get(server)
        beside = server.client(tpp_identity()).get(URL, purpose="try")

    assert kind(without) is FailureKind.TLS_ALERT
    assert beside.status == 200
    assert beside.tls is not None
    assert beside.tls.client_certificate_requested is True
    assert beside.tls.client_certificate_sha256 == tpp_identity().sha256


def _close(peer: Peer) -> None:
    peer.sock.close()


def _reset(peer: Peer) -> None:
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.sock.close()


@pytest.mark.parametrize("ending", [_close, _reset], ids=["an end of stream", "a reset"])
def test_a_connection_closed_without_answer(ending: Reply) -> None:
    with serving(ending) as server:
        exchange = get(server)

    assert kind(exchange) is FailureKind.CONNECTION_CLOSED
    assert exchange.tls is not None
    assert exchange.tls.reused is False


def test_a_kept_alive_connection_closed_without_answer_is_told_from_a_fresh_one() -> None:
    with serving(http(200, "first"), _close) as server:
        client = server.client()
        first, second = client.get(URL, purpose="try"), client.send("POST", URL, purpose="try again")

    assert first.status == 200
    assert kind(second) is FailureKind.CONNECTION_CLOSED
    assert second.tls is not None
    assert second.tls.reused is True


def test_a_get_on_a_kept_alive_connection_that_ends_is_sent_once_more() -> None:
    with serving(http(200, "first"), _close, http(200, "third")) as server:
        client = server.client()
        client.get(URL, purpose="try")
        answer = client.get(URL, purpose="try again")

    assert (answer.status, answer.body) == (200, b"third")
    assert answer.purpose == "try again, again on a new connection"
    assert (answer.number, len(server.requests)) == (3, 3)


def test_a_bank_that_ends_every_connection_is_asked_no_third_time() -> None:
    with serving(http(200, "first"), _close) as server:
        client = server.client()
        client.get(URL, purpose="try")
        answer = client.get(URL, purpose="try again")

    assert kind(answer) is FailureKind.CONNECTION_CLOSED
    assert answer.tls is not None
    assert answer.tls.reused is False
    assert len(server.requests) == 3


def test_a_connection_closed_before_tls() -> None:
    with serving(http(), greeting=lambda _sock: False) as server:
        assert kind(get(server)) is FailureKind.CONNECTION_CLOSED


def test_a_server_that_never_greets_times_out() -> None:
    def silent(sock: socket.socket) -> bool:
        with contextlib.suppress(OSError):
            while sock.recv(4096):
                pass
        return False

    with serving(http(), greeting=silent) as server:
        exchange = get(server, connect_timeout=0.2, read_timeout=0.2)

    assert kind(exchange) is FailureKind.TIMEOUT


def test_plain_text_on_the_port_of_tls() -> None:
    with serving(http(), greeting=lambda sock: bool(sock.sendall(http(400, "speak TLS")))) as server:
        assert kind(get(server)) is FailureKind.PROTOCOL


def _then(start: bytes, drop: bytes) -> Callable[[Peer], None]:
    return lambda peer: peer.trickle(start, drop)


@pytest.mark.parametrize(
    "reply",
    [
        Peer.hold,
        _then(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        _then(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"a"),
        _then(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        _then(b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    ],
    ids=["nothing", "trickling headers", "a trickling body", "trickling chunks", "a body without end"],
)
def test_an_answer_that_does_not_end_times_out(reply: Reply) -> None:
    with serving(reply) as server:
        began = time.monotonic()
        exchange = get(server, connect_timeout=0.15, read_timeout=0.15)

    assert kind(exchange) is FailureKind.TIMEOUT
    assert time.monotonic() - began < 2


def _endless(peer: Peer, start: bytes = b"HTTP/1.1 200 OK\r\n") -> None:
    peer.sock.sendall(start + b"Transfer-Encoding: chunked\r\n\r\n")
    block = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    while not peer.stopped.is_set():
        peer.sock.sendall(block)


def _bomb() -> bytes:
    packed = zlib.compressobj(9, wbits=31)
    parts = [packed.compress(bytes(1024 * 1024)) for _ in range(64)]
    return http(200, b"".join([*parts, packed.flush()]), "Content-Encoding: gzip")


def _endless_redirect(peer: Peer) -> None:
    peer.sock.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n")
    _endless(peer, b"")


@pytest.mark.parametrize(
    "reply", [_endless, _endless_redirect, _bomb()], ids=["endless", "an endless redirect", "a gzip bomb"]
)
def test_a_body_larger_than_we_take_is_never_read_whole(reply: Reply) -> None:
    with serving(reply) as server:
        tracemalloc.start()
        exchange = get(server)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert kind(exchange) is FailureKind.TOO_LARGE
    assert peak < 6 * LARGEST_BODY


def test_the_largest_body_is_taken_and_its_connection_kept() -> None:
    with serving(http(200, b"a" * LARGEST_BODY), http(200, "next")) as server:
        client = server.client()
        large, after = client.get(URL, purpose="try"), client.get(URL, purpose="try again")

    assert len(large.body) == LARGEST_BODY
    assert after.body == b"next"
    assert server.connections == 1


_BROKEN = {
    "garbage": b"\x16\x03\x01garbage without end\r\n\r\n",
    "no status": b"HTTP/1.1\r\n\r\n",
    "a status that is no number": b"HTTP/1.1 OK 200\r\n\r\n",
    "a body cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    "a chunk that is no number": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\na\r\n",
    "a gzip body that is none": http(200, b"not gzip", "Content-Encoding: gzip"),
    "a thousand headers": http(200, b"", *(f"X-{number}: a" for number in range(1000))),
    "a header of a megabyte": http(200, b"", "X-Large: " + "a" * 1_000_000),
    "contradicting lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "interim answers without end": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500,
    "continue without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 500,
}


@pytest.mark.parametrize("reply", _BROKEN.values(), ids=_BROKEN.keys())
def test_what_is_no_http_is_a_failure_of_the_protocol(reply: bytes) -> None:
    with serving(reply) as server:
        assert kind(get(server)) is FailureKind.PROTOCOL


_ODD = {
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nbody",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nbody",
    "headers that are no text": b"HTTP/1.1 200 OK\r\nX-\xff\xfe: \xff\x80\r\nContent-Length: 4\r\n\r\nbody",
    "a NUL in a header": b"HTTP/1.1 200 OK\r\nX-Nul: a\x00b\r\nContent-Length: 4\r\n\r\nbody",
    "a line that is no header": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nno header at all\r\n\r\nbody",
    "an unknown coding": http(200, b"body", "Content-Encoding: zebra"),
    "a cookie that is none": http(200, b"body", "Set-Cookie: =;;; expires=never; domain=..; max-age=x"),
    "a redirect to what is no URL": http(302, b"body", "Location: https://[::1"),
    "a redirect to itself": http(302, b"body", "Location: /x"),
    "an unknown status": http(999, b"body"),
    "interim answers first": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + http(200, b"body"),
}


@pytest.mark.parametrize("reply", _ODD.values(), ids=_ODD.keys())
def test_what_is_odd_but_readable_is_an_answer(reply: bytes) -> None:
    with serving(reply) as server:
        exchange = get(server)

    assert exchange.failure is None
    assert b"body" in exchange.body


def test_an_interim_answer_does_not_shift_the_next_one() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with serving(Whole(early + http(200, "first")), http(200, "second")) as server:
        client = server.client()
        bodies = [client.get(URL, purpose="try").body for _ in range(2)]

    assert bodies == [b"first", b"second"]


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example/",
        "ftp://bank.example/",
        "https://",
        "https://[::1",
        "https://a b/",
        "",
        "x",
        "https://*.x/",
    ],
)
def test_what_is_no_https_url_is_never_sent(url: str) -> None:
    with serving(http()) as server:
        exchange = server.client().get(url, purpose="try")

    assert kind(exchange) is FailureKind.PROTOCOL
    assert server.connections == 0


def test_a_header_that_would_inject_another_is_never_sent() -> None:
    with serving(http()) as server:
        exchange = server.client().get(URL, purpose="try", headers={"X-A": "a\r\nX-Injected: b"})

    assert kind(exchange) is FailureKind.PROTOCOL
    assert server.requests == []
