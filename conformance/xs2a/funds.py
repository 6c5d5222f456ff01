"""Confirmation of funds, whatever the dialect: what a CBPII asks and learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from conformance.xs2a.answer import One
from conformance.xs2a.money import Money


class FundsDefect(StrEnum):
    """What is wrong with a request on purpose, beside what its own values can say."""

    NO_AMOUNT = "without amount"
    NO_ACCOUNT = "without account"


@dataclass(frozen=True)
class FundsAnswer:
    """What the bank says.

    Args:
        available: yes or no; None where the answer is neither.
        echoed: the members of the request as the bank repeats them.
        submitted: the members of the request as they were sent.
    """

    available: bool | None
    echoed: Mapping[str, Any] = field(repr=False, compare=False)
    submitted: Mapping[str, Any] = field(repr=False, compare=False)


class FundsConfirmation(Protocol):
    """A CBPII's question, with one token."""

    def ask(
        self, iban: str, money: Money, *, payee: str | None = None, defect: FundsDefect | None = None
    ) -> One[FundsAnswer]:
        """Ask whether an amount is available on an account (PSD2, Art. 65).

        Args:
            iban: of the account.
            money: in the account's currency.
            payee: where the customer pays.
            defect: what is wrong with the request on purpose.
        """
