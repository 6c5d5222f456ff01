"""A bank that answers everything alike, or nothing at all, has refused nothing: no PASSED without observation."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from werkzeug import Request, Response

from conformance.bank import engine
from conformance.commands.run import judge
from conformance.progress import Silent
from conformance.running import Scenario
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.hopeless import PAGE, Alike
from conformance.selftest.keyring import Keyring
from conformance.setup import Options
from conformance.verdict import Judgement, Verdict

HOSTS = ("sso", "cert", "api")
CONFIGURATION = "/.well-known/openid-configuration"
# what is read off the discovery document or the handshake alone, whatever the bank answers else
OBSERVED = (
    "discovery/",
    "test_a_browser_is_not_even_asked_for_a_client_certificate",
    "interface/test_publications.py::test_the_sandbox",
)


ANSWERS = {
    "401 with a challenge": Alike(401, '{"error":"invalid_client"}', header=("WWW-Authenticate", "Bearer")),
    "401 invalid_token": Alike(
        401, '{"error":"invalid_token"}', header=("WWW-Authenticate", 'Bearer error="invalid_token"')
    ),
    "400 invalid_request": Alike(400, '{"error":"invalid_request"}'),
    "400 invalid_grant": Alike(400, '{"error":"invalid_grant"}'),
    "403 of a firewall": Alike(403, PAGE, "text/html"),
    "404": Alike(404, PAGE, "text/html"),
    "200 with a page": Alike(200, PAGE, "text/html"),
    "302 to maintenance": Alike(302, "", header=("Location", "https://maintenance.example/")),
}


class Notes(Silent):
    """Keeps what was judged; something may happen before a scenario."""

    def __init__(self, before: Callable[[int], None] = lambda _: None) -> None:
        self.judged_so_far: list[tuple[str, Judgement]] = []
        self._before = before

    def began(self, scenario: Scenario) -> None:  # noqa: ARG002 (the observer's own signature)
        """Let it happen."""
        self._before(len(self.judged_so_far))

    def judged(self, scenario: Scenario, judgement: Judgement) -> None:
        """Keep the verdict."""
        self.judged_so_far.append((scenario.id, judgement))

    def having(self, verdict: Verdict) -> list[str]:
        """The scenarios with a verdict."""
        return [name for name, judgement in self.judged_so_far if judgement.verdict is verdict]


@pytest.fixture(scope="module")
def keys() -> Keyring:
    return Keyring()


def replace_answers(
    bank: EmbeddedBank,
    alike: Alike,
    hosts: Collection[str] = HOSTS,
    when: Callable[[Request], bool] = lambda _: True,
) -> None:
    """Have listeners give one answer to everything."""
    for name in hosts:
        listener = bank.bank.listeners[name]
        listener.application = _instead(listener.application, alike, when)  # type: ignore[method-assign,assignment]


def _instead(
    own: Callable[[Request], Response], alike: Alike, when: Callable[[Request], bool]
) -> Callable[[Request], Response]:
    return lambda request: alike.answer() if when(request) else own(request)


def run(bank: EmbeddedBank, folder: Path, notes: Notes | None = None, select: tuple[str, ...] = ()) -> Notes:
    """Judge a bank."""
    notes = notes or Notes()
    options = Options(
        str(bank.profile), select=select, folder=folder, slug="target", observer=notes, reporting=False
    )
    judge(options)
    return notes


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bank_that_answers_everything_alike_passes_nothing(
    name: str, keys: Keyring, tmp_path: Path
) -> None:
    """The same answer to the right request and to the wrong one refuses nothing."""
    bank = EmbeddedBank(keys=keys)
    replace_answers(bank, ANSWERS[name])

    with bank:
        notes = run(bank, tmp_path / "run")

    assert notes.having(Verdict.PASSED) == []


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bank_that_serves_only_its_discovery_document_passes_nothing_else(
    name: str, keys: Keyring, tmp_path: Path
) -> None:
    """What is promised there is not kept anywhere."""
    bank = EmbeddedBank(keys=keys)
    replace_answers(bank, ANSWERS[name], when=lambda request: not request.path.endswith(CONFIGURATION))

    with bank:
        notes = run(bank, tmp_path / "run")

    passed = [
        scenario for scenario in notes.having(Verdict.PASSED) if not any(o in scenario for o in OBSERVED)
    ]
    assert passed == []


@pytest.mark.parametrize("name", ANSWERS)
def test_an_api_that_answers_everything_alike_protects_nothing(
    name: str, keys: Keyring, tmp_path: Path
) -> None:
    """A load balancer without a server behind it refuses the rightful caller too."""
    bank = EmbeddedBank(keys=keys)
    replace_answers(bank, ANSWERS[name], ("api",))

    with bank:
        notes = run(bank, tmp_path / "run", select=("bearer", "refresh-token-not-bearer"))

    assert notes.having(Verdict.PASSED) == []


@pytest.mark.parametrize("name", ["401 with a challenge", "400 invalid_request", "400 invalid_grant", "404"])
def test_a_token_endpoint_that_answers_everything_alike_refuses_nothing(
    name: str, keys: Keyring, tmp_path: Path
) -> None:
    """It knows the rightful client no better than a stranger."""
    bank = EmbeddedBank(keys=keys)
    replace_answers(bank, ANSWERS[name], ("cert",))

    with bank:
        notes = run(bank, tmp_path / "run", select=("token", "refresh"))

    assert notes.having(Verdict.PASSED) == []


class HangsUp(engine.Handler):
    """Closes each connection without a word."""

    def handle_one_request(self) -> None:
        """Say nothing."""
        self.close_connection = True


def test_a_bank_that_closes_every_connection_passes_nothing(
    keys: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed connection is a refusal only where others are kept open."""
    monkeypatch.setattr(engine, "Handler", HangsUp)

    with EmbeddedBank(keys=keys) as bank:
        notes = run(bank, tmp_path / "run")

    assert notes.having(Verdict.PASSED) == []


def test_a_bank_that_hangs_up_before_tls_passes_nothing(
    keys: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load balancer takes connections for servers that are gone."""
    monkeypatch.setattr(engine.Engine, "_secured", _hang_up)

    with EmbeddedBank(keys=keys) as bank:
        notes = run(bank, tmp_path / "run")

    assert notes.having(Verdict.PASSED) == []


def _hang_up(_: engine.Engine, connection: socket.socket) -> socket.socket:
    connection.close()
    raise OSError("hung up")


NEGATIVES = (
    "authorization-client-id-invalid",
    "authorization-redirect-uri-exact",
    "authorization-response-type-restricted",
    "token-requires-certificate",
    "token-client-id-required",
    "bearer-requires-qwac",
    "bearer-certificate-binding",
    "bearer-invalid-token",
    "bearer-missing-token",
    "bearer-scope-separation",
)


@pytest.mark.parametrize("name", ["401 invalid_token", "403 of a firewall"])
@pytest.mark.parametrize("after", [4, 20, 34])
def test_a_bank_that_turns_everybody_away_in_mid_run_has_refused_nobody(
    name: str, after: int, keys: Keyring, tmp_path: Path
) -> None:
    """A firewall that has had enough of the suite makes no bank safe."""
    blocked: list[bool] = []
    bank = EmbeddedBank(keys=keys)
    replace_answers(bank, ANSWERS[name], when=lambda _: bool(blocked))
    notes = Notes(lambda judged: blocked.append(True) if judged == after else None)

    with bank:
        run(bank, tmp_path / "run", notes, NEGATIVES)

    later = notes.judged_so_far[after:]
    assert later
    assert [scenario for scenario, judgement in later if judgement.verdict is Verdict.PASSED] == []
