"""RTS (EU) 2018/389, article 10a, and PSD2, article 97: after whom, after what and after how long it is due again."""

from conformance.catalogue import covers
from conformance.checks.account_information import given_accounts
from conformance.checks.controls import given_journey
from conformance.checks.refresh import expect_alive
from conformance.checks.sca import expect_accounts
from conformance.checks.sca_due import (
    expect_authentication_due,
    expect_authentication_of_its_own,
    expect_no_authentication_due,
    expect_no_silent_code,
    given_signed_out,
    given_silent_codes,
)
from conformance.session import Landing, Landings
from fixtures.sca_due import OverRenewedQwac, Rested


@covers("sca-no-downgrade-by-request", waits=True)
def test_a_password_alone_on_the_portal_is_worth_nothing_to_a_silent_request(
    asked_silently: Landings,
) -> None:
    """Half an authentication in the bank's own channel does not become a whole one on the way to a TPP."""
    given_silent_codes(asked_silently["signed in"])
    given_signed_out(asked_silently["signed out"])

    landing = asked_silently["half signed in"]

    expect_no_silent_code(landing, portal=asked_silently["portal"], beside=asked_silently["behind it"])


@covers("sca-ais-first-access", waits=True, destroys=True, last=True)
def test_after_181_days_the_psu_must_authenticate_again(after_180_days: Rested) -> None:
    """An authentication does not last for ever."""
    rested = after_180_days

    expect_authentication_due(rested.refresh, rested.accounts, before=rested.before, beside=rested.beside)


@covers("sca-ais-first-access", waits=True, destroys=True, last=True)
def test_an_authentication_for_one_aisp_does_not_serve_another(newcomer: Landing) -> None:
    """The PSU said to its bank whom it lets in, and this one was not among them."""
    landing = newcomer

    expect_authentication_of_its_own(landing)


@covers("sca-ais-exemption-180-days", waits=True, destroys=True, last=True)
def test_within_180_days_the_aisp_reads_without_the_psu(within_180_days: Rested) -> None:
    """The PSU is asked twice a year, and not more often."""
    rested = within_180_days
    given_accounts(rested.before)
    given_journey(rested.beside)
    expect_alive(rested.refresh, age=rested.age)

    accounts = rested.listed

    expect_no_authentication_due(rested.refresh, accounts, beside=rested.before)
    expect_accounts(accounts)


@covers("sca-ais-exemption-180-days", destroys=True)
def test_a_renewed_qwac_demands_no_new_authentication(over_renewed_qwac: OverRenewedQwac) -> None:
    """A certificate is renewed every year or two, which is no affair of the PSU."""
    used = over_renewed_qwac

    expect_no_authentication_due(used.refresh, used.accounts, beside=used.beside)
