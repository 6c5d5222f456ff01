"""What a requirement asks and what was seen of it, as a reader finds it in Allure.

Allure 2 strips styles, margins and bold type from a description, and Allure 3 cuts wide tables off. So each
fact is a line that begins with its name, and an empty line stands before each part.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from conformance.catalogue import Requirement
from conformance.report.journeys import told
from conformance.report.text import inert, one_line, sentence
from conformance.report.verdicts import ScenarioVerdict, Verdicts
from conformance.verdict import Verdict

_MEANING = {
    Verdict.PASSED: "Observed, and as the clause asks.",
    Verdict.FAILED: "Observed, and against a MUST: the interface does not conform.",
    Verdict.WARNED: "Observed, and against a SHOULD or an advice: worth mending, but not a non-conformance.",
    Verdict.REVIEW: "Recorded, but a human must judge it.",
    Verdict.SKIPPED: "Does not apply here, or was not permitted to be observed.",
    Verdict.INCONCLUSIVE: "Applies, but could not be observed. This is not a statement about the interface.",
}


def description(verdicts: Verdicts, requirement: Requirement, scenario: ScenarioVerdict) -> str:
    """The description in HTML; every text in it is escaped."""
    return "".join(
        [
            _verdict(scenario),
            _terms(_observed(verdicts, scenario)),
            _terms(_journeys(verdicts, scenario)),
            _heading("The requirement"),
            _paragraph(requirement.statement),
            _terms(_facts(requirement)),
            _heading("How the suite checks it"),
            _ordered(requirement.check.steps),
            _terms(
                [
                    ("It passes when", _html(requirement.check.passes)),
                    ("It fails when", _html(requirement.check.fails)),
                    ("It is not judged when", _html(requirement.check.not_applicable)),
                ]
            ),
            _footnote(scenario),
        ]
    )


def _verdict(scenario: ScenarioVerdict) -> str:
    verdict = scenario.judgement.verdict
    about = scenario.recorded.description if scenario.recorded else ""
    opening = _paragraph(about) if about else ""
    return f"{opening}<p><strong>{verdict}.</strong> {_html(_MEANING[verdict])}</p><br>"


def _observed(verdicts: Verdicts, scenario: ScenarioVerdict) -> Iterable[tuple[str, str]]:
    finding = scenario.finding
    if finding is None and scenario.judgement.reason:
        yield "Reason", _html(sentence(scenario.judgement.reason))
    if finding is not None:
        yield "Expected", _html(finding.expected)
        yield "Received", _html(finding.received)
        if finding.kind:
            yield "Kind", _html(finding.kind)
    if exchange := verdicts.exchange(scenario):
        yield "Seen in exchange", _html(f"{exchange.number:04d}: {exchange.purpose} ({exchange.call})")
        if exchange.curl:
            yield "Repeat it with", f"<code>{_html(one_line(exchange.curl))}</code>"


def _journeys(verdicts: Verdicts, scenario: ScenarioVerdict) -> Iterable[tuple[str, str]]:
    """What the whole journeys that the scenario rests on asked of PSUs."""
    rests_on = set(scenario.exchanges)
    for journey in verdicts.run.journeys:
        if journey.exchange in rests_on:
            own = f"; in the bank's own channel: {told(journey.own)}" if journey.own else ""
            yield f"Journey of PSU {_html(journey.psu)}", _html(f"{told(journey.effort)}{own}")


def _facts(requirement: Requirement) -> Iterable[tuple[str, str]]:
    yield "Level", _html(requirement.level.upper())
    yield "Identifier", f"<code>{_html(requirement.id)}</code>"
    yield "Clauses", "; ".join(_clause(str(source), source.link) for source in requirement.sources)
    yield "Part observed", _html(requirement.subject.replace("-", " "))


def _clause(text: str, link: str | None) -> str:
    return (
        f'<a href="{escape(link)}" target="_blank" rel="noopener">{_html(text)}</a>' if link else _html(text)
    )


def _footnote(scenario: ScenarioVerdict) -> str:
    return f"<br><p><small>Scenario <code>{_html(scenario.id)}</code></small></p>"


def _terms(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<p><strong>{name}:</strong> {value}</p>" for name, value in rows)


def _ordered(steps: Iterable[str]) -> str:
    return "".join(f"<p>{number}. {_html(step)}</p>" for number, step in enumerate(steps, 1))


def _heading(text: str) -> str:
    return f"<br><h4>{text}</h4>"


def _paragraph(text: str) -> str:
    return f"<p>{_html(text)}</p>"


def _html(text: str) -> str:
    return escape(inert(text)).replace("\n", "<br>")
