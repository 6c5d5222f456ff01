"""Deviants of the pisp area: when a payment is executed, how often, and how it ends otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from werkzeug import Response

from conformance.bank.approval import PaymentApproval
from conformance.bank.corporate.cancellations import Cancellations
from conformance.bank.corporate.execution import Execution
from conformance.bank.corporate.orders import (
    Cancellation,
    Instruction,
    PaymentOrder,
    PaymentRequest,
)
from conformance.bank.corporate.payments import PaymentRequests
from conformance.bank.corporate.progress import Progress
from conformance.bank.deviants import deviant
from conformance.bank.sessions import PaymentVisit


@deviant("pisp-status-after-validation/2", also=("pisp-confirmation",))
class ReportsWhatNeverHappened(Execution):
    """Reports payments as settled that the PSU finds nowhere on the account."""

    def pay(self, request: PaymentRequest, instruction: Instruction, day: date) -> None:
        instruction.executions.append(day)
        instruction.settles = self.settles_at(self.clock.now())


@deviant("pisp-refusal-by-psu/1", also=("pisp-expiry",))
class ThanksForARefusal(PaymentApproval):
    """Sends the PSU who refused to the URL for a success."""

    def finished(self, visit: PaymentVisit, *, accepted: bool) -> Response:
        return super().finished(visit, accepted=True)


@deviant("pisp-refusal-by-psu/2")
class ForgetsTheRefusal(PaymentApproval):
    """Leaves a payment pending that the PSU refused."""

    def cancelled(self, visit: PaymentVisit, page: str) -> Response:
        return self.finished(visit, accepted=False)


@deviant("pisp-expiry/1")
class WaitsForEver(Progress):
    """Lets the approval link of an old payment work for ever."""

    def expired(self, request: PaymentRequest) -> bool:
        return False


@deviant("pisp-confirmation/1")
class ExecutesUnconfirmed(Execution):
    """Executes as soon as the PSU has validated."""

    def confirmation_awaited(self, request: PaymentRequest) -> bool:
        return False


@deviant("pisp-confirmation/2")
class ExecutesAgain(PaymentRequests):
    """Executes a payment for each of its confirmations."""

    def confirmed_again(self, request: PaymentRequest) -> PaymentRequest:
        for instruction in request.instructions:
            self.domain.execution.pay(request, instruction, self.clock.now().date())
        return request


@deviant("pisp-confirmation/3")
class ConfirmsUnseen(Execution):
    """Takes the PISP's confirmation before any PSU has authenticated."""

    def confirmable(self, request: PaymentRequest) -> bool:
        return True


@deviant("pisp-cancellation/1")
class LetsAmountsBeChanged(PaymentRequests):
    """Takes another amount by PUT."""

    def changed(self, request: PaymentRequest, order: PaymentOrder) -> PaymentRequest:
        request.order = replace(order, document=order.document)
        for instruction, ordered in zip(request.instructions, order.instructions, strict=True):
            instruction.order = ordered
        return request


@deviant("pisp-cancellation/2")
class CancelsInWordsOnly(Cancellations):
    """Reports a payment as cancelled, and executes it."""

    def cancel(self, request: PaymentRequest, cancellation: Cancellation) -> None:
        for instruction in request.instructions:
            self.domain.execution.pay(request, instruction, self.clock.now().date())
        super().cancel(request, cancellation)


@deviant("pisp-cancellation/3")
class CancelsWhatIsGone(Cancellations):
    """Takes the cancellation of an executed payment."""

    def cancellable(self, request: PaymentRequest, instruction: Instruction) -> bool:
        return True


@deviant("pisp-batch-and-scheduled/1", also=("pisp-cancellation",))
class ExecutesToday(Execution):
    """Executes at once what was ordered for a day to come."""

    def execution_day(self, request: PaymentRequest, instruction: Instruction) -> date:
        return request.accepted or self.clock.now().date()


@deviant("pisp-batch-and-scheduled/2")
class ForgetsTheRestOfABatch(Execution):
    """Processes the first instruction of a batch only."""

    def executable(self, request: PaymentRequest) -> Sequence[Instruction]:
        return request.instructions[:1]
