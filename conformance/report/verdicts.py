"""Adds up the verdicts of a run from its evidence, and writes them as `verdicts.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.catalogue import Catalogue, Requirement
from conformance.errors import UsageError
from conformance.evidence.run import Finding, JudgedScenario, Planned, RecordedExchange, Run
from conformance.report.journeys import kinds
from conformance.verdict import Judgement, Outcome, Verdict, outcome, worst

FORMAT = 1


@dataclass(frozen=True)
class ScenarioVerdict:
    """One scenario of the plan and what was said of it; `recorded` is None where it did not run."""

    id: str
    title: str
    judgement: Judgement
    recorded: JudgedScenario | None = None

    @property
    def finding(self) -> Finding | None:
        """What was expected and received, where a check failed."""
        return self.recorded.finding if self.recorded else None

    @property
    def exchanges(self) -> tuple[int, ...]:
        """The numbers of the exchanges that it made or used, and of the one its finding names."""
        if self.recorded is None:
            return ()
        cited = self.recorded.finding.exchange if self.recorded.finding else None
        return tuple(sorted({*self.recorded.exchanges, *([] if cited is None else [cited])}))


@dataclass(frozen=True)
class RequirementVerdict:
    """One requirement of the plan, with the worst of its scenarios."""

    requirement: Requirement
    judgement: Judgement
    scenarios: tuple[ScenarioVerdict, ...]


@dataclass(frozen=True)
class Unjudged:
    """A requirement of the catalogue that the run did not judge, and why."""

    requirement: Requirement
    reason: str
    deliberate: bool


@dataclass(frozen=True)
class Verdicts:
    """What a run says of its target, requirement by requirement."""

    run: Run
    catalogue: Catalogue
    requirements: tuple[RequirementVerdict, ...]
    unjudged: tuple[Unjudged, ...]

    @cached_property
    def outcome(self) -> Outcome:
        """What the whole run says."""
        judged = ((entry.requirement.level, entry.judgement.verdict) for entry in self.requirements)
        return outcome(judged, complete=self.run.complete)

    @property
    def exit_code(self) -> int:
        """The exit code that says the same to a pipeline."""
        return self.outcome.exit_code

    @property
    def partial(self) -> bool:
        """Whether a part of the catalogue was left out that has scenarios."""
        return bool(self.run.header.selection) or any(not entry.deliberate for entry in self.unjudged)

    @property
    def other_catalogue(self) -> bool:
        """Whether the run was judged by another text of the catalogue than this report is made with."""
        return self.run.header.catalogue_sha256 != self.catalogue.digest

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many requirements have each verdict."""
        counted = Counter(entry.judgement.verdict for entry in self.requirements)
        return {verdict: counted[verdict] for verdict in Verdict}

    @cached_property
    def scenario_counts(self) -> Mapping[Verdict, int]:
        """How many scenarios have each verdict."""
        counted = Counter(scenario.judgement.verdict for _, scenario in self.scenarios())
        return {verdict: counted[verdict] for verdict in Verdict}

    def scenarios(self) -> Iterable[tuple[Requirement, ScenarioVerdict]]:
        """Every scenario beside its requirement, in the order of the catalogue."""
        for entry in self.requirements:
            for scenario in entry.scenarios:
                yield entry.requirement, scenario

    def exchange(self, scenario: ScenarioVerdict) -> RecordedExchange | None:
        """The exchange in which the finding was observed, where it was recorded."""
        finding = scenario.finding
        return self.run.exchanges.get(finding.exchange) if finding and finding.exchange is not None else None

    def as_json(self) -> dict[str, Any]:
        """What `verdicts.json` holds; its JSON Schema is in the package."""
        header, footer = self.run.header, self.run.footer
        target = {name: header.target.get(name, "") for name in ("name", "environment", "profile_sha256")}
        return {
            "format": FORMAT,
            "outcome": str(self.outcome),
            "exit_code": self.exit_code,
            "target": target,
            "suite": {name: header.suite.get(name, "") for name in ("name", "version")},
            "catalogue_sha256": header.catalogue_sha256,
            "started": header.started,
            "ended": footer.ended if footer else None,
            "complete": self.run.complete,
            "partial": self.partial,
            "selection": list(header.selection),
            "authentications": self.run.authentications,
            "authentications_planned": dict(header.authentications_planned),
            "by_psu": {psu: dict(means) for psu, means in self.run.by_psu.items()},
            "journeys": [kind.as_json() for kind in kinds(self.run.journeys)],
            "counts": {
                "requirements": {str(verdict): count for verdict, count in self.counts.items()},
                "scenarios": {str(verdict): count for verdict, count in self.scenario_counts.items()},
                "exchanges": len(self.run.exchanges),
            },
            "requirements": [_requirement_json(entry) for entry in self.requirements],
            "unjudged": [
                {**_heading(entry.requirement), "reason": entry.reason, "deliberate": entry.deliberate}
                for entry in self.unjudged
            ],
        }


