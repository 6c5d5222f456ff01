"""The six verdicts, and how those of scenarios add up to a requirement's and a run's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the suite says of a scenario or a requirement."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    WARNED = "WARNED"
    REVIEW = "REVIEW"
    SKIPPED = "SKIPPED"
    INCONCLUSIVE = "INCONCLUSIVE"


class Outcome(StrEnum):
    """What a whole run says of its target."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not-conformant"
    INCOMPLETE = "incomplete"

    @property
    def exit_code(self) -> int:
        """The process exit code that says this outcome to a pipeline."""
        return {Outcome.CONFORMANT: 0, Outcome.NOT_CONFORMANT: 1, Outcome.INCOMPLETE: 3}[self]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason.

    Args:
        verdict: one of the six.
        reason: one plain sentence; empty only for PASSED.
        withheld: SKIPPED because the run was not permitted to look, not because it does not apply.
    """

    verdict: Verdict
    reason: str = ""
    withheld: bool = False

    @property
    def rank(self) -> int:
        """How bad it is; a requirement takes the worst of its scenarios."""
        if self.verdict is Verdict.SKIPPED:
            return 2 if self.withheld else 0
        return {
            Verdict.PASSED: 1,
            Verdict.WARNED: 3,
            Verdict.REVIEW: 4,
            Verdict.INCONCLUSIVE: 5,
            Verdict.FAILED: 6,
        }[self.verdict]


def worst(judgements: Iterable[Judgement]) -> Judgement:
    """The judgement of a requirement from those of its scenarios.

    What was withheld outranks PASSED: a requirement of which a part was not permitted to be observed has not
    been observed. What does not apply ranks below PASSED: an optional feature that the target does not offer
    takes nothing from the rest.
    """
    ranked = sorted(judgements, key=lambda judgement: judgement.rank, reverse=True)
    return ranked[0] if ranked else Judgement(Verdict.INCONCLUSIVE, "no scenario judged it")


def outcome(requirements: Iterable[tuple[str, Verdict]], *, complete: bool) -> Outcome:
    """The outcome of a run.

    Args:
        requirements: level and verdict of each requirement that the run covers.
        complete: whether the run reached its end.
    """
    judged = list(requirements)
    verdicts = {verdict for _, verdict in judged}
    if any(verdict is Verdict.FAILED for _, verdict in judged):
        return Outcome.NOT_CONFORMANT
    if not complete or not verdicts & {Verdict.PASSED, Verdict.WARNED}:
        return Outcome.INCOMPLETE
    if verdicts & {Verdict.INCONCLUSIVE, Verdict.REVIEW}:
        return Outcome.INCOMPLETE
    return Outcome.CONFORMANT
