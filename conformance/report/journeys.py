"""What journeys asked of PSUs, beside what the bank's own channel asks for the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from conformance.evidence.run import Effort, Journey
from conformance.report.text import one_line

_COUNTED = (
    ("steps", "step", "steps"),
    ("screens", "screen", "screens"),
    ("authentications", "authentication", "authentications"),
    ("fields", "field to fill", "fields to fill"),
    ("redirects", "redirect", "redirects"),
)


@dataclass(frozen=True)
class Kind:
    """All journeys for one role with one means.

    Args:
        walked: how many there were.
        most: of each figure, the highest; of the seconds, the median.
    """

    role: str
    means: str
    walked: int
    most: Effort
    own: Effort | None

    def as_json(self) -> dict[str, Any]:
        """What `verdicts.json` holds of it."""
        own = asdict(self.own) if self.own else None
        return {
            "role": self.role,
            "means": self.means,
            "walked": self.walked,
            **asdict(self.most),
            "own": own,
        }


def kinds(journeys: Sequence[Journey]) -> list[Kind]:
    """The journeys by role and means, in the order in which each kind was walked first."""
    found: dict[tuple[str, str], list[Journey]] = {}
    for journey in journeys:
        found.setdefault((journey.role, journey.means), []).append(journey)
    return [
        Kind(*key, len(those), _most([each.effort for each in those]), those[0].own)
        for key, those in found.items()
    ]


def _most(efforts: Sequence[Effort]) -> Effort:
    seconds = [each.seconds for each in efforts if each.seconds is not None]
    return Effort(
        steps=max(each.steps for each in efforts),
        screens=max(each.screens for each in efforts),
        redirects=max((each.redirects or 0 for each in efforts), default=None),
        authentications=max((each.authentications or 0 for each in efforts), default=None),
        fields=max((each.fields or 0 for each in efforts), default=None),
        seconds=round(median(seconds), 3) if seconds else None,
    )


def told(effort: Effort) -> str:
    """Figures in words, as `3 steps, 3 screens, 1 authentication, 2 fields to fill, 4 redirects, 0.1 s`."""
    parts = []
    for name, one, many in _COUNTED:
        count = getattr(effort, name)
        if count is not None:
            parts.append(f"{count} {one if count == 1 else many}")
    return ", ".join([*parts, *([f"{effort.seconds:.1f} s"] if effort.seconds is not None else [])])


def journey_name(journey: Journey) -> str:
    """One journey in a line."""
    own = f"; in the bank's own channel: {told(journey.own)}" if journey.own else ""
    whose = f"The journey of PSU {journey.psu} is over ({journey.role}, {journey.means})"
    return one_line(f"{whose}: {told(journey.effort)}{own}")


def lines(journeys: Sequence[Journey]) -> Iterable[str]:
    """A line for each kind, beneath a heading; none where no PSU walked a whole journey."""
    found = kinds(journeys)
    if found:
        yield "Journeys from login to return, the most of each figure (and in the bank's own channel):"
    for kind in found:
        yield f"  {one_line(f'{kind.role} with {kind.means}, {kind.walked} walked: {_beside(kind)}')}"


def _beside(kind: Kind) -> str:
    own = f" ({told(kind.own)})" if kind.own else " (not recorded in the profile)"
    return told(kind.most) + own