def judge(run: Run, catalogue: Catalogue) -> Verdicts:
    """The verdicts of a run, from its evidence and the catalogue alone.

    A planned scenario of which the evidence says nothing is INCONCLUSIVE: it did not run.

    Raises:
        UsageError: the evidence names requirements that this catalogue does not hold.
    """
    planned = {entry.id: entry for entry in run.header.planned}
    for judged in run.scenarios:
        planned.setdefault(judged.id, Planned(judged.id, judged.requirement))
    if unknown := sorted({entry.requirement for entry in planned.values()} - catalogue.by_id.keys()):
        raise UsageError(
            f"the evidence judges requirements that this catalogue does not hold: {', '.join(unknown)}"
        )
    by_requirement: dict[str, list[ScenarioVerdict]] = {}
    for entry in planned.values():
        by_requirement.setdefault(entry.requirement, []).append(_scenario(entry, run))
    judged_ones = tuple(
        _requirement(requirement, by_requirement[requirement.id])
        for requirement in catalogue.requirements
        if requirement.id in by_requirement
    )
    left_out = (requirement for requirement in catalogue.requirements if requirement.id not in by_requirement)
    return Verdicts(
        run, catalogue, judged_ones, tuple(_unjudged(requirement, run) for requirement in left_out)
    )


def _scenario(planned: Planned, run: Run) -> ScenarioVerdict:
    recorded = run.by_id.get(planned.id)
    if recorded is None:
        reason = "it did not run" if run.complete else "it did not run: the run was cut off before it"
        return ScenarioVerdict(planned.id, planned.id, Judgement(Verdict.INCONCLUSIVE, reason))
    judgement = Judgement(recorded.verdict, recorded.reason, recorded.withheld)
    return ScenarioVerdict(planned.id, recorded.title, judgement, recorded)


def _requirement(requirement: Requirement, scenarios: list[ScenarioVerdict]) -> RequirementVerdict:
    judgement = worst(scenario.judgement for scenario in scenarios)
    return RequirementVerdict(requirement, judgement, tuple(scenarios))


def _unjudged(requirement: Requirement, run: Run) -> Unjudged:
    if requirement.untested:
        return Unjudged(requirement, requirement.untested, deliberate=True)
    reason = (
        "outside the selection of this run" if run.header.selection else "no scenario of this run judges it"
    )
    return Unjudged(requirement, reason, deliberate=False)


def _heading(requirement: Requirement) -> dict[str, str]:
    return {
        "id": requirement.id,
        "area": requirement.area,
        "level": str(requirement.level),
        "title": requirement.title,
    }


def _requirement_json(entry: RequirementVerdict) -> dict[str, Any]:
    return {
        **_heading(entry.requirement),
        "clauses": list(entry.requirement.clauses),
        "verdict": str(entry.judgement.verdict),
        "reason": entry.judgement.reason,
        "withheld": entry.judgement.withheld,
        "scenarios": [_scenario_json(scenario) for scenario in entry.scenarios],
    }


def _scenario_json(scenario: ScenarioVerdict) -> dict[str, Any]:
    finding = scenario.finding
    return {
        "id": scenario.id,
        "title": scenario.title,
        "verdict": str(scenario.judgement.verdict),
        "reason": scenario.judgement.reason,
        "withheld": scenario.judgement.withheld,
        "finding": None
        if finding is None
        else {
            "expected": finding.expected,
            "received": finding.received,
            "exchange": finding.exchange,
            "kind": finding.kind,
        },
        "exchanges": list(scenario.exchanges),
    }
