"""Payments approved on the embedded bank's pages: each with its own authentication, bound to amount and payee."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conformance.bank.corporate.orders import Status
from conformance.selftest.bank_journeys import NO, PAYEE, YES, Person, name_of, order_payment, own_bank, words
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import carried

__all__ = ["own_bank"]


def test_the_phone_and_the_page_show_exactly_what_is_signed(own_bank: EmbeddedBank) -> None:
    psu, payment = Person(own_bank), order_payment(own_bank, "1234.56")
    page = psu.log_in(psu.open(payment))

    shown = psu.phone() or ""
    decision = psu.approved(page)
    back = psu.submit(decision, "accept")

    assert shown.startswith(f"Pay EUR 1234.56 to {PAYEE.name} {PAYEE.iban} from FR76")
    assert shown in words(page)
    assert "".join(f"To{PAYEE.name}{PAYEE.iban}".split()) in "".join(words(decision).split())
    assert (back.status, back.headers["location"], payment.status) == (303, YES, Status.ACTC)
    assert "form-action 'self' https://tpp.example.com;" in page.headers["content-security-policy"]


def test_a_token_signs_a_payment(own_bank: EmbeddedBank) -> None:
    psu, payment = Person(own_bank, psu="keyholder"), order_payment(own_bank, "23.45")
    page = psu.log_in(psu.open(payment))

    assert f"Pay EUR 23.45 to {PAYEE.name} {PAYEE.iban}" in dict(carried(page))["challenge"]
    assert psu.submit(psu.signed(page), "accept").headers["location"] == YES
    assert payment.status is Status.ACTC


@pytest.mark.parametrize("role", ["treasurer", "keyholder"])
def test_the_proof_of_one_payment_opens_no_other(own_bank: EmbeddedBank, role: str) -> None:
    psu, elsewhere = Person(own_bank, psu=role), Person(own_bank, psu=role)
    first, second = order_payment(own_bank, "1.01"), order_payment(own_bank, "23.45")
    one, two = psu.log_in(psu.open(first)), elsewhere.log_in(elsewhere.open(second))
    challenge = dict(carried(two))["challenge"]

    if role == "treasurer":
        psu.decide("approve")
        crossed = psu.submit(one, "continue", challenge=challenge)
    else:
        crossed = psu.signed(one, challenge=challenge)
    end = psu.submit(crossed, "accept") if name_of(crossed) == "decision" else crossed

    assert name_of(end) == "login"
    assert (first.status, second.status) == (Status.RCVD, Status.RCVD)


def test_a_session_never_pays(own_bank: EmbeddedBank) -> None:
    psu, first, second = Person(own_bank), order_payment(own_bank), order_payment(own_bank)
    psu.submit(psu.approved(psu.log_in(psu.open(first))), "accept")

    page = psu.open(second)
    interaction = dict(carried(page))["interaction"]
    skipped = psu.visit("POST", "/sgconnect/payment/decision", f"interaction={interaction}&action=accept")

    assert name_of(page) == "approve"
    assert (skipped.status, second.status) == (400, Status.RCVD)
    assert psu.submit(psu.approved(page), "accept").headers["location"] == YES
    assert second.status is Status.ACTC


def test_the_psu_chooses_the_account_that_nobody_named(own_bank: EmbeddedBank) -> None:
    psu, payment = Person(own_bank), order_payment(own_bank, debtor="")
    page = psu.log_in(psu.open(payment))

    question = psu.submit(page, "continue", account="acc-second")
    psu.submit(psu.approved(question), "accept")

    assert name_of(page) == "account"
    assert "FR76" not in words(page)
    assert (payment.debtor and payment.debtor.resource_id, payment.status) == ("acc-second", Status.ACTC)


@pytest.mark.parametrize("account", ["acc-harbour", "acc-geneva", "acc-usd", "", "nothing"])
def test_no_account_but_those_offered_pays(own_bank: EmbeddedBank, account: str) -> None:
    psu, payment = Person(own_bank), order_payment(own_bank, debtor="")

    page = psu.submit(psu.log_in(psu.open(payment)), "continue", account=account)

    assert name_of(page) == "refused"
    assert psu.submit(page, "continue").headers["location"] == NO
    assert payment.debtor is None


@pytest.mark.parametrize("where", ["page", "phone", "decision"])
def test_a_refusal_ends_the_payment(own_bank: EmbeddedBank, where: str) -> None:
    psu, payment = Person(own_bank), order_payment(own_bank)
    page = psu.log_in(psu.open(payment))
    if where == "page":
        back = psu.submit(page, "cancel")
    elif where == "phone":
        psu.decide("refuse")
        back = psu.submit(page, "continue")
    else:
        back = psu.submit(psu.approved(page), "refuse")

    assert back.headers["location"] == NO
    assert (payment.status, payment.reason) == (Status.RJCT, "CUST")
    assert psu.open(payment).status == 404


def test_silence_and_strangers_leave_the_payment_as_it_is(own_bank: EmbeddedBank) -> None:
    psu, payment = Person(own_bank), order_payment(own_bank)
    assert psu.submit(psu.open(payment), "cancel").headers["location"] == NO
    page = psu.log_in(psu.open(payment))
    own_bank.clock.advance(timedelta(minutes=5, seconds=1))

    assert psu.submit(page, "continue").headers["location"] == NO
    assert payment.status is Status.RCVD
    assert psu.visit("GET", "/sgconnect/approve/unknown").status == 404
    assert psu.visit("GET", f"/sgconnect/approve/{payment.resource_id}").status == 404


def test_a_decision_after_five_minutes_needs_a_new_authentication(own_bank: EmbeddedBank) -> None:
    psu, payment = Person(own_bank), order_payment(own_bank)
    page = psu.approved(psu.log_in(psu.open(payment)))
    own_bank.clock.advance(timedelta(minutes=5, seconds=30))

    late = psu.submit(page, "accept")

    assert (name_of(late), payment.status) == ("login", Status.RCVD)
    assert psu.submit(psu.approved(psu.log_in(late)), "accept").headers["location"] == YES


@pytest.mark.parametrize(
    ("role", "status"), [("reader", Status.RJCT), ("ais-only", Status.RJCT), ("weak", Status.RCVD)]
)
def test_who_may_not_pay_is_told_so(own_bank: EmbeddedBank, role: str, status: Status) -> None:
    psu, payment = Person(own_bank, psu=role), order_payment(own_bank)
    page = psu.log_in(psu.open(payment))

    assert name_of(page) == "refused"
    assert psu.submit(page, "continue").headers["location"] == NO
    assert payment.status is status


def test_the_second_signer_signs_in_the_portal(own_bank: EmbeddedBank) -> None:
    first, second, payment = (
        Person(own_bank, psu="first-signer"),
        Person(own_bank, psu="second-signer"),
        order_payment(own_bank),
    )
    back = first.submit(first.approved(first.log_in(first.open(payment))), "accept")
    assert (back.headers["location"], payment.status) == (YES, Status.PATC)

    portal = second.signed(second.log_in(second.visit("GET", "/sgconnect/portal")))
    question = second.submit(portal, "review")
    end = second.submit(second.signed(question), "accept")

    assert "EUR 1.01" in words(portal)
    assert name_of(question) == "sign"
    assert (name_of(end), payment.status) == ("portal", Status.ACTC)
    assert "Your signature has been recorded." in words(end)
    assert name_of(second.submit(end, "sign-out")) == "signed-out"
    assert name_of(second.visit("GET", "/sgconnect/portal")) == "login"


def test_the_first_signer_cannot_give_both_signatures(own_bank: EmbeddedBank) -> None:
    psu, payment = Person(own_bank, psu="first-signer"), order_payment(own_bank)
    psu.submit(psu.approved(psu.log_in(psu.open(payment))), "accept")

    assert "another one must" in words(psu.open(payment))
    assert "No payment waits" in words(psu.visit("GET", "/sgconnect/portal"))
    assert payment.status is Status.PATC


def test_a_cancellation_is_signed_as_such(own_bank: EmbeddedBank) -> None:
    clerk, psu, payment = Person(own_bank, psu="clerk"), Person(own_bank), order_payment(own_bank)
    clerk.submit(clerk.approved(clerk.log_in(clerk.open(payment))), "accept")
    tpp = own_bank.clients["main"].client_id
    own_bank.bank.corporate.cancellations.request(tpp, payment.resource_id, "DUPL", urls=(YES, NO))
    assert payment.cancellation is not None

    page = psu.log_in(psu.visit("GET", f"/sgconnect/approve/{payment.cancellation.approval}"))
    shown = psu.phone() or ""
    back = psu.submit(psu.approved(page), "accept")

    assert shown.startswith("Cancel the payment of EUR 1.01")
    assert (back.headers["location"], payment.status) == (YES, Status.CANC)
