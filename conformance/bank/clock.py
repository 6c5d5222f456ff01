"""The bank's time: the machine's clock, plus what tests moved it by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time that only tests can move, and only forward."""

    def __init__(self) -> None:
        self._moved = timedelta()

    def now(self) -> datetime:
        """The time at the bank."""
        return datetime.now(UTC) + self._moved

    def timestamp(self) -> int:
        """The time at the bank in whole seconds since the epoch."""
        return int(self.now().timestamp())

    def advance(self, by: timedelta) -> None:
        """Move the bank into the future.

        Raises:
            ValueError: the step is backwards.
        """
        if by < timedelta():
            raise ValueError("the bank's clock only moves forward")
        self._moved += by
