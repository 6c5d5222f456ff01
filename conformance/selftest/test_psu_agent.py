"""The form agent walks the bank's pages, never leaves the bank, and never walks without end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from conformance.clock import Clock
from conformance.errors import Unobservable
from conformance.oauth.authorization import AuthorizationRequest
from conformance.oauth.landing import Ending, Landing
from conformance.psu.agent import Browser, FormAgent
from conformance.selftest.hostile import HOST, HostileServer, Reply, http, serving
from conformance.target.model import Device, Psu, Step
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor

TPP = "tpp.example"
CALLBACK = f"https://{TPP}/cb"
BACK = http(302, b"", f"Location: {CALLBACK}?code=abc&state=s")
REQUEST = AuthorizationRequest(f"https://{HOST}/authorize", (("redirect_uri", CALLBACK), ("state", "s")))
LOGIN = http(
    200,
    "<title>Login</title><form><input name=q></form><form method=post action=/login>"
    "<input type=hidden name=c value=1><input name=user><input type=password name=word>"
    "<button name=action value=login>Go</button>"
    "<button name=action value=cancel>Cancel</button></form>",
)
CONSENT = http(
    200,
    "<title>Consent</title><form method=get action='/consent?old=1'><button name=d value=accept>A</button></form>",
)
JOURNEY = (
    {"page": "login", "fill": {"user": "someone", "word": "secret-1"}, "choose": "login", "cancel": "cancel"},
    {"page": "consent", "choose": "accept"},
)


def psu(*steps: dict[str, Any], device: Device | None = None) -> Psu:
    empty: dict[str, Any] = {"fill": {}, "device": None, "choose": None, "cancel": None}
    journey = [Step.model_construct(**{**empty, **step}) for step in steps or JOURNEY]
    return Psu.model_construct(agent="form", means="password", device=device, journey=journey)


def agent(person: Psu | None = None) -> FormAgent:
    recorder = Recorder(lambda _event: None, Masking(Redactor()), Clock())
    return FormAgent("someone", person or psu(), recorder)


def browser(server: HostileServer) -> Browser:
    """One for which every host leads to the server, also those that must never be asked."""
    hosts = f"{HOST}:443", f"{TPP}:443", "evil.example:443"
    resolve = dict.fromkeys(hosts, f"127.0.0.1:{server.port}")
    return Browser(server.client(resolve=resolve), frozenset({HOST}))


def play(*replies: Reply, cancel_at: str | None = None) -> tuple[Landing, HostileServer]:
    with serving(*replies) as server:
        return agent().play(browser(server), REQUEST, cancel_at=cancel_at), server


def test_a_journey_ends_at_the_redirect_uri_which_is_never_requested() -> None:
    landing, server = play(http(302, b"", "Location: /login?step=1"), LOGIN, CONSENT, BACK)

    assert landing.ending is Ending.REDIRECT
    assert landing.response is not None
    assert landing.response.code == "abc"
    assert (landing.played, landing.asked, len(landing.pages)) == (("login", "consent"), True, 2)
    assert server.paths[1:] == ["/login?step=1", "/login", "/consent?d=accept"]
    assert server.requests[2].endswith(b"c=1&user=someone&word=secret-1&action=login")
    assert all(b"Host: bank.example" in request for request in server.requests)


def test_a_psu_that_cancels_sends_no_credentials() -> None:
    landing, server = play(LOGIN, BACK, cancel_at="login")

    assert landing.asked is False
    assert server.requests[1].endswith(b"c=1&user=&word=&action=cancel")


@pytest.mark.parametrize(
    "page",
    [
        "<form method=post action=/login/on><input type=hidden name=a value=b></form>"
        "<script>document.forms[0].submit()</script>",
        "<body onload='javascript:document.forms[0].submit()'><form method=post action=/login/on>"
        "<input type=hidden name=a value=b><noscript><button type=submit>Continue</button></noscript></form>",
    ],
    ids=["no control", "a button for browsers without scripts"],
)
def test_a_page_that_a_script_would_submit_is_submitted(page: str) -> None:
    landing, server = play(http(200, page), LOGIN, CONSENT, BACK)

    assert landing.ending is Ending.REDIRECT
    assert server.paths[1] == "/login/on"
    assert server.requests[1].endswith(b"a=b")


def test_an_error_page_with_a_hidden_form_is_not_submitted() -> None:
    page = "<form method=post action=/logout><input type=hidden name=a value=b></form>"
    landing, server = play(http(400, page))

    assert landing.ending is Ending.ELSEWHERE
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_method_keeps_the_body(status: int) -> None:
    landing, server = play(LOGIN, http(status, b"", "Location: /moved"), CONSENT, BACK)

    assert landing.ending is Ending.REDIRECT
    assert server.requests[2].startswith(b"POST /moved ")
    assert server.requests[2].partition(b"\r\n\r\n")[2] == server.requests[1].partition(b"\r\n\r\n")[2]


def test_a_refresh_to_the_bank_s_own_page_is_followed() -> None:
    landing, server = play(
        http(200, "<meta http-equiv=refresh content='0;url=/login'>"), LOGIN, CONSENT, BACK
    )

    assert landing.ending is Ending.REDIRECT
    assert server.paths[1] == "/login"


@pytest.mark.parametrize(
    "location",
    [
        f"{CALLBACK}?code=abc",
        f"{CALLBACK}#code=abc",
        "https://evil.example/x",
        "//evil.example/x",
        f"http://{HOST}/plain",
        f"HTTP://{HOST}/plain",
        "javascript:alert(1)",
        "myapp://callback?code=1",
        "https://[::1",
        "\\\\evil.example",
        "https://bank.example@evil.example/",
        "https://bank.example.evil.example/",
    ],
)
def test_a_redirect_out_of_the_bank_is_never_followed(location: str) -> None:
    landing, server = play(http(302, b"", f"Location: {location}"), http(404, "not here"))

    others = [request for request in server.requests if b"Host: bank.example\r\n" not in request]
    assert others == []
    assert server.connections == 1
    if "\\" not in location:
        assert landing.ending is Ending.REDIRECT
        assert len(server.requests) == 1


def test_the_redirect_uri_is_not_requested_even_on_the_bank_s_own_host() -> None:
    own = f"https://{HOST}/cb"
    request = AuthorizationRequest(f"https://{HOST}/authorize", (("redirect_uri", own),))
    with serving(http(302, b"", "Location: /cb?code=abc"), http(200, "<p>never")) as server:
        landing = agent().play(browser(server), request)

    assert landing.ending is Ending.REDIRECT
    assert server.paths == ["/authorize?redirect_uri=https%3A%2F%2Fbank.example%2Fcb"]


@pytest.mark.parametrize(
    "action", [CALLBACK, f"http://{HOST}/login", "https://evil.example/login", "https://[broken", "mailto:x"]
)
def test_credentials_are_never_sent_out_of_the_bank(action: str) -> None:
    page = (
        f"<form method=post action='{action}'><input name=user><input name=word><button value=login>Go</form>"
    )
    with serving(http(200, page)) as server, pytest.raises(Unobservable, match="leads out of the bank"):
        agent().play(browser(server), REQUEST)

    assert len(server.requests) == 1


def test_a_form_post_to_the_tpp_is_never_sent() -> None:
    page = f"<form method=post action={CALLBACK}><input type=hidden name=code value=c></form>"
    landing, server = play(http(200, page))

    assert landing.ending is Ending.ELSEWHERE
    assert len(server.requests) == 1


_ENDLESS: dict[str, Reply] = {
    "redirects": http(302, b"", "Location: /authorize"),
    "an empty redirect": http(302, b"", "Location: "),
    "refreshes": http(200, "<meta http-equiv=refresh content='0;url=/again'>"),
    "forms": http(200, "<form action=/again><input type=hidden name=a value=b></form>"),
}


@pytest.mark.parametrize("reply", _ENDLESS.values(), ids=_ENDLESS.keys())
def test_a_way_without_end_is_left(reply: Reply) -> None:
    landing, server = play(reply)

    assert landing.ending is Ending.ELSEWHERE
    assert landing.described == "redirects inside the bank without end"
    assert len(server.requests) == 21


def test_a_page_that_comes_again_is_not_answered_again() -> None:
    with serving(LOGIN) as server, pytest.raises(Unobservable, match="asks again for 'login'"):
        agent().play(browser(server), REQUEST)

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "ending"),
    [
        (http(500, "<h1>Error</h1>"), Ending.ELSEWHERE),
        (http(200, '{"error":"x"}', media_type="application/json"), Ending.ELSEWHERE),
        (http(204), Ending.ELSEWHERE),
        (http(302, "<p>no location"), Ending.ELSEWHERE),
        (http(304, b""), Ending.ELSEWHERE),
        (http(200, b"<form><input name=user>" + b"a" * 10_000_000), Ending.FAILURE),
        (http(200, b"\x00" * 100), Ending.ELSEWHERE),
        (b"garbage\r\n\r\n", Ending.FAILURE),
    ],
)
def test_what_is_no_page_of_the_journey_ends_it(reply: Reply, ending: Ending) -> None:
    assert play(reply)[0].ending is ending


class _Decisions(BaseHTTPRequestHandler):
    status = 204
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        """Show nothing, as a simulator may."""
        self.send_response(404)
        self.end_headers()

    def do_POST(self) -> None:
        """Take a decision."""
        self.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def device() -> Callable[[int], tuple[Device, list[dict[str, str]]]]:
    def make(status: int) -> tuple[Device, list[dict[str, str]]]:
        seen: list[dict[str, str]] = []
        server = HTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Decisions,), {"status": status, "seen": seen})
        )

        def serve_once() -> None:
            with server:
                server.timeout = timedelta(seconds=5).total_seconds()
                server.handle_request()
                server.handle_request()

        threading.Thread(target=serve_once, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        return Device.model_construct(url=url, pin="1234"), seen

    return make


APPROVE = http(200, "<form action=/approve><button value=continue>Continue</button></form>")


def test_the_device_approves_before_the_page_goes_on(
    device: Callable[[int], tuple[Device, list[dict[str, str]]]],
) -> None:
    simulated, seen = device(204)
    person = psu({"page": "approve", "device": "secure-access", "choose": "continue"}, device=simulated)
    with serving(APPROVE, BACK) as server:
        landing = agent(person).play(browser(server), REQUEST)

    assert landing.ending is Ending.REDIRECT
    assert seen == [{"pin": "1234", "decision": "approve"}]


def test_a_device_that_refuses_or_is_not_there_is_unobservable(
    device: Callable[[int], tuple[Device, list[dict[str, str]]]],
) -> None:
    step = {"page": "approve", "device": "secure-access", "choose": "continue"}
    gone = Device.model_construct(url="http://127.0.0.1:9/", pin="1234")
    with serving(APPROVE) as server:
        for simulated, reason in ((device(403)[0], "refused"), (gone, "did not answer"), (None, "no device")):
            with pytest.raises(Unobservable, match=reason):
                agent(psu(step, device=simulated)).play(browser(server), REQUEST)
