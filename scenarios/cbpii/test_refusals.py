"""PSD2, Art. 65(1)(b)-(c): no answer without the PSU's consent to this issuer; no answer to what is no question."""

import pytest

from conformance.catalogue import covers
from conformance.checks.funds import expect_invalid, expect_invalid_or_converted, expect_no_answer
from fixtures.cbpii import Till, Withdrawn

DEFECTS = [
    "no amount",
    "no account",
    "malformed IBAN",
    "wrong check digits",
    "unknown account",
    "negative amount",
]


@covers("cbpii-consent-required")
def test_nothing_is_said_of_an_account_of_another_company(till: Till, foreign_iban: str) -> None:
    """Who knows an IBAN must not learn from it whether its owner is rich."""
    answer = till.ask(foreign_iban)

    expect_no_answer(answer, 401, 403, 404, beside=till.again)


@covers("cbpii-consent-required")
@pytest.mark.usefixtures("aisp_consent")
def test_nothing_is_said_of_an_account_that_the_psu_did_not_choose(
    narrow_till: Till, account_not_chosen: str
) -> None:
    """A consent to one account, or to account information, is none to answers about another account."""
    answer = narrow_till.ask(account_not_chosen)

    expect_no_answer(answer, 401, 403, 404, beside=narrow_till.again)


@covers("cbpii-consent-withdrawn", destroys=True)
def test_a_withdrawn_consent_ends_the_answers(withdrawn: Withdrawn) -> None:
    """A PSU that has enough of a card issuer must be able to close the door."""
    expect_no_answer(withdrawn.after, 401, 403, beside=withdrawn.beside)


@covers("cbpii-consent-withdrawn", destroys=True)
def test_a_refresh_does_not_bring_a_withdrawn_consent_back(withdrawn: Withdrawn) -> None:
    """The refresh token is worth what the consent behind it is worth."""
    expect_no_answer(withdrawn.with_new_token, 401, 403, beside=withdrawn.beside)


@covers("cbpii-invalid-requests")
@pytest.mark.parametrize("defect", DEFECTS)
def test_a_question_that_is_none_is_refused(till: Till, defect: str) -> None:
    """An issuer must not take its own mistake for a lack of funds."""
    answer = till.ask_badly(defect)

    expect_invalid(answer, beside=till.again)


@covers("cbpii-invalid-requests")
def test_another_currency_is_refused_or_converted(till: Till) -> None:
    """A number without its currency's worth is no answer."""
    answer = till.ask_badly("another currency")

    expect_invalid_or_converted(answer, beside=till.again)
