"""Whom and what the bank knows: companies, their accounts, their users and the users' rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.bank.corporate.identifiers import BICS
from conformance.bank.corporate.money import Money

ANY_TWO: tuple[tuple[str, str], ...] = ()


class Service(StrEnum):
    """What the Administrator grants for use through TPPs."""

    AGGREGATION = "account-aggregation"
    INITIATION = "payment-initiation"


class Report(StrEnum):
    """The reporting services of an account."""

    BALANCES = "balances"
    TRANSACTIONS = "transactions"


class Means(StrEnum):
    """The means of authentication of a PSU; a password alone is none that is strong."""

    SECURE_ACCESS = "secure-access"
    THREE_S_KEY = "3skey"
    PASSWORD = "password-only"  # noqa: S105 - the name of a means


class Signature(StrEnum):
    """Whether a user's signature is enough alone."""

    SINGLE = "single"
    DOUBLE = "double"


@dataclass(frozen=True, slots=True)
class PaymentRight:
    """What a user may do with payments that debit an account.

    Args:
        entry: may enter a payment.
        validation: may validate one.
        cap: the most that he validates in one payment, inclusive; None for no limit.
        day_cap: the most that he validates in a day, inclusive; None for no limit.
        group: the signatory group, as `A`.
    """

    entry: bool = True
    validation: bool = True
    signature: Signature = Signature.SINGLE
    cap: Money | None = None
    day_cap: Money | None = None
    group: str = "A"


NO_PAYMENT = PaymentRight(entry=False, validation=False)
ALL_REPORTS = frozenset(Report)
BOTH_SERVICES = frozenset(Service)


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of a user in the company's e-banking subscription.

    Args:
        services: granted for use through TPPs.
        accounts: resource ids of those that he sees; None for all, also those that come later.
        reports: the reporting services of an account, where they are not all.
        payment: on every account that `payments` does not name.
        payments: by the account's resource id.
    """

    services: frozenset[Service] = BOTH_SERVICES
    accounts: frozenset[str] | None = None
    reports: Mapping[str, frozenset[Report]] = field(default_factory=dict)
    payment: PaymentRight = field(default_factory=PaymentRight)
    payments: Mapping[str, PaymentRight] = field(default_factory=dict)

    def payment_on(self, account: Account) -> PaymentRight:
        """The right that holds for an account."""
        return self.payments.get(account.resource_id, self.payment)

    def reports_on(self, account: Account) -> frozenset[Report]:
        """The reporting services that hold for an account."""
        return self.reports.get(account.resource_id, ALL_REPORTS)


@dataclass(slots=True)
class User:
    """A user of a company's subscription.

    Args:
        user_id: what the bank calls him inside, as `treasurer`.
        username: what he types at login.
        means: of authentication.
        active: whether the Administrator has not removed him.
    """

    user_id: str
    company: str
    username: str
    name: str
    means: frozenset[Means]
    rights: Rights = field(default_factory=Rights)
    administrator: bool = False
    active: bool = True


@dataclass(slots=True)
class Account:
    """A payment account, or the deferred debit card entries of one.

    Args:
        iban: empty for a card, which has none of its own.
        country: of the branch that keeps it.
        opening: the booked balance when the bank opened.
        kind: CACC, or CARD.
        combinations: pairs of signatory groups that may sign together; empty: any two users.
        linked_account: the resource id of the cash account behind a card.
        card_number: of a CARD account, which never leaves the bank whole.
        history: the days of entries before the bank opened, and the days from one entry to the next.
    """

    resource_id: str
    company: str
    iban: str
    name: str
    country: str
    opening: Money
    kind: str = "CACC"
    combinations: tuple[tuple[str, str], ...] = ANY_TWO
    linked_account: str = ""
    card_number: str = ""
    history: tuple[int, int] = (0, 1)
    closed: bool = False

    @property
    def currency(self) -> str:
        return self.opening.currency

    @property
    def bic(self) -> str:
        """The BIC of the branch."""
        return BICS[self.country]


@dataclass(slots=True)
class Company:
    """A company with an e-banking contract.

    Args:
        subscribed: whether the contract has the amendment for the use of TPPs.
        siren: its registration number.
    """

    company_id: str
    name: str
    siren: str
    subscribed: bool = True
