"""The only source of "now": the machine's clock, plus what a target's movable clock was moved by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_COARSE = timedelta(seconds=5)


@dataclass(slots=True)
class Clock:
    """Aware UTC time that follows a sandbox whose clock is moved during the run."""

    moved: timedelta = timedelta()

    def now(self) -> datetime:
        """The time at the target, as far as the suite knows."""
        return datetime.now(UTC) + self.moved

    def wall(self) -> datetime:
        """The machine's own time, for evidence."""
        return datetime.now(UTC)

    def move(self, by: timedelta) -> None:
        """Follow the target's clock, which was moved."""
        self.moved += by

    def meet(self, told: datetime) -> None:
        """Take over the time that a target with a movable clock tells: an earlier run may have moved it."""
        if abs(told - self.now()) > _COARSE:
            self.moved = told - self.wall()
