"""PSD2, article 66(4)(c): what the bank's own channel offers, a PISP can order too."""

from conformance.catalogue import covers
from conformance.checks.payment_life import expect_instructions_accepted
from conformance.checks.payments import expect_consistent_instructions, expect_not_executed
from conformance.session import Order


@covers("pisp-batch-and-scheduled")
def test_one_validation_is_for_every_transfer_of_a_batch(grouped: Order) -> None:
    """Salaries are paid with one authentication."""
    expect_consistent_instructions(grouped.state, 3)
    expect_instructions_accepted(grouped.state, 3)


@covers("pisp-batch-and-scheduled")
def test_a_transfer_of_a_day_to_come_waits_for_its_day(scheduled: Order) -> None:
    """The customer keeps the money until then."""
    expect_not_executed(scheduled.state)
    expect_instructions_accepted(scheduled.state, 1, future=True)


@covers("pisp-batch-and-scheduled")
def test_a_standing_order_waits_for_its_first_day(standing: Order) -> None:
    """Rent is not due before the month begins."""
    expect_not_executed(standing.state)
    expect_instructions_accepted(standing.state, 1, future=True)
