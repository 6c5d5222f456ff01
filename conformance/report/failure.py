"""How a finding reads: requirement, level, clause, expected, received, exchange, and the call to repeat."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.catalogue import Requirement
from conformance.report.text import inert, one_line
from conformance.report.verdicts import ScenarioVerdict, Verdicts

_COLUMN = 12


def render_failure(
    verdicts: Verdicts, requirement: Requirement, scenario: ScenarioVerdict, *, report: str = ""
) -> str:
    """The block of plain text that every report shows of a finding.

    Args:
        report: path of the run's reports, where a reader needs to be told.
    """
    rows = [*_observed(scenario), *_call(verdicts, scenario)]
    if report:
        rows.append(("report", report))
    return "\n".join([heading(requirement), f"  {one_line(scenario.title)}", *map(_row, rows)])


def heading(requirement: Requirement) -> str:
    """Id, level and clauses, as `refresh-chain  MUST  RFC 6749, section 6`."""
    return f"{requirement.id}  {requirement.level.upper()}  {'; '.join(requirement.clauses)}"


def explanation(scenario: ScenarioVerdict) -> str:
    """Why the scenario has its verdict, in one line."""
    finding = scenario.finding
    if finding is None:
        return one_line(scenario.judgement.reason)
    return one_line(f"expected {finding.expected}; received {finding.received}")


def _observed(scenario: ScenarioVerdict) -> Iterable[tuple[str, str]]:
    finding = scenario.finding
    if finding is None:
        yield "reason", scenario.judgement.reason or "none was recorded"
        return
    yield "expected", finding.expected
    yield "received", finding.received
    if finding.kind:
        yield "kind", finding.kind


def _call(verdicts: Verdicts, scenario: ScenarioVerdict) -> Iterable[tuple[str, str]]:
    exchange = verdicts.exchange(scenario)
    if exchange is None:
        return
    address = exchange.call.partition("?")[0]
    yield "exchange", one_line(f"{exchange.number:04d} {address} -> {exchange.summary}")
    if exchange.curl:
        yield "repeat", one_line(exchange.curl)


def _row(row: tuple[str, str]) -> str:
    name, text = row
    lines = inert(text).strip().splitlines() or [""]
    return f"  {name:<{_COLUMN - 2}}" + ("\n" + " " * _COLUMN).join(lines)
