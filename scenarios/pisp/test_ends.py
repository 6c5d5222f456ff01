"""STET PSD2 API, part 2: how payments end: refused, expired, cancelled, and kept for a month."""

from conformance.catalogue import covers
from conformance.checks.payment_life import (
    expect_back_at,
    expect_dead_link,
    expect_not_booked,
    expect_still_there,
    expect_turned_down,
)
from conformance.checks.payments import (
    expect_cancelled,
    expect_consistent_instructions,
    expect_reason,
    expect_rejected,
    expect_unchanged,
    given_accepted,
)
from conformance.checks.responses import answered
from conformance.checks.stet_schema import expect_refused
from conformance.session import Order
from fixtures.pisp import Ledger
from fixtures.pisp_ends import Changed, Unanswered


@covers("pisp-refusal-by-psu")
def test_a_psu_who_refuses_is_sent_to_the_url_for_refusals(refused: Order) -> None:
    """The PISP does not thank for a payment that was refused."""
    url = refused.payment.failure_url or refused.payment.success_url

    expect_back_at(refused.landing, url)


@covers("pisp-refusal-by-psu")
def test_a_psu_who_refuses_is_sent_to_the_only_url(refused_with_one_url: Order) -> None:
    """A PISP that named one URL gets its customer back there."""
    expect_back_at(refused_with_one_url.landing, refused_with_one_url.payment.success_url)


@covers("pisp-refusal-by-psu")
def test_a_refused_payment_is_rejected_with_a_reason(executed: Order, refused: Order) -> None:
    """The PISP learns that the customer said no."""
    given_accepted(executed.state)

    expect_rejected(refused.state)
    expect_reason(refused.state)


@covers("pisp-refusal-by-psu")
def test_a_refused_payment_is_not_booked(settled: Order, refused: Order, ledger: Ledger) -> None:
    """No means no."""
    booked = settled.payment.instructions[0].remittance

    entries = ledger(refused)

    expect_not_booked(entries, refused.payment.instructions[0].remittance, beside=booked)


@covers("pisp-expiry", destroys=True, waits=True)
def test_an_unanswered_payment_is_rejected(unanswered: Unanswered) -> None:
    """A PISP does not wait for ever."""
    expect_rejected(unanswered.order.state, "NOAS")


@covers("pisp-expiry", destroys=True, waits=True)
def test_the_approval_link_of_an_expired_payment_is_dead(executed: Order, unanswered: Unanswered) -> None:
    """Nobody pays for an order that was given up."""
    given_accepted(executed.state)
    url = unanswered.order.payment.success_url

    expect_dead_link(unanswered.landing, url, beside=unanswered.beside)


@covers("pisp-cancellation")
def test_a_payment_of_a_day_to_come_can_be_cancelled(called_off: Order) -> None:
    """What the bank's own channel allows, the PISP can do too."""
    expect_cancelled(called_off.state)


@covers("pisp-cancellation")
def test_a_cancelled_payment_is_not_executed(settled: Order, called_off: Order, ledger: Ledger) -> None:
    """A cancellation in words only would cost the customer money."""
    booked = settled.payment.instructions[0].remittance
    expect_cancelled(called_off.state)
    expect_consistent_instructions(called_off.state, 1)

    entries = ledger(called_off)

    expect_not_booked(entries, called_off.payment.instructions[0].remittance, beside=booked)


@covers("pisp-cancellation")
def test_a_change_of_the_amount_is_forbidden(altered: Changed) -> None:
    """Nobody changes what the PSU is about to approve."""
    expect_refused(altered.asked, 403, beside=[altered.beside])


@covers("pisp-cancellation")
def test_a_forbidden_change_leaves_the_payment_as_it_was(altered: Changed) -> None:
    """A refusal that is carried out is none."""
    answered(altered.asked.exchange)

    expect_unchanged(altered.before, altered.after)


@covers("pisp-cancellation")
def test_an_executed_payment_cannot_be_cancelled(recalled: Changed) -> None:
    """The money has gone."""
    expect_turned_down(recalled.asked, beside=[recalled.after, recalled.beside])


@covers("pisp-status-availability", destroys=True, waits=True)
def test_a_payment_can_be_read_for_thirty_days(month_old: Order) -> None:
    """A PISP answers its customer's complaint weeks later."""
    expect_still_there(month_old.state)
