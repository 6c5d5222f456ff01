"""The pytest face: options, which scenarios run in which order, and from outcome to verdict."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest

from conformance.errors import NotApplicable, UsageError, Withheld
from conformance.exchange import Exchange
from conformance.planning import SCENARIO, asks_of, coverage_of, order_of, scenario_of
from conformance.report.verdicts import Verdicts
from conformance.running import Running
from conformance.setup import Options, open_run, serve_embedded
from conformance.underway import Underway
from conformance.verdict import Verdict

RUNNING = pytest.StashKey[Running]()
OPTIONS = pytest.StashKey[Options]()
VERDICTS = pytest.StashKey[Verdicts]()
UNDERWAY = pytest.StashKey[Underway]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("psd2-conformance", "judge a bank's PSD2 interface")
    group.addoption("--target", metavar="PROFILE", help="profile of the bank, or the name of a shipped one")
    group.addoption("--select", action="append", default=[], metavar="ID|AREA|LEVEL", help="judge only these")
    group.addoption("--role", action="append", default=[], metavar="ROLE", help="act in these roles only")
    group.addoption("--reports", default="reports", metavar="DIR", help="where reports are written")
    group.addoption(
        "--trust-anchor", action="append", default=[], metavar="PEM", help="in place of the profile's"
    )
    group.addoption("--resolve", action="append", default=[], metavar="HOST:PORT=ADDRESS:PORT")
    group.addoption(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a key of the profile"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take the options; nothing is read or sent before scenarios have been collected."""
    config.addinivalue_line("markers", "scenario: judges a target")
    if OPTIONS not in config.stash:
        config.stash[OPTIONS] = Options.from_words(
            target=config.getoption("--target"),
            select=config.getoption("--select"),
            roles=config.getoption("--role"),
            reports=Path(config.getoption("--reports")),
            trust_anchors=config.getoption("--trust-anchor"),
            resolve=config.getoption("--resolve"),
            settings=config.getoption("--set"),
        )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the scenarios that were asked for, in the order of areas; what destroys or waits comes last."""
    scenarios = [item for item in items if coverage_of(item)]
    if not scenarios:
        return
    for item in scenarios:
        item.stash[SCENARIO] = scenario_of(item)
    try:
        kept = [item for item in scenarios if config.stash[OPTIONS].selects(item.stash[SCENARIO].requirement)]
        config.stash[OPTIONS].check_selection()
    except UsageError as error:
        pytest.exit(str(error), returncode=2)
    rest = [item for item in items if item not in scenarios]
    dropped = [item for item in scenarios if item not in kept]
    config.hook.pytest_deselected(items=dropped)
    items[:] = [*rest, *sorted(kept, key=order_of)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Open the run: the profile is validated here, before anything is sent."""
    plan = [item.stash[SCENARIO] for item in session.items if SCENARIO in item.stash]
    config = session.config
    if not plan or config.getoption("collectonly"):
        return
    stack = ExitStack()
    config.add_cleanup(stack.close)
    try:
        serve_embedded(config.stash[OPTIONS], stack)
        running = config.stash.get(RUNNING, None) or open_run(config.stash[OPTIONS])
    except UsageError as error:
        pytest.exit(str(error), returncode=2)
    config.stash[RUNNING] = running
    asked = asks_of([item for item in session.items if SCENARIO in item.stash])
    running.start(plan, config.stash[OPTIONS].select, asked)
    if config.stash[OPTIONS].reporting:
        config.stash[UNDERWAY] = Underway(running.folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Everything between is recorded under the scenario."""
    running = _running(item)
    if running:
        if UNDERWAY in item.config.stash:
            item.config.stash[UNDERWAY].look()
        running.begin(item.stash[SCENARIO])
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Do not begin what does not apply to the target or is not permitted there."""
    running = _running(item)
    if running is None:
        return
    requirement = item.stash[SCENARIO].requirement
    profile = running.target.profile
    served = {role for tpp in profile.tpp.values() for role in tpp.scopes}
    if "all" not in requirement.roles and not served & set(requirement.roles):
        raise NotApplicable(f"applies to {', '.join(requirement.roles)}, which the profile does not have")
    guarded = profile.environment == "production" and requirement.environment == "sandbox-only"
    if guarded and requirement.id not in profile.allow:
        raise Withheld("a negative or state-changing case, not permitted in production (profile: allow)")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """An experiment that several scenarios judge is cited for each of them."""
    running = _running(item)
    if running is None:
        return
    for value in getattr(item, "funcargs", {}).values():
        seen = getattr(value, "exchanges", None)
        if isinstance(seen, tuple):
            running.recorder.cite(*(exchange for exchange in seen if isinstance(exchange, Exchange)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> pytest.TestReport | None:
    """From outcome to verdict; pytest's own report would read source files for every scenario that stops."""
    running = _running(item)
    if running is None or not _final(call):
        return None
    raised = call.excinfo.value if call.excinfo else None
    if isinstance(raised, KeyboardInterrupt | pytest.exit.Exception):
        return None
    if isinstance(raised, pytest.skip.Exception):
        raised = NotApplicable(str(raised))
    judgement = running.end(item.stash[SCENARIO], raised)
    outcome, text = _told(judgement.verdict, judgement.reason, item)
    report = pytest.TestReport(
        item.nodeid,
        item.location,
        dict.fromkeys(item.keywords, 1),
        outcome,
        text,
        "setup" if call.when == "setup" else "call",
        duration=call.duration,
        start=call.start,
        stop=call.stop,
    )
    report.verdict = str(judgement.verdict)  # type: ignore[attr-defined]
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Show our verdicts in pytest's own terminal."""
    verdict = getattr(report, "verdict", None)
    if verdict is None:
        return None
    category = {"PASSED": "passed", "SKIPPED": "skipped", "FAILED": "failed"}.get(verdict, verdict.lower())
    return category, "." if verdict == "PASSED" else verdict[0], verdict


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Close the evidence and make the reports from it; the exit code says why."""
    running = session.config.stash.get(RUNNING, None)
    if running is None:
        return
    running.finish(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
    if UNDERWAY in session.config.stash:
        verdicts = session.config.stash[VERDICTS] = session.config.stash[UNDERWAY].finish()
        session.exitstatus = verdicts.exit_code


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the reports are."""
    running = config.stash.get(RUNNING, None)
    if running:
        terminalreporter.write_line(f"reports: {running.folder}")


def _running(item: pytest.Item) -> Running | None:
    return item.config.stash.get(RUNNING, None) if SCENARIO in item.stash else None


def _final(call: pytest.CallInfo[Any]) -> bool:
    """A scenario has its verdict when its body ended, or when its set-up did not."""
    return call.when == "call" or (call.when == "setup" and call.excinfo is not None)


def _told(
    verdict: Verdict, reason: str, item: pytest.Item
) -> tuple[Literal["passed", "failed", "skipped"], str | tuple[str, int, str] | None]:
    """How pytest's terminal calls a verdict, and what it prints of it."""
    if verdict in (Verdict.PASSED, Verdict.WARNED):
        return "passed", None
    if verdict is Verdict.SKIPPED:
        return "skipped", (str(item.path), 0, f"Skipped: {reason}")
    return "failed", _block(item, verdict, reason)


def _block(item: pytest.Item, verdict: Verdict, reason: str) -> str:
    """The finding as every report shows it; without a terminal nobody would read it."""
    scenario, running = item.stash[SCENARIO], item.config.stash[RUNNING]
    requirement = scenario.requirement
    if verdict is not Verdict.FAILED or not item.config.pluginmanager.hasplugin("terminalreporter"):
        return f"{requirement.id}  {requirement.level.upper()}\n  {verdict}: {reason}"
    from conformance.report.make import finding_of

    return finding_of(running.folder, scenario.id)
