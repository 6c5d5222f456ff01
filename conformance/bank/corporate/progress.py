"""What time brings: expiry, execution on the requested day, settlement, entries that were on their way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.orders import OPEN, PaymentRequest, Status

if TYPE_CHECKING:
    from collections.abc import Callable


class Progress(DomainComponent):
    """Brings everything up to the bank's clock, in the order in which it became due."""

    answer_delay = timedelta(minutes=30)
    signature_delay = timedelta(days=10)
    confirmation_delay = timedelta(hours=1)

    def catch_up(self) -> None:
        """Let happen what has become due."""
        alive = [request for request in self.domain.payments.everything() if not request.final]
        for request in alive:
            self._expire(request)
        for _, event in sorted(self._events(alive), key=lambda due: due[0]):
            event()
        for request in alive:
            if request.accepted is not None:
                self.domain.execution.settle(request)

    def deadline(self, request: PaymentRequest) -> datetime | None:
        """When a payment expires that nobody brings on; None for one that was accepted."""
        if request.accepted is not None or request.status not in OPEN:
            return None
        if not request.signatures:
            return request.created + self.answer_delay
        waits_for_tpp = self.domain.execution.authorised(request)
        return request.signatures[-1].at + (
            self.confirmation_delay if waits_for_tpp else self.signature_delay
        )

    def expired(self, request: PaymentRequest) -> bool:
        """Whether the documented delay is over (STET: the request becomes RJCT)."""
        deadline = self.deadline(request)
        return deadline is not None and self.clock.now() > deadline

    def expiry_reason(self, request: PaymentRequest) -> str:
        """The reason of an expiry: no answer of the customer, or no confirmation of the PISP."""
        return "MS03" if self.domain.execution.authorised(request) else "NOAS"

    def cancellation_expired(self, asked: datetime) -> bool:
        """Whether an unanswered cancellation is over."""
        return self.clock.now() > asked + self.answer_delay

    def _expire(self, request: PaymentRequest) -> None:
        if request.cancellation is not None and self.cancellation_expired(request.cancellation.asked):
            request.cancellation = None
        if self.expired(request):
            self.domain.lifecycle.end(request, Status.RJCT, self.expiry_reason(request))

    def _events(self, alive: list[PaymentRequest]) -> list[tuple[date, Callable[[], None]]]:
        execution, books, today = self.domain.execution, self.domain.books, self.clock.now().date()
        due = [execution.due(request) for request in alive]
        payments = [(d, partial(execution.execute, r, i, d)) for found in due for d, r, i in found]
        arriving = [(d, partial(books.settle, a, e)) for d, a, e in books.next_pending() if d <= today]
        return [*arriving, *payments]
