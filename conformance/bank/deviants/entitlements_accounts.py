"""Deviants of the entitlements area: accounts, scope, reporting services, rights withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from conformance.bank.corporate.acceptance import Acceptance
from conformance.bank.corporate.companies import Account, Company, Report, Rights, User
from conformance.bank.corporate.consents import Consent, Consents
from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.entitlements import Entitlements
from conformance.bank.deviants import deviant
from conformance.bank.stet.call import StetProblem


@deviant(
    "entitlements-all-subscription-accounts/1",
    also=("aisp-same-information", "entitlements-new-account-automatic"),
)
class ShowsTheFirstAccount(Entitlements):
    """Exposes only the first account of the subscription."""

    def implemented(self, company: Company) -> Iterable[Account]:
        return islice(super().implemented(company), 1)


@deviant("entitlements-all-subscription-accounts/2", also=("aisp-same-information",))
class ShowsEuroAlone(Entitlements):
    """Exposes only accounts in euro."""

    def implemented(self, company: Company) -> Iterable[Account]:
        return (account for account in super().implemented(company) if account.currency == "EUR")


@deviant(
    "entitlements-all-subscription-accounts/3",
    also=(
        "aisp-account-list",
        "aisp-same-information",
        "entitlements-new-account-automatic",
    ),
)
class AsksForEachAccount(Consents):
    """Shows an account only once it was named in a consent of its own."""

    def consented(self, consent: Consent, account: Account, report: Report) -> bool:
        return account.resource_id in (consent.named(report) or frozenset())


@deviant("entitlements-new-account-automatic/1")
class FreezesTheSubscription(Entitlements):
    """Keeps to the accounts that a company had when it was first asked for them."""

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._frozen: dict[str, tuple[Account, ...]] = {}

    def implemented(self, company: Company) -> Iterable[Account]:
        return self._frozen.setdefault(company.company_id, tuple(super().implemented(company)))


@deviant(
    "entitlements-geographic-scope/1",
    also=(
        "aisp-balances",
        "aisp-links-navigable",
        "aisp-transactions",
        "entitlements-all-subscription-accounts",
        "sca-cbpii-secure-access",
    ),
)
class BreaksOnForeignAccounts(Entitlements):
    """Lists accounts out of scope, and answers 500 on their balances."""

    def listed(self, user: User) -> list[Account]:
        found = self.implemented(self.domain.directory.company_of(user))
        return [account for account in found if not account.closed and self.visible(user, account)]

    def account_for(self, user: User, resource_id: str) -> Account:
        account = self.domain.directory.account(resource_id)
        if account is not None and not self.in_scope(account):
            raise StetProblem(500, "unexpected error")
        return super().account_for(user, resource_id)


@deviant("entitlements-geographic-scope/2")
class DebitsForeignAccounts(Acceptance):
    """Accepts payments that debit accounts out of scope."""

    def debitable(self, account: Account) -> bool:
        return True


@deviant("entitlements-account-rights/1", also=("entitlements-withdrawal",))
class ShowsTheWholeCompany(Entitlements):
    """Returns all accounts of the company to every user."""

    def visible(self, user: User, account: Account) -> bool:
        return True


@deviant("entitlements-account-rights/2")
class FiltersTheListAlone(Entitlements):
    """Filters the list, and serves any account of the company by its identifier."""

    def readable(self, user: User, account: Account) -> bool:
        return account.company == user.company and self.in_scope(account)


@deviant("entitlements-reporting-rights/1")
class ShowsTransactionsToAll(Entitlements):
    """Returns transactions to users limited to balances."""

    def may_report(self, user: User, account: Account, report: Report) -> bool:
        return report is Report.TRANSACTIONS or super().may_report(user, account, report)


@deviant("entitlements-withdrawal/1")
class RemembersTheDayOfConsent(Entitlements):
    """Evaluates the rights of the day on which they were first asked for."""

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._remembered: dict[str, Rights] = {}

    def rights(self, user: User) -> Rights:
        return self._remembered.setdefault(user.user_id, super().rights(user))


@deviant("entitlements-withdrawal/2")
class KeepsThoseWhoLeft(Entitlements):
    """Keeps the refresh tokens of removed users alive."""

    def active(self, user: User) -> bool:
        return True
