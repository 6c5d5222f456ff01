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


class Patience:
    """Lets time pass at the target.

    Args:
        waiting: what the profile allows.
        recorder: where it is written that time passed.
        announce: told what is awaited and for how many seconds, before a real wait.
    """

    def __init__(self, waiting: Waiting, recorder: Recorder, announce: Callable[[str, int], None]) -> None:
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
        self.clock.move(timedelta(seconds=seconds))
