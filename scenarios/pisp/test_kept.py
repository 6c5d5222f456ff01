"""STET PSD2 API, part 2, GET /payment-requests/{id}: a payment is kept for a month, also when it has ended."""

from conformance.catalogue import covers
from conformance.checks.payment_life import expect_all_still_there, expect_still_there
from conformance.session import Order
from fixtures.pisp_kept import Remembered


@covers("pisp-status-availability", last=True)
def test_payments_of_earlier_runs_can_be_read_without_the_psu(remembered: Remembered) -> None:
    """What a PISP remembers its bank remembers too."""
    expect_all_still_there(remembered.states, beside=remembered.control)


@covers("pisp-status-availability", destroys=True, waits=True)
def test_a_payment_that_has_ended_can_be_read_for_thirty_days(month_ended: Order) -> None:
    """How a payment ended is what a PISP is asked for later."""
    expect_still_there(month_ended.state)
