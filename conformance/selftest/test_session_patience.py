"""A wait by moving the target's clock counts only where the target's answers show that it moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from conformance.clock import Clock
from conformance.errors import Unobservable
from conformance.selftest.hostile import HostileServer, http
from conformance.session import Patience
from conformance.target.model import Waiting
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder
from conformance.wire.redaction import Redactor

HOUR = timedelta(hours=1)


class Target:
    """A target whose clock control takes every order, and whose answers tell the time.

    Args:
        control: where the clock is moved.
        told: what its answers are dated, in order of the looks; None where they are not dated.
    """

    def __init__(self, control: str, *told: datetime | None) -> None:
        self.clock = Clock()
        self.looks = 0
        self._told = told
        waiting = Waiting(allowed=True, clock_control=control)
        recorder = Recorder(lambda _event: None, Masking(Redactor()), self.clock)
        self.patience = Patience(waiting, recorder, lambda _reason, _seconds: None, self._look)

    def _look(self) -> datetime | None:
        self.looks += 1
        return self._told[min(self.looks, len(self._told)) - 1]

    @property
    def ahead(self) -> float:
        """How many hours the suite believes the target ahead."""
        return round(self.clock.moved / HOUR, 2)


@pytest.fixture
def control() -> Iterator[str]:
    with HostileServer(http(204)) as server:
        yield f"http://127.0.0.1:{server.port}/clock"


def test_a_clock_that_moves_is_looked_at_once(control: str) -> None:
    target = Target(control, datetime.now(UTC) + HOUR)

    target.patience.wait(HOUR, "an hour")
    target.patience.wait(HOUR, "another")

    assert (target.looks, target.ahead) == (1, 2.0)


def test_a_clock_that_stands_makes_nothing_old(control: str) -> None:
    target = Target(control, datetime.now(UTC))

    for _ in range(2):
        with pytest.raises(Unobservable, match="dated as before"):
            target.patience.wait(HOUR, "an hour")

    assert (target.looks, target.ahead) == (2, 0.0)


def test_answers_without_a_date_tell_nothing_against_the_clock(control: str) -> None:
    target = Target(control, None)

    target.patience.wait(HOUR, "an hour")

    assert target.ahead == 1.0


def test_a_step_too_short_for_a_date_to_show_is_not_looked_at(control: str) -> None:
    target = Target(control, datetime.now(UTC))

    target.patience.wait(timedelta(seconds=2), "a moment")

    assert target.looks == 0
