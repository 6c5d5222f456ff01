"""STET 1.4.2, Part 2, 4.4, GET /accounts/{id}/transactions: entries, their days, and their pages."""

import pytest

from conformance.catalogue import covers
from conformance.checks.account_information import expect_entries
from conformance.checks.accounts import (
    expect_refused_or_empty,
    expect_same_entries,
    expect_same_walks,
    expect_valid_entries,
)
from conformance.checks.controls import given_served, given_success
from conformance.checks.stet_schema import expect_refused, expect_whole
from fixtures.aisp import Statement
from fixtures.aisp_access import Depth


@covers("aisp-transactions")
def test_each_account_has_valid_transactions(statement: Statement) -> None:
    """An entry without amount, sense or status cannot be booked by the company."""
    expect_valid_entries(statement.entries, again=statement.listed_again)


@covers("aisp-transactions-date-filter")
@pytest.mark.parametrize(
    "earlier", [pytest.param(0, id="from it on"), pytest.param(1, id="from the next day on")]
)
def test_the_first_day_of_a_period_is_included(statement: Statement, earlier: int) -> None:
    """An AISP that asks day by day must neither miss a day nor see one twice."""
    spread = statement.spread
    period = spread.from_day(earlier)

    walk = statement.between(spread.account, period)

    expect_same_entries(statement.booked(walk), spread.inside(period), walk.pages[0].exchange)


@covers("aisp-transactions-date-filter")
@pytest.mark.parametrize(
    "later", [pytest.param(0, id="up to it"), pytest.param(-1, id="up to the day before")]
)
def test_the_last_day_of_a_period_ends_where_the_dialect_says(statement: Statement, later: int) -> None:
    """The end of a period is where dialects differ, so a bank has to keep to its own."""
    spread = statement.spread
    period = spread.to_day(later)

    walk = statement.between(spread.account, period)

    expect_same_entries(statement.booked(walk), spread.inside(period), walk.pages[0].exchange)


@covers("aisp-transactions-date-filter")
def test_a_period_that_ends_before_it_begins_holds_nothing(statement: Statement) -> None:
    """A period the wrong way round is a mistake, which the bank must not guess away."""
    spread = statement.spread

    answer = statement.asked(spread.account, spread.inverted)

    expect_refused_or_empty(answer, beside=statement.served_again)


@covers("aisp-transactions-date-filter")
def test_a_day_that_is_no_date_is_refused(statement: Statement) -> None:
    """A filter that is misread and dropped gives an AISP what it did not ask for."""
    answer = statement.since(statement.spread.account, "notadate")

    expect_refused(answer, 400, beside=[statement.served_again])


@covers("aisp-pagination")
def test_next_links_come_to_an_end(statement: Statement) -> None:
    """A link that leads back in a circle keeps an AISP busy for ever."""
    account, _ = statement.longest

    walk = statement.all_entries(account)

    given_served(statement.own_again())
    expect_whole(walk)


@covers("aisp-pagination")
def test_next_links_yield_every_transaction_once(statement: Statement) -> None:
    """A lost or doubled entry at the border of a page falsifies the company's books."""
    account, _ = statement.longest

    walk = statement.all_entries(account)

    expect_same_walks(walk, statement.again)


@covers("aisp-history-depth")
def test_entries_of_eighty_nine_days_ago_need_no_new_authentication(depth: Depth) -> None:
    """An AISP that loses a quarter of history with each refresh cannot show a company its year."""
    given_success(depth.recent.exchange)

    expect_entries(depth.entries, depth.first, depth.last)
