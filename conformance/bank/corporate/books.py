"""The books: every account's entries and balances. What leaves one account arrives in another, or outside."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.bank.corporate.companies import Account
from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.history import Entry, booked_before, days_of_entries, pending_at, reference_of
from conformance.bank.corporate.money import Money, total

if TYPE_CHECKING:
    from conformance.bank.corporate.domain import CorporateBank


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that moves.

    Args:
        debit: the account that pays; None for money from outside.
        credit: the account that is paid; None for money that leaves the bank.
    """

    money: Money
    debit: Account | None
    credit: Account | None
    debtor: str
    creditor: str
    creditor_iban: str = ""
    remittance: tuple[str, ...] = ()
    end_to_end_id: str = ""


@dataclass(slots=True)
class _Page:
    """What the bank wrote about one account since it opened."""

    booked: list[Entry] = field(default_factory=list)
    pending: list[Entry] = field(default_factory=list)
    balance: Decimal = Decimal(0)
    last: int = 0
    changed: datetime | None = None
    before: list[Entry] | None = None


class Books(DomainComponent):
    """Keeps entries and balances; the sum of all accounts and the outside never changes."""

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self.outside: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._pages: defaultdict[str, _Page] = defaultdict(_Page)

    def open_page(self, account: Account) -> None:
        """Begin the page of an account; its years of entries are written when they are first read."""
        page = self._pages[account.resource_id]
        page.balance = account.opening.amount
        page.pending = pending_at(account, self.domain.opened, self.domain.seed)
        page.last = len(days_of_entries(account)) + len(page.pending)

    def book(self, transfer: Transfer, day: date) -> None:
        """Move money on a day: one debit, one credit, both or neither."""
        amount = transfer.money.amount
        if transfer.debit is not None:
            self._write(transfer.debit, -transfer.money, transfer, day)
        if transfer.credit is not None:
            self._write(transfer.credit, transfer.money, transfer, day)
        self.outside[transfer.money.currency] += amount * (
            (transfer.credit is None) - (transfer.debit is None)
        )

    def booked(self, account: Account) -> Money:
        """The accounting balance (CLBD)."""
        return Money(self._pages[account.resource_id].balance, account.currency)

    def expected(self, account: Account) -> Money:
        """The instant balance (XPCD): with what is on its way."""
        return self.booked(account) + total([e.money for e in self.pending(account)], account.currency)

    def available(self, account: Account) -> Money:
        """What the account can pay: booked, without the debits on their way."""
        debits = [entry.money for entry in self.pending(account) if not entry.money.positive]
        return self.booked(account) + total(debits, account.currency)

    def entries(self, account: Account) -> list[Entry]:
        """Every entry, booked and pending, by increasing reference."""
        page = self._pages[account.resource_id]
        if page.before is None:
            page.before = booked_before(account, self.domain.opened, self.domain.seed)
        return [*page.before, *sorted([*page.booked, *page.pending], key=lambda entry: entry.reference)]

    def pending(self, account: Account) -> list[Entry]:
        """The entries that are not booked yet."""
        return self._pages[account.resource_id].pending

    def changed(self, account: Account) -> datetime:
        """When the accounting balance last changed."""
        page = self._pages[account.resource_id]
        return page.changed or datetime.combine(self.domain.opened, time(), UTC)

    def next_pending(self) -> list[tuple[date, Account, Entry]]:
        """What is still on its way, with the day on which it is booked."""
        accounts = self.domain.directory.accounts
        return [(e.day, accounts[key], e) for key, page in self._pages.items() for e in page.pending]

    def settle(self, account: Account, entry: Entry) -> None:
        """Book an entry that was on its way."""
        page = self._pages[account.resource_id]
        page.pending.remove(entry)
        entry.pending = False
        page.booked.append(entry)
        page.balance += entry.money.amount
        page.changed = self.clock.now()
        self.outside[entry.money.currency] -= entry.money.amount

    def everything(self) -> dict[str, Decimal]:
        """All money by currency, inside and outside: it never changes while no account is opened."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal, self.outside)
        for key, page in self._pages.items():
            sums[self.domain.directory.accounts[key].currency] += page.balance
        return dict(sums)

    def _write(self, account: Account, money: Money, transfer: Transfer, day: date) -> None:
        page = self._pages[account.resource_id]
        page.last += 1
        debit = not money.positive
        party = transfer.creditor if debit else transfer.debtor
        paying = transfer.debit.iban if transfer.debit is not None else ""
        iban = transfer.creditor_iban if debit else paying
        reference, remittance = reference_of(page.last), transfer.remittance
        entry = Entry(reference, money, day, False, party, iban, remittance, transfer.end_to_end_id)
        page.booked.append(entry)
        page.balance += money.amount
        page.changed = self.clock.now()
