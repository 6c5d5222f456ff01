"""Deviants of the account information area: the list, its links, balances, and whose accounts they are."""

from __future__ import annotations

from datetime import date
from typing import Any

from conformance.bank.corporate.access import Access, AccessRules
from conformance.bank.corporate.companies import Account, Report, User
from conformance.bank.corporate.entitlements import Entitlements
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import unknown
from conformance.bank.corporate.reporting import AccountInformation, Balance
from conformance.bank.deviants import deviant
from conformance.bank.settings import Json
from conformance.bank.stet.accounts import StetAccounts


@deviant("aisp-account-list/1")
class GivesABareArray(StetAccounts):
    """Lists the accounts in an array without anything around it."""

    def account_list(self, accounts: list[Json], links: Json) -> Any:
        return accounts


@deviant("aisp-account-list/2")
class SaysNotWhatKind(StetAccounts):
    """Leaves the kind of account out."""

    def account_type(self, account: Account) -> str | None:
        return None


@deviant(
    "aisp-account-list/3",
    also=("aisp-same-information", "aisp-stet-consent", "entitlements-all-subscription-accounts"),
)
class SpacesItsIbans(StetAccounts):
    """Writes IBANs as on paper, in groups of four."""

    def iban_shown(self, iban: str) -> str:
        return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


@deviant("aisp-links-navigable/1")
class LinksToTheInside(StetAccounts):
    """Links to a host that only the bank itself can reach."""

    def account_link(self, account: Account, report: Report) -> Json:
        return {"href": f"http://core-banking.internal/accounts/{account.resource_id}/{report.value}"}


@deviant("aisp-links-navigable/2", also=("aisp-balances", "aisp-transactions"))
class ForgetsTheBasePath(StetAccounts):
    """Links to its resources without the base path of the API."""

    def account_link(self, account: Account, report: Report) -> Json:
        return {"href": f"/accounts/{account.resource_id}/{report.value}"}


@deviant("aisp-balances/1", also=("aisp-same-information",))
class ShowsOnlyWhatIsExpected(StetAccounts):
    """Keeps the accounting balance to itself."""

    def balances_shown(self, balances: list[Balance]) -> list[Balance]:
        return [balance for balance in balances if balance.kind != "CLBD"]


@deviant("aisp-balances/2", also=("aisp-same-information",))
class ShowsNoBalance(StetAccounts):
    """Gives an empty list of balances."""

    def balances_shown(self, balances: list[Balance]) -> list[Balance]:
        return []


@deviant("aisp-balances/3", also=("aisp-same-information",))
class SaysNoCurrency(StetAccounts):
    """Leaves the reader to guess in which currency a balance is."""

    def balance_amount(self, money: Money) -> Json:
        return {"amount": money.amount}


@deviant("aisp-same-information/2")
class ShowsTheDayBefore(AccountInformation):
    """Shows the balance as it was before the last day of booking."""

    def balance(self, kind: str, account: Account) -> Balance:
        now = super().balance(kind, account)
        days = [entry.day for entry in self.domain.books.entries(account) if not entry.pending]
        last = max(days, default=date.min)
        moved = [e.money for e in self.domain.books.entries(account) if e.day == last and not e.pending]
        before = sum((money.amount for money in moved), start=now.money.amount * 0)
        return Balance(kind, Money(now.money.amount - before, now.money.currency), now.day, now.changed)


@deviant("aisp-no-sensitive-data/1")
class ShowsCardNumbers(AccountInformation):
    """Shows the whole number of a card."""

    def card_shown(self, number: str) -> str:
        return number


@deviant("aisp-no-sensitive-data/2")
class TellsTheLogin(StetAccounts):
    """Tells the PSU's login beside each account."""

    def account(self, access: Access, account: Account) -> Json:
        return super().account(access, account) | {"details": access.user.username}


@deviant("aisp-foreign-account/1", also=("entitlements-account-rights",))
class AsksNotWhoseAccount(Entitlements):
    """Finds an account by its identifier, whoever asks."""

    def account_for(self, user: User, resource_id: str) -> Account:
        account = self.domain.directory.account(resource_id)
        if account is None:
            raise unknown("account")
        return account


@deviant(
    "aisp-foreign-account/2",
    also=(
        "aisp-balances",
        "aisp-links-navigable",
        "aisp-transactions",
        "entitlements-account-rights",
        "entitlements-all-subscription-accounts",
        "entitlements-withdrawal",
        "sca-cbpii-secure-access",
    ),
)
class ListsEveryAccount(Entitlements):
    """Lists every account of the bank to everybody."""

    def listed(self, user: User) -> list[Account]:
        return [account for account in self.domain.directory.accounts.values() if self.in_scope(account)]


@deviant("aisp-unattended-frequency/1")
class ServesOnceADay(AccessRules):
    """Refuses the second unattended access of a day."""

    def unattended_limit(self) -> int:
        return 1


@deviant("aisp-unattended-frequency/2")
class CountsPages(AccessRules):
    """Counts each page of a query as an access."""

    def counted(self, access: Access, page: int) -> bool:
        return True


@deviant("aisp-unattended-frequency/3")
class OverlooksThePsu(AccessRules):
    """Counts also when the PSU is asking."""

    def attended(self, access: Access) -> bool:
        return False


@deviant("aisp-history-depth/1")
class KeepsThirtyDays(AccountInformation):
    """Shows the entries of the last thirty days, whatever is asked for."""

    def starts_in(self, entry: Any, start: date | None) -> bool:
        return super().starts_in(entry, start) and (self.clock.now().date() - entry.day).days <= 30


@deviant("aisp-history-depth/2")
class RefusesOlderQueries(AccessRules):
    """Refuses every question about more than sixty days."""

    def beyond_history(self, access: Access, wanted: date) -> bool:
        return (self.clock.now().date() - wanted).days > 60


@deviant("aisp-stet-identity/1")
class NamesTheCompany(AccountInformation):
    """Gives the company's name for the person's."""

    def connected(self, access: Access) -> str:
        return self.domain.directory.company_of(access.user).name
