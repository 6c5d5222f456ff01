"""The interface as a whole: answers in time, traceable, in the dialect's media type (RTS, Art. 29 to 33)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.bearer import is_page
from conformance.checks.responses import deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange, FailureKind
from conformance.xs2a.answer import Answer
from conformance.xs2a.links import Link

TIME_TO_ANSWER = timedelta(seconds=30)
SERIES = 5
_NOT_REACHED = (FailureKind.CONNECTION_REFUSED, FailureKind.NAME_RESOLUTION)
_CLOCK = timedelta(seconds=60)
_LONGEST_HREF = 140
_PLAIN = "application/json"


def expect_available(calls: Sequence[Exchange]) -> None:
    """There are no five requests in a row without an answer in time (RTS, Art. 33(1)).

    Raises:
        Unobservable: there are none, but the client did not wait long enough for all, or did not reach the bank.
    """
    length, last = _longest_series(calls)
    if last is not None and length >= SERIES:
        received = f"{length} in a row without answer in 30 s, or with a 5xx"
        deviates(last, expected=f"fewer than {SERIES} unanswered requests in a row", received=received)
    _expect_waited(calls)
    _expect_reached(calls)


def expect_always_answered(calls: Sequence[Exchange]) -> None:
    """Every request is answered in time.

    Raises:
        Unobservable: all but those for which the client did not wait long enough, or did not reach the bank.
    """
    length, last = _longest_series(calls)
    if last is not None:
        received = f"{length} in a row without answer in 30 s, or with a 5xx"
        deviates(last, expected="every request answered", received=received)
    _expect_waited(calls)
    _expect_reached(calls)


def _expect_waited(calls: Sequence[Exchange]) -> None:
    early = next((call for call in calls if _given_up(call)), None)
    if early is not None:
        seconds = early.elapsed.total_seconds()
        told = f"{early.purpose}: given up after {seconds:.0f} s, before the 30 s of RTS Art. 33(1) were over"
        raise Unobservable(f"{told} (network.connect_timeout, network.read_timeout)")


def _expect_reached(calls: Sequence[Exchange]) -> None:
    """The bank was there all the time, and served at least one request: what refuses everything is not available."""
    closed = 0
    for call in calls:
        kind = call.failure.kind if call.failure else None
        closed = closed + 1 if kind is FailureKind.CONNECTION_CLOSED else 0
        if kind in _NOT_REACHED or closed >= SERIES:
            raise Unobservable(f"{call.purpose}: {call.summary}: is it the bank, or the way to it?")
    if not any(call.succeeded for call in calls):
        raise Unobservable("no request was served")


def _longest_series(calls: Sequence[Exchange]) -> tuple[int, Exchange | None]:
    """How long it is, and with which request it ends; those that were turned away on purpose do not count.

    Raises:
        NotApplicable: too few requests were made.
    """
    counted = [call for call in calls if call.answered or _without_answer(call) or _given_up(call)]
    if len(counted) < SERIES:
        raise NotApplicable(f"fewer than {SERIES} API requests were made")
    longest, current, last = 0, 0, None
    for call in counted:
        current = current + 1 if _without_answer(call) else 0
        if current > longest:
            longest, last = current, call
    return longest, last


def _without_answer(call: Exchange) -> bool:
    if call.failure is not None:
        return call.failure.kind is FailureKind.TIMEOUT and not _given_up(call)
    return (call.status or 0) >= 500 or call.elapsed > TIME_TO_ANSWER


def _given_up(call: Exchange) -> bool:
    """Whether the client ended its wait before the bank's time was over."""
    timed_out = call.failure is not None and call.failure.kind is FailureKind.TIMEOUT
    return timed_out and call.elapsed < TIME_TO_ANSWER


