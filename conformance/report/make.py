"""Makes every report of a run from its evidence."""

from __future__ import annotations

import json
import os
from pathlib import Path

from conformance.catalogue import load
from conformance.evidence.reading import Evidence, read_run
from conformance.report.failure import render_failure
from conformance.report.folder import Folder
from conformance.report.junit import junit
from conformance.report.verdicts import Verdicts, judge

EVIDENCE = "evidence.ndjson"


class Reports:
    """The reports of one run: `verdicts.json`, `junit.xml` and `allure-results/` beside its evidence.

    Each is written whole beside its place and then moved there, so that nobody reads a half report.

    Args:
        run_folder: holds `evidence.ndjson`.
    """

    def __init__(self, run_folder: Path) -> None:
        from conformance.report.allure import Results

        self._run_folder = run_folder
        self._evidence = Evidence(run_folder / EVIDENCE)
        self._results = Results()
        self._made: dict[str, object] = {}
        self._allure = Folder(run_folder / "allure-results")

    def keep_up(self) -> None:
        """Make what can be made while the run goes on: its verdicts so far, and the results that are there.

        Raises:
            UsageError: there is no evidence, or it is of another catalogue.
        """
        verdicts = judge(self._evidence.read(), load())
        self._make_results(verdicts, judged_only=True)
        write_verdicts(self._run_folder, verdicts)

    def finish(self) -> Verdicts:
        """Make everything.

        Raises:
            UsageError: there is no evidence, or it is of another catalogue.
        """
        verdicts = judge(self._evidence.read(), load())
        write_verdicts(self._run_folder, verdicts)
        _replace(self._run_folder / "junit.xml", junit(verdicts))
        self._make_results(verdicts, judged_only=False)
        self._allure.add(self._results.context(verdicts))
        self._allure.put_in_place()
        return verdicts

    def _make_results(self, verdicts: Verdicts, *, judged_only: bool) -> None:
        """A scenario that was judged again since its result was made is made again."""
        for requirement, scenario in verdicts.scenarios():
            told = scenario.recorded
            if self._made.get(scenario.id, self) is not told and (told or not judged_only):
                self._allure.add(self._results.of(verdicts, requirement, scenario))
                self._made[scenario.id] = told


def make_reports(run_folder: Path) -> Verdicts:
    """Make every report of a run, over or cut off.

    Args:
        run_folder: holds `evidence.ndjson`.

    Raises:
        UsageError: there is no evidence, or it is of another catalogue.
    """
    return Reports(run_folder).finish()


def verdicts_of(run_folder: Path) -> Verdicts:
    """What the evidence of a run says so far; nothing is written.

    Raises:
        UsageError: there is no evidence, or it is of another catalogue.
    """
    return judge(read_run(run_folder / EVIDENCE), load())


def finding_of(run_folder: Path, scenario: str) -> str:
    """The block of plain text of one scenario's finding, while the run goes on."""
    verdicts = verdicts_of(run_folder)
    found = ((entry, judged) for entry in verdicts.requirements for judged in entry.scenarios)
    entry, judged = next(pair for pair in found if pair[1].id == scenario)
    return render_failure(verdicts, entry.requirement, judged)


def write_verdicts(run_folder: Path, verdicts: Verdicts) -> None:
    """Write `verdicts.json`, one requirement to a line."""
    document = verdicts.as_json()
    lines = [f'"{name}": {_member(value)}' for name, value in document.items()]
    _replace(run_folder / "verdicts.json", ("{\n" + ",\n".join(lines) + "\n}\n").encode("ascii"))


def _member(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(entry) for entry in value) + "\n]"
    return json.dumps(value)


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
