"""Has an installed Allure command make `allure-report/`, and cuts the third party's analytics out of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from conformance.report.allure_context import categories
from conformance.report.text import shortened

_SCRIPT = re.compile(rb"<script\b[^>]*>.*?</script>\s*", re.DOTALL | re.IGNORECASE)
_ANALYTICS = re.compile(rb"googletagmanager|google-analytics|dataLayer", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LARGEST_SNIPPET = 8192
_SECONDS = 300


@dataclass(frozen=True)
class HtmlReport:
    """Where the page is, or why there is none."""

    page: Path | None
    reason: str = ""


def find_allure() -> str | None:
    """The Allure command on the path; nothing is downloaded."""
    return shutil.which("allure")


def make_html(run_folder: Path, command: str | None = None) -> HtmlReport:
    """Make `allure-report/index.html`, one file that opens without a server, from `allure-results/`.

    Args:
        run_folder: holds `allure-results/`.
        command: the Allure command, version 2 or 3; None for the one on the path.
    """
    run_folder = run_folder.resolve()
    command = command or find_allure()
    if command is None:
        return HtmlReport(None, "no Allure command was found on the path")
    if not (run_folder / "allure-results").is_dir():
        return HtmlReport(None, f"{run_folder} holds no allure-results")
    with tempfile.TemporaryDirectory(prefix=".allure-report.", dir=run_folder) as folder:
        made = Path(folder) / "allure-report"
        problem = _generate(command, run_folder / "allure-results", made, Path(folder)) or without_analytics(
            made
        )
        if problem:
            return HtmlReport(None, problem)
        shutil.rmtree(run_folder / "allure-report", ignore_errors=True)
        made.rename(run_folder / "allure-report")
    return HtmlReport(run_folder / "allure-report" / "index.html")


def without_analytics(report: Path) -> str:
    """Cut out every script that calls a third party's analytics; returns what is left of them, or nothing."""
    for path in sorted(report.rglob("*")):
        if path.suffix not in {".html", ".js"}:
            continue
        content = path.read_bytes()
        if not _ANALYTICS.search(content):
            continue
        cut = _SCRIPT.sub(_unless_analytics, content)
        if _ANALYTICS.search(cut):
            return (
                f"{path.name} of Allure's report calls a third party's analytics in a way that is not known"
            )
        path.write_bytes(cut)
    return ""


def _unless_analytics(script: re.Match[bytes]) -> bytes:
    snippet = len(script[0]) < _LARGEST_SNIPPET and _ANALYTICS.search(script[0])
    return b"" if snippet else script[0]


def _generate(command: str, results: Path, report: Path, folder: Path) -> str:
    """Run the command; returns why it failed, or nothing."""
    try:
        version = _run([command, "--version"], folder).strip()
        _run(_arguments(command, version, results.resolve(), report, folder), folder)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{command} failed: {_said(error)}"
    return "" if (report / "index.html").is_file() else f"{command} {version} made no index.html"


def _arguments(command: str, version: str, results: Path, report: Path, folder: Path) -> list[str]:
    if version.startswith("2."):
        return [command, "generate", str(results), "--output", str(report), "--clean", "--single-file"]
    config = folder / "allurerc.json"
    config.write_text(json.dumps(_allure_3(results, report)), encoding="ascii")
    return [command, "generate", str(results), "--config", str(config), "--output", str(report)]


def _allure_3(results: Path, report: Path) -> dict[str, object]:
    """Allure 3 takes categories and grouping from its configuration, not from the results."""
    executor = results / "executor.json"
    name = json.loads(executor.read_bytes()).get("reportName") if executor.is_file() else None
    options = {"singleFile": True, "groupBy": ["epic", "feature", "story"], "reportLanguage": "en"}
    return {
        "name": name or "PSD2 conformance",
        "output": str(report),
        "categories": {"rules": categories()},
        "plugins": {"awesome": {"options": options}},
    }


def _run(arguments: list[str], folder: Path) -> str:
    return subprocess.run(  # noqa: S603 - the user's own Allure command, with paths of this run
        arguments, cwd=folder, check=True, capture_output=True, text=True, errors="replace", timeout=_SECONDS
    ).stdout


def _said(error: OSError | subprocess.SubprocessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return shortened(_COLOUR.sub("", error.stderr or error.stdout or str(error)), 500)
    return shortened(str(error), 500)
