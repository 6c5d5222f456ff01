"""Secure Access: the PSU approves on the phone that is enrolled for him, with its PIN."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.bank.corporate.codes import Challenge
from conformance.bank.corporate.companies import Means
from conformance.bank.means import Outcome, Question, StrongMeans, named
from conformance.bank.settings import Psu

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_KEPT = 50


@dataclass(slots=True)
class Device:
    """A phone, enrolled for one PSU.

    Args:
        enrolled: since when.
        questions: the last that were put to it, the newest at the end.
    """

    username: str
    enrolled: datetime
    questions: list[Question] = field(default_factory=list)


class SecureAccess(StrongMeans):
    """The PSUs' devices."""

    patience = timedelta(minutes=5)

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._devices: dict[str, Device] = {}

    # what the pages ask

    def ask(self, psu: Psu, challenge: Challenge, caller: str) -> Question:
        """Show a request on the PSU's device, with what he agrees to."""
        text = self.text(challenge, caller)
        question = Question(
            secrets.token_urlsafe(18), psu.username, text, challenge.challenge_id, self.clock.now()
        )
        device = self.device_of(psu)
        device.questions = [*device.questions[-_KEPT:], question]
        return question

    def text(self, challenge: Challenge, caller: str) -> str:
        """What the device shows: the same as the page (RTS Art. 5(1)(a), 5(2))."""
        return self.purpose_text(challenge.link, caller)

    def answer(self, psu: Psu, question: Question, form: Mapping[str, str]) -> tuple[Outcome, Question]:
        """Look whether the PSU has decided on the device."""
        found = named(self.device_of(psu).questions, form.get("challenge", question.reference))
        return (self.outcome(found), found) if found is not None else (Outcome.FAILED, question)

    def outcome(self, question: Question) -> Outcome:
        """What became of a question."""
        if self.pending(question):
            return Outcome.WAITING
        known = {"approve": Outcome.PROVEN, "refuse": Outcome.REFUSED, "fail": Outcome.FAILED}
        return known.get(question.decision or "", Outcome.EXPIRED)

    def pending(self, question: Question) -> bool:
        """Whether the device still waits for the PSU's decision."""
        return question.decision is None and self.clock.now() <= question.asked + self.patience

    def withdraw(self, question: Question) -> None:
        """Take a question from the device."""
        question.decision = question.decision or "refuse"

    # the devices

    def device_of(self, psu: Psu) -> Device:
        """The device that is enrolled for a PSU, and for nobody else."""
        if psu.username not in self._devices:
            self._devices[psu.username] = Device(psu.username, self.clock.now())
        return self._devices[psu.username]

    def enrolled(self, psu: Psu) -> bool:
        """Whether the PSU has a device: only the bank enrols one, never a journey."""
        return Means.SECURE_ACCESS in self.bank.user_of(psu).means

    def locked(self, psu: Psu) -> bool:
        """Whether the device takes no PIN any more, after five failures (RTS Art. 4(3)(b))."""
        return self.bank.corporate.attempts.blocked(psu.username)

    def pin_matches(self, psu: Psu, pin: str) -> bool:
        """Whether the PSU knows the device's PIN."""
        return hmac.compare_digest(psu.pin.encode(), pin.encode())

    def decided(self, waiting: Sequence[Question]) -> Sequence[Question]:
        """The questions that one decision answers: the one on the screen, which is the newest."""
        return waiting[-1:]

    def decide(self, username: str, pin: str, decision: str) -> int:
        """Decide what the device asks for.

        Returns:
            The status of the control interface: 204, 403 for a wrong PIN, 404 without a device, 409 if nothing
            is pending, 423 if it is locked.
        """
        with self.bank.lock:
            return self._decide(self.settings.psus.get(username), pin, decision)

    def _decide(self, psu: Psu | None, pin: str, decision: str) -> int:
        if psu is None or not self.enrolled(psu):
            return 404
        if self.locked(psu):
            return 423
        decided = self.decided(self._waiting(psu))
        right = self.pin_matches(psu, pin)
        for question in decided:
            question.decision = decision if right else "fail"
        if not right:
            self.bank.corporate.attempts.failed(psu.username)
            return 403
        return 204 if decided else 409

    def state(self, username: str) -> dict[str, Any] | None:
        """What the device shows; None without a device."""
        psu = self.settings.psus.get(username)
        with self.bank.lock:
            if psu is None or not self.enrolled(psu):
                return None
            locked = self.locked(psu)
            waiting = [] if locked else self._waiting(psu)
        pending = {"text": waiting[-1].text} if waiting else None
        return {"pending": pending, "waiting": len(waiting), "locked": locked}

    def _waiting(self, psu: Psu) -> list[Question]:
        return [question for question in self.device_of(psu).questions if self.pending(question)]
