"""The pytest face: options, which scenarios run in which order, and from outcome to verdict."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from conformance.catalogue import Coverage, load
from conformance.errors import NotApplicable, UsageError, Withheld
from conformance.exchange import Exchange
from conformance.running import Running, Scenario
from conformance.setup import Options, open_run
from conformance.shipped import SCENARIOS
from conformance.underway import Underway
from conformance.verdict import Verdict

SCENARIO = pytest.StashKey[Scenario]()
RUNNING = pytest.StashKey[Running]()
OPTIONS = pytest.StashKey[Options]()
UNDERWAY = pytest.StashKey[Underway]()

_ACRONYMS = frozenset(
    "aisp api cbpii html http https id iss json jwk jwks jws jwt pisp pkce psu qwac s256 tls tpp uri url".split()
)


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
    scenarios = [item for item in items if _coverage(item)]
    if not scenarios:
        return
    for item in scenarios:
        item.stash[SCENARIO] = _scenario(item)
    try:
        kept = [item for item in scenarios if config.stash[OPTIONS].selects(item.stash[SCENARIO].requirement)]
        config.stash[OPTIONS].check_selection()
    except UsageError as error:
        pytest.exit(str(error), returncode=2)
    rest = [item for item in items if item not in scenarios]
    dropped = [item for item in scenarios if item not in kept]
    config.hook.pytest_deselected(items=dropped)
    items[:] = [*rest, *sorted(kept, key=_order)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Open the run: the profile is validated here, before anything is sent."""
    plan = [item.stash[SCENARIO] for item in session.items if SCENARIO in item.stash]
    config = session.config
    if not plan or config.getoption("collectonly"):
        return
    try:
        running = config.stash.get(RUNNING, None) or open_run(config.stash[OPTIONS])
    except UsageError as error:
        pytest.exit(str(error), returncode=2)
    config.stash[RUNNING] = running
    running.start(plan, config.stash[OPTIONS].select)
    if config.stash[OPTIONS].reporting:
        config.stash[UNDERWAY] = Underway(running.folder)
        config.stash[UNDERWAY].write()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Everything between is recorded under the scenario."""
    running = _running(item)
    if running:
        if UNDERWAY in item.config.stash:
            item.config.stash[UNDERWAY].began(item.stash[SCENARIO].requirement.area)
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """From outcome to verdict."""
    report = yield
    running = _running(item)
    if running is None or not _final(call):
        return report
    if call.excinfo and isinstance(call.excinfo.value, KeyboardInterrupt | pytest.exit.Exception):
        return report
    raised = call.excinfo.value if call.excinfo else None
    if isinstance(raised, pytest.skip.Exception):
        raised = NotApplicable(str(raised))
    judgement = running.end(item.stash[SCENARIO], raised)
    _tell(report, judgement.verdict, judgement.reason, item)
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
    if session.config.stash[OPTIONS].reporting:
        from conformance.report.make import make_reports

        session.exitstatus = make_reports(running.folder).exit_code


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


def _tell(report: pytest.TestReport, verdict: Verdict, reason: str, item: pytest.Item) -> None:
    report.verdict = str(verdict)  # type: ignore[attr-defined]
    if verdict in (Verdict.PASSED, Verdict.WARNED):
        report.outcome, report.longrepr = "passed", None
    elif verdict is Verdict.SKIPPED:
        report.outcome, report.longrepr = "skipped", (str(item.path), 0, f"Skipped: {reason}")
    else:
        requirement = item.stash[SCENARIO].requirement
        clauses = "; ".join(requirement.clauses)
        report.outcome = "failed"
        report.longrepr = f"{requirement.id}  {requirement.level.upper()}  {clauses}\n  {verdict}: {reason}"


def _coverage(item: pytest.Item) -> Coverage | None:
    found = getattr(getattr(item, "function", None), "__covers__", None)
    return found if isinstance(found, Coverage) else None


def _scenario(item: pytest.Item) -> Scenario:
    coverage = _coverage(item)
    assert coverage is not None
    function: Any = getattr(item, "function", None)
    description = re.sub(r"\s+", " ", function.__doc__ or "").strip()
    path = (
        item.path.relative_to(SCENARIOS).as_posix() if item.path.is_relative_to(SCENARIOS) else item.path.name
    )
    identifier = f"{path}::{item.name}"
    return Scenario(identifier, _title(item.name), description, load()[coverage.requirement], coverage)


def _title(name: str) -> str:
    """The function's name as the sentence that it is."""
    stem, _, parameter = name.removeprefix("test_").partition("[")
    words = [word.upper() if word in _ACRONYMS else word for word in stem.split("_")]
    sentence = " ".join(words)
    return f"{sentence[:1].upper()}{sentence[1:]}{f' ({parameter[:-1]})' if parameter else ''}"


def _order(item: pytest.Item) -> tuple[bool, bool, bool, int, str, int]:
    scenario = item.stash[SCENARIO]
    coverage = scenario.coverage
    areas: Sequence[str] = [area.name for area in load().areas]
    line = getattr(getattr(item, "function", None), "__code__", None)
    return (
        coverage.waits,
        coverage.last,
        coverage.destroys,
        areas.index(scenario.requirement.area),
        str(item.path),
        line.co_firstlineno if line else 0,
    )
