"""Payment initiation, whatever the dialect: what a PISP does and what it learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from conformance.xs2a.answer import One
from conformance.xs2a.links import Link
from conformance.xs2a.money import Money
from conformance.xs2a.payment import Defect, Payment


class StatusGroup(StrEnum):
    """How far a payment has come."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXECUTING = "executing"
    MIXED = "mixed"
    FINAL = "final"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """A status of a payment or of one of its instructions.

    Args:
        code: as the bank states it; None where it states none.
        group: how far it has come; unknown where the dialect has no such code.
        reason: why, where the bank says so.
    """

    code: str | None
    group: StatusGroup
    reason: str | None = None

    @property
    def settled(self) -> bool:
        """Whether it was executed to the end."""
        return self.group is StatusGroup.FINAL and not self.rejected and not self.cancelled

    @property
    def rejected(self) -> bool:
        """Whether it will never be executed, because somebody refused."""
        return self.code == "RJCT"

    @property
    def cancelled(self) -> bool:
        """Whether it will never be executed, because it was taken back."""
        return self.code == "CANC"

    def __str__(self) -> str:
        return f"{self.code or 'no status'}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True)
class Initiated:
    """What the bank says to a new payment, or to a cancellation that the PSU must approve.

    Args:
        resource: absolute URL of the payment; None where the bank names none.
        approval_url: where the PSU approves; None where no approval is needed, or none is offered.
        approach: how the PSU authenticates, in the dialect's words.
        nonce: to be sent with the confirmation.
        submitted: the members of the request.
    """

    resource: Link | None
    approval_url: str | None = field(repr=False)
    approach: str | None
    nonce: str | None = field(repr=False)
    submitted: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class PaymentState:
    """A payment as the bank holds it.

    Args:
        status: of the whole.
        instructions: status of each instruction, where the bank states one.
        funds_available: whether the amount is there, where the bank says so.
        confirmable: whether it offers the confirmation.
        links: its links by relation.
        stored: the members of the payment.
    """

    status: PaymentStatus
    instructions: tuple[PaymentStatus, ...] = ()
    funds_available: bool | None = None
    confirmable: bool = False
    resource_id: str | None = None
    links: Mapping[str, Link] = field(default_factory=dict, repr=False, compare=False)
    stored: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


class PaymentInitiation(Protocol):
    """A PISP's view of its payments, with one token."""

    def initiate(self, payment: Payment, *, defect: Defect | None = None) -> One[Initiated]:
        """Ask the bank to pay.

        Args:
            defect: what is wrong with the request on purpose.

        Raises:
            NotApplicable: the dialect knows no such payment, or no such defect.
        """

    def read(self, payment: One[Initiated] | One[PaymentState]) -> One[PaymentState]:
        """The payment as the bank holds it now.

        Raises:
            Unobservable: the bank did not say where it is, or not on the API.
        """

    def read_if_created(self, created: One[Initiated]) -> One[PaymentState] | None:
        """The payment, or None where the bank refused to create it."""

    def read_named(self, resource_id: str) -> One[PaymentState]:
        """A payment of which only the identifier is known."""

    def read_at(self, url: str, *, purpose: str) -> One[PaymentState]:
        """A payment of which only the address is known, as a PISP remembers it.

        Args:
            purpose: for the report.

        Raises:
            Unobservable: the address is not on the API.
        """

    def confirm(
        self, state: One[PaymentState], *, nonce: str | None = None, regardless: bool = False
    ) -> One[PaymentState]:
        """Tell the bank that the PSU came back, so that it executes.

        Args:
            state: as read last.
            nonce: as received when the payment was initiated.
            regardless: also where the bank offers no confirmation, to see it refuse.

        Raises:
            NotApplicable: it offers none, or the bank executes without it.
        """

    def cancel(self, state: One[PaymentState], *, reason: str = "DS02") -> One[Initiated]:
        """Ask for the payment not to be executed; the PSU may have to approve."""

    def alter(self, state: One[PaymentState], money: Money) -> One[Initiated]:
        """Ask for another amount, which no bank may grant.

        Raises:
            NotApplicable: the dialect has no request that could ask for it.
        """
