"""How often an AISP may ask (RTS, Art. 36(5)): four times a day by itself, without limit when the PSU asks."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.controls import given_success
from conformance.checks.responses import deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange

Round = tuple[Exchange, ...]
_TOO_MANY = 429
_OTHER_CAUSES = (401, 503)


def expect_served(rounds: Sequence[Round], *, beside: Exchange) -> None:
    """Every call of the rounds is served.

    Args:
        rounds: without the PSU's address.
        beside: a call for another PSU behind them: a bank that serves nobody has no limit of four.

    Raises:
        NotApplicable: the very first call is one too many: an earlier run used the allowance of the day.
        Unobservable: a call failed for another cause than how often it was made.
    """
    first = rounds[0][0]
    if first.status == _TOO_MANY:
        given_success(beside)
        raise NotApplicable("the day's unattended accesses were used before this run")
    for number, calls in enumerate(rounds, start=1):
        for call in _refused(calls, beside):
            if call.status != _TOO_MANY and number == 1:
                raise Unobservable(f"{call.purpose}: {call.summary}, already in the first round")
            deviates(call, expected=f"an answer in round {number}")


def expect_attended_served(rounds: Sequence[Round], *, first: Round, beside: Exchange) -> None:
    """Calls made while the PSU asks are served, however many went before.

    Args:
        rounds: with the PSU's address.
        first: the first round without it, which shows that the calls are good.
        beside: a call for another PSU behind them.
    """
    given_success(*first)
    for calls in rounds:
        for call in _refused(calls, beside):
            deviates(call, expected="an answer while the PSU is asking")


def expect_served_or_too_many(calls: Round, *, first: Round, beside: Exchange) -> None:
    """A fifth round is served, or refused with 429.

    Args:
        calls: of that round.
        first: the first one, which shows that the calls are good.
        beside: a call for another PSU behind them.
    """
    given_success(*first)
    for call in _refused(calls, beside):
        if call.status != _TOO_MANY:
            deviates(call, expected="a 2xx status or 429")


def _refused(calls: Round, beside: Exchange) -> list[Exchange]:
    """The calls that were refused, perhaps because they were too many.

    Raises:
        Unobservable: one failed for another cause, or another PSU is served no better.
    """
    refused = [call for call in calls if not call.succeeded]
    for call in refused:
        if not call.answered or call.status in _OTHER_CAUSES:
            raise Unobservable(f"{call.purpose}: {call.summary}")
        given_success(beside)
    return refused
