"""The corporate bank: expiry, execution, batches, standing orders and cancellation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import Party, PaymentOrder, Status
from conformance.bank.corporate.problems import Refusal, Refused
from conformance.selftest.test_bank_corporate_information import bank, refusal
from conformance.selftest.test_bank_corporate_payments import (
    CENT,
    PAYEE,
    PISP,
    balance,
    order,
    paid,
    read,
    sign,
    statuses,
)

__all__ = ["bank"]


def test_an_unanswered_payment_expires(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))
    signed, halfway = (bank.payments.register(PISP, order(bank)) for _ in range(2))
    sign(bank, signed, "treasurer")
    sign(bank, halfway, "first-signer")

    bank.clock.advance(timedelta(minutes=31))
    assert read(bank, request) == ("RJCT", "NOAS")
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.journey.open(request.approval, bank.directory.user("treasurer"))
    assert read(bank, signed) == ("ACTC", "")
    bank.clock.advance(timedelta(minutes=30))
    assert read(bank, signed) == ("RJCT", "MS03")
    assert read(bank, halfway) == ("PATC", "")
    bank.clock.advance(timedelta(days=10))
    assert read(bank, halfway) == ("RJCT", "NOAS")


def test_a_status_is_readable_for_thirty_days_and_more(bank: CorporateBank) -> None:
    request = paid(bank, "treasurer")

    bank.clock.advance(timedelta(days=31))

    assert read(bank, request) == ("ACSC", "")


def test_a_lack_of_funds_is_told_and_rejects(bank: CorporateBank) -> None:
    available = bank.books.available(bank.directory.accounts["acc-second"])

    short = paid(bank, "treasurer", available + CENT, debtor="acc-second")
    assert (read(bank, short), bank.payments.funds_indicator(short)) == (("RJCT", "CUST"), False)
    exact = paid(bank, "treasurer", available, debtor="acc-second")
    assert (read(bank, exact)[0], bank.payments.funds_indicator(exact)) == ("ACSP", True)
    assert bank.books.available(bank.directory.accounts["acc-second"]) == Money.of(0)


def test_a_batch_is_validated_once_and_its_instructions_end_each_for_itself(bank: CorporateBank) -> None:
    dollars = Party("Us", bank.directory.accounts["acc-usd"].iban)

    request = paid(bank, "treasurer", Money.of(1), Money.of(2), Money.of(3), payees=[PAYEE, dollars, PAYEE])
    bank.clock.advance(timedelta(seconds=1))

    assert read(bank, request) == ("PART", "")
    found = [(i.status.value, i.reason) for i in request.instructions]
    assert found == [("ACSC", ""), ("RJCT", "AG01"), ("ACSC", "")]
    assert balance(bank, "acc-main") == Money.of("184246.75")


def test_a_future_dated_payment_waits_for_its_day(bank: CorporateBank) -> None:
    request = paid(bank, "treasurer", day=date(2026, 11, 27))

    bank.clock.advance(timedelta(days=6))
    assert read(bank, request)[0] == "ACCP"
    bank.clock.advance(timedelta(days=2))

    assert read(bank, request)[0] == "ACSP"
    assert bank.books.entries(bank.directory.accounts["acc-main"])[-1].day == date(2026, 11, 27)


def standing(
    bank: CorporateBank, frequency: str, first: date, last: date | None, rule: str = ""
) -> PaymentOrder:
    """A standing order of 10.00."""
    plain = order(bank, Money.of(10), day=first)
    repeated = replace(plain.instructions[0], frequency=frequency, last_day=last, rule=rule)
    return replace(plain, instructions=(repeated,))


def test_a_standing_order_is_executed_on_each_of_its_days(bank: CorporateBank) -> None:
    request = bank.payments.register(
        PISP, standing(bank, "MNTH", date(2026, 11, 30), date(2027, 2, 28), "PREC")
    )
    sign(bank, request, "capped")
    bank.payments.confirm(PISP, request.resource_id)
    assert read(bank, request)[0] == "ACCP"

    bank.clock.advance(timedelta(days=45))
    assert read(bank, request)[0] == "ACCP"
    bank.clock.advance(timedelta(days=90))

    assert read(bank, request)[0] == "ACSP"
    assert request.instructions[0].executions == [
        date(2026, 11, 30),
        date(2026, 12, 30),
        date(2027, 1, 29),
        date(2027, 2, 26),
    ]
    assert statuses(request) == "RCVD ACTC ACCP ACSP"


def test_a_standing_order_goes_on_after_a_day_without_funds(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, standing(bank, "WEEK", date(2026, 11, 20), date(2026, 12, 4)))
    sign(bank, request, "treasurer")
    bank.payments.confirm(PISP, request.resource_id)
    main = bank.directory.accounts["acc-main"]
    rest = paid(bank, "treasurer", bank.books.available(main))
    assert read(bank, rest)[0] == "ACSP"

    bank.clock.advance(timedelta(days=10))
    bank.payments.all_of(PISP)
    bank.administration.receive(main, Money.of(100_000), "Somebody")
    bank.clock.advance(timedelta(days=10))

    bank.payments.all_of(PISP)
    assert request.instructions[0].executions[0] == date(2026, 11, 20)
    assert date(2026, 12, 4) in request.instructions[0].executions
    assert request.instructions[0].done == 3


def test_a_payment_that_nobody_signed_is_cancelled_at_once(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))

    bank.cancellations.request(PISP, request.resource_id, "DUPL")

    assert read(bank, request) == ("CANC", "DUPL")
    with refusal(Refusal.FORBIDDEN, "not-cancellable"):
        bank.cancellations.request(PISP, request.resource_id, "DUPL")


def test_a_signed_payment_is_cancelled_by_a_psu_with_a_code_of_its_own(bank: CorporateBank) -> None:
    request = paid(bank, "treasurer", day=date(2026, 11, 27))
    treasurer = bank.directory.user("treasurer")
    bank.cancellations.request(PISP, request.resource_id, "DS02", urls=("https://tpp.example/c", ""))
    assert read(bank, request)[0] == "ACCP"
    cancellation = request.cancellation
    assert cancellation is not None

    with refusal(Refusal.FORBIDDEN, "no-entry-right"):
        bank.cancellations.open(cancellation.approval, bank.directory.user("reader"))
    challenge = bank.cancellations.ask(cancellation.approval, treasurer)
    code = bank.codes.prove(challenge.challenge_id)
    bank.cancellations.sign(cancellation.approval, treasurer, code)
    bank.clock.advance(timedelta(days=30))

    assert read(bank, request) == ("CANC", "DS02")
    assert balance(bank, "acc-main") != Money.of(0)
    assert request.instructions[0].executions == []


def test_one_instruction_can_be_cancelled(bank: CorporateBank) -> None:
    request = paid(bank, "treasurer", Money.of(1), Money.of(2), day=date(2026, 11, 27))
    user = bank.directory.user("accountant")
    bank.cancellations.request(PISP, request.resource_id, "TECH", [request.instructions[1].resource_id])
    assert request.cancellation is not None
    approval = request.cancellation.approval
    challenge = bank.cancellations.ask(approval, user)
    bank.cancellations.sign(approval, user, bank.codes.prove(challenge.challenge_id))

    bank.clock.advance(timedelta(days=8))

    assert read(bank, request)[0] == "PART"
    assert [i.status.value for i in request.instructions] == ["ACSP", "CANC"]


def test_a_cancellation_expires_or_is_refused_and_leaves_the_payment(bank: CorporateBank) -> None:
    request = paid(bank, "treasurer", day=date(2026, 11, 27))
    for ending in ("expires", "refused"):
        bank.cancellations.request(PISP, request.resource_id, "DS02")
        assert request.cancellation is not None
        if ending == "expires":
            bank.clock.advance(timedelta(minutes=31))
        else:
            bank.cancellations.refuse(request.cancellation.approval, bank.directory.user("treasurer"))
        assert read(bank, request)[0] == "ACCP"
        assert request.cancellation is None


def test_an_executed_payment_is_neither_cancelled_nor_changed(bank: CorporateBank) -> None:
    request = paid(bank, "treasurer")

    with refusal(Refusal.FORBIDDEN, "not-cancellable"):
        bank.cancellations.request(PISP, request.resource_id, "DS02")
    with refusal(Refusal.FORBIDDEN, "no-change"):
        bank.payments.change(PISP, request.resource_id, order(bank, Money.of(9)))
    with pytest.raises(Refused):
        bank.cancellations.request(PISP, request.resource_id, "BECAUSE")
    assert str(request.order.total) == "1.01 EUR"


def test_a_closed_account_pays_and_receives_nothing(bank: CorporateBank) -> None:
    harbour = bank.directory.accounts["acc-harbour"]
    outgoing = paid(bank, "treasurer", debtor="acc-second", day=date(2026, 11, 27))
    incoming = paid(bank, "treasurer", payees=[Party("Harbour", harbour.iban)], day=date(2026, 11, 27))
    for account in (harbour, bank.directory.accounts["acc-second"]):
        bank.administration.close_account(account)

    bank.clock.advance(timedelta(days=8))

    assert read(bank, outgoing) == read(bank, incoming) == ("RJCT", "AC04")


def test_nothing_leaves_a_final_status(bank: CorporateBank) -> None:
    request = paid(bank, "treasurer")
    bank.clock.advance(timedelta(seconds=1))
    assert read(bank, request)[0] == "ACSC"

    for status in Status:
        bank.lifecycle.move(request, status)

    assert read(bank, request)[0] == "ACSC"


def test_many_threads_execute_a_payment_once(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))
    sign(bank, request, "treasurer")

    def confirm(_: int) -> bool:
        try:
            bank.payments.confirm(PISP, request.resource_id)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        confirmed = list(threads.map(confirm, range(40)))

    assert confirmed.count(True) == 1
    assert balance(bank, "acc-main") == Money.of("184249.74")
