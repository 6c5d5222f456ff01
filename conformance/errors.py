"""Every exception that the suite raises, and what each means for a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.exchange import Exchange


class ConformanceError(Exception):
    """The root of all exceptions raised here."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what the user gave us.

    Args:
        file: the file, or the command-line option, that holds it.
        key: the dotted key, empty when the whole file is meant.
        found: what stands there; never a secret's value.
        wanted: what should.
        hint: a near match for a misspelt key, or what to do.
    """

    file: str
    key: str
    found: str
    wanted: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: found {self.found}, wanted {self.wanted}{hint}"


class UsageError(ConformanceError):
    """The run cannot start: exit 2, nothing was sent."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        super().__init__(problems if isinstance(problems, str) else "\n".join(map(str, problems)))


class CatalogueError(ConformanceError):
    """The catalogue of requirements contradicts itself."""


class NonConformance(ConformanceError):
    """Observed, and against the clause: FAILED, or WARNED where the level is SHOULD or MAY.

    Args:
        expected: what the clause asks, in words.
        received: what was observed.
        exchange: where it was observed.
        kind: a sub-kind that stays visible in the report, as `equivalent-but-not-identical`.
    """

    def __init__(
        self, *, expected: str, received: str, exchange: Exchange | None = None, kind: str | None = None
    ) -> None:
        self.expected = expected
        self.received = received
        self.exchange = exchange
        self.kind = kind
        super().__init__(f"expected {expected}, received {received}")


class Unobservable(ConformanceError):
    """Applies, but could not be observed: INCONCLUSIVE with this reason."""


class NotApplicable(ConformanceError):
    """Does not apply to this target, role or environment: SKIPPED with this reason."""


class Review(ConformanceError):
    """Somebody has to judge what no client can observe: REVIEW with this reason, never PASSED by itself."""


class Withheld(ConformanceError):
    """Applies, but the run was not permitted to look: SKIPPED, and its requirement cannot be PASSED."""
