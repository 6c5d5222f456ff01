"""SG How to use our APIs, PSU Prerequisites: accounts, scope, reporting services; RTS article 36(1)(a)."""

from conformance.catalogue import advises, covers
from conformance.checks.entitlements import (
    expect_exactly,
    expect_explained_status,
    expect_more,
    expect_not_among,
    expect_out_of_scope,
    expect_over,
    expect_withdrawn,
    expect_withheld,
)
from conformance.session import Known, Psu, Tpp, euro
from fixtures.entitlements_accounts import Change, OutOfScope, Reports, Rights, Withheld


@covers("entitlements-all-subscription-accounts")
def test_every_account_of_the_subscription_in_scope_is_listed_and_no_other(
    tpp: Tpp, psu: Psu, known: Known
) -> None:
    """None has to be activated for the use by TPPs."""
    accounts = tpp.accounts_of(psu, present=True).all_accounts()

    expect_exactly(accounts.items, known.expected_accounts, accounts.pages[-1].exchange)


@covers("entitlements-new-account-automatic", destroys=True)
def test_an_account_added_to_the_subscription_is_listed(added_account: Change) -> None:
    """At the latest after a new authorization, and without another amendment of the contract."""
    change = added_account

    expect_more(change.last, change.before)


@advises("entitlements-new-account-automatic", destroys=True)
def test_an_account_added_to_the_subscription_is_listed_after_a_refresh(added_account: Change) -> None:
    """A company opens accounts without thinking of its TPPs."""
    change = added_account

    expect_more(change.refreshed, change.before)


@covers("entitlements-geographic-scope")
def test_an_account_outside_the_scope_is_not_listed(tpp: Tpp, psu: Psu, known: Known) -> None:
    """The interface is not offered for that branch."""
    accounts = tpp.accounts_of(psu, present=True).all_accounts()

    expect_not_among(accounts.items, known.account_out_of_scope, accounts.pages[-1].exchange)


@covers("entitlements-geographic-scope")
def test_an_account_outside_the_scope_is_not_debited(out_of_scope: OutOfScope) -> None:
    """The refusal says why, or the payment ends rejected."""
    order = out_of_scope.order

    expect_out_of_scope(order.created, out_of_scope.state, out_of_scope.landing, beside=out_of_scope.payable)


@covers("entitlements-geographic-scope")
def test_nothing_is_told_of_the_funds_of_an_account_outside_the_scope(out_of_scope: OutOfScope) -> None:
    """Not even yes or no."""
    answer = out_of_scope.funds

    expect_explained_status(answer, beside=out_of_scope.funded)


@covers("entitlements-account-rights", asks={"psu-partial-accounts": 1})
def test_a_user_sees_exactly_the_accounts_that_he_was_given(withheld: Withheld) -> None:
    """No more and no fewer than in e-banking."""
    accounts = withheld.accounts

    expect_exactly(accounts.items, withheld.granted, accounts.exchange)


@covers("entitlements-account-rights")
def test_the_identifier_of_another_account_of_the_company_opens_no_balances(withheld: Withheld) -> None:
    """Who learns it from a colleague learns nothing by it."""
    answer = withheld.balances

    expect_withheld(answer, beside=withheld.own_balances)


@covers("entitlements-account-rights")
def test_the_identifier_of_another_account_of_the_company_opens_no_transactions(withheld: Withheld) -> None:
    """Neither its balances nor its history."""
    answer = withheld.transactions

    expect_withheld(answer, beside=withheld.own_transactions)


@covers("entitlements-account-rights")
def test_nothing_is_told_of_the_funds_of_another_account_of_the_company(
    tpp: Tpp, psu_partial_accounts: Psu, withheld: Withheld
) -> None:
    """A yes or no would be data of that account too."""
    funds = tpp.funds_of(psu_partial_accounts)

    answer = funds.ask(withheld.iban, euro("1.00"))

    expect_withheld(answer, beside=funds.ask(withheld.granted[0], euro("1.00")))


@covers("entitlements-reporting-rights", asks={"psu-partial-reporting": 1})
def test_a_user_limited_to_balances_obtains_no_transactions(reports: Reports) -> None:
    """Each reporting service of an account is a right of its own."""
    answer = reports.transactions_withheld

    expect_withheld(answer, beside=reports.balances_granted)


@covers("entitlements-reporting-rights")
def test_a_user_limited_to_transactions_obtains_no_balances(reports: Reports) -> None:
    """And the other way round."""
    answer = reports.balances_withheld

    expect_withheld(answer, beside=reports.transactions_granted)


@covers("entitlements-withdrawal", destroys=True, waits=True, asks={"psu": 1})
def test_an_account_withdrawn_from_a_user_is_opened_no_more(rights: Rights, known: Known) -> None:
    """Rights count as they are now, not as they were on the day of consent."""
    change = rights.withdraw_account(known.debtor)

    expect_withdrawn(change.before, change.after, change.iban, refresh=change.refresh, beside=change.beside)


@covers("entitlements-withdrawal", destroys=True)
def test_a_grant_opens_nothing_once_the_service_was_withdrawn(rights: Rights) -> None:
    """A refresh does not restore what the Administrator took."""
    change = rights.withdraw_service()

    expect_over(change.before, change.after, change.refresh, beside=change.beside)


@covers("entitlements-withdrawal", destroys=True)
def test_a_grant_opens_nothing_once_its_user_was_removed(rights: Rights) -> None:
    """Who has left the company leaves no refresh token behind."""
    change = rights.remove_user()

    expect_over(change.before, change.after, change.refresh, beside=change.beside)
