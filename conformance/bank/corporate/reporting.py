"""Account information: accounts, balances, transactions and the identity of the connected PSU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conformance.bank.corporate.access import Access
from conformance.bank.corporate.companies import Account, Report, Service
from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.history import Entry
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import forbidden, invalid


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance: its type (CLBD, XPCD or OTHR), the amount, its day and when it last changed."""

    kind: str
    money: Money
    day: date
    changed: datetime


@dataclass(frozen=True, slots=True)
class Query:
    """Which transactions are wanted.

    Args:
        start: the first day, included.
        end: the day after the last one.
        first_reference: the lowest entry reference, included.
        last_reference: the highest entry reference, included.
        after: the entry reference behind which a further page starts.
        before: the entry reference before which a page ends, when paging backwards.
        page: 0 for the first request of a query.
    """

    start: date | None = None
    end: date | None = None
    first_reference: str = ""
    last_reference: str = ""
    after: str = ""
    before: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of transactions.

    Args:
        next_after: for the `after` of the next page, None on the last one.
        prev_before: for the `before` of the page before, None on the first one.
        last_after: for the `after` of the last page.
    """

    entries: tuple[Entry, ...]
    next_after: str | None
    prev_before: str | None
    last_after: str


class AccountInformation(DomainComponent):
    """Tells an AISP what the PSU may see."""

    page_size = 20

    @service
    def accounts(self, access: Access, page: int = 0) -> list[Account]:
        """The accounts that the AISP sees.

        Raises:
            Refused: a subscription, service, consent or strong authentication is missing, or a fifth access.
        """
        self._expect_access(access)
        self.domain.access.count(access, "accounts", page)
        return self.shown_accounts(access)

    @service
    def balances(self, access: Access, resource_id: str) -> list[Balance]:
        """The balances of an account.

        Raises:
            Refused: as for `accounts`, or the account or the reporting service is none of the PSU's.
        """
        account = self.reported(access, resource_id, Report.BALANCES)
        self.domain.access.count(access, f"balances/{resource_id}")
        return self.balances_of(account)

    @service
    def transactions(self, access: Access, resource_id: str, query: Query) -> Page:
        """One page of the transactions of an account.

        Raises:
            Refused: as for `balances`, or the period is inverted or older than the token opens.
        """
        account = self.reported(access, resource_id, Report.TRANSACTIONS)
        if query.start is not None and query.end is not None and query.start > query.end:
            raise invalid("period", "dateFrom lies after dateTo")
        self.domain.access.expect_history(access, query.start)
        self.domain.access.count(access, f"transactions/{resource_id}", query.page)
        return self.page_of(self.selected(access, account, query), query)

    @service
    def identity(self, access: Access) -> str:
        """The name of the connected PSU.

        Raises:
            Refused: as for `accounts`, or the identity is not consented.
        """
        self._expect_access(access)
        consent = self.domain.consents.of(access.tpp, access.user)
        if not self.domain.consents.identity_consented(consent):
            raise forbidden("identity", "the consent does not include the identity of the PSU")
        return self.connected(access)

    def connected(self, access: Access) -> str:
        """Who is connected: the person, not the company and not the login."""
        return access.user.name

    def shown_accounts(self, access: Access) -> list[Account]:
        """The accounts of the PSU that the consent covers."""
        consent = self.domain.consents.of(access.tpp, access.user)
        listed = self.domain.entitlements.listed(access.user)
        covers = self.domain.consents.consented
        return [account for account in listed if any(covers(consent, account, report) for report in Report)]

    def account_of(self, access: Access, resource_id: str) -> Account:
        """The account of an identifier, which must be one of this PSU's."""
        return self.domain.entitlements.account_for(access.user, resource_id)

    def reported(self, access: Access, resource_id: str, report: Report) -> Account:
        """The account, if the PSU has the reporting service and the consent covers it.

        Raises:
            Refused: one of them is missing.
        """
        self._expect_access(access)
        account = self.account_of(access, resource_id)
        consent = self.domain.consents.of(access.tpp, access.user)
        if not self.domain.consents.consented(consent, account, report):
            raise forbidden("no-consent", f"the consent does not cover the {report.value} of this account")
        if not self.domain.entitlements.may_report(access.user, account, report):
            raise forbidden("no-right", f"the user has no right to the {report.value} of this account")
        return account

    def reports_shown(self, access: Access, account: Account) -> list[Report]:
        """The reporting services to which links lead: those consented and granted."""
        consent = self.domain.consents.of(access.tpp, access.user)
        covers, may = self.domain.consents.consented, self.domain.entitlements.may_report
        return [r for r in Report if covers(consent, account, r) and may(access.user, account, r)]

    def balances_of(self, account: Account) -> list[Balance]:
        """Every balance that the portal shows: accounting and instant; one of its own for a card."""
        if account.kind == "CARD":
            return [self.balance("OTHR", account)]
        return [self.balance("CLBD", account), self.balance("XPCD", account)]

    def balance(self, kind: str, account: Account) -> Balance:
        """One balance, as it is now."""
        books = self.domain.books
        money = books.expected(account) if kind == "XPCD" else books.booked(account)
        return Balance(kind, money, self.clock.now().date(), books.changed(account))

    def shown_entries(self, account: Account) -> Sequence[Entry]:
        """Every entry that the portal shows, pending ones and counterparties included."""
        return self.domain.books.entries(account)

    def card_shown(self, number: str) -> str:
        """A card number as it may leave the bank (RTS Art. 36(1)(a)): masked."""
        return f"{number[:4]}XXXXXXXX{number[-4:]}"

    def selected(self, access: Access, account: Account, query: Query) -> list[Entry]:
        """The entries of a query, by increasing reference."""
        entries = self.shown_entries(account)
        earliest = query.start or self.domain.access.earliest_day(access)
        return [
            entry
            for entry in entries
            if self.starts_in(entry, earliest) and self.ends_in(entry, query.end) and _referred(entry, query)
        ]

    def starts_in(self, entry: Entry, start: date | None) -> bool:
        """Whether an entry is not before the period; the first day is included (STET, dateFrom)."""
        return start is None or entry.day >= start

    def ends_in(self, entry: Entry, end: date | None) -> bool:
        """Whether an entry is not behind the period; the last day is excluded (STET, dateTo)."""
        return end is None or entry.day < end

    def page_of(self, entries: Sequence[Entry], query: Query) -> Page:
        """The page of a result that starts behind a reference, or ends before one."""
        start = self.page_start(entries, query)
        shown = tuple(entries[start : self.page_end(entries, start)])
        last = self.last_start(entries)
        last_after = entries[last - 1].reference if last else ""
        previous = shown[0].reference if shown and start else None
        return Page(shown, self.next_after(entries, start + len(shown)), previous, last_after)

    def page_start(self, entries: Sequence[Entry], query: Query) -> int:
        """The index at which a page starts."""
        if query.before:
            behind = sum(entry.reference < query.before for entry in entries)
            return max(0, behind - self.page_size)
        return sum(entry.reference <= query.after for entry in entries)

    def page_end(self, entries: Sequence[Entry], start: int) -> int:
        """The index behind the last entry of a page."""
        return min(len(entries), start + self.page_size)

    def last_start(self, entries: Sequence[Entry]) -> int:
        """The index at which the last page starts."""
        return max(0, (len(entries) - 1) // self.page_size * self.page_size)

    def next_after(self, entries: Sequence[Entry], end: int) -> str | None:
        """Behind which reference the next page starts, None behind the last entry."""
        return entries[end - 1].reference if 0 < end < len(entries) else None

    def _expect_access(self, access: Access) -> None:
        self.domain.entitlements.expect_service(access.user, Service.AGGREGATION)
        self.domain.consents.of(access.tpp, access.user)
        self.domain.access.expect_fresh(access)


def _referred(entry: Entry, query: Query) -> bool:
    if query.first_reference and entry.reference < query.first_reference:
        return False
    return not query.last_reference or entry.reference <= query.last_reference
