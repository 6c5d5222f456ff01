"""RTS (EU) 2018/389, article 4(3): failures tell nothing and end in a block; whoever goes away is signed out."""

from conformance.catalogue import covers
from conformance.checks.controls import given_code
from conformance.checks.sca import expect_indistinguishable, expect_no_access, expect_signed_out
from conformance.session import Landings
from fixtures.sca_failures import Failures


@covers("sca-failure-handling", destroys=True)
def test_a_wrong_password_is_answered_as_an_unknown_login_is(failures: Failures) -> None:
    """Nobody learns from the bank who its customers are."""
    one, other = failures.password.exchange, failures.nobody.exchange

    expect_indistinguishable(one, other, beside=failures.beside)


@covers("sca-failure-handling", destroys=True)
def test_a_wrong_second_factor_is_answered_as_a_wrong_password_is(failures: Failures) -> None:
    """Nobody learns which of the two elements was right."""
    one, other = failures.password.exchange, failures.device.exchange

    expect_indistinguishable(one, other, beside=failures.beside)


@covers("sca-failure-handling", destroys=True)
def test_the_right_credentials_open_nothing_after_six_failures(failures: Failures) -> None:
    """Guessing ends after five attempts, from whichever browser they come."""
    landing = failures.right
    given_code(failures.beside)

    expect_no_access(landing, beside=failures.beside)


@covers("sca-session-inactivity", waits=True)
def test_a_consent_page_left_for_more_than_five_minutes_wants_a_new_authentication(
    after_a_break: Landings,
) -> None:
    """Whoever finds the PSU's desk empty cannot go on in its place."""
    landing = after_a_break["resumed"]

    expect_signed_out(landing, beside=after_a_break["behind it"])
