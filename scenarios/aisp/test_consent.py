"""STET 1.4.2, Part 2, PUT /consents: the consent that the AISP forwards holds from then on, and it alone."""

from conformance.catalogue import advises, covers
from conformance.checks.account_information import expect_only
from conformance.checks.controls import given_success
from conformance.checks.entitlements import expect_withheld
from conformance.checks.stet_schema import expect_documented_status, expect_refused, expect_valid
from fixtures.aisp_access import Consented


@covers("aisp-stet-consent", destroys=True)
def test_a_forwarded_consent_is_taken(consented: Consented) -> None:
    """The bank must know what the PSU agreed to with the AISP."""
    expect_valid(consented.first.forwarded)
    expect_valid(consented.second.forwarded)


@advises("aisp-stet-consent", destroys=True)
def test_a_forwarded_consent_is_answered_with_the_documented_status(consented: Consented) -> None:
    """A consent is created, and 201 says so."""
    expect_documented_status(consented.first.forwarded)


@covers("aisp-stet-consent", destroys=True)
def test_a_consent_to_one_account_shows_that_account_only(consented: Consented) -> None:
    """A PSU who shares one account has not shared the others."""
    seen = consented.first
    given_success(seen.forwarded.exchange)

    expect_only(seen.accounts, consented.one, consented.other)
    expect_withheld(seen.excluded, beside=seen.included)


@covers("aisp-stet-consent", destroys=True)
def test_a_later_consent_takes_the_place_of_the_earlier(consented: Consented) -> None:
    """A PSU who changes its mind wants the first account closed again."""
    seen = consented.second
    given_success(seen.forwarded.exchange)

    expect_only(seen.accounts, consented.other, consented.one)
    expect_withheld(seen.excluded, beside=seen.included)


@covers("aisp-stet-consent", destroys=True)
def test_a_consent_without_a_mandatory_member_is_refused(consented: Consented) -> None:
    """What the PSU did not say cannot be guessed by the bank."""
    answer = consented.incomplete

    expect_refused(answer, 400, beside=[consented.first.forwarded, consented.with_identity])


@covers("aisp-stet-consent", destroys=True)
def test_a_consent_to_an_account_of_somebody_else_is_refused(consented: Consented) -> None:
    """Nobody can consent for another company."""
    answer = consented.unowned

    expect_refused(answer, 400, 403, 404, beside=[consented.first.forwarded, consented.with_identity])


@covers("aisp-stet-identity", destroys=True)
def test_the_identity_is_withheld_without_consent(consented: Consented) -> None:
    """A PSU may share its accounts and keep its name."""
    answer = consented.identity

    expect_refused(answer, 403, 404, beside=[consented.with_identity, consented.named])
