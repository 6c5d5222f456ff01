"""PSD2, article 66(4), and STET PSD2 API, part 2: a payment is executed once its PSU and its PISP have said so."""

from conformance.catalogue import advises, covers
from conformance.checks.controls import given_served
from conformance.checks.payment_life import (
    expect_allowed_histories,
    expect_booked,
    expect_confirmed_once,
    expect_reasons,
    expect_turned_down,
)
from conformance.checks.payments import (
    expect_accepted,
    expect_funds_told,
    expect_not_executed,
    given_accepted,
)
from conformance.checks.responses import answered
from conformance.checks.stet_schema import expect_valid
from conformance.session import Order, Pisp
from fixtures.pisp import Confirmed, Ledger, Repeated


@covers("pisp-status-after-validation")
def test_a_validated_payment_is_accepted(executed: Order) -> None:
    """The PISP tells the merchant that the money is on its way."""
    expect_accepted(executed.state)


@covers("pisp-status-after-validation")
def test_a_settled_payment_stands_among_the_entries_of_its_account(settled: Order, ledger: Ledger) -> None:
    """The PISP learns the same as the PSU who looks at the account."""
    entries = ledger(settled)

    expect_booked(entries, settled.payment.instructions[0].remittance, 1)


@covers("pisp-status-transitions", last=True)
def test_no_payment_of_the_run_took_a_step_back(pisp: Pisp, refused: Order) -> None:
    """A final status that changes later is worth nothing to a merchant."""
    given_served(pisp.read(refused).state)

    expect_allowed_histories(pisp.histories)


@advises("pisp-status-transitions", last=True)
def test_every_rejection_of_the_run_has_a_reason(pisp: Pisp, refused: Order) -> None:
    """The PISP can tell the customer what to do."""
    given_served(pisp.read(refused).state)

    expect_reasons(pisp.histories)


@covers("pisp-confirmation")
def test_a_confirmation_before_the_psu_has_authenticated_is_refused(
    confirmed: Confirmed, confirmed_too_soon: Repeated
) -> None:
    """The PISP alone must not be able to move money."""
    again, after = confirmed_too_soon.again, confirmed_too_soon.after

    expect_turned_down(again, beside=[confirmed, after])


@covers("pisp-confirmation")
def test_a_payment_confirmed_too_soon_is_not_executed(executed: Order, confirmed_too_soon: Repeated) -> None:
    """Whatever the bank answers, no money has moved."""
    given_accepted(executed.state)
    answered(confirmed_too_soon.again.exchange)

    expect_not_executed(confirmed_too_soon.after)


@covers("pisp-confirmation")
def test_a_validated_payment_waits_for_its_confirmation(
    awaiting_confirmation: Order, executed: Order
) -> None:
    """The PISP may still find that the order behind it is gone."""
    given_accepted(executed.state)

    expect_not_executed(awaiting_confirmation.state)


@covers("pisp-confirmation")
def test_a_confirmation_is_answered_with_the_payment(confirmed: Confirmed) -> None:
    """The PISP sees at once what its confirmation did."""
    expect_valid(confirmed)


@covers("pisp-confirmation")
def test_a_confirmation_brings_the_payment_on(confirmed: Confirmed, executed: Order) -> None:
    """Nothing else is missing."""
    given_served(confirmed)

    expect_accepted(executed.state)


@covers("pisp-confirmation")
def test_a_second_confirmation_has_no_effect(confirmed_twice: Repeated) -> None:
    """A PISP whose connection broke may ask again without fear."""
    expect_confirmed_once(confirmed_twice.again, confirmed_twice.before, confirmed_twice.after)


@covers("pisp-confirmation")
def test_a_payment_confirmed_twice_is_booked_once(
    settled: Order, confirmed_twice: Repeated, ledger: Ledger
) -> None:
    """Paying twice is the worst that can happen to a customer."""
    expect_confirmed_once(confirmed_twice.again, confirmed_twice.before, confirmed_twice.after)

    entries = ledger(settled)

    expect_booked(entries, settled.payment.instructions[0].remittance, 1)


@covers("pisp-funds-check")
def test_funds_that_are_there_are_told_as_yes(validated: Order) -> None:
    """A merchant learns whether the payment will be executed."""
    expect_funds_told(validated.state, available=True)


@covers("pisp-funds-check")
def test_funds_that_are_not_there_are_told_as_no(uncovered: Order) -> None:
    """A yes that is always yes tells nothing."""
    expect_funds_told(uncovered.state, available=False)