def expect_correlated(calls: Iterable[Exchange]) -> None:
    """Every answer of the API, refusals too, brings back the request identifier; a page for people is none.

    Raises:
        Unobservable: no answer came to a request with one.
    """
    seen = 0
    for call in _answers(calls):
        sent = call.request_headers.get("X-Request-ID")
        if not sent or call.status in (429, 503) or is_page(call):
            continue
        seen += 1
        found = call.headers.get("X-Request-ID")
        if found != sent:
            received = "none" if found is None else "another"
            deviates(call, expected="the X-Request-ID that was sent", received=received)
    if not seen:
        raise Unobservable("no answer came to a request with X-Request-ID")


def expect_right_time(calls: Iterable[Exchange]) -> None:
    """Every answer of the API is dated, by a clock that is no more than a minute off.

    Raises:
        Unobservable: no answer came.
    """
    answers = list(_answers(calls))
    if not answers:
        raise Unobservable("no answer of the API came")
    for call in answers:
        if call.date is None:
            deviates(call, expected="a Date", received="none")
        early, late = call.sent_at_target - _CLOCK, call.received_at_target + _CLOCK
        if not early <= call.date <= late:
            deviates(call, expected="a Date within 60 s of real time", received="one further off")


def _answers(calls: Iterable[Exchange]) -> Iterator[Exchange]:
    """The API's own answers: a TLS terminator that misses a certificate answers before the API is asked."""
    return (call for call in calls if call.answered and not _refused_by_tls(call))


def _refused_by_tls(call: Exchange) -> bool:
    """Whether the client was asked for a certificate, had none, and got no success."""
    tls = call.tls
    if tls is None or tls.client_certificate_sha256 is not None:
        return False
    return tls.client_certificate_requested is not False and not call.succeeded


def expect_media_types(answers: Iterable[Answer], *, strictly: bool = False) -> None:
    """Every success with a body has the dialect's media type.

    Args:
        strictly: plain JSON and what else is tolerated are deviations too.

    Raises:
        NotApplicable: there was no success.
    """
    for answer in _successes(answers):
        contract = answer.contract
        tolerated = () if strictly else (*contract.tolerated_media_types, _PLAIN)
        if answer.exchange.media_type not in (contract.media_type, *tolerated):
            received = answer.exchange.media_type[:60] or "none"
            deviates(answer.exchange, expected=contract.media_type, received=received)


def expect_utf8(answers: Iterable[Answer]) -> None:
    """Every success with a body is UTF-8."""
    for answer in _successes(answers):
        try:
            answer.exchange.body.decode("utf-8")
        except UnicodeDecodeError:
            deviates(answer.exchange, expected="UTF-8", received="other bytes")


def expect_safe_links(answers: Iterable[Answer]) -> None:
    """Every link is an https address, or a path of the API.

    Raises:
        NotApplicable: there is none.
    """
    for answer in _linking(answers):
        for href in _hrefs(answer.json):
            url = Link("href", href, answer.exchange.url).url if isinstance(href, str) else None
            if url is None or urlsplit(url).scheme != "https":
                deviates(answer.exchange, expected="links that are https addresses", received="another")


def expect_short_links(answers: Iterable[Answer]) -> None:
    """No link is longer than STET allows.

    Raises:
        NotApplicable: there is none.
    """
    for answer in _linking(answers):
        longest = max((len(href) for href in _hrefs(answer.json) if isinstance(href, str)), default=0)
        if longest > _LONGEST_HREF:
            deviates(
                answer.exchange,
                expected=f"links of at most {_LONGEST_HREF} characters",
                received=f"{longest}",
            )


def _successes(answers: Iterable[Answer]) -> list[Answer]:
    found = [answer for answer in answers if answer.exchange.succeeded and answer.exchange.body]
    if not found:
        raise NotApplicable("no success with a body was obtained")
    return found


def _linking(answers: Iterable[Answer]) -> list[Answer]:
    found = [answer for answer in _successes(answers) if any(True for _ in _hrefs(answer.json))]
    if not found:
        raise NotApplicable("no answer with links was obtained")
    return found


def _hrefs(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "href":
                yield each
            else:
                yield from _hrefs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _hrefs(each)
