"""What a PISP asks a bank to pay, whatever the dialect."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from conformance.xs2a.money import Money


class Frequency(StrEnum):
    """How often a standing order is executed."""

    DAILY = "daily"
    WEEKLY = "weekly"
    EVERY_TWO_WEEKS = "every two weeks"
    MONTHLY = "monthly"
    EVERY_TWO_MONTHS = "every two months"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half yearly"
    YEARLY = "yearly"


class Defect(StrEnum):
    """What is wrong with a request on purpose, beside what its own values can say."""

    NO_CREDITOR = "without creditor"
    NO_AMOUNT = "without amount"
    NO_CURRENCY = "without currency"
    WRONG_COUNT = "with a wrong number of transactions"
    NO_INITIATING_PARTY = "without initiating party"
    NO_IDENTIFICATION = "without the identification of the request"


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who is paid."""

    name: str
    iban: str
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A standing order's rhythm; the first execution is the payment's own date."""

    frequency: Frequency
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Instruction:
    """One transfer of a payment.

    Args:
        money: what is paid; may be wrong on purpose.
        remittance: free text for the creditor.
        creditor: where the instructions of a batch pay different creditors.
        execute_on: where they are executed on different days.
    """

    money: Money
    remittance: str
    instruction_id: str
    end_to_end_id: str
    creditor: Creditor | None = None
    execute_on: date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that a PISP initiates.

    Args:
        reference: the PISP's own, new for each payment.
        created: aware time.
        initiating_party: name of the PISP.
        instructions: at least one.
        execute_on: the day of execution of all instructions.
        success_url: where the bank sends the PSU back.
        failure_url: where it does after a refusal; the success URL otherwise.
        creditor: of all instructions, where there is but one.
        debtor_iban: None leaves the choice to the PSU.
        recurrence: makes it a standing order.
        instant: asks for an instant transfer.
    """

    reference: str
    created: datetime
    initiating_party: str
    instructions: tuple[Instruction, ...]
    execute_on: date | None
    success_url: str
    failure_url: str | None = None
    creditor: Creditor | None = None
    debtor_iban: str | None = None
    recurrence: Recurrence | None = None
    instant: bool = False

    def __post_init__(self) -> None:
        if self.created.tzinfo is None:
            raise ValueError("the time of creation needs a time zone")

    @property
    def total(self) -> Money:
        """The sum of its instructions.

        Raises:
            ValueError: they are in different currencies.
        """
        first, *others = (each.money for each in self.instructions)
        for other in others:
            first += other
        return first

    def having(self, **changed: object) -> Payment:
        """The same payment with other values, and a reference of its own."""
        return replace(self, **{"reference": _reference(), **changed})  # type: ignore[arg-type]

    def of(self, money: Money) -> Payment:
        """The same payment with another amount in every instruction, and a reference of its own."""
        return self.having(instructions=tuple(replace(each, money=money) for each in self.instructions))

    def to(self, creditor: Creditor) -> Payment:
        """The same payment to another creditor, with a reference of its own."""
        return self.having(
            creditor=creditor, instructions=tuple(replace(each, creditor=None) for each in self.instructions)
        )


def instruction(
    money: Money, remittance: str, creditor: Creditor | None = None, execute_on: date | None = None
) -> Instruction:
    """A transfer with identifiers of its own."""
    return Instruction(money, remittance, _reference("I"), _reference("E"), creditor, execute_on)


def single(
    money: Money,
    creditor: Creditor,
    *,
    created: datetime,
    initiating_party: str,
    success_url: str,
    remittance: str = "psd2-conformance",
    execute_on: date | None = None,
) -> Payment:
    """A single transfer, on the day of its creation unless another is named; it may lie in the future."""
    return Payment(
        reference=_reference(),
        created=created,
        initiating_party=initiating_party,
        instructions=(instruction(money, remittance),),
        execute_on=execute_on or created.date(),
        success_url=success_url,
        creditor=creditor,
    )


def batch(payment: Payment, *instructions: Instruction) -> Payment:
    """Several transfers that are validated at once, otherwise like another payment."""
    own = any(each.creditor for each in instructions)
    days = any(each.execute_on for each in instructions)
    return payment.having(
        instructions=instructions,
        creditor=None if own else payment.creditor,
        execute_on=None if days else payment.execute_on,
    )


def _reference(kind: str = "P") -> str:
    return f"{kind}{secrets.token_hex(12).upper()}"
