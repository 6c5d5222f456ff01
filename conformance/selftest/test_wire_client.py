"""What a client puts on the wire is what it was told, whatever the machine's environment says."""

from __future__ import annotations

import gc
import socket
import threading
import time
from pathlib import Path

import pytest

from conformance.exchange import FailureKind
from conformance.pki.authority import Authority, pem
from conformance.selftest.hostile import (
    HOST,
    a_client,
    http,
    server_context,
    serving,
    tpp_identity,
    trust_pem,
)
from conformance.target.model import Network
from conformance.wire.watchdog import WATCHDOG

URL = f"https://{HOST}/x"


@pytest.mark.parametrize(
    "target",
    [
        "/a%2fb%2Fc?x=%c3%a9&y=%C3%A9",
        "/?scope=openid+api1.v1&other=a%20b",
        "/?a=%7e~&b=!$'()*,;:@&c=[]|^`{}\\\"<>",
        "/?broken=%&also=%zz",
        "//double//slash/../dots/./x",
        "/?",
    ],
)
def test_percent_encoding_reaches_the_server_as_it_was_written(target: str) -> None:
    with serving(http()) as server:
        server.client().get(f"https://{HOST}{target}", purpose="try")

    assert server.paths == [target.removesuffix("?")]


def test_what_no_request_line_can_hold_is_encoded() -> None:
    with serving(http()) as server:
        server.client().get(f"https://{HOST}/é b?x=\u20ac#fragment", purpose="try")

    assert server.paths == ["/%C3%A9%20b?x=%E2%82%AC"]


def test_a_form_is_sent_as_bytes_of_its_pairs() -> None:
    with serving(http()) as server:
        server.client().post_form(URL, [("a", "b c+d&é"), ("a", "")], purpose="try")

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == b"a=b%20c%2Bd%26%C3%A9&a="
    assert b"Accept-Encoding: identity" in head
    assert b"Host: bank.example\r\n" in head


def test_many_requests_share_one_handshake() -> None:
    with serving(http(200, "fine")) as server:
        client = server.client(tpp_identity())
        reused = [client.get(URL, purpose="try").tls.reused for _ in range(5)]  # type: ignore[union-attr]

    assert server.connections == 1
    assert reused == [False, True, True, True, True]


def test_parties_do_not_share_connections() -> None:
    with serving(http(200, "fine")) as server:
        for identity in (None, tpp_identity()):
            server.client(identity).get(URL, purpose="try")

    assert server.connections == 2


def test_cookies_belong_to_one_browser() -> None:
    with serving(http(200, "fine", "Set-Cookie: session=abc; Secure; Path=/")) as server:
        client = server.client()
        for browser in (client, client, client.fresh()):
            browser.get(URL, purpose="try")

    assert [b"Cookie: session=abc" in request for request in server.requests] == [False, True, False]


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(pem(Authority("Other").certificate))
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine {HOST} login someone password something\n")
    netrc.chmod(0o600)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(other))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    keys = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    with serving(http(200, "fine")) as server:
        exchange = server.client().get(URL, purpose="try")

    assert exchange.status == 200
    assert b"Authorization" not in server.requests[0]
    assert not keys.exists()


def test_a_profile_s_trust_anchors_stand_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(trust_pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(http()) as server:
        other = pem(Authority("Other").certificate).decode()
        exchange = server.client(trust_anchors=[other]).get(URL, purpose="try")

    assert exchange.failure
    assert exchange.failure.kind is FailureKind.SERVER_CERTIFICATE


def test_a_failure_before_the_connection_shows_no_facts_of_an_earlier_one() -> None:
    with serving(http()) as server:
        client = server.client()
        client.get(URL, purpose="try")
        refused = client.get("http://bank.example/", purpose="try")

    assert refused.tls
    assert refused.tls.version is None
    assert refused.tls.client_certificate_requested is None


def _tunnel(sock: socket.socket, to: int, seen: list[bytes]) -> bool:
    """A proxy's CONNECT: leads to the port, then carries bytes both ways."""
    seen.append(sock.recv(4096))
    with socket.create_connection(("127.0.0.1", to)) as onward:
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_carry, args=(onward, sock), daemon=True)
        back.start()
        _carry(sock, onward)
        back.join(5)
    return False


def _carry(one: socket.socket, other: socket.socket) -> None:
    try:
        while part := one.recv(65_536):
            other.sendall(part)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_a_proxy_carries_tls_and_resolves_names_itself() -> None:
    seen: list[bytes] = []
    with (
        serving(http(200, "fine")) as server,
        serving(greeting=lambda sock: _tunnel(sock, server.port, seen), context=None) as proxy,
    ):
        client = server.client(
            proxy=f"http://user:word@127.0.0.1:{proxy.port}", resolve={f"{HOST}:443": "127.0.0.1:9"}
        )
        first = client.get(f"https://{HOST}/a%2fb", purpose="try")
        second = client.get(URL, purpose="try again")
        client.close()

    assert (first.status, second.status) == (200, 200)
    assert server.paths == ["/a%2fb", "/x"]
    assert len(seen) == 1
    assert seen[0].startswith(b"CONNECT bank.example:443 ")
    assert b"proxy-authorization: basic " in seen[0].lower()
    assert b"Proxy-Authorization" not in server.requests[0]
    assert first.tls
    assert first.tls.version == "TLSv1.3"
    assert second.tls
    assert second.tls.reused


def test_a_proxy_that_refuses_is_a_failure() -> None:
    def refuse(sock: socket.socket) -> bool:
        sock.recv(4096)
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        return False

    with serving(greeting=refuse, context=None) as proxy:
        exchange = proxy.client(proxy=f"http://127.0.0.1:{proxy.port}").get(URL, purpose="try")

    assert exchange.failure
    assert exchange.failure.kind is FailureKind.PROTOCOL


def _open_files() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts files as Linux shows them")
def test_nothing_is_left_behind() -> None:
    context = server_context()
    threads, files = threading.active_count(), _open_files()
    for _ in range(3):
        with serving(
            http(200, "fine"), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", context=context
        ) as server:
            client = server.client()
            for _ in range(3):
                client.get(URL, purpose="try")
            client.close()
    until = time.monotonic() + 3
    while threading.active_count() > threads and time.monotonic() < until:
        threading.Event().wait(0.02)

    assert threading.active_count() <= threads
    assert _open_files() <= files


def test_the_watchdog_sees_a_nearer_end_than_the_one_it_sleeps_until() -> None:
    began = time.monotonic()
    with WATCHDOG.guard(60), pytest.raises(TimeoutError), WATCHDOG.guard(0.1):
        threading.Event().wait(0.2)

    assert time.monotonic() - began < 0.9


def test_a_client_without_anything_to_trust_still_verifies() -> None:
    with serving(http()) as server:
        network = Network.model_construct(
            **{**Network().__dict__, "resolve": {f"{HOST}:443": f"127.0.0.1:{server.port}"}}
        )
        exchange = a_client(network).get(URL, purpose="try")

    assert exchange.failure
    assert exchange.failure.kind is FailureKind.SERVER_CERTIFICATE
