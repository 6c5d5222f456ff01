"""A person plays the PSU at a terminal; here a script plays the person, in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

import pytest
import requests

from conformance.clock import Clock
from conformance.oauth.authorization import AuthorizationRequest
from conformance.selftest.embedded import MAIN_URIS, EmbeddedBank
from conformance.selftest.keyring import Keyring
from conformance.session import Session
from conformance.shipped import ROOT
from conformance.target.profile import load_target
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor

# a session leader without a terminal gets the first one that it opens
_AT_TERMINAL = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
os.execv(sys.executable, [sys.executable, '-m', 'conformance', *sys.argv[1:]])
"""
_FLOW = "authorization-code-flow"


class Terminal:
    """A run at a terminal of its own, and what stands on it.

    Args:
        bank: the target.
        folder: where it runs.
        *settings: `--set` words.
        psu: whom the person plays.
        select: what is judged.
    """

    def __init__(
        self,
        bank: EmbeddedBank,
        folder: Path,
        *settings: str,
        psu: str = "treasurer",
        select: tuple[str, ...] = (_FLOW,),
    ) -> None:
        self.shown = ""
        self._folder = folder
        self._ours, theirs = pty.openpty()
        words = ["run", "--target", str(bank.profile)]
        words += [word for name in select for word in ("--select", name)]
        for setting in (f'psu.{psu}.agent="operator"', *settings):
            words += ["--set", setting]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _AT_TERMINAL, *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "200"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait(10)
        os.close(self._ours)

    def await_words(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """Read until a pattern stands there, and forget everything up to it."""
        until = time.monotonic() + seconds
        while not (found := re.search(pattern, self.shown)):
            self._read(until - time.monotonic(), pattern)
        self.shown = self.shown[found.end() :]
        return found

    def type(self, text: str) -> None:
        """Type or paste something."""
        os.write(self._ours, text.encode())

    def end(self, seconds: float = 60) -> int:
        """Read on to the end of the run, and tell its exit code."""
        until = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < until:
            if select.select([self._ours], [], [], 0.1)[0]:
                self.shown += self._chunk()
        return self._process.wait(5)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The run's evidence."""
        (path,) = self._folder.glob("reports/profile/latest/evidence.ndjson")
        return [json.loads(line) for line in path.read_text().splitlines()]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == kind]

    def _read(self, seconds: float, wanted: str) -> None:
        if seconds <= 0 or not select.select([self._ours], [], [], seconds)[0]:
            pytest.fail(f"{wanted!r} does not stand on the terminal, but {self.shown[-2000:]}")
        self.shown += self._chunk()

    def _chunk(self) -> str:
        try:
            return os.read(self._ours, 65_536).decode("utf-8", "replace")
        except OSError:  # the other end is closed
            return ""


@pytest.fixture(scope="module")
def keys() -> Keyring:
    return Keyring()


@pytest.fixture
def bank(keys: Keyring, tmp_path: Path) -> Iterator[EmbeddedBank]:
    with EmbeddedBank(keys=keys, folder=tmp_path / "bank") as found:
        yield found


def walk(bank: EmbeddedBank, url: str, psu: str = "treasurer") -> str:
    """What a person does in a browser, with phone or token in the hand: from the URL to the redirect."""
    recorder = Recorder(lambda _event: None, Masking(Redactor()), Clock())
    session = Session(load_target(str(bank.profile)), recorder)
    person = next(each for each in session.psus if each.name == psu)
    endpoint, _, query = url.partition("?")
    if query:
        landing = person.play(AuthorizationRequest(endpoint, tuple(parse_qsl(query))))
    else:
        landing = person.approve(url, MAIN_URIS[:2])
    session.close()
    assert landing.returned is not None
    return landing.returned


def url_shown(terminal: Terminal) -> str:
    """The address that the person is asked to open."""
    return terminal.await_words(r"(https://\S+/authorize\?\S+)")[1]


def answers(terminal: Terminal, asked: str = "", *said: str) -> str:
    """What the person answers once it is back: whether it had to authenticate, and what it saw.

    Returns:
        What stood on the terminal between the answers.
    """
    terminal.await_words("were you asked for credentials")
    terminal.type(f"{asked}\n")
    between = ""
    for sentence in (*said, ""):
        between += terminal.await_words("(?s)(.*?)a word for the report")[1]
        terminal.type(f"{sentence}\n")
    return between


