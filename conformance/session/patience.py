"""Waiting: as long as needed, where allowed, and by moving the target's clock where it can be moved."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import requests

from conformance.clock import Clock
from conformance.errors import Unobservable, Withheld
from conformance.target.model import Waiting
from conformance.wire.recorder import Recorder

_SHORT = timedelta(seconds=10)
_TELLING = 10  # seconds: a move that the Date of an answer shows, to the second as it is


class Patience:
    """Lets time pass at the target.

    Args:
        waiting: what the profile allows.
        recorder: where it is written that time passed.
        announce: told what is awaited and for how many seconds, before a real wait.
        time_there: looks what time it is at the target; None where it does not say.
    """

    def __init__(
        self,
        waiting: Waiting,
        recorder: Recorder,
        announce: Callable[[str, int], None],
        time_there: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._time_there = time_there
        self._seen_to_move = False
        self._waiting = waiting
        self._recorder = recorder
        self._announce = announce

    @property
    def clock(self) -> Clock:
        """The time at the target."""
        return self._recorder.clock

    @property
    def movable(self) -> bool:
        """Whether the target's clock can be moved."""
        return self._waiting.clock_control is not None

    def wait(self, span: timedelta, reason: str) -> None:
        """Let time pass.

        Args:
            span: how long.
            reason: what is awaited, for the person who watches.

        Raises:
            Withheld: waiting is not allowed, or not for so long.
            Unobservable: the target's clock could not be moved.
        """
        seconds = max(0, round(span.total_seconds()))
        if self.movable:
            self._move(seconds)
            self._recorder.waited(reason, seconds, "clock-control")
            return
        if span > _SHORT:
            self._permit(seconds)
        self._announce(reason, seconds)
        time.sleep(seconds)
        self._recorder.waited(reason, seconds, "slept")

    def wait_until(self, moment: datetime, reason: str) -> None:
        """Let time pass until the target's clock shows a moment; not at all where it does already."""
        left = (moment - self.clock.now()).total_seconds()
        if left > 0:
            self.wait(timedelta(seconds=math.ceil(left)), reason)

    def require(self, span: timedelta) -> None:
        """Say now, before the PSU is asked for anything, whether a wait will be allowed.

        Raises:
            Withheld: it will not.
        """
        if not self.movable:
            self._permit(round(span.total_seconds()))

    def _permit(self, seconds: int) -> None:
        if not self._waiting.allowed:
            raise Withheld(f"needs a wait of {seconds} s, which the profile does not allow (waiting.allowed)")
        if seconds > self._waiting.longest:
            raise Withheld(
                f"needs a wait of {seconds} s, the profile allows {self._waiting.longest} (waiting.longest)"
            )

    def _move(self, seconds: int) -> None:
        try:
            with requests.Session() as session:
                session.trust_env = False
                control = self._waiting.clock_control or ""
                answer = session.post(control, json={"advance_seconds": seconds}, timeout=10)
        except requests.RequestException as error:
            raise Unobservable(f"the target's clock could not be moved: {type(error).__name__}") from None
        if not answer.ok:
            raise Unobservable(f"the target's clock could not be moved: status {answer.status_code}")
        before = self.clock.now()
        self.clock.move(timedelta(seconds=seconds))
        if seconds >= _TELLING and not self._seen_to_move:
            self._see(before, timedelta(seconds=seconds))

    def _see(self, before: datetime, span: timedelta) -> None:
        """Look once whether the target's clock really moves when it is told to.

        Raises:
            Unobservable: it stands, so that nothing grows old there.
        """
        told = self._time_there()
        if told is not None and told - before < span / 2:
            self.clock.meet(told)
            raise Unobservable("the target's clock was told to move, and its answers are dated as before")
        self._seen_to_move = told is not None
