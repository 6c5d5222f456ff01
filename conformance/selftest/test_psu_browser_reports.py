"""A picture stands in the report at the step that brought its page, and a profile says who plays a PSU."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conformance.evidence.reading import read_run
from conformance.evidence.run import Screenshot
from conformance.psu.browser_agent_chromium import Chromium
from conformance.selftest.runs import run_command
from conformance.selftest.test_psu_browser_agent import chromium

__all__ = ["chromium"]

_BROWSER = ("--set", 'psu.treasurer.agent="browser"')


def test_each_page_of_the_journey_is_pictured_in_the_report(chromium: Chromium, tmp_path: Path) -> None:
    del chromium  # the run has one of its own
    words = "run", "--select", "authorization-code-flow", *_BROWSER
    run = run_command(*words, folder=tmp_path, seconds=180)

    assert run.code == 0, run.err
    (folder,) = tmp_path.glob("reports/*/latest")
    shots = read_run(folder / "evidence.ndjson").screenshots
    assert [shot.covered for shot in shots] == [True] * 3  # the shipped profile claims no synthetic data
    (result,) = [json.loads(path.read_text()) for path in folder.glob("allure-results/*-result.json")]
    pictures = [
        (step["name"][:4], attachment["source"])
        for step in result["steps"]
        for attachment in step.get("attachments", ())
        if attachment["type"] == "image/png"
    ]
    assert [number for number, _ in pictures] == [f"{shot.exchange:04d}" for shot in shots]
    for (_, source), shot in zip(pictures, shots, strict=True):
        assert (folder / "allure-results" / source).read_bytes() == (folder / shot.file).read_bytes()


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/passwd", "screenshots/../secret.png", "screenshots/0.png"]
)
def test_a_report_reads_pictures_of_its_own_run_only(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    run = tmp_path / "run"
    (run / "screenshots").mkdir(parents=True)
    header = {
        "event": "header",
        "format": 1,
        "suite": {},
        "target": {},
        "catalogue_sha256": "",
        "started": "",
    }
    line = json.dumps({**header, "planned": []})
    (run / "evidence.ndjson").write_text(line + "\n")

    assert read_run(run / "evidence.ndjson").picture(Screenshot("a", 1, name, True, "", None, 1)) is None


def test_a_profile_that_needs_a_browser_does_not_start_without_one(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    run = run_command("run", *_BROWSER, folder=tmp_path, environment={**os.environ, **environment})

    assert run.code == 2
    assert "psu.treasurer.agent: found" in run.err
    assert "Chromium" in run.err or "extra `browser`" in run.err


def test_an_unknown_agent_is_a_usage_error(tmp_path: Path) -> None:
    run = run_command("run", "--set", 'psu.treasurer.agent="robot"', folder=tmp_path)

    assert run.code == 2
    assert "'form', 'browser' or 'operator'" in run.err
