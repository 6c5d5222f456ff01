"""STET 1.4.2, Part 2, GET /accounts; RTS (EU) 2018/389, Art. 30(1)(b) and 36(1)(a): the list, and where it leads."""

from conformance.catalogue import covers
from conformance.checks.account_information import (
    expect_listing,
    expect_reached,
    expect_way_back,
    given_accounts,
)
from conformance.checks.accounts import (
    expect_booked_balances,
    expect_no_common_accounts,
    expect_real_ibans,
    expect_unique_accounts,
)
from conformance.checks.stet_schema import expect_links_on_api, expect_refused, expect_valid
from conformance.session import Psu, Tpp
from fixtures.aisp import Statement


@covers("aisp-account-list")
def test_the_list_of_accounts_is_valid(statement: Statement) -> None:
    """Everything else that an AISP does begins with this list."""
    listed = statement.listed

    expect_valid(listed)
    expect_listing(listed, statement.expected)
    expect_real_ibans(listed)
    expect_unique_accounts(listed)


@covers("aisp-links-navigable")
def test_the_links_of_the_list_stay_on_the_api(statement: Statement) -> None:
    """An AISP sends the PSU's token along with every link that it follows."""
    given_accounts(statement.listed)

    expect_links_on_api(statement.listed)


@covers("aisp-links-navigable")
def test_the_links_of_an_account_lead_to_its_balances_and_transactions(statement: Statement) -> None:
    """A bank may build its addresses as it likes, so an AISP follows links and builds none."""
    expect_reached(statement.balances, again=statement.listed_again)
    expect_reached(statement.entries, again=statement.listed_again)


@covers("aisp-links-navigable")
def test_balances_and_transactions_lead_back_to_the_list(statement: Statement) -> None:
    """Somebody who entered in the middle must find the way to the other accounts."""
    expect_way_back(statement.parents, statement.listed, again=statement.listed_again)


@covers("aisp-balances")
def test_each_account_has_its_accounting_balance(statement: Statement) -> None:
    """A treasurer decides by the booked balance; an expected one alone misleads."""
    expect_booked_balances(statement.balances, again=statement.listed_again)


@covers("aisp-foreign-account")
def test_two_companies_share_no_account(statement: Statement, foreign_statement: Statement) -> None:
    """The list of a PSU ends where its own company ends."""
    expect_no_common_accounts(statement.listed, foreign_statement.listed)


@covers("aisp-foreign-account")
def test_the_balances_of_another_company_are_out_of_reach(
    tpp: Tpp, psu: Psu, statement: Statement, foreign_statement: Statement
) -> None:
    """An identifier is no secret, so knowing it must open nothing."""
    foreign = foreign_statement.readable

    answer = tpp.accounts_of(psu, present=True).balances(foreign)

    expect_refused(answer, 403, 404, beside=[statement.own_again()])


@covers("aisp-foreign-account")
def test_the_transactions_of_another_company_are_out_of_reach(
    tpp: Tpp, psu: Psu, statement: Statement, foreign_statement: Statement
) -> None:
    """What somebody pays and is paid is a secret of the business."""
    foreign = foreign_statement.readable

    answer = tpp.accounts_of(psu, present=True).transactions(foreign)

    expect_refused(answer, 403, 404, beside=[statement.own_again()])


@covers("aisp-foreign-account")
def test_an_account_that_nobody_has_is_refused(statement: Statement) -> None:
    """A slip in an identifier is answered with a plain no."""
    answer = statement.of_nobody

    expect_refused(answer, 403, 404, beside=[statement.own_again()])
