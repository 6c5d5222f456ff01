"""The reports that a companion makes beside a run are the reports that are made from its evidence alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance import underway
from conformance.errors import UsageError
from conformance.evidence.reading import Evidence
from conformance.report import make_reports
from conformance.report.folder import Folder
from conformance.report.make import Reports
from conformance.selftest.invented import InventedRun
from conformance.underway import Underway

EVIDENCE = "evidence.ndjson"


@pytest.fixture
def evidence(tmp_path: Path) -> bytes:
    return (InventedRun().write(tmp_path / "whole") / EVIDENCE).read_bytes()


def files_of(folder: Path) -> Mapping[str, bytes]:
    """Every report of a run."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != EVIDENCE)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_reports_that_kept_up_equal_those_made_at_once(evidence: bytes, tmp_path: Path) -> None:
    slowly, at_once = tmp_path / "slowly", tmp_path / "at-once"
    for folder in (slowly, at_once):
        folder.mkdir()
    (at_once / EVIDENCE).write_bytes(evidence)
    (slowly / EVIDENCE).write_bytes(evidence.splitlines(keepends=True)[0])
    reports = Reports(slowly)
    sizes = []

    for begin in range(len(evidence.splitlines(keepends=True)[0]), len(evidence), 19_997):
        with (slowly / EVIDENCE).open("ab") as file:
            file.write(evidence[begin : begin + 19_997])
        reports.keep_up()
        sizes.append(len(list(slowly.glob(".allure-results.*/fresh/*-result.json"))))
    reports.finish()
    make_reports(at_once)

    assert len(set(sizes)) > 3
    assert sizes == sorted(sizes)
    assert files_of(slowly) == files_of(at_once)


def test_a_scenario_that_is_judged_again_is_told_by_its_last_word(evidence: bytes, tmp_path: Path) -> None:
    lines = evidence.splitlines(keepends=True)
    first = next(line for line in lines if b'"event":"scenario"' in line and b'"PASSED"' in line)
    folder = tmp_path / "again"
    folder.mkdir()
    (folder / EVIDENCE).write_bytes(b"".join(lines[:-1]))
    reports = Reports(folder)
    reports.keep_up()
    with (folder / EVIDENCE).open("ab") as file:
        file.write(first.replace(b'"PASSED"', b'"INCONCLUSIVE"') + lines[-1])
    reports.finish()
    kept_up = files_of(folder)
    make_reports(folder)

    assert kept_up == files_of(folder)


def test_evidence_is_read_on_from_where_the_last_reading_ended(evidence: bytes, tmp_path: Path) -> None:
    path = tmp_path / EVIDENCE
    lines = evidence.splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:20])
    reading = Evidence(path)
    before = reading.read()
    path.write_bytes(evidence)

    assert (len(before.exchanges), before.footer) == (0, None)
    assert reading.read() == Evidence(path).read()


def test_a_companion_makes_every_report_when_the_run_closes_it(evidence: bytes, tmp_path: Path) -> None:
    (tmp_path / EVIDENCE).write_bytes(evidence)
    command = [sys.executable, "-m", "conformance.report.companion", str(tmp_path)]

    done = subprocess.run(command, input=b"\n\n", capture_output=True, timeout=30, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    made = files_of(tmp_path)
    make_reports(tmp_path)
    assert made == files_of(tmp_path)


def test_a_companion_says_what_it_could_not_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "conformance.report.companion", str(tmp_path)]

    done = subprocess.run(command, input=b"", capture_output=True, timeout=30, check=False)

    assert done.returncode == 1
    assert b"cannot be read" in done.stderr


@pytest.mark.parametrize("module", ["conformance.no_such_module", "conformance.report.companion"])
def test_a_run_makes_its_reports_itself_where_its_companion_is_gone(
    module: str, evidence: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / EVIDENCE).write_bytes(evidence)
    monkeypatch.setattr(underway, "_SHORT", 0)
    monkeypatch.setattr(underway, "_MODULE", module)
    under_way = Underway(tmp_path)
    under_way.look()
    if under_way.companion:
        under_way.companion.kill()
        under_way.companion.wait()
    under_way.look()

    verdicts = under_way.finish()

    made = files_of(tmp_path)
    assert verdicts.outcome == make_reports(tmp_path).outcome
    assert made.keys() >= {"verdicts.json", "junit.xml", "allure-results/categories.json"}


def test_a_run_does_not_wait_for_ever_for_its_companion(
    evidence: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / EVIDENCE).write_bytes(evidence)
    monkeypatch.setattr(underway, "_SHORT", 0)
    monkeypatch.setattr(underway, "_PATIENCE", 0.1)
    under_way = Underway(tmp_path)
    under_way.look()
    assert under_way.companion
    under_way.companion.send_signal(signal.SIGSTOP)

    verdicts = under_way.finish()

    assert under_way.companion.returncode == -signal.SIGKILL
    assert verdicts.outcome == make_reports(tmp_path).outcome
    assert files_of(tmp_path).keys() >= {"verdicts.json", "junit.xml", "allure-results/categories.json"}


def test_a_short_run_needs_no_companion(evidence: bytes, tmp_path: Path) -> None:
    (tmp_path / EVIDENCE).write_bytes(evidence)
    under_way = Underway(tmp_path)

    under_way.look()
    under_way.finish()

    assert under_way.companion is None
    assert "allure-results/environment.properties" in files_of(tmp_path)


def test_what_is_no_evidence_is_told_before_a_run_begins(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Underway(tmp_path)


def test_a_file_of_a_folder_is_never_written_through_a_link(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "results")
    folder.add({"a": b"same", "b": b"same", "c": b"other"})
    folder.add({"a": b"new", "d": b"same"})
    folder.put_in_place()

    assert files_of(tmp_path / "results") == {"a": b"new", "b": b"same", "c": b"other", "d": b"same"}


def test_folders_that_are_put_in_place_at_once_end_as_one_of_them(tmp_path: Path) -> None:
    place = tmp_path / "results"
    folders = [Folder(place) for _ in range(4)]
    for number, folder in enumerate(folders):
        folder.add({f"{name}": str(number).encode() for name in range(30)})

    threads = [threading.Thread(target=folder.put_in_place) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(files_of(place).values())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
