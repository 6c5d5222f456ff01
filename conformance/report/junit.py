"""Writes `junit.xml`: a suite per area, a case per scenario."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # it only writes here; nothing from outside is parsed
from collections import Counter
from collections.abc import Iterable

from conformance.catalogue import Requirement
from conformance.report.failure import explanation, render_failure
from conformance.report.text import inert, milliseconds, one_line
from conformance.report.verdicts import ScenarioVerdict, Verdicts
from conformance.verdict import Verdict

Case = tuple[Requirement, ScenarioVerdict]

_COUNTED = {
    "failures": (Verdict.FAILED,),
    "errors": (Verdict.INCONCLUSIVE,),
    "skipped": (Verdict.SKIPPED, Verdict.REVIEW),
}


def junit(verdicts: Verdicts) -> bytes:
    """The document: FAILED fails, INCONCLUSIVE is an error, WARNED passes and says so beside it.

    REVIEW is skipped, with all that was recorded: nobody has judged it yet, and it must not count as passed.
    """
    root = ET.Element("testsuites", name=_name(verdicts))
    _count(root, verdicts.scenarios())
    for area in verdicts.catalogue.areas:
        cases = [case for case in verdicts.scenarios() if case[0].area == area.name]
        if cases:
            suite = ET.SubElement(root, "testsuite", name=inert(area.title))
            suite.set("timestamp", inert(verdicts.run.header.started))
            _count(suite, cases)
            for case, name in zip(cases, _names(cases), strict=True):
                _case(suite, verdicts, case, name)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _name(verdicts: Verdicts) -> str:
    header = verdicts.run.header
    return one_line(f"{header.suite.get('name', '')} {header.target.get('name', '')}: {verdicts.outcome}")


def _count(element: ET.Element, cases: Iterable[Case]) -> None:
    listed = list(cases)
    counted = Counter(scenario.judgement.verdict for _, scenario in listed)
    element.set("tests", str(len(listed)))
    for attribute, counting in _COUNTED.items():
        element.set(attribute, str(sum(counted[verdict] for verdict in counting)))
    element.set("time", f"{sum(_seconds(scenario) for _, scenario in listed):.3f}")


def _names(cases: list[Case]) -> list[str]:
    """Titles; where two scenarios of a requirement share one, with the parameters that tell them apart."""
    titles = Counter((requirement.id, scenario.title) for requirement, scenario in cases)
    return [
        one_line(scenario.title if titles[requirement.id, scenario.title] == 1 else _told_apart(scenario))
        for requirement, scenario in cases
    ]


def _told_apart(scenario: ScenarioVerdict) -> str:
    return f"{scenario.title} ({scenario.id.rpartition('::')[2]})"


def _case(suite: ET.Element, verdicts: Verdicts, case: Case, name: str) -> None:
    requirement, scenario = case
    element = ET.SubElement(suite, "testcase", classname=requirement.id, name=name)
    element.set("time", f"{_seconds(scenario):.3f}")
    properties = ET.SubElement(element, "properties")
    facts = {
        "scenario": scenario.id,
        "level": requirement.level.upper(),
        "verdict": scenario.judgement.verdict,
    }
    for key, value in facts.items():
        ET.SubElement(properties, "property", name=key, value=inert(value))
    _verdict(element, verdicts, case)


def _verdict(element: ET.Element, verdicts: Verdicts, case: Case) -> None:
    requirement, scenario = case
    verdict, why = scenario.judgement.verdict, explanation(scenario)
    if verdict is Verdict.SKIPPED:
        ET.SubElement(element, "skipped", message=why)
    elif verdict is Verdict.REVIEW:
        waiting = ET.SubElement(element, "skipped", message=f"{verdict}: {why}")
        waiting.text = render_failure(verdicts, requirement, scenario)
    elif verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE):
        tag = "failure" if verdict is Verdict.FAILED else "error"
        problem = ET.SubElement(element, tag, message=why, type=str(verdict))
        problem.text = render_failure(verdicts, requirement, scenario) + _traceback(scenario)
    elif verdict is Verdict.WARNED:
        said = f"{verdict}: {why}\n\n{render_failure(verdicts, requirement, scenario)}"
        ET.SubElement(element, "system-out").text = said


def _traceback(scenario: ScenarioVerdict) -> str:
    text = scenario.recorded.traceback if scenario.recorded else None
    return f"\n\n{inert(text)}" if text else ""


def _seconds(scenario: ScenarioVerdict) -> float:
    if scenario.recorded is None:
        return 0.0
    started, ended = milliseconds(scenario.recorded.started), milliseconds(scenario.recorded.ended)
    return max(0, ended - started) / 1000 if started is not None and ended is not None else 0.0
