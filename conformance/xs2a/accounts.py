"""Account information, whatever the dialect: what an AISP sees, and how it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from conformance.xs2a.answer import Answer, One, Page
from conformance.xs2a.links import Link
from conformance.xs2a.money import Money
from conformance.xs2a.paging import LONGEST, Walk


def _raw() -> Any:
    return field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Account:
    """A payment account as the list of accounts shows it.

    Args:
        resource_id: the identifier in the API.
        iban: None where the account has none, as cards.
        other: another identification, as a masked card number.
        currency: of the account; None where the bank does not say.
        name: the account's name.
        card: whether it stands for the deferred entries of a card.
        corporate: whether it belongs to an organisation; None where the bank does not say.
        company: identification of the organisation, as a SIREN.
        holder_status: what the PSU is to the account, in the bank's words.
        links: its own links, by the relations `balances` and `transactions`.
        members: everything that the bank said of it.
    """

    resource_id: str | None
    iban: str | None = None
    other: str | None = None
    currency: str | None = None
    name: str | None = None
    card: bool = False
    corporate: bool | None = None
    company: str | None = None
    holder_status: str | None = None
    links: Mapping[str, Link] = _raw()
    members: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Balance:
    """A balance.

    Args:
        booked: whether it is the accounting balance.
        kind: the dialect's code.
        day: the day for which it holds.
    """

    money: Money | None
    kind: str | None
    booked: bool
    name: str | None = None
    day: date | None = None
    members: Mapping[str, Any] = _raw()


class EntryStatus(StrEnum):
    """What has become of an entry."""

    BOOKED = "booked"
    PENDING = "pending"
    OTHER = "other"
    UNTOLD = "untold"


@dataclass(frozen=True)
class Entry:
    """A transaction on an account.

    Args:
        money: below zero for a debit; None where amount, currency or sense are missing.
        status: booked, pending or anything else.
        booked_on: the day of booking.
        value_on: the day of value.
        reference: the bank's reference that grows from entry to entry.
        resource_id: identifier in the API.
        remittance: the lines of free text.
        members: everything that the bank said of it.
    """

    money: Money | None
    status: EntryStatus
    booked_on: date | None = None
    value_on: date | None = None
    reference: str | None = None
    resource_id: str | None = None
    remittance: tuple[str, ...] = ()
    members: Mapping[str, Any] = _raw()

    @property
    def identity(self) -> str:
        """What tells it from any other entry of the account: its reference, or else all that it says."""
        own = self.reference or self.resource_id
        return f"reference {own}" if own else f"content {_canonical(self.members)}"


def _canonical(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}:{_canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return repr(value)


@dataclass(frozen=True)
class Identity:
    """The person who is connected."""

    name: str | None
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True)
class Beneficiary:
    """A payee that the PSU has registered."""

    name: str | None
    iban: str | None
    trusted: bool | None = None
    resource_id: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days, the first and the last included; an open end is None."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies inside."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class AccessConsented:
    """What a PSU lets an AISP see, by IBAN."""

    balances: tuple[str, ...]
    transactions: tuple[str, ...]
    beneficiaries: bool = False
    identity: bool = False


class AccountInformation(Protocol):
    """An AISP's view of one PSU's accounts, with one token."""

    def accounts(self) -> Page[Account]:
        """The list of accounts, or its first page."""

    def account_named(self, resource_id: str) -> Account:
        """An account of which only the identifier is known, as a TPP remembers it; nothing is sent."""

    def balances(self, account: Account) -> Page[Balance]:
        """The balances of an account.

        Raises:
            NotApplicable: the account offers no balances.
        """

    def transactions(
        self, account: Account, period: Period | None = None, *, query: Mapping[str, str] | None = None
    ) -> Page[Entry]:
        """The entries of an account, or their first page.

        Args:
            account: one that was listed.
            period: days of booking; the bank's own choice where it is not given.
            query: parameters written as they are, for those that are no dates.

        Raises:
            NotApplicable: the account offers no transactions.
        """

    def all_accounts(self, first: Page[Account] | None = None) -> Walk[Account]:
        """Every page of the list of accounts."""

    def all_transactions(self, first: Page[Entry], *, longest: int = LONGEST) -> Walk[Entry]:
        """Every page of a list of entries, by its next links."""

    def back(self, last: Page[Entry], *, longest: int = LONGEST) -> Walk[Entry]:
        """Every page from the last to the first, by the links that lead back."""

    def follow(self, page: Page[Entry], relation: str) -> Page[Entry] | None:
        """The page to which a link of the neutral names first, last, next, prev leads; None without it."""

    def parent(self, page: Answer) -> Page[Account] | None:
        """The list to which balances or entries belong; None where no link leads there."""

    def identity(self) -> One[Identity]:
        """The person connected.

        Raises:
            NotApplicable: the dialect has no such resource.
        """

    def beneficiaries(self) -> Page[Beneficiary]:
        """The registered payees.

        Raises:
            NotApplicable: the dialect has no such resource.
        """

    def forward_consent(self, access: AccessConsented, *, without: str | None = None) -> Answer:
        """Tell the bank what the PSU consented to.

        Args:
            without: a member to leave out of the request.

        Raises:
            NotApplicable: consent is not forwarded at this bank.
        """
