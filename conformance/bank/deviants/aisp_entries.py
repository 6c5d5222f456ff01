"""Deviants of the account information area: entries, their days and pages, and the consent that opens them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from conformance.bank.corporate.companies import Account, Report, User
from conformance.bank.corporate.consents import Consent, Consents
from conformance.bank.corporate.history import Entry
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import Refused
from conformance.bank.corporate.reporting import AccountInformation, Page, Query
from conformance.bank.deviants import deviant
from conformance.bank.settings import Json
from conformance.bank.stet.call import Call, StetProblem
from conformance.bank.stet.transactions import StetTransactions


@deviant("aisp-transactions/1", also=("aisp-same-information",))
class WritesASign(StetTransactions):
    """Writes debits with a minus and says no sense."""

    def amount_and_sense(self, money: Money) -> tuple[Json, str | None]:
        return self.bank.stet.amount(money), None


@deviant("aisp-transactions/2")
class TellsNoStatus(StetTransactions):
    """Leaves out whether an entry is booked."""

    def entry_status(self, entry: Entry) -> str | None:
        return None


@deviant("aisp-transactions/3", also=("aisp-links-navigable",))
class FindsNoEmptyAccount(StetTransactions):
    """Calls an account without entries unknown."""

    def nothing_found(self, call: Call) -> None:
        raise StetProblem(404, "there are no transactions")


@deviant("aisp-transactions-date-filter/1")
class IgnoresTheFilter(StetTransactions):
    """Lists what it lists, whatever period is asked for."""

    def period_day(self, name: str, value: str) -> date | None:
        return None


@deviant(
    "aisp-transactions-date-filter/2",
    also=(
        "pisp-confirmation",
        "pisp-status-after-validation",
    ),
)
class LeavesOutTheFirstDay(AccountInformation):
    """Begins the day after the first one."""

    def starts_in(self, entry: Entry, start: date | None) -> bool:
        return start is None or entry.day > start


@deviant("aisp-transactions-date-filter/3")
class DropsWhatItCannotRead(StetTransactions):
    """Takes a date that is none for no date."""

    def period_day(self, name: str, value: str) -> date | None:
        try:
            return super().period_day(name, value)
        except Refused:
            return None


@deviant("aisp-pagination/1")
class RepeatsTheLastEntry(AccountInformation):
    """Begins each page with the last entry of the page before."""

    def next_after(self, entries: Sequence[Entry], end: int) -> str | None:
        return entries[end - 2].reference if 1 < end < len(entries) else None


@deviant("aisp-pagination/2")
class LosesEntriesBetweenPages(AccountInformation):
    """Begins each page one entry too late."""

    def next_after(self, entries: Sequence[Entry], end: int) -> str | None:
        return entries[end].reference if 0 < end < len(entries) else None


@deviant("aisp-pagination/3")
class GoesInCircles(StetTransactions):
    """Links from the last page to the first as to the next one."""

    def page_links(self, call: Call, query: Query, page: Page) -> Json:
        links = super().page_links(call, query, page)
        return {"next": links["first"]} | links


@deviant("aisp-same-information/1")
class HidesWhatIsPending(AccountInformation):
    """Leaves out the entries that are on their way."""

    def shown_entries(self, account: Account) -> Sequence[Entry]:
        return [entry for entry in super().shown_entries(account) if not entry.pending]


@deviant("aisp-stet-consent/1")
class TakesNoNotice(Consents):
    """Takes a consent and goes on showing everything."""

    def consented(self, consent: Consent, account: Account, report: Report) -> bool:
        return True


@deviant("aisp-stet-consent/2")
class AddsConsents(Consents):
    """Adds a new consent to the one before."""

    def replaced(self, earlier: Consent, new: Consent) -> Consent:
        if earlier.balances is None or earlier.transactions is None:
            return new
        balances = earlier.balances | (new.balances or frozenset())
        return replace(
            new, balances=balances, transactions=earlier.transactions | (new.transactions or frozenset())
        )


@deviant("aisp-stet-consent/3")
class TakesAnyAccount(Consents):
    """Takes a consent to accounts that are none of the PSU's."""

    def consentable(self, user: User, account: Account) -> bool:
        return True


@deviant("aisp-stet-identity/2")
class TellsTheNameAnyway(Consents):
    """Says who is connected also where the PSU did not agree to that."""

    def identity_consented(self, consent: Consent) -> bool:
        return True
