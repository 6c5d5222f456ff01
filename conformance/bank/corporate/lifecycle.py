"""The statuses of a payment request: who moves them, which way, and what the PISP is shown."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.orders import FINAL, OPEN, Instruction, PaymentRequest, Status

_EXECUTED = frozenset({Status.ACSP, Status.ACSC})


class Lifecycle(DomainComponent):
    """Moves statuses; nothing leaves a final one (STET 1.4.2, part 2, 4.1.6)."""

    def initial_status(self) -> Status:
        """The status right after the POST."""
        return Status.RCVD

    def may_move(self, request: PaymentRequest, status: Status) -> bool:
        """Whether a status may follow the present one."""
        return not request.final and not (status in OPEN and request.accepted is not None)

    def move(self, request: PaymentRequest, status: Status, reason: str = "") -> None:
        """Give a payment request its next status, where it may have it."""
        if status == request.status or not self.may_move(request, status):
            return
        request.status = status
        request.reason = reason
        request.history.append((status, self.clock.now()))

    def end(self, request: PaymentRequest, status: Status, reason: str) -> None:
        """End a payment request as RJCT or CANC, with everything of it that was not executed."""
        for instruction in request.instructions:
            self.end_instruction(instruction, status, reason)
        if request.accepted is None:
            self.move(request, status, reason)
        else:
            self.move(request, self.overall(request.instructions), reason)
        request.cancellation = None

    def end_instruction(self, instruction: Instruction, status: Status, reason: str) -> None:
        """End an instruction that was not executed."""
        if instruction.status is Status.PDNG:
            instruction.status, instruction.reason = status, reason

    def overall(self, instructions: Sequence[Instruction]) -> Status:
        """The status of an accepted payment from those of its instructions."""
        found = {instruction.status for instruction in instructions}
        if len(found) == 1:
            only = next(iter(found))
            return Status.ACCP if only is Status.PDNG else only
        return Status.ACSP if found <= _EXECUTED else Status.PART

    def refused_status(self) -> Status:
        """The status after the PSU refused."""
        return Status.RJCT

    def status_shown(self, request: PaymentRequest) -> str:
        """The paymentInformationStatus that the PISP reads: the one that the PSU would see."""
        return request.status.value

    def instruction_status_shown(self, instruction: Instruction) -> str:
        """The transactionStatus that the PISP reads."""
        return instruction.status.value

    def reason_shown(self, request: PaymentRequest) -> str:
        """The statusReasonInformation that the PISP reads; never empty with RJCT and CANC."""
        reasons = [instruction.reason for instruction in request.instructions if instruction.reason]
        return request.reason or (reasons[0] if request.status in FINAL and reasons else "")

    def instruction_reason_shown(self, instruction: Instruction) -> str:
        """The reason of one instruction."""
        return instruction.reason
