"""Makes every report of a run again from its evidence."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from conformance.catalogue import load
from conformance.evidence.stream import read_run
from conformance.report.failure import render_failure
from conformance.report.junit import junit
from conformance.report.verdicts import Verdicts, judge

EVIDENCE = "evidence.ndjson"


def make_reports(run_folder: Path) -> Verdicts:
    """Write `verdicts.json`, `junit.xml` and `allure-results/` beside the evidence of a run.

    Each is written whole beside its place and then moved there, so that nobody reads a half report.

    Args:
        run_folder: holds `evidence.ndjson`.

    Raises:
        UsageError: there is no evidence, or it is of another catalogue.
    """
    from conformance.report.allure import allure_results

    verdicts = judge(read_run(run_folder / EVIDENCE), load())
    _replace_file(run_folder / "verdicts.json", verdicts_json(verdicts))
    _replace_file(run_folder / "junit.xml", junit(verdicts))
    _replace_folder(run_folder / "allure-results", allure_results(verdicts))
    return verdicts


def finding_of(run_folder: Path, scenario: str) -> str:
    """The block of plain text of one scenario's finding, while the run goes on."""
    verdicts = judge(read_run(run_folder / EVIDENCE), load())
    found = ((entry, judged) for entry in verdicts.requirements for judged in entry.scenarios)
    entry, judged = next(pair for pair in found if pair[1].id == scenario)
    return render_failure(verdicts, entry.requirement, judged)


def verdicts_json(verdicts: Verdicts) -> bytes:
    """The content of `verdicts.json`."""
    return json.dumps(verdicts.as_json(), indent=2).encode("ascii") + b"\n"


def _replace_file(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each content once; other names of it are links, which cost a fraction of a file."""
    first: dict[bytes, Path] = {}
    for name, content in files.items():
        path = folder / name
        original = first.setdefault(content, path)
        try:
            if original is path:
                path.write_bytes(content)
            else:
                os.link(original, path)
        except OSError:
            path.write_bytes(content)


def _replace_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder beside its place, then exchange it for the former one."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        fresh = Path(folder) / "fresh"
        fresh.mkdir(mode=path.parent.stat().st_mode & 0o777)
        _write_files(fresh, files)
        if path.exists():
            path.rename(Path(folder) / "former")
        fresh.rename(path)