def test_a_person_pastes_the_redirect(bank: EmbeddedBank, tmp_path: Path) -> None:
    with Terminal(bank, tmp_path) as terminal:
        told = terminal.await_words(r"(?s)(.*?)(https://\S+/authorize\?\S+)(.*?)(\d+) s left")
        url = told[2]
        redirect = walk(bank, url)
        for slip in (url, redirect.replace("state=", "state=other")):
            terminal.type(f"{slip}\n")
            terminal.await_words("is it really where the bank has led you")
            terminal.type("\n")
            terminal.await_words(r"\d+ s left · paste the address")
        terminal.type(f"x\x7f\x1b[200~{redirect}\x1b[201~\n")
        answers(terminal)
        code = terminal.end()

    assert code == 0, terminal.shown[-2000:]
    assert "▄" in told[1] or "▀" in told[1]  # the QR code
    assert "YOU ARE PSU treasurer (means: secure-access), who is asked to authorize a TPP" in told[1]
    assert "In a NEW PRIVATE window" in told[1]
    assert "page 'login': give the PSU's login data" in told[3]
    assert "page 'approve': approve with secure-access" in told[3]
    assert f"You end at {MAIN_URIS[0]}, which need not open" in told[3]
    assert 290 <= int(told[4]) <= 300
    (step,) = terminal.told("psu")
    assert step["authentication"] is True
    (returned,) = terminal.told("returned")
    assert returned["url"].startswith(f"{MAIN_URIS[0]}?code=<")
    secret = dict(parse_qsl(redirect.partition("?")[2]))["code"]
    assert secret not in json.dumps(terminal.events)


