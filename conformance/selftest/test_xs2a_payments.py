"""The checks of payments and funds find what they are for, and leave the rest alone."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks import funds as funded
from conformance.checks import payments as paid
from conformance.checks.accounts import expect_no_card_number
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.selftest.xs2a_scripted import (
    CREATED,
    FRENCH,
    Bank,
    Reply,
    a_payment,
    cbpii,
    payment_state,
    pisp,
)
from conformance.xs2a.answer import One
from conformance.xs2a.money import euro
from conformance.xs2a.payments import PaymentState, PaymentStatus, StatusGroup
from conformance.xs2a.stet.statuses import PAYMENT


def state(status: str | None = "ACTC", sent: Any = None, **changed: Any) -> One[PaymentState]:
    body = payment_state(sent or {}, status or "", **changed)
    if status is None:
        del body["paymentRequest"]["paymentInformationStatus"]
    return pisp(Bank(Reply(body))).read_named("PR-1")


def sent_and_stored(change: Any) -> None:
    bank = Bank(CREATED)
    created = pisp(bank).initiate(a_payment("1.10"))
    stored = payment_state(bank.sent)
    change(stored["paymentRequest"])
    paid.expect_stored_as_sent(created, pisp(Bank(Reply(stored))).read_named("PR-1"))


def first(payment: Any) -> Any:
    return payment["creditTransferTransaction"][0]


KEPT = {
    "as it was": lambda _: None,
    "amount as text": lambda p: first(p)["instructedAmount"].update(amount="1.1"),
    "date without time": lambda p: p.update(requestedExecutionDate="2025-02-01"),
    "another zone": lambda p: p.update(creationDateTime="2025-01-31T11:00:00+01:00"),
    "bare remittance": lambda p: first(p).update(remittanceInformation=["TEST 1"]),
    "additions": lambda p: first(p).update(transactionStatus="PDNG"),
    "no journey": lambda p: p.pop("supplementaryData"),
}
LOST = {
    "rounded": lambda p: first(p)["instructedAmount"].update(amount=1),
    "text cut": lambda p: first(p)["remittanceInformation"].update(unstructured=["TEST"]),
    "other iban": lambda p: p["beneficiary"]["creditorAccount"].update(iban=FRENCH),
    "other day": lambda p: p.update(requestedExecutionDate="2025-02-02"),
    "no debtor": lambda p: p.pop("debtorAccount"),
    "one lost": lambda p: p.update(creditTransferTransaction=[]),
    "identifier as number": lambda p: p.update(paymentInformationId=1),
}


@pytest.mark.parametrize("change", KEPT.values(), ids=KEPT)
def test_a_payment_is_kept_in_any_notation(change: Any) -> None:
    sent_and_stored(change)


@pytest.mark.parametrize("change", LOST.values(), ids=LOST)
def test_a_payment_that_changed_is_found(change: Any) -> None:
    with pytest.raises(NonConformance, match="changed or missing"):
        sent_and_stored(change)


FORWARD = {"open": 0, "accepted": 1, "executing": 2, "mixed": 2, "final": 3}


@pytest.mark.parametrize(("one", "other"), list(product(PAYMENT, PAYMENT)))
def test_transitions_go_forward_only(one: str, other: str) -> None:
    ways = PAYMENT[one], PAYMENT[other]
    forward = FORWARD[ways[1]] >= FORWARD[ways[0]]
    wanted = one == other or (forward and ways[0] is not StatusGroup.FINAL)
    wanted &= ways != (StatusGroup.EXECUTING, StatusGroup.MIXED)
    wanted &= not (ways[0] is StatusGroup.EXECUTING and other == "CANC")

    assert paid.allowed(PaymentStatus(one, ways[0]), PaymentStatus(other, ways[1])) is wanted


def history(*codes: str) -> list[PaymentStatus]:
    return [state(code).item.status for code in codes]


def test_histories_are_judged_step_by_step() -> None:
    paid.expect_allowed_history(history("RCVD", "PATC", "ACTC", "ACCP", "ACSP", "ACSP", "ACSC"))

    for codes in (["RJCT", "ACSP"], ["ACSP", "RCVD"], ["ACSC", "CANC"], ["RCVD", "DONE"], ["ACCC"]):
        with pytest.raises(NonConformance):
            paid.expect_allowed_history(history(*codes))
    with pytest.raises(Unobservable):
        paid.expect_allowed_history([])


@given(st.lists(st.sampled_from(sorted(PAYMENT)), min_size=2))
def test_nothing_follows_a_final_status_in_an_allowed_history(codes: list[str]) -> None:
    statuses = [PaymentStatus(code, PAYMENT[code]) for code in codes]
    try:
        paid.expect_allowed_history(statuses)
    except NonConformance:
        return
    ends = [number for number, each in enumerate(statuses) if each.group is StatusGroup.FINAL]
    assert not ends or len({each.code for each in statuses[ends[0] :]}) == 1


def test_each_moment_of_a_payment_has_its_statuses() -> None:
    paid.expect_not_executed(state("PATC"))
    paid.expect_accepted(state("ACSC"))
    paid.expect_accepted(state("ACTC"), future=True)
    paid.expect_awaiting_second_signature(state("PDNG"), strictly=False)
    paid.expect_rejected(state("RJCT", statusReasonInformation="NOAS"), "NOAS")
    paid.expect_rejected(state("RJCT", statusReasonInformation={"reasonCode": "NOAS"}), "NOAS")
    paid.expect_cancelled(state("RJCT", statusReasonInformation="DS02"))
    paid.expect_settled(state("ACSC"))

    wrong: list[Callable[[], None]] = [
        lambda: paid.expect_not_executed(state("ACSP")),
        lambda: paid.expect_not_executed(state(None)),
        lambda: paid.expect_accepted(state("ACTC")),
        lambda: paid.expect_accepted(state("RJCT")),
        lambda: paid.expect_accepted(state("DONE")),
        lambda: paid.expect_awaiting_second_signature(state("ACTC")),
        lambda: paid.expect_rejected(state("RJCT"), "NOAS"),
        lambda: paid.expect_cancelled(state("RJCT")),
        lambda: paid.expect_reason(state("RJCT")),
        lambda: paid.expect_settled(state("ACSP")),
    ]
    for each in wrong:
        with pytest.raises(NonConformance):
            each()


def test_a_payment_is_unchanged_though_its_status_moves() -> None:
    sent = {"debtorAccount": {"iban": FRENCH}}
    paid.expect_unchanged(state("ACTC", sent), state("ACSP", sent))

    with pytest.raises(NonConformance, match="changed"):
        paid.expect_unchanged(state("ACTC", sent), state("ACTC", {}))


def answer_of(body: Any, status: int = 200, **headers: str) -> Any:
    return cbpii(Bank(Reply(body, status, headers=headers))).ask(FRENCH, euro("10.00"))


@pytest.mark.parametrize("result", ["true", "Y", 1, None, {}])
def test_only_a_boolean_is_yes_or_no(result: Any) -> None:
    for expect in (funded.expect_available, funded.expect_unavailable):
        with pytest.raises(NonConformance, match="no Boolean"):
            expect(answer_of({"result": result}))


def test_yes_and_no_are_told_apart_and_repeated() -> None:
    yes, no = answer_of({"result": True}), answer_of({"result": False})
    funded.expect_available(yes)
    funded.expect_unavailable(no)
    funded.expect_same_answer([yes, yes])

    with pytest.raises(NonConformance, match="same answer"):
        funded.expect_same_answer([yes, no])
    with pytest.raises(NonConformance, match="200 with false"):
        funded.expect_unavailable(answer_of({}, 403))
    with pytest.raises(NonConformance, match="unchanged"):
        funded.expect_echo(answer_of({"result": True, "request": {}}))


@pytest.mark.parametrize(
    "body",
    [
        {"result": True, "availableAmount": 1500},
        {"result": True, "availableAmount": {"amount": 1500.25}},
        {"message": "insufficient: balance 120.00."},
        {"message": "solde 1 120,00 EUR"},
        {"n": 1e300},
    ],
)
def test_a_balance_in_an_answer_is_found(body: Any) -> None:
    with pytest.raises(NonConformance, match="another amount"):
        funded.expect_no_other_amount(answer_of(body))


@pytest.mark.parametrize(
    "body",
    [
        {"result": True, "request": {"instructedAmount": {"amount": "10.00"}}},
        {"status": 400, "timestamp": "2025-01-31T10:00:00.123Z", "message": "no", "path": "/v1.4.2/x"},
        {"message": "10,0 EUR is more than is there"},
        {"message": "from 192.0.2.7 with v1.4.2.17"},
    ],
)
def test_what_was_sent_and_what_is_no_amount_is_not(body: Any) -> None:
    funded.expect_no_other_amount(answer_of(body))
    with pytest.raises(NonConformance):
        funded.expect_no_other_amount(answer_of(body, Balance="12.00"))


@pytest.mark.parametrize("text", ["111 " * 30_000 + "x", "1" * 100_000, "1 1" * 40_000, "1'111" * 20_000])
def test_a_long_text_of_digits_costs_no_time(text: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(NonConformance):
        funded.expect_no_other_amount(answer_of({"message": text}))
        expect_no_card_number(answer_of({"message": text}))

    assert time.perf_counter() - started < 2


def test_invalid_data_are_refused_or_lead_to_a_rejection() -> None:
    refused, taken = pisp(Bank(Reply({}, 400))), pisp(Bank(CREATED, Reply(payment_state({}, "ACSP"))))
    created = refused.initiate(a_payment())
    paid.expect_refused_or_rejected(created, refused.read_if_created(created))
    paid.expect_refused_or_rejected(created, state("RJCT", statusReasonInformation="AC01"), "AC01", "FF01")

    accepted = taken.initiate(a_payment())
    with pytest.raises(NonConformance, match="RJCT"):
        paid.expect_refused_or_rejected(accepted, taken.read_if_created(accepted))
    with pytest.raises(NonConformance, match="400"):
        paid.expect_refused_or_rejected(pisp(Bank(Reply({}, 500))).initiate(a_payment()), None)


def test_a_payment_tells_of_funds_as_yes_or_no_or_not_at_all() -> None:
    paid.expect_funds_told(state(fundsAvailability=False), available=False)

    with pytest.raises(NotApplicable):
        paid.expect_funds_told(state(), available=True)
    for wrong in (False, "true", 1500):
        with pytest.raises(NonConformance):
            paid.expect_funds_told(state(fundsAvailability=wrong), available=True)


def test_a_batch_is_as_its_instructions_are() -> None:
    def batch_of(status: str, *codes: str) -> One[PaymentState]:
        return state(status, creditTransferTransaction=[{"transactionStatus": code} for code in codes])

    paid.expect_consistent_instructions(batch_of("ACSC", "ACSC", "ACSC"), 2)
    paid.expect_consistent_instructions(batch_of("PART", "ACSC", "RJCT"), 2)
    paid.expect_consistent_instructions(batch_of("ACSC"), 2)

    for wrong in (batch_of("ACSC", "ACSC"), batch_of("ACSC", "ACSC", "RJCT")):
        with pytest.raises(NonConformance):
            paid.expect_consistent_instructions(wrong, 2)
