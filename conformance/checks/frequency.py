"""How often an AISP may ask (RTS, Art. 36(5)): four times a day by itself, without limit when the PSU asks."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.responses import deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange

Round = tuple[Exchange, ...]
_TOO_MANY = 429
_OTHER_CAUSES = (401, 503)


def expect_served(rounds: Sequence[Round]) -> None:
    """Every call of the rounds is served.

    Raises:
        NotApplicable: the very first call is one too many: an earlier run used the allowance of the day.
        Unobservable: a call failed for another cause than how often it was made.
    """
    first = rounds[0][0]
    if first.status == _TOO_MANY:
        raise NotApplicable("the day's unattended accesses were used before this run")
    for number, calls in enumerate(rounds, start=1):
        for call in calls:
            _expect_served(call, number)


def _expect_served(call: Exchange, number: int) -> None:
    if not call.answered or call.status in _OTHER_CAUSES:
        raise Unobservable(f"{call.purpose}: {call.summary}")
    if call.status == _TOO_MANY or (number > 1 and not call.succeeded):
        deviates(call, expected=f"an answer in round {number}")
    if not call.succeeded:
        raise Unobservable(f"{call.purpose}: {call.summary}, already in the first round")


def expect_attended_served(rounds: Sequence[Round], *, beside: Sequence[Round]) -> None:
    """Calls made while the PSU asks are served, however many went before.

    Args:
        rounds: with the PSU's address.
        beside: those without it, which show that the calls are good.
    """
    if not all(call.succeeded for call in beside[0]):
        raise Unobservable("the same calls fail without the PSU too")
    for calls in rounds:
        for call in calls:
            if not call.answered or call.status in _OTHER_CAUSES:
                raise Unobservable(f"{call.purpose}: {call.summary}")
            if not call.succeeded:
                deviates(call, expected="an answer while the PSU is asking")


def expect_served_or_too_many(calls: Round) -> None:
    """A fifth round is served, or refused with 429."""
    for call in calls:
        if not call.answered or call.status in _OTHER_CAUSES:
            raise Unobservable(f"{call.purpose}: {call.summary}")
        if not call.succeeded and call.status != _TOO_MANY:
            deviates(call, expected="a 2xx status or 429")
