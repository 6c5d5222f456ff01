"""Makes `allure-results/` from evidence: epic = area, feature = requirement, story = clauses."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from allure_commons.model2 import (
    Attachment,
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from attr import fields

from conformance.catalogue import Requirement
from conformance.report.allure_context import context_files
from conformance.report.allure_steps import Attachments, Steps
from conformance.report.description import description
from conformance.report.failure import explanation, render_failure
from conformance.report.text import inert, milliseconds, one_line
from conformance.report.verdicts import ScenarioVerdict, Verdicts
from conformance.verdict import Verdict

# Allure has five statuses. WARNED is yellow like INCONCLUSIVE, never red: only a finding against a MUST is
# red. Categories, the verdict parameter and the tag tell the two apart.
_STATUS = {
    Verdict.PASSED: Status.PASSED,
    Verdict.FAILED: Status.FAILED,
    Verdict.WARNED: Status.BROKEN,
    Verdict.INCONCLUSIVE: Status.BROKEN,
    Verdict.REVIEW: Status.UNKNOWN,
    Verdict.SKIPPED: Status.SKIPPED,
}
_MODELS = (TestResult, TestStepResult, Attachment, Label, Link, Parameter, StatusDetails)
_MEMBERS = {model: tuple(field.name for field in fields(model)) for model in _MODELS}


class Results:
    """Makes the files of `allure-results/`; the same evidence gives the same bytes."""

    def __init__(self) -> None:
        self._steps = Steps()

    def of(self, verdicts: Verdicts, requirement: Requirement, scenario: ScenarioVerdict) -> dict[str, bytes]:
        """The result of one scenario with its attachments, by name of file."""
        uuid = str(
            uuid5(NAMESPACE_URL, inert(f"{verdicts.run.header.started}:{_identity(verdicts, scenario)}"))
        )
        attachments = Attachments(uuid)
        status = _STATUS[scenario.judgement.verdict]
        steps = self._steps.of(verdicts.run, scenario, status, attachments)
        result = _result(verdicts, requirement, scenario, uuid, steps)
        return {f"{uuid}-result.json": json.dumps(_plain(result)).encode("ascii"), **attachments.files}

    def context(self, verdicts: Verdicts) -> dict[str, bytes]:
        """What Allure shows around the results, by name of file."""
        return context_files(verdicts)

    def all(self, verdicts: Verdicts) -> dict[str, bytes]:
        """Every file by name."""
        files = self.context(verdicts)
        for requirement, scenario in verdicts.scenarios():
            files |= self.of(verdicts, requirement, scenario)
        return files


def _result(
    verdicts: Verdicts,
    requirement: Requirement,
    scenario: ScenarioVerdict,
    uuid: str,
    steps: list[TestStepResult],
) -> TestResult:
    header, recorded = verdicts.run.header, scenario.recorded
    identity = _digest(_identity(verdicts, scenario))
    area = verdicts.catalogue.titles[requirement.area]
    return TestResult(
        uuid=uuid,
        historyId=identity,
        testCaseId=identity,
        fullName=one_line(scenario.id),
        name=one_line(scenario.title),
        titlePath=[one_line(area), requirement.id],
        status=_STATUS[scenario.judgement.verdict],
        statusDetails=_details(verdicts, requirement, scenario),
        stage="finished",
        start=milliseconds(recorded.started if recorded else header.started),
        stop=milliseconds(recorded.ended if recorded else header.started),
        descriptionHtml=description(verdicts, requirement, scenario),
        steps=steps,
        labels=_labels(requirement, scenario, area),
        links=_links(requirement),
        parameters=_parameters(requirement, scenario),
    )


def _identity(verdicts: Verdicts, scenario: ScenarioVerdict) -> str:
    """The same from run to run, so that Allure shows a history."""
    return f"psd2-conformance:{verdicts.run.header.target.get('slug', '')}:{scenario.id}"


def _details(verdicts: Verdicts, requirement: Requirement, scenario: ScenarioVerdict) -> StatusDetails | None:
    judgement = scenario.judgement
    if judgement.verdict is Verdict.PASSED:
        return None
    nature = {Verdict.SKIPPED: ", withheld" if judgement.withheld else ", not applicable"}
    against = {
        Verdict.FAILED: f" ({requirement.level.upper()})",
        Verdict.WARNED: f" ({requirement.level.upper()})",
    }
    verdict = f"{judgement.verdict}{nature.get(judgement.verdict, '')}{against.get(judgement.verdict, '')}"
    traceback = scenario.recorded.traceback if scenario.recorded else None
    block = render_failure(verdicts, requirement, scenario)
    return StatusDetails(
        message=f"{verdict}: {explanation(scenario)}",
        trace=block + (f"\n\n{inert(traceback)}" if traceback else ""),
    )


def _labels(requirement: Requirement, scenario: ScenarioVerdict, area: str) -> list[Label]:
    labels = {
        "epic": area,
        "feature": f"{requirement.id}: {requirement.title}",
        "story": "; ".join(requirement.clauses),
        "parentSuite": area,
        "suite": requirement.id,
        "severity": str(requirement.severity),
        "package": f"{requirement.area}.{requirement.id}",
        "framework": "psd2-conformance",
        "verdict": str(scenario.judgement.verdict),
        "level": requirement.level.upper(),
    }
    tags = (requirement.level.upper(), str(scenario.judgement.verdict))
    return [
        *(Label(name=name, value=one_line(value)) for name, value in labels.items()),
        *(Label(name="tag", value=tag) for tag in tags),
    ]


def _links(requirement: Requirement) -> list[Link]:
    return [
        Link(type="link", url=source.link, name=one_line(str(source)))
        for source in requirement.sources
        if source.link
    ]


def _parameters(requirement: Requirement, scenario: ScenarioVerdict) -> list[Parameter]:
    return [
        Parameter(name="Verdict", value=str(scenario.judgement.verdict), excluded=True),
        Parameter(name="Level", value=requirement.level.upper(), excluded=True),
    ]


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _plain(item: Any) -> Any:
    """A model of Allure as JSON holds it, without what is empty."""
    if isinstance(item, list):
        return [_plain(entry) for entry in item]
    names = _MEMBERS.get(type(item))
    if names is None:
        return item
    members = ((name, getattr(item, name)) for name in names)
    return {name: _plain(value) for name, value in members if value or value is False}