def test_a_redirect_to_the_loopback_interface_is_taken_by_the_suite(keys: Keyring, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    uri = f"http://127.0.0.1:{port}/back"
    with (
        EmbeddedBank(keys=keys, folder=tmp_path / "bank", redirect_uris=[uri]) as bank,
        Terminal(bank, tmp_path, f'tpp.main.redirect_uris=["{uri}"]') as terminal,
    ):
        url = url_shown(terminal)
        terminal.await_words("the suite notices")
        redirect = walk(bank, url)
        assert requests.get(f"http://127.0.0.1:{port}/favicon.ico", timeout=5).status_code == 404
        assert "close this page" in requests.get(redirect, timeout=5).text
        answers(terminal, "n")
        code = terminal.end()

    assert code == 0, terminal.shown[-2000:]
    (step,) = terminal.told("psu")
    assert step["authentication"] is False


def test_who_does_not_come_back_makes_it_inconclusive(bank: EmbeddedBank, tmp_path: Path) -> None:
    with Terminal(bank, tmp_path, "psu.treasurer.patience=2") as terminal:
        url_shown(terminal)
        code = terminal.end()

    assert code == 3
    (scenario,) = terminal.told("scenario")
    assert (scenario["verdict"], scenario["reason"]) == (
        "INCONCLUSIVE",
        "the person did not come back within 2 s",
    )


def test_a_person_stops_the_clock_and_goes_on(bank: EmbeddedBank, tmp_path: Path) -> None:
    with Terminal(bank, tmp_path, "psu.treasurer.patience=4") as terminal:
        redirect = walk(bank, url_shown(terminal))
        terminal.await_words(r"\d+ s left")
        terminal.type("\x03")
        terminal.await_words("stopped: Enter goes on")
        time.sleep(4.5)
        terminal.type("\n")
        terminal.await_words(r"\d+ s left")
        terminal.type(f"{redirect}\n")
        answers(terminal)
        code = terminal.end()

    assert code == 0, terminal.shown[-2000:]


def test_a_person_ends_the_run_and_no_grant_is_kept(bank: EmbeddedBank, tmp_path: Path) -> None:
    before = {path for path in bank.folder.rglob("*") if path.is_file()}
    with Terminal(bank, tmp_path) as terminal:
        redirect = walk(bank, url_shown(terminal))
        terminal.await_words(r"\d+ s left")
        terminal.type("\x03")
        terminal.await_words("stopped: Enter goes on")
        terminal.type("\x03")
        code = terminal.end()

    assert code not in (0, 1)
    (footer,) = terminal.told("footer")
    assert footer["interrupted"] is True
    assert {path for path in bank.folder.rglob("*") if path.is_file()} == before
    assert redirect.partition("code=")[2][:20] not in json.dumps(terminal.events)


def test_a_person_may_skip(bank: EmbeddedBank, tmp_path: Path) -> None:
    with Terminal(bank, tmp_path) as terminal:
        url_shown(terminal)
        terminal.await_words(r"\d+ s left")
        terminal.type("s\n")
        code = terminal.end()

    assert code == 3
    (scenario,) = terminal.told("scenario")
    assert "the person skipped this" in scenario["reason"]


def test_a_person_may_see_an_error(bank: EmbeddedBank, tmp_path: Path) -> None:
    with Terminal(bank, tmp_path) as terminal:
        url_shown(terminal)
        terminal.await_words(r"\d+ s left")
        terminal.type("e\n")
        answers(terminal, "n", "It says: come back tomorrow")
        code = terminal.end()

    assert code == 3
    (scenario,) = terminal.told("scenario")
    assert "not played to its end" in scenario["reason"]


def test_a_person_with_a_token_pays_through_a_pisp(bank: EmbeddedBank, tmp_path: Path) -> None:
    """The suite judges what it sees, and leaves to people what only the person saw: never PASSED, never FAILED."""
    picture = tmp_path / "what I saw.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    journey = ("sca-pisp-3skey", "sca-dynamic-linking")
    with Terminal(bank, tmp_path, psu="keyholder", select=journey) as terminal:
        for window in (r"In a NEW PRIVATE window \(call it window 1", "In your window 1"):
            terminal.await_words(window)
            redirect = walk(bank, url_shown(terminal), "keyholder")
            terminal.await_words(r"\d+ s left")
            terminal.type(f"{redirect}\n")
            answers(terminal)
        told = terminal.await_words(r"(?s)YOU ARE PSU keyholder(.*?)(https://\S+/approve/\S+)(.*?)\d+ s left")
        terminal.type("\x03")
        terminal.await_words("stopped: Enter goes on")
        redirect = walk(bank, told[2], "keyholder")
        terminal.type("\n")
        terminal.await_words(r"\d+ s left")
        terminal.type(f"{redirect}\n")
        between = answers(terminal, "", "It was the amount.", f"'{picture}'", "/no/picture.png")
        code = terminal.end()

    assert "In a NEW PRIVATE window (call it window 2" in " ".join(told[1].split())
    assert "page 'sign': sign with 3skey" in told[3]
    assert between.count("no PNG picture that can be read") == 1
    assert code == 3, terminal.shown[-2000:]
    by_title = {each["id"].partition("::")[2]: each for each in terminal.told("scenario")}
    paid = by_title["test_a_psu_with_3skey_validates_a_transfer_of_a_pisp"]
    linked = by_title["test_the_signed_challenge_holds_amount_and_payee_exactly"]
    assert [paid["verdict"], linked["verdict"]] == ["REVIEW", "REVIEW"]
    assert paid["reason"].startswith("Did the PSU have to authenticate with 3skey?")
    assert "Did the device show 23.45 EUR" in linked["reason"]
    assert paid["reason"].endswith('says: "It was the amount.".')
    (shot,) = terminal.told("screenshot")
    (folder,) = tmp_path.glob("reports/profile/latest")
    assert (folder / shot["file"]).read_bytes() == picture.read_bytes()
    steps = [step for step in terminal.told("psu") if step["psu"] == "keyholder"]
    assert [(step["authentication"], step["means"]) for step in steps] == [(True, "3skey")] * 3
    secret = dict(parse_qsl(terminal.told("returned")[0]["url"].partition("?")[2]))["code"]
    assert secret.startswith("<")


def test_without_a_terminal_nobody_is_asked(bank: EmbeddedBank, tmp_path: Path) -> None:
    words = ["--target", str(bank.profile), "--select", _FLOW, "--set", 'psu.treasurer.agent="operator"']
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "run", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )

    assert done.returncode == 3
    assert "nobody is at a terminal" in done.stdout
