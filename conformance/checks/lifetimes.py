"""How long an access token works (RFC 6750, sections 3.1 and 5.3)."""

from __future__ import annotations

from datetime import timedelta

from conformance.checks.bearer import given_opened
from conformance.checks.responses import answered, deviates
from conformance.checks.token_response import is_number
from conformance.errors import Unobservable
from conformance.exchange import Exchange

_LONGEST = 10 * 366 * 86_400


def announced(issued: Exchange) -> timedelta:
    """The lifetime that a token response announces.

    Raises:
        Unobservable: it announces none that could be waited for.
    """
    value = issued.members.get("expires_in")
    if not is_number(value) or not 0 < value <= _LONGEST:
        raise Unobservable("the token response announces no lifetime that could be waited for")
    return timedelta(seconds=value)


def expect_within_lifetime(call: Exchange, *, issued: Exchange, control: Exchange) -> None:
    """The API takes a token for as long as was announced.

    Args:
        call: with the token.
        issued: the token response that announced its lifetime.
        control: a call that the API served.

    Raises:
        Unobservable: the API serves nobody, the token was over already, or the answer tells nothing of it.
    """
    given_opened(control)
    lifetime = announced(issued)
    age = call.received_at_target - issued.sent_at_target
    if age >= lifetime:
        raise Unobservable(
            f"the token was {_seconds(age)} old, its lifetime of {_seconds(lifetime)} was over"
        )
    if answered(call).status == 401:
        wanted = f"a 2xx status: the token is {_seconds(age)} old and was announced for {_seconds(lifetime)}"
        deviates(call, expected=wanted)
    if not call.succeeded:
        raise Unobservable(f"{call.purpose}: {call.summary}")


def expect_over(call: Exchange, *, issued: Exchange, control: Exchange) -> None:
    """The API refuses a token whose announced lifetime has passed: 401 (RFC 6750, 3.1).

    Args:
        call: with the token, after its lifetime.
        issued: the token response that announced its lifetime.
        control: the same call within its lifetime, which the API served.

    Raises:
        Unobservable: the token did not work before either, or the answer is neither leave nor refusal.
    """
    given_opened(control)
    late = call.sent_at_target - issued.received_at_target - announced(issued)
    wanted = f"401: the token's announced lifetime ended {_seconds(late)} ago"
    if answered(call).succeeded or (400 <= (call.status or 0) < 500 and call.status != 401):
        deviates(call, expected=wanted)
    if call.status != 401:
        raise Unobservable(f"{call.purpose}: neither served nor refused: {call.summary}")


def _seconds(span: timedelta) -> str:
    return f"{round(span.total_seconds())} s"
