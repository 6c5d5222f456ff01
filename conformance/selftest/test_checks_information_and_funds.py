"""What is judged of an AISP's accesses, of card numbers and of questions about funds, without a bank."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conformance.checks.accounts import expect_no_card_number
from conformance.checks.frequency import expect_attended_served, expect_served, expect_served_or_too_many
from conformance.checks.funds import expect_always_answered, expect_invalid, expect_no_answer, expect_within
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, Headers
from conformance.target.model import Stet
from conformance.xs2a.answer import Answer, One
from conformance.xs2a.funds import FundsAnswer
from conformance.xs2a.stet.contracts import contracts_of

CONTRACTS = contracts_of(Stet())
CARD, REFERENCE = "4970101234567893", "1234567890123456"


def exchange(status: int = 200, body: object = None, *, seconds: float = 0) -> Exchange:
    return Exchange(
        number=1,
        purpose="call the API",
        client="main",
        method="GET",
        url="https://api.bank.example/v1/accounts",
        request_headers=Headers(),
        request_body=None,
        sent=datetime(2026, 1, 2, tzinfo=UTC),
        elapsed=timedelta(seconds=seconds),
        status=status,
        headers=Headers((("Content-Type", "application/hal+json"),)),
        body=json.dumps(body).encode() if body is not None else b"",
    )


def funds(status: int = 200, body: object = None, *, seconds: float = 0) -> One[FundsAnswer]:
    def read(answer: Answer) -> FundsAnswer:
        result = answer.members.get("result")
        return FundsAnswer(result if isinstance(result, bool) else None, {}, {})

    return One(exchange(status, body, seconds=seconds), CONTRACTS.funds, read)


def rounds(*statuses: int) -> list[tuple[Exchange, ...]]:
    return [(exchange(status),) for status in statuses]


def test_four_rounds_that_are_served_pass() -> None:
    expect_served(rounds(200, 200, 204, 200), beside=exchange())


@pytest.mark.parametrize("statuses", [(200, 429), (200, 200, 200, 403)])
def test_a_refusal_among_the_first_four_is_a_finding(statuses: tuple[int, ...]) -> None:
    with pytest.raises(NonConformance):
        expect_served(rounds(*statuses), beside=exchange())


@pytest.mark.parametrize("statuses", [(403, 403), (200, 401), (200, 503)])
def test_a_refusal_for_another_cause_is_none(statuses: tuple[int, ...]) -> None:
    with pytest.raises(Unobservable):
        expect_served(rounds(*statuses), beside=exchange())


def test_an_allowance_that_was_used_before_is_no_finding() -> None:
    with pytest.raises(NotApplicable):
        expect_served(rounds(429, 429), beside=exchange())


@pytest.mark.parametrize("status", [403, 429, 500])
def test_a_bank_that_serves_nobody_any_more_counts_no_accesses(status: int) -> None:
    first, gone = rounds(200)[0], exchange(status)
    with pytest.raises(Unobservable):
        expect_served(rounds(200, status), beside=gone)
    with pytest.raises(Unobservable):
        expect_served(rounds(status, status), beside=gone)
    with pytest.raises(Unobservable):
        expect_attended_served(rounds(status), first=first, beside=gone)
    with pytest.raises(Unobservable):
        expect_served_or_too_many(rounds(status)[0], first=first, beside=gone)


def test_rounds_with_the_psu_are_judged_beside_those_without() -> None:
    first, still = rounds(200)[0], exchange()
    expect_attended_served(rounds(200, 200), first=first, beside=still)
    with pytest.raises(NonConformance):
        expect_attended_served(rounds(200, 429), first=first, beside=still)
    with pytest.raises(Unobservable):
        expect_attended_served(rounds(429), first=rounds(429)[0], beside=still)


def test_a_fifth_round_may_be_one_too_many() -> None:
    first, still = rounds(200)[0], exchange()
    expect_served_or_too_many(rounds(429)[0], first=first, beside=still)
    with pytest.raises(NonConformance):
        expect_served_or_too_many(rounds(403)[0], first=first, beside=still)


@pytest.mark.parametrize(
    "body",
    [
        {"other": {"identification": CARD}},
        {"remittanceInformation": {"unstructured": [f"card {CARD}"]}},
        {"resourceId": CARD},
    ],
)
def test_a_whole_card_number_is_found(body: object) -> None:
    with pytest.raises(NonConformance) as raised:
        expect_no_card_number(Answer(exchange(body=body), CONTRACTS.accounts))
    assert CARD not in str(raised.value)


@pytest.mark.parametrize(
    "body",
    [
        {"other": {"identification": "4970XXXXXXXX7893"}},
        {"iban": "FR7630006000011234567890189"},
        {"transactions": [{"entryReference": CARD}, {"entryReference": REFERENCE}]},
    ],
)
def test_what_is_no_card_number_is_not_taken_for_one(body: object) -> None:
    expect_no_card_number(Answer(exchange(body=body), CONTRACTS.accounts))


def test_an_answer_after_half_a_minute_is_a_finding() -> None:
    expect_within([funds(200, {"result": False}, seconds=29.9)], timedelta(seconds=30))
    with pytest.raises(Unobservable):
        expect_within([funds(seconds=1)], timedelta(seconds=30))
    with pytest.raises(NonConformance):
        expect_within([funds(seconds=31)], timedelta(seconds=30))


@pytest.mark.parametrize(
    ("kind", "seconds", "outcome"),
    [
        (FailureKind.TIMEOUT, 30.01, NonConformance),
        (FailureKind.TIMEOUT, 10, Unobservable),
        (FailureKind.CONNECTION_REFUSED, 0, Unobservable),
        (FailureKind.CONNECTION_CLOSED, 40, Unobservable),
    ],
)
def test_no_answer_is_late_only_where_it_was_waited_for(
    kind: FailureKind, seconds: float, outcome: type[Exception]
) -> None:
    gone = replace(funds(seconds=seconds), exchange=lost(kind, seconds))
    with pytest.raises(outcome):
        expect_within([funds(seconds=1), gone], timedelta(seconds=30))


def lost(kind: FailureKind, seconds: float) -> Exchange:
    return replace(exchange(seconds=seconds), status=None, failure=Failure(kind, "ended"))


YES = funds(200, {"result": True})


@pytest.mark.parametrize("status", [400, 401, 403, 429])
def test_a_refusal_of_a_question_without_the_psu_is_a_finding(status: int) -> None:
    with pytest.raises(NonConformance):
        expect_always_answered([YES, funds(status)], attended=YES, beside=None)


@pytest.mark.parametrize("status", [201, 500, 503])
def test_another_failure_says_nothing_of_how_often_is_asked(status: int) -> None:
    with pytest.raises(Unobservable):
        expect_always_answered([funds(status)], attended=YES, beside=exchange())


@pytest.mark.parametrize("status", [400, 401, 403, 429])
def test_a_bank_that_refuses_everything_counts_no_questions(status: int) -> None:
    with pytest.raises(Unobservable):
        expect_always_answered([YES, funds(status)], attended=funds(status), beside=exchange(status))


@pytest.mark.parametrize("body", [{}, {"result": "Y"}, None])
def test_what_is_neither_yes_nor_no_is_no_answer_without_the_psu(body: object) -> None:
    with pytest.raises(Unobservable):
        expect_always_answered([funds(200, body)], attended=YES, beside=None)


def test_a_refusal_that_says_no_is_none() -> None:
    expect_no_answer(funds(403, {"status": 403, "message": "no consent"}), 401, 403, 404, beside=YES)
    with pytest.raises(NonConformance):
        expect_no_answer(funds(403, {"result": False}), 401, 403, 404, beside=YES)


def test_a_refusal_beside_which_nothing_is_answered_is_none() -> None:
    with pytest.raises(Unobservable):
        expect_no_answer(funds(403), 403, beside=funds(403))
    with pytest.raises(Unobservable):
        expect_invalid(funds(400, {"status": 400, "message": "wrong"}), beside=funds(200, {}))


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {"result": False}), (500, {"status": 500, "message": "error"}), (400, {"result": False})],
)
def test_nonsense_that_is_answered_is_a_finding(status: int, body: object) -> None:
    expect_invalid(funds(400, {"status": 400, "message": "wrong"}), beside=YES)
    with pytest.raises(NonConformance):
        expect_invalid(funds(status, body), beside=YES)
