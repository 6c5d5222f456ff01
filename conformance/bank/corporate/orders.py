"""Payment requests: what the PISP ordered, and what became of it (STET 1.4.2, part 2, 4.1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from conformance.bank.corporate.companies import Account
from conformance.bank.corporate.money import Money, total


class Status(StrEnum):
    """The codes of paymentInformationStatus and transactionStatus that the bank uses."""

    RCVD = "RCVD"
    PDNG = "PDNG"
    ACTC = "ACTC"
    PATC = "PATC"
    ACCP = "ACCP"
    ACSP = "ACSP"
    PART = "PART"
    ACSC = "ACSC"
    CANC = "CANC"
    RJCT = "RJCT"


OPEN = frozenset({Status.RCVD, Status.PDNG, Status.ACTC, Status.PATC})
FINAL = frozenset({Status.ACSC, Status.CANC, Status.RJCT})


@dataclass(frozen=True, slots=True)
class Party:
    """A creditor: name and account."""

    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class InstructionOrder:
    """One credit transfer as ordered.

    Args:
        day: of execution, where it differs from the payment's.
        frequency: of a standing order, as `MNTH`; empty for one transfer.
        rule: FWNG or PREC, for days on which the bank does not execute.
        last_day: of a standing order; None for no end.
    """

    instruction_id: str
    end_to_end_id: str
    money: Money
    creditor: Party
    remittance: tuple[str, ...] = ()
    day: date | None = None
    frequency: str = ""
    rule: str = ""
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment request as the PISP posted it.

    Args:
        number: numberOfTransactions.
        day: requestedExecutionDate; None for as soon as possible.
        debtor_iban: empty if the PSU chooses the account.
        document: the body as it came, for reading it back.
    """

    payment_information_id: str
    instructions: tuple[InstructionOrder, ...]
    number: int = 1
    debtor_iban: str = ""
    day: date | None = None
    service_level: str = "SEPA"
    initiating_party: str = ""
    success_url: str = ""
    failure_url: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        return self.instructions[0].money.currency

    @property
    def total(self) -> Money:
        """The sum of the instructions."""
        return total([instruction.money for instruction in self.instructions], self.currency)


@dataclass(slots=True)
class Instruction:
    """What became of one instruction.

    Args:
        done: how many of its occurrences were dealt with; one at most unless it is a standing order.
        executions: the days on which money moved.
        settles: when the last execution is settled.
    """

    resource_id: str
    order: InstructionOrder
    status: Status = Status.PDNG
    reason: str = ""
    done: int = 0
    executions: list[date] = field(default_factory=list)
    settles: datetime | None = None


@dataclass(frozen=True, slots=True)
class GivenSignature:
    """What a user did with his authentication.

    Args:
        validates: False if he only entered the payment.
        needed: how many signatures his right asks for in all.
    """

    user_id: str
    group: str
    validates: bool
    needed: int
    money: Money
    at: datetime


@dataclass(slots=True)
class Cancellation:
    """A cancellation that waits for the PSU."""

    approval: str
    reason: str
    instructions: frozenset[str]
    asked: datetime
    failure_url: str = ""
    success_url: str = ""


@dataclass(slots=True)
class PaymentRequest:
    """A payment request and its whole life.

    Args:
        approval: names the approval link; nobody guesses it.
        accepted: the day on which nothing was missing any more.
        funds: whether the funds were available when the PSU authenticated.
        history: every status with the time at which it began.
    """

    resource_id: str
    tpp: str
    order: PaymentOrder
    instructions: list[Instruction]
    created: datetime
    approval: str
    nonce: str
    status: Status
    debtor: Account | None = None
    reason: str = ""
    signatures: list[GivenSignature] = field(default_factory=list)
    confirmed: datetime | None = None
    accepted: date | None = None
    funds: bool | None = None
    cancellation: Cancellation | None = None
    history: list[tuple[Status, datetime]] = field(default_factory=list)

    @property
    def final(self) -> bool:
        return self.status in FINAL

    @property
    def fixed_debtor(self) -> Account | None:
        """The debtor account, unless the next PSU may still choose another."""
        return self.debtor if self.order.debtor_iban or self.signatures else None

    @property
    def standing(self) -> bool:
        """Whether it is a standing order."""
        return bool(self.order.instructions[0].frequency)
