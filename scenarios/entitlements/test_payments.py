"""SG How to use our APIs, PSU Prerequisites: entry, validation, caps and signatures; STET 4.1.6."""

from datetime import timedelta

from conformance.catalogue import covers
from conformance.checks.controls import given_back
from conformance.checks.entitlements import expect_not_offered, expect_refused_or_waiting, expect_waiting
from conformance.checks.payments import (
    expect_accepted,
    expect_awaiting_second_signature,
    expect_rejected,
    given_accepted,
)
from conformance.session import Conduct, Order, Patience, Pisp, Psu, batch, euro, instruction

A_MINUTE = timedelta(seconds=60)


@covers("entitlements-payment-entry-right", asks={"psu-no-payment": 1})
def test_a_payment_from_an_account_without_the_entry_right_is_rejected(
    pisp: Pisp, psu_no_payment: Psu, signed_alone: Order
) -> None:
    """The right is one of the account, not of the company."""
    given_accepted(signed_alone.state)
    order = pisp.initiate(pisp.payment(psu_no_payment), psu_no_payment)

    refused = pisp.read(pisp.approve(order))

    given_back(refused.landing)
    expect_rejected(refused.state)


@covers("entitlements-payment-entry-right")
def test_an_account_without_the_entry_right_is_not_offered(pisp: Pisp, psu: Psu, psu_no_payment: Psu) -> None:
    """Who chooses the account at the bank chooses among those that he may debit."""
    iban = pisp.debtor_of(psu_no_payment)
    control = pisp.initiate(pisp.payment(psu).having(debtor_iban=None), psu)
    beside = pisp.approve(control, conduct=Conduct(stop_at=psu.on_device[0]))

    order = pisp.initiate(pisp.payment(psu_no_payment).having(debtor_iban=None), psu_no_payment)
    offered = pisp.approve(order, conduct=Conduct(stop_at=psu_no_payment.on_device[0]))

    expect_not_offered(offered.landing, iban, beside=beside.landing)


@covers("entitlements-payment-validation-right", waits=True, asks={"psu-entry-only": 2})
def test_a_payment_entered_without_the_validation_right_waits_for_a_signatory(
    pisp: Pisp, psu_entry_only: Psu, signed_alone: Order, patience: Patience
) -> None:
    """The entry is recorded, and executed by nobody."""
    patience.require(A_MINUTE)
    given_accepted(signed_alone.state)
    entered = pisp.pay(pisp.payment(psu_entry_only), psu_entry_only)
    given_back(entered.landing)
    expect_waiting(entered.state)

    patience.wait(A_MINUTE, "nothing may happen to the payment")
    later = pisp.read(entered)

    expect_waiting(later.state)


@covers("entitlements-cap", asks={"psu-cap": 2})
def test_a_payment_of_the_cap_passes_and_one_cent_more_does_not(
    pisp: Pisp, psu_cap: Psu, of_the_cap: Order
) -> None:
    """A cap holds to the cent, whichever channel the payment comes from."""
    expect_accepted(of_the_cap.state)

    order = pisp.pay(pisp.payment(psu_cap, psu_cap.cap + euro("0.01")), psu_cap)

    given_back(order.landing)
    expect_refused_or_waiting(order.state)


@covers("entitlements-cap", asks={"psu-cap": 1})
def test_a_batch_of_one_cent_more_than_the_cap_does_not_pass(
    pisp: Pisp, psu_cap: Psu, of_the_cap: Order
) -> None:
    """Two halves are no way around a cap."""
    given_accepted(of_the_cap.state)
    halves = instruction(psu_cap.cap, "psd2-conformance"), instruction(euro("0.01"), "psd2-conformance")

    order = pisp.pay(batch(pisp.payment(psu_cap), *halves), psu_cap)

    given_back(order.landing)
    expect_refused_or_waiting(order.state)


@covers("entitlements-single-signature")
def test_a_user_with_single_signature_completes_a_payment_alone(signed_alone: Order) -> None:
    """One journey is enough, and nobody else has to act."""
    order = signed_alone

    expect_accepted(order.state)


@covers("entitlements-double-signature", asks={"psu-double-signature": 2, "psu-second-signer": 1})
def test_a_payment_with_two_signatures_needs_two_users(
    pisp: Pisp, psu_double_signature: Psu, psu_second_signer: Psu
) -> None:
    """The first cannot give both."""
    first = pisp.pay(pisp.payment(psu_double_signature), psu_double_signature)
    given_back(first.landing)
    expect_awaiting_second_signature(first.state, strictly=False)

    again = pisp.read(pisp.approve(first))
    expect_awaiting_second_signature(again.state, strictly=False)

    second = pisp.read(pisp.approve(again, psu_second_signer))
    given_back(second.landing)
    expect_accepted(pisp.read(pisp.confirm(second)).state)


@covers(
    "entitlements-signatory-groups",
    asks={"psu-double-signature": 1, "psu-second-signer": 1, "psu-wrong-group-signer": 1},
)
def test_two_users_of_groups_that_may_not_sign_together_complete_no_payment(
    pisp: Pisp, psu_double_signature: Psu, psu_wrong_group_signer: Psu, psu_second_signer: Psu
) -> None:
    """Signatures are counted by the company's rule."""
    debtor = pisp.debtor_of(psu_wrong_group_signer)
    payment = pisp.payment(psu_double_signature).having(debtor_iban=debtor)
    first = pisp.pay(payment, psu_double_signature)
    given_back(first.landing)

    wrong = pisp.read(pisp.approve(first, psu_wrong_group_signer))
    expect_awaiting_second_signature(wrong.state, strictly=False)

    right = pisp.read(pisp.approve(wrong, psu_second_signer))
    given_back(right.landing)
    expect_accepted(pisp.read(pisp.confirm(right)).state)
