"""The checks of the interface as a whole, on paper: series without answer, identifiers, clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conformance.checks import interface
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, Headers, TlsFacts

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
Outcome = type[Exception] | None


def call(
    status: int | None = 200,
    *,
    seconds: float = 0.1,
    failure: FailureKind = FailureKind.TIMEOUT,
    echoed: str | None = "abc",
    sent: str | None = "abc",
    off: float = 0,
    tls: TlsFacts | None = None,
) -> Exchange:
    dated = format_datetime(BEGUN + timedelta(seconds=off), usegmt=True)
    answered = (("Date", dated), *((("X-Request-ID", echoed),) if echoed is not None else ()))
    return Exchange(
        number=1,
        purpose="call the API",
        client="main",
        method="GET",
        url="https://api.bank.example/accounts",
        request_headers=Headers((("X-Request-ID", sent),) if sent is not None else ()),
        request_body=None,
        sent=BEGUN,
        elapsed=timedelta(seconds=seconds),
        status=status,
        headers=Headers(answered if status else ()),
        body=b"{}" if status else b"",
        failure=None if status else Failure(failure, "ended"),
        tls=tls,
    )


def outcome(check: object, *args: object) -> Outcome:
    try:
        check(*args)  # type: ignore[operator]
    except (NonConformance, NotApplicable, Unobservable) as raised:
        return type(raised)
    return None


GOOD, HANGS, GONE, BROKEN = call(), call(seconds=40), call(None, seconds=30.01), call(503)
GIVEN_UP = call(None, seconds=10)
TURNED_AWAY = call(None, failure=FailureKind.TLS_ALERT)
NOBODY_THERE = call(None, failure=FailureKind.CONNECTION_REFUSED)
HUNG_UP = call(None, failure=FailureKind.CONNECTION_CLOSED)

ASKED = TlsFacts(client_certificate_requested=True)
SHOWN = TlsFacts(client_certificate_requested=True, client_certificate_sha256="00" * 32)
NOT_ASKED = TlsFacts(client_certificate_requested=False)


@pytest.mark.parametrize(
    ("calls", "five", "any_at_all"),
    [
        ([GOOD] * 5, None, None),
        ([GOOD] * 4, NotApplicable, NotApplicable),
        ([TURNED_AWAY] * 9, NotApplicable, NotApplicable),
        ([HANGS] * 5, NonConformance, NonConformance),
        ([GONE, BROKEN, HANGS, BROKEN, GONE], NonConformance, NonConformance),
        ([BROKEN] * 4 + [GOOD] + [BROKEN] * 4, None, NonConformance),
        ([BROKEN, TURNED_AWAY, BROKEN, BROKEN, BROKEN, BROKEN], NonConformance, NonConformance),
        ([GOOD] * 8 + [call(404)] * 5, None, None),
        ([GIVEN_UP] * 5, Unobservable, Unobservable),
        ([GOOD] * 8 + [GIVEN_UP], Unobservable, Unobservable),
        ([GONE] * 3 + [GIVEN_UP] + [GONE] * 3, Unobservable, NonConformance),
        ([GONE] * 5 + [GIVEN_UP], NonConformance, NonConformance),
        ([GOOD] * 8 + [NOBODY_THERE], Unobservable, Unobservable),
        ([GOOD] * 8 + [HUNG_UP] * 4 + [GOOD], None, None),
        ([GOOD] * 8 + [HUNG_UP] * 5, Unobservable, Unobservable),
        ([call(403)] * 9, Unobservable, Unobservable),
    ],
)
def test_five_requests_in_a_row_without_answer_are_too_many(
    calls: list[Exchange], five: Outcome, any_at_all: Outcome
) -> None:
    assert outcome(interface.expect_available, calls) is five
    assert outcome(interface.expect_always_answered, calls) is any_at_all


@pytest.mark.parametrize(
    ("calls", "wanted"),
    [
        ([GOOD, call(404)], None),
        ([call(echoed="other")], NonConformance),
        ([GOOD, call(404, echoed=None)], NonConformance),
        ([call(sent=None, echoed=None)], Unobservable),
        ([GONE, call(503, echoed=None)], Unobservable),
        ([], Unobservable),
        ([GOOD, call(400, echoed=None, tls=ASKED)], None),
        ([call(400, echoed=None, tls=ASKED)], Unobservable),
        ([GOOD, call(400, echoed=None, tls=TlsFacts())], None),
        ([GOOD, call(400, echoed=None, tls=SHOWN)], NonConformance),
        ([GOOD, call(400, echoed=None, tls=NOT_ASKED)], NonConformance),
        ([GOOD, call(200, echoed=None, tls=ASKED)], NonConformance),
    ],
)
def test_the_identifier_comes_back_with_every_answer(calls: list[Exchange], wanted: Outcome) -> None:
    assert outcome(interface.expect_correlated, calls) is wanted


@pytest.mark.parametrize(
    ("off", "wanted"), [(0, None), (-59, None), (59, None), (-61, NonConformance), (600, NonConformance)]
)
def test_the_clock_is_no_more_than_a_minute_off(off: float, wanted: Outcome) -> None:
    assert outcome(interface.expect_right_time, [call(off=off)]) is wanted


def test_no_clock_is_right_that_nobody_read() -> None:
    assert outcome(interface.expect_right_time, [GONE, call(400, tls=ASKED)]) is Unobservable
