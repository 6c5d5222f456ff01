"""`psd2-conformance run`: judge a target, show progress, print the summary, say why by the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
import pytest

from conformance.commands.output import outliving_the_reader
from conformance.errors import ConformanceError
from conformance.plugin import OPTIONS, RUNNING, VERDICTS
from conformance.progress import Silent, watcher
from conformance.pytesting import run_pytest
from conformance.report.summary import print_summary
from conformance.report.text import inert
from conformance.report.verdicts import Verdicts
from conformance.running import Running
from conformance.setup import Options, open_run, serve_embedded


class Handover:
    """Hands an opened run to the pytest plugin."""

    def __init__(self, options: Options, running: Running) -> None:
        self._options = options
        self.running = running
        self.verdicts: Verdicts | None = None
        self.problems: list[str] = []
        self.crash = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put the run where the plugin looks for it."""
        config.stash[OPTIONS] = self._options
        config.stash[RUNNING] = self.running
        config.option.tbstyle = "value"  # nobody sees pytest's own tracebacks, and they take time

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Take what the reports say."""
        self.verdicts = config.stash.get(VERDICTS, None)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a scenario could not be read."""
        if report.failed:
            self.problems.append(report.longreprtext)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep what cut the run off."""
        self.crash = f"{type(excinfo.value).__name__}: {excinfo.value}"


def run_command(
    *,
    target: str | None,
    select: tuple[str, ...],
    roles: tuple[str, ...],
    reports: Path,
    trust_anchors: tuple[str, ...],
    resolve: tuple[str, ...],
    settings: tuple[str, ...],
    quiet: bool,
) -> int:
    """Judge a target.

    Raises:
        UsageError: the run could not start.
    """
    options = Options.from_words(
        target=target,
        select=select,
        roles=roles,
        reports=reports,
        trust_anchors=trust_anchors,
        resolve=resolve,
        settings=settings,
    )
    options.check_selection()
    options.observer = Silent() if quiet else watcher()
    with ExitStack() as stack:
        serve_embedded(options, stack)
        done = _perform(options)
    if done.verdicts is None:
        raise ConformanceError("the run ended before its reports were made")
    with outliving_the_reader():
        print_summary(done.verdicts, sys.stdout, folder=done.running.folder)
    return done.verdicts.exit_code


def judge(options: Options, prepare: Callable[[Running], None] = lambda _: None) -> Path:
    """Run the scenarios against a target.

    Args:
        options: what the user asked for.
        prepare: handed the run before it begins.

    Returns:
        The run's folder, with evidence and the reports that were wanted.

    Raises:
        UsageError: the run could not start.
    """
    return _perform(options, prepare).running.folder


def _perform(options: Options, prepare: Callable[[Running], None] = lambda _: None) -> Handover:
    running = open_run(options)
    prepare(running)
    handover = Handover(options, running)
    code = run_pytest([handover], options.areas)
    if not running.plan and code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    cut_off = [handover.crash, *handover.problems] if running.plan else []
    for reason in filter(None, cut_off):
        masked = inert(running.recorder.redactor.mask(reason))
        click.echo(f"psd2-conformance: the run was cut off: {masked}", err=True)
    if not running.plan:
        reasons = "\n".join(handover.problems) or f"pytest ended with {code}"
        raise ConformanceError(f"the scenarios could not be collected: {reasons}")
    return handover
