"""From what a scenario raised to a verdict; the level comes from the catalogue alone."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.catalogue import Coverage, Requirement
from conformance.catalogue.model import Observation
from conformance.errors import ConformanceError, NonConformance, NotApplicable, Review, Unobservable, Withheld
from conformance.verdict import Judgement, Verdict

EQUIVALENT = "equivalent-but-not-identical"


@dataclass(frozen=True)
class Ruling:
    """What the target's profile decides where standards and the bank's document disagree.

    Args:
        equivalent_warns: an issuer that differs by a default port, case or slash only is WARNED, not FAILED.
    """

    equivalent_warns: bool = False


def judge(
    raised: BaseException | None, requirement: Requirement, coverage: Coverage, ruling: Ruling
) -> Judgement:
    """The judgement of one scenario.

    Args:
        raised: what the scenario raised; None where it ended.
        requirement: what it judges.
        coverage: whether its failure is a warning by the catalogue's own text.
        ruling: what the profile decides.
    """
    if requirement.observe is Observation.EVIDENCE and (raised is None or isinstance(raised, NonConformance)):
        return Judgement(Verdict.REVIEW, _for_a_person(raised))
    match raised:
        case None:
            return Judgement(Verdict.PASSED)
        case NonConformance():
            return _against(raised, requirement, coverage, ruling)
        case NotApplicable():
            return Judgement(Verdict.SKIPPED, str(raised))
        case Withheld():
            return Judgement(Verdict.SKIPPED, str(raised), withheld=True)
        case Review():
            return Judgement(Verdict.REVIEW, str(raised))
        case Unobservable() | ConformanceError():
            return Judgement(Verdict.INCONCLUSIVE, str(raised))
        case _:
            reason = f"the suite itself failed: {type(raised).__name__}: {raised}"
            return Judgement(Verdict.INCONCLUSIVE, reason[:300])


def _for_a_person(raised: NonConformance | None) -> str:
    """What rests on documents is PASSED or FAILED by a named reviewer, never by itself."""
    seen = f": expected {raised.expected}; received {raised.received}" if raised else ""
    return f"it rests on documents, which a person must judge{seen}"


def _against(
    deviation: NonConformance, requirement: Requirement, coverage: Coverage, ruling: Ruling
) -> Judgement:
    warned = coverage.advisory or requirement.level != "must"
    warned = warned or (ruling.equivalent_warns and deviation.kind == EQUIVALENT)
    kind = f" ({deviation.kind})" if deviation.kind else ""
    reason = f"expected {deviation.expected}; received {deviation.received}{kind}"
    return Judgement(Verdict.WARNED if warned else Verdict.FAILED, reason)
