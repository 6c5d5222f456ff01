"""A run that is stopped, killed or left alone leaves readable results, marked incomplete, and does so at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import Keyring
from conformance.selftest.runs import run_command
from conformance.shipped import ROOT


@pytest.fixture(scope="module")
def slow_bank() -> Iterator[EmbeddedBank]:
    with EmbeddedBank(latency=0.05, keys=Keyring()) as bank:
        yield bank


@contextmanager
def begun(bank: EmbeddedBank, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run whose first exchanges are on the disk."""
    command = [sys.executable, "-m", "conformance", "run", "--target", str(bank.profile)]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 15
        while not any(b'"event":"scenario"' in file.read_bytes() for file in _evidence(folder)):
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.communicate()


def _evidence(folder: Path) -> list[Path]:
    return list(folder.glob("reports/profile/20*/evidence.ndjson"))


def _verdicts(folder: Path) -> dict[str, Any]:
    (path,) = folder.glob("reports/profile/20*/verdicts.json")
    parsed: dict[str, Any] = json.loads(path.read_text())
    return parsed


def _said(verdicts: dict[str, Any]) -> set[str]:
    """The verdicts of its scenarios: of a requirement with several, one alone says nothing yet."""
    return {scenario["verdict"] for entry in verdicts["requirements"] for scenario in entry["scenarios"]}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_what_it_judged_and_that_it_is_incomplete(
    number: signal.Signals, slow_bank: EmbeddedBank, tmp_path: Path
) -> None:
    with begun(slow_bank, tmp_path) as process:
        began = time.monotonic()
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=10)
        spent = time.monotonic() - began

    verdicts = _verdicts(tmp_path)
    assert process.returncode == 3, err.decode()
    assert spent < 4
    assert b"Traceback" not in out + err
    assert b"incomplete" in out
    assert (verdicts["outcome"], verdicts["complete"]) == ("incomplete", False)
    assert _said(verdicts) >= {"PASSED", "INCONCLUSIVE"}
    assert '"interrupted":true' in _evidence(tmp_path)[0].read_text().splitlines()[-1]
    assert list(tmp_path.glob("reports/profile/20*/junit.xml"))


def test_a_killed_run_can_be_reported_from_its_evidence(slow_bank: EmbeddedBank, tmp_path: Path) -> None:
    with begun(slow_bank, tmp_path) as process:
        process.kill()
        process.communicate()
    at_the_kill = _verdicts(tmp_path)

    (evidence,) = _evidence(tmp_path)
    report = run_command("report", str(evidence.parent), folder=tmp_path)

    assert (at_the_kill["outcome"], at_the_kill["complete"]) == ("incomplete", False)
    assert report.code == 3, report.err
    assert _verdicts(tmp_path)["complete"] is False
    assert "PASSED" in _said(_verdicts(tmp_path))
    assert {path.name for path in evidence.parent.iterdir()} >= {
        "allure-results",
        "evidence.ndjson",
        "junit.xml",
        "verdicts.json",
    }


def test_a_run_that_is_killed_late_is_reported_by_its_companion(
    slow_bank: EmbeddedBank, tmp_path: Path
) -> None:
    with begun(slow_bank, tmp_path) as process:
        until = time.monotonic() + 15
        while not list(tmp_path.glob("reports/profile/20*/.allure-results.*")):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        process.kill()
        process.communicate()
    while not list(tmp_path.glob("reports/profile/20*/allure-results")):
        assert time.monotonic() < until
        time.sleep(0.02)

    assert "PASSED" in _said(_verdicts(tmp_path))
    assert _verdicts(tmp_path)["outcome"] == "incomplete"
    assert list(tmp_path.glob("reports/profile/20*/allure-results/*-result.json"))


def test_a_reader_who_leaves_early_changes_no_exit_code(slow_bank: EmbeddedBank, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        "--target",
        str(slow_bank.profile),
        "--select",
        "discovery",
    ]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=writing,
        timeout=30,
        check=False,
    )
    os.close(writing)

    assert done.returncode == 0
    assert _verdicts(tmp_path)["complete"] is True
