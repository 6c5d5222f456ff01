"""The bank's engine: keep-alive, many connections, idle and half-open ones, and what it costs."""

from __future__ import annotations

import gc
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from conformance.selftest.bank_fixtures import bank, main, shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import REALM, Connection, Visitor, client_context

__all__ = ["bank", "main"]


@pytest.fixture
def raw(bank: EmbeddedBank) -> Iterator[ssl.SSLSocket]:
    """A TLS connection to the browser host, for requests written by hand."""
    context = client_context(bank, None)
    plain = socket.create_connection(("127.0.0.1", bank.bank.listeners["sso"].port), timeout=5)
    with context.wrap_socket(plain, server_hostname=bank.hosts.sso) as secured:
        yield secured


def send(connection: ssl.SSLSocket, text: str) -> str:
    """Send bytes and read until the peer closes or answers."""
    connection.sendall(text.encode("latin-1"))
    return connection.recv(65536).decode("latin-1")


def test_mutual_tls_over_keep_alive_is_fast(main: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    token = main.tokens()["access_token"]
    main.call(token)
    used = main.api.sock
    best = 0.0
    for _ in range(4):
        began = time.perf_counter()
        for _ in range(200):
            assert main.call(token).status == 200
        best = max(best, 200 / (time.perf_counter() - began))
        if best > 500:
            break

    assert main.api.sock is used
    with capsys.disabled():
        print(f"\nembedded bank: {best:.0f} requests/s over mutual TLS, client included")
    assert best > 200  # the engine of pytest-httpserver reaches 50; other work on this machine may slow us


@pytest.mark.parametrize("name", ["sso", "cert", "api", "control"])
def test_idle_and_half_open_connections_disturb_nobody(bank: EmbeddedBank, main: Visitor, name: str) -> None:
    address = ("127.0.0.1", bank.bank.listeners[name].port)
    silent = [socket.create_connection(address) for _ in range(20)]
    silent[0].sendall(b"\x16\x03\x01")  # the beginning of a handshake
    silent[1].sendall(b"GET / HTTP/1.1\r\nHost: x")  # not TLS, or half a request

    began = time.perf_counter()
    assert main.visit("GET", f"{REALM}/connect/jwk_uri").status == 200
    assert main.token().status == 400
    assert main.api.ask("GET", "/api/v1/data").status == 401
    assert time.perf_counter() - began < 2

    for connection in silent:
        connection.close()


@pytest.mark.parametrize(("name", "tpp"), [("cert", "main"), ("api", "main"), ("sso", None)])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_are_served(
    bank: EmbeddedBank, name: str, tpp: str | None, version: ssl.TLSVersion
) -> None:
    connection = Connection(bank, name, tpp)
    connection._tls.minimum_version = connection._tls.maximum_version = version

    assert connection.ask("GET", "/nowhere").status == 404
    connection.close()


def test_head_is_get_without_its_body(main: Visitor) -> None:
    answer = main.visit("HEAD", f"{REALM}/.well-known/openid-configuration")

    assert (answer.status, answer.body) == (200, b"")
    assert main.visit("GET", f"{REALM}/connect/jwk_uri").status == 200


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("NONSENSE\r\n\r\n", "400"),
        ("GET / HTTP/9.9\r\n\r\n", "505"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", "413"),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411"),
        (f"GET / HTTP/1.1\r\nHost: x\r\nA: {'b' * 70_000}\r\n\r\n", "431"),
        ("GET / HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n" * 200 + "\r\n", "431"),
        ("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", "100"),
    ],
)
def test_requests_that_are_no_http_are_refused(raw: ssl.SSLSocket, request_text: str, status: str) -> None:
    answer = send(raw, request_text)

    assert f" {status} " in answer.partition("\r\n")[0] + " "


def test_requests_may_be_pipelined(raw: ssl.SSLSocket) -> None:
    raw.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = b""
    while piece := raw.recv(65536):
        answer += piece

    assert answer.count(b"HTTP/1.1 404") == 2


def test_the_date_is_the_bank_s(main: Visitor) -> None:
    main.bank.clock.advance(timedelta(days=400))

    answer = main.visit("GET", "/nowhere")

    date = parsedate_to_datetime(answer.headers["date"])
    assert date - datetime.now(UTC) > timedelta(days=399)
    assert answer.headers["server"] == "bank"


def test_latency_is_added_to_each_answer() -> None:
    with EmbeddedBank(keys=shared_keyring(), latency=0.05) as slow, closing(Visitor(slow)) as visitor:
        visitor.visit("GET", "/nowhere")
        began = time.perf_counter()
        visitor.visit("GET", "/nowhere")
        assert time.perf_counter() - began >= 0.05


def test_requests_leave_nothing_behind(bank: EmbeddedBank, main: Visitor) -> None:
    main.visit("GET", "/nowhere")
    listener = bank.bank.listeners["sso"]

    for _ in range(5):
        main.visit("GET", "/nowhere")

    assert listener.log == []
    assert listener.assertions == []


def open_files() -> int:
    """How many files and sockets this process holds open, 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_a_bank_starts_and_stops_quickly_and_leaves_no_socket(capsys: pytest.CaptureFixture[str]) -> None:
    keys = shared_keyring()
    with EmbeddedBank(keys=keys):
        pass
    gc.collect()
    before = open_files()
    taken = []
    for _ in range(10):
        began = time.perf_counter()
        with EmbeddedBank(keys=keys):
            taken.append(time.perf_counter() - began)
    gc.collect()
    after = open_files()

    with capsys.disabled():
        print(f"\nembedded bank: starts in {min(taken) * 1000:.1f} ms with shared keys")
    assert min(taken) < 0.2
    assert after <= before + 8


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_peer_that_resets_before_tls_begins_leaves_no_socket(bank: EmbeddedBank) -> None:
    """Whoever collected the garbage later would be blamed for it."""
    context = bank.bank.listeners["sso"].ssl_context
    assert context is not None
    before = open_files()
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        with pytest.raises(OSError, match="gone"):
            context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)

    assert open_files() <= before
