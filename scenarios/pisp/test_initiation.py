"""STET PSD2 API, part 2, POST /payment-requests and GET /payment-requests/{id}: a payment is taken and kept."""

from conformance.catalogue import advises, covers
from conformance.checks.controls import given_served
from conformance.checks.payments import (
    expect_approval,
    expect_location,
    expect_not_executed,
    expect_stored_as_sent,
    given_registered,
)
from conformance.checks.stet_schema import expect_documented_status, expect_valid
from conformance.session import Aspsp, Order


@covers("pisp-initiate")
def test_a_transfer_is_registered(initiated: Order) -> None:
    """The PISP learns that its request was understood."""
    expect_valid(initiated.created)
    given_registered(initiated.created)


@advises("pisp-initiate")
def test_a_transfer_is_registered_with_the_documented_status(initiated: Order) -> None:
    """A client that waits for 201 must not stumble over 200."""
    expect_documented_status(initiated.created)


@covers("pisp-initiate")
def test_a_registered_transfer_has_a_location(initiated: Order) -> None:
    """Without it the PISP could never read what became of its payment."""
    given_served(initiated.created)

    expect_location(initiated.created)


@covers("pisp-initiate")
def test_a_registered_transfer_is_approved_on_a_page_of_the_bank(aspsp: Aspsp, initiated: Order) -> None:
    """A PSU must enter credentials at the bank only."""
    given_served(initiated.created)

    expect_approval(initiated.created, sorted(aspsp.page_hosts))


@advises("pisp-initiate")
def test_a_transfer_without_debtor_account_is_registered_too(initiated: Order, without_debtor: Order) -> None:
    """The PSU can choose the account in the bank's own channel."""
    given_registered(initiated.created)

    expect_valid(without_debtor.created)
    given_registered(without_debtor.created)


@covers("pisp-read-back")
def test_a_payment_reads_as_it_was_sent(registered: Order) -> None:
    """What the bank executes is what the PISP asked for."""
    expect_valid(registered.state)

    expect_stored_as_sent(registered.created, registered.state)


@covers("pisp-status-before-sca")
def test_a_new_payment_is_received_and_no_more(registered: Order) -> None:
    """Nobody has validated it yet."""
    expect_not_executed(registered.state)


@covers("pisp-status-before-sca", waits=True)
def test_a_payment_that_nobody_approves_stays_unexecuted(left_alone: Order) -> None:
    """Silence of the PSU is no consent."""
    expect_not_executed(left_alone.state)
