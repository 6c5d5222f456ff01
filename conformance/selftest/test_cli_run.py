"""The command line: bad input ends it before anything is sent; what a bank sends never acts on a terminal."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.commands.run import judge
from conformance.selftest.hostile import HOST, HostileServer, Reply, http, serving
from conformance.selftest.runs import run_command
from conformance.selftest.small_profile import write_profile
from conformance.setup import Options
from conformance.shipped import ROOT

_SECRET = "hunter2-inline"
_REFERENCE = "env:BANK_SECRET"
_EVIL = "\x1b[2J\x1b]0;owned\x07\u202eevil\r\n"


def profile(folder: Path, server: HostileServer, secret: str = _REFERENCE) -> Path:
    return write_profile(folder, server.port, secret)


_MISTAKES: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("env:BANK_UNSET", (), ("tpp.main.client_secret", "BANK_UNSET unset")),
    (
        "env:BANK_SECRET",
        ("--trust-anchor", "nowhere.pem", "--set", "waiting.alowed=true"),
        ("nowhere.pem", "waiting.alowed", "did you mean allowed?"),
    ),
    ("env:BANK_SECRET", ("--select", "refresh-singel-use"), ("did you mean refresh-single-use?",)),
    ("env:BANK_SECRET", ("--role", "asip"), ("'asip'",)),
    ("env:BANK_SECRET", ("--role", "cbpii"), ("tpp.main.scopes", "cbpii")),
    ("env:BANK_SECRET", ("--resolve", "nonsense"), ("--resolve", "HOST:PORT=ADDRESS:PORT")),
    ("env:BANK_SECRET", ("--set", "name"), ("--set", "KEY=VALUE")),
]


@pytest.fixture
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A working folder and an environment of its own; the command's signal handler does not stay."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BANK_SECRET", "s3cret-value")
    former = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, former)


@pytest.mark.usefixtures("_in_a_folder")
@pytest.mark.parametrize(("secret", "words", "told"), _MISTAKES)
def test_bad_input_ends_the_run_before_anything_is_sent(
    secret: str, words: tuple[str, ...], told: tuple[str, ...], tmp_path: Path
) -> None:
    with serving(http()) as server:
        path = profile(tmp_path, server, secret)
        done = CliRunner().invoke(main, ["run", "--target", str(path), *words])

    assert done.exit_code == 2
    assert all(part in done.stderr for part in (*told, "nothing was sent")), done.stderr
    assert server.connections == 0
    assert not list(tmp_path.glob("reports/**/*"))


def test_an_inline_secret_is_refused_and_never_repeated(tmp_path: Path) -> None:
    with serving(http()) as server:
        path = profile(tmp_path, server, _SECRET)
        done = run_command("run", "--target", str(path), folder=tmp_path)

    assert done.code == 2
    assert "bank.toml: tpp.main.client_secret: found an inline value, wanted a reference" in done.err
    assert "nothing was sent" in done.err
    assert "Traceback" not in done.err + done.out
    assert _SECRET not in done.err + done.out
    assert server.connections == 0
    assert not list(tmp_path.glob("reports/**/*"))


def evil_metadata() -> bytes:
    """A discovery document whose every text would act on a terminal."""
    members = {
        "issuer": f"https://{HOST}/{_EVIL}",
        "jwks_uri": _EVIL,
        "token_endpoint": _EVIL,
        "error": _EVIL,
    }
    return http(200, json.dumps({**members, "scopes_supported": [_EVIL]}), media_type="application/json")


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "conformance", "run", "--target", str(path), "--select", "discovery"]


def settings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "BANK_SECRET": "s3cret-value", "TERM": "xterm"}


def test_plain_lines_where_the_output_is_no_terminal(tmp_path: Path) -> None:
    with serving(evil_metadata()) as server:
        done = subprocess.run(
            command(profile(tmp_path, server)),
            cwd=tmp_path,
            env=settings(),
            capture_output=True,
            timeout=30,
            check=False,
        )

    everything = (done.stdout + done.stderr).decode()
    assert done.returncode == 1, everything
    assert "Traceback" not in everything
    assert not [character for character in everything if ord(character) < 32 and character != "\n"]
    assert "\u202e" not in everything
    assert "judging" in everything


def test_a_terminal_shows_a_live_line_and_nothing_that_the_bank_sent_acts(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with serving(evil_metadata()) as server:
        process = subprocess.Popen(
            command(profile(tmp_path, server)), cwd=tmp_path, env=settings(), stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        shown = _read_all(ours)
        process.wait(30)

    assert process.returncode == 1, shown
    assert "\r\x1b[K" in shown
    assert not [evil for evil in ("\x1b[2J", "\x1b]0", "\x07", "\u202e") if evil in shown]
    assert "discovery" in shown


def _read_all(handle: int) -> str:
    read = b""
    try:
        while part := os.read(handle, 65_536):
            read += part
    except OSError:
        pass  # a pseudo-terminal ends in an error
    finally:
        os.close(handle)
    return read.decode("utf-8", "replace")


@pytest.mark.usefixtures("_in_a_folder")
@pytest.mark.parametrize(
    ("reply", "red"),
    [
        (http(200, "<html><title>Maintenance</title>"), True),
        (http(503, "busy"), False),
        (b"garbage\r\n\r\n", True),
        (http(200, "[" * 100_000, media_type="application/json"), True),
    ],
    ids=["HTML where JSON belongs", "busy", "no HTTP", "deeply nested JSON"],
)
def test_a_bank_without_metadata_is_judged_without_a_crash(reply: Reply, red: bool, tmp_path: Path) -> None:
    with serving(reply) as server:
        folder = judge(Options(str(profile(tmp_path, server)), folder=tmp_path / "run"))
    verdicts = json.loads((folder / "verdicts.json").read_text())
    found = {entry["verdict"] for entry in verdicts["requirements"]}

    assert verdicts["exit_code"] == (1 if red else 3)
    assert verdicts["complete"] is True
    assert found == {"INCONCLUSIVE", "SKIPPED"} | ({"FAILED"} if red else set())
    assert "the suite itself failed" not in json.dumps(verdicts)
