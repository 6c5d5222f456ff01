"""What the means of strong authentication have in common: a question to the PSU, and its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conformance.bank.component import Component
from conformance.bank.corporate.codes import Challenge, Link
from conformance.bank.settings import Psu


class Outcome(StrEnum):
    """What became of a question."""

    PROVEN = "proven"
    WAITING = "waiting"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"


@dataclass(slots=True)
class Question:
    """A question to a PSU, by one of his means.

    Args:
        reference: what the page's form carries to name it.
        text: what the PSU reads there, and signs.
        challenge_id: of the challenge to which the proof leads.
        decision: on the device: `approve`, `refuse`, or `fail` after a wrong PIN; None before.
    """

    reference: str
    username: str
    text: str
    challenge_id: str
    asked: datetime
    decision: str | None = None


class StrongMeans(Component):
    """A means that proves possession; a part of each means."""

    def ask(self, psu: Psu, challenge: Challenge, caller: str) -> Question:
        """Put a question to the PSU.

        Args:
            challenge: whose code the proof earns.
            caller: who wants it, as the PSU is told.
        """
        raise NotImplementedError

    def answer(self, psu: Psu, question: Question, form: Mapping[str, str]) -> tuple[Outcome, Question]:
        """What became of the question that the form names.

        Args:
            question: the one that was put in this visit.
            form: as the PSU's browser sent it.
        """
        raise NotImplementedError

    def withdraw(self, question: Question) -> None:
        """The PSU has given up in the browser."""
        raise NotImplementedError

    def purpose_text(self, link: Link, caller: str) -> str:
        """What the PSU agrees to: amount and payee exactly (RTS Art. 5(1)(a))."""
        first, *payees = self.bank.corporate.codes.shown(link)
        if link.money is None:
            return f"{first} at Example Bank, for {caller}"
        verb = "Cancel the payment of" if link.purpose == "cancellation" else "Pay"
        return f"{verb} {first} to {' and '.join(payees)}{self._debtor(link)}, for {caller}"

    def _debtor(self, link: Link) -> str:
        account = self.bank.corporate.directory.account(link.debtor)
        return f" from {account.iban}" if account is not None else ""


def named(questions: Iterable[Question], reference: str) -> Question | None:
    """The question that a form names."""
    return next((question for question in questions if question.reference == reference), None)
