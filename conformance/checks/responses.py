"""What an HTTP answer must be; pure functions over recorded exchanges."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

from conformance.errors import NonConformance, Unobservable
from conformance.exchange import Exchange, FailureKind

_BUSY = (429, 503)
_TOKENS = ("access_token", "refresh_token", "id_token")
_TURNED_AWAY = (FailureKind.TLS_ALERT, FailureKind.CONNECTION_CLOSED)


def answered(exchange: Exchange) -> Exchange:
    """The exchange, where it brought an answer that says something of the bank's behaviour.

    Raises:
        Unobservable: no answer came, or the bank was too busy to give one (429, 503).
    """
    if not exchange.answered:
        raise Unobservable(f"{exchange.purpose}: {exchange.summary}")
    if exchange.status in _BUSY:
        raise Unobservable(f"{exchange.purpose}: the bank is busy (status {exchange.status})")
    return exchange


def expect_status(exchange: Exchange, *wanted: int) -> None:
    """The answer has one of the statuses."""
    if answered(exchange).status not in wanted:
        deviates(exchange, expected=" or ".join(map(str, wanted)))


def expect_success(exchange: Exchange) -> None:
    """The answer has a 2xx status."""
    if not answered(exchange).succeeded:
        deviates(exchange, expected="a 2xx status")


def expect_refusal(exchange: Exchange, *, status: Collection[int], error: Collection[str] = ()) -> None:
    """The request is refused with one of the statuses, and one of the error codes where any is named.

    Args:
        exchange: the answer; an answer with a token is always a deviation.
        status: allowed statuses.
        error: allowed values of the JSON member `error`.
    """
    expect_no_token(exchange)
    wanted = " or ".join(map(str, status)) + (f", error={' or '.join(error)}" if error else "")
    if exchange.status not in status:
        deviates(exchange, expected=wanted)
    if error and exchange.members.get("error") not in error:
        deviates(exchange, expected=wanted)


def expect_no_token(exchange: Exchange) -> None:
    """The answer holds no token, whatever its status."""
    found = [name for name in _TOKENS if answered(exchange).members.get(name)]
    if found:
        deviates(exchange, expected="no token", received=f"{exchange.status} with {', '.join(found)}")


def expect_turned_away(exchange: Exchange, *, beside: Exchange) -> None:
    """A party without the right certificate is refused, in whatever way a bank refuses one.

    A TLS alert, a connection closed, or any 4xx without a token is a refusal (RFC 8446, 4.4.2.4; RFC 6749, 5.2).

    Args:
        exchange: the answer, or the failure in its place.
        beside: the same request by its rightful owner in this run, answered by the same host: without it a
            host that is down would look like one that refuses.
    """
    if not beside.answered:
        raise Unobservable(f"nothing to compare with: {beside.purpose}: {beside.summary}")
    if exchange.failure and exchange.failure.kind in _TURNED_AWAY:
        if exchange.tls and exchange.tls.reused:
            raise Unobservable(f"{exchange.purpose}: a kept-alive connection ended, which may mean anything")
        return
    expect_no_token(exchange)
    if not 400 <= (exchange.status or 0) < 500:
        deviates(exchange, expected="a TLS alert, a closed connection or a 4xx without a token")


def deviates(
    exchange: Exchange, *, expected: str, received: str | None = None, kind: str | None = None
) -> NoReturn:
    """Raise the finding.

    Raises:
        NonConformance: always.
    """
    raise NonConformance(
        expected=expected, received=received or exchange.summary, exchange=exchange, kind=kind
    )
