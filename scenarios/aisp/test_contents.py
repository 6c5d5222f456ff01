"""RTS (EU) 2018/389, Art. 36(1)(a): what the bank's own channel shows, and no sensitive payment data."""

from conformance.catalogue import covers
from conformance.checks.account_information import (
    expect_connected,
    expect_no_secrets,
    expect_shown_accounts,
    expect_shown_balances,
    expect_shown_entries,
)
from conformance.checks.accounts import expect_no_card_numbers
from conformance.checks.stet_schema import expect_valid
from conformance.session import Known, Psu
from fixtures.aisp import Portal, Statement


@covers("aisp-same-information")
def test_every_account_of_the_portal_is_listed(statement: Statement, known: Known) -> None:
    """A company that switches to an AISP must not lose an account."""
    expect_shown_accounts(statement.listed, known.expected_accounts)


@covers("aisp-same-information")
def test_balances_are_those_of_the_portal(statement: Statement, portal: Portal) -> None:
    """A balance of yesterday is no balance for somebody who pays today."""
    expect_shown_balances(statement.balances, portal.balances, portal.booked_since)


@covers("aisp-same-information")
def test_entries_are_those_of_the_portal(portal: Portal) -> None:
    """Pending entries and names of the other party are information that the PSU has directly."""
    expect_shown_entries(portal.entries)


@covers("aisp-no-sensitive-data")
def test_no_answer_holds_a_card_number(statement: Statement) -> None:
    """A whole card number pays for whoever reads it."""
    expect_no_card_numbers(statement.answers, again=statement.listed_again)


@covers("aisp-no-sensitive-data")
def test_no_answer_holds_a_secret_of_the_psu(statement: Statement, psu: Psu) -> None:
    """Half of a login is already too much for somebody else."""
    expect_no_secrets(statement.answers, psu.typed, again=statement.listed_again)


@covers("aisp-stet-identity")
def test_the_connected_person_is_named(statement: Statement, psu: Psu) -> None:
    """Several people act for one company; the TPP must know for which of them it acts."""
    identity = statement.identity

    expect_valid(identity)
    expect_connected(identity, psu.profile.name)
