"""STET PSD2 API, part 2, statuses 400, 403 and 404: what the bank does not do for a PISP."""

from collections.abc import Callable

import pytest

from conformance.catalogue import covers
from conformance.checks.controls import given_served
from conformance.checks.payment_life import expect_invalid_refused
from conformance.checks.payments import expect_unchanged
from conformance.checks.responses import answered
from conformance.checks.stet_schema import expect_refused
from conformance.session import Order, Pisp, Psu
from fixtures.pisp import Confirmed
from fixtures.pisp_refusals import Attempt, Intrusion

NOBODYS_PAYMENT = "suite-payment-of-nobody"
MISTAKES = (
    "a wrong IBAN check digit",
    "an amount of zero",
    "a negative amount",
    "a currency for tests only",
    "without creditor",
    "without amount",
    "with a wrong number of transactions",
)


@covers("pisp-ownership")
def test_another_tpp_cannot_read_a_payment(intrusion: Intrusion) -> None:
    """Payments tell of business secrets."""
    expect_refused(intrusion.read, 403, 404, beside=intrusion.beside)


@covers("pisp-ownership")
def test_another_tpp_cannot_cancel_a_payment(intrusion: Intrusion) -> None:
    """A competitor must not stop a payment."""
    granted = intrusion.cancellation

    expect_refused(intrusion.cancelled, 403, 404, beside=[granted, *intrusion.beside])


@covers("pisp-ownership")
def test_another_tpp_cannot_confirm_a_payment(confirmed: Confirmed, intrusion: Intrusion) -> None:
    """Only who initiated it brings it on."""
    expect_refused(intrusion.confirmation, 403, 404, beside=[confirmed, *intrusion.beside])


@covers("pisp-ownership")
def test_the_attempts_of_another_tpp_change_nothing(intrusion: Intrusion) -> None:
    """The owner's payment is as it was."""
    answered(intrusion.cancelled.exchange)

    expect_unchanged(intrusion.before, intrusion.after)


@covers("pisp-ownership")
def test_an_unknown_payment_is_not_found(pisp: Pisp, payer: Psu, registered: Order) -> None:
    """Guessing leads nowhere."""
    answer = pisp.tpp.payments_of(payer).read_named(NOBODYS_PAYMENT)

    expect_refused(answer, 403, 404, beside=[registered.state, pisp.read(registered).state])


@covers("pisp-invalid-requests")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_invalid_payment_is_refused_with_its_reason(
    initiated: Order, attempt: Callable[[str], Attempt], mistake: str
) -> None:
    """The PISP finds its mistake, and no money moves."""
    given_served(initiated.created)

    found = attempt(mistake)

    expect_invalid_refused(found.created, found.state, beside=found.beside)
