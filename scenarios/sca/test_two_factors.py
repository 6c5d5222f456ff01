"""RTS (EU) 2018/389, articles 4 and 6 to 9: two elements, each of them wanted, each code used once."""

from conformance.catalogue import covers
from conformance.checks.sca import expect_no_access, expect_not_validated
from conformance.session import Landings
from fixtures.sca import InARow


@covers("sca-two-factors")
def test_a_password_alone_opens_nothing(password_alone: Landings) -> None:
    """Knowledge is one element only, also for somebody who presses on without the device."""
    landing = password_alone["tried"]

    expect_no_access(landing, beside=password_alone["behind it"])


@covers("sca-two-factors")
def test_a_device_alone_opens_nothing(device_alone: Landings) -> None:
    """Possession is one element only: a wrong password stays wrong."""
    landing = device_alone["tried"]

    expect_no_access(landing, beside=device_alone["behind it"])


@covers("sca-two-factors")
def test_a_payment_is_not_validated_without_the_device_in_a_browser_that_is_known(
    payments_in_a_row: InARow,
) -> None:
    """A browser that the bank remembers is no element of authentication."""
    order, beside = payments_in_a_row.second, payments_in_a_row.beside

    expect_not_validated(order.landing, order.state, order.payment.success_url, beside=beside)


@covers("sca-each-payment")
def test_a_payment_right_after_another_is_not_executed_without_its_own_authentication(
    payments_in_a_row: InARow,
) -> None:
    """What was proved for one payment says nothing about the next, nor does the word of the PISP."""
    second, beside = payments_in_a_row.second, payments_in_a_row.beside

    expect_not_validated(second.landing, second.state, second.payment.success_url, beside=beside)


@covers("sca-code-one-time")
def test_a_signature_given_for_one_session_does_not_open_another(replayed_signature: Landings) -> None:
    """Whoever has recorded a signature has nothing."""
    landing = replayed_signature["tried"]

    expect_no_access(landing, beside=replayed_signature["behind it"])


@covers("sca-code-one-time")
def test_an_approval_given_for_one_session_does_not_complete_a_parallel_one(
    parallel_sessions: Landings,
) -> None:
    """An attacker who signs in at the same moment does not ride on the PSU's approval."""
    landing = parallel_sessions["not approved"]

    expect_no_access(landing, beside=parallel_sessions["behind it"])
