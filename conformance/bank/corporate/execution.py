"""Execution: an accepted payment moves money on its day, once, if the account can pay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice, takewhile

from conformance.bank.corporate.books import Transfer
from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import Instruction, PaymentRequest, Status
from conformance.bank.corporate.recurrence import occurrences, working

Due = tuple[date, PaymentRequest, Instruction]


class Execution(DomainComponent):
    """Decides when a payment is accepted, due, executed and settled."""

    settlement = timedelta(milliseconds=200)

    def authorised(self, request: PaymentRequest) -> bool:
        """Whether nobody's authorisation is missing."""
        return self.domain.signatures.sufficient(request)

    def confirmable(self, request: PaymentRequest) -> bool:
        """Whether the PISP's confirmation may come now: a PSU has authenticated for the payment."""
        return self.domain.signatures.begun(request)

    def confirmation_awaited(self, request: PaymentRequest) -> bool:
        """Whether the PISP's confirmation is missing."""
        return request.confirmed is None

    def accept(self, request: PaymentRequest) -> None:
        """Accept a payment for execution once nothing is missing any more, and execute what is due."""
        if request.accepted or request.final or not self.authorised(request):
            return
        if self.confirmation_awaited(request):
            return
        request.accepted = self.clock.now().date()
        self.follow(request)
        for day, _, instruction in sorted(self.due(request), key=lambda due: due[0]):
            self.execute(request, instruction, day)
        self.follow(request)

    def executable(self, request: PaymentRequest) -> Sequence[Instruction]:
        """The instructions that are executed: all of them."""
        return request.instructions

    def execution_day(self, request: PaymentRequest, instruction: Instruction) -> date:
        """The day on which an instruction is executed: the requested one, as in e-banking, or at once."""
        accepted = request.accepted or self.clock.now().date()
        wanted = instruction.order.day or request.order.day or accepted
        return max(wanted, accepted)

    def is_due(self, day: date) -> bool:
        """Whether a day of execution has come."""
        return day <= self.clock.now().date()

    def due(self, request: PaymentRequest) -> list[Due]:
        """What of an accepted payment is due, each occurrence once."""
        waiting = [i for i in self.executable(request) if request.accepted and i.status is Status.PDNG]
        return [
            (day, request, instruction) for instruction in waiting for day in self._days(request, instruction)
        ]

    def execute(self, request: PaymentRequest, instruction: Instruction, day: date) -> None:
        """Deal with one occurrence of an instruction: money moves, or it is rejected with the reason."""
        obstacle = self.obstacle(request, instruction)
        if not obstacle:
            self.pay(request, instruction, day)
        instruction.done += 1
        if self.last_occurrence(request, instruction):
            instruction.status = Status.ACSP if instruction.executions else Status.RJCT
            instruction.reason = "" if instruction.executions else obstacle

    def pay(self, request: PaymentRequest, instruction: Instruction, day: date) -> None:
        """Move the money."""
        order, debtor = instruction.order, request.debtor
        transfer = Transfer(
            money=order.money,
            debit=debtor,
            credit=self.domain.directory.by_iban(order.creditor.iban),
            debtor=self.domain.directory.companies[debtor.company].name if debtor else "",
            creditor=order.creditor.name,
            creditor_iban=order.creditor.iban,
            remittance=order.remittance,
            end_to_end_id=order.end_to_end_id,
        )
        self.domain.books.book(transfer, day)
        instruction.executions.append(day)
        instruction.settles = self.settles_at(self.clock.now())

    def obstacle(self, request: PaymentRequest, instruction: Instruction) -> str:
        """The reason code for which an occurrence cannot be executed, empty if it can."""
        debtor = request.debtor
        if debtor is None or debtor.closed:
            return "AC04" if debtor else "RR01"
        creditor = self.domain.directory.by_iban(instruction.order.creditor.iban)
        if creditor is not None and creditor.closed:
            return "AC04"
        if creditor is not None and creditor.currency != instruction.order.money.currency:
            return "AG01"
        if not self.funds_suffice(self.domain.books.available(debtor), instruction.order.money):
            return "CUST"
        return ""

    def funds_suffice(self, available: Money, money: Money) -> bool:
        """Whether the account can pay; it is never overdrawn."""
        return available >= money

    def last_occurrence(self, request: PaymentRequest, instruction: Instruction) -> bool:
        """Whether no further occurrence of an instruction follows."""
        if not instruction.order.frequency:
            return True
        return not list(islice(self._planned(request, instruction), instruction.done, instruction.done + 1))

    def settles_at(self, executed: datetime) -> datetime:
        """When an executed instruction is settled on the debtor account."""
        return executed + self.settlement

    def settle(self, request: PaymentRequest) -> None:
        """Report what is settled."""
        now = self.clock.now()
        for instruction in request.instructions:
            settled = instruction.settles is not None and instruction.settles <= now
            if instruction.status is Status.ACSP and settled:
                instruction.status = Status.ACSC
        self.follow(request)

    def follow(self, request: PaymentRequest) -> None:
        """Let the status of an accepted payment follow those of its instructions."""
        lifecycle = self.domain.lifecycle
        status = lifecycle.overall(request.instructions)
        reasons = [instruction.reason for instruction in request.instructions if instruction.reason]
        lifecycle.move(request, status, reasons[0] if status is Status.RJCT and reasons else "")

    def _days(self, request: PaymentRequest, instruction: Instruction) -> list[date]:
        planned = islice(self._planned(request, instruction), instruction.done, None)
        return list(takewhile(self.is_due, planned))

    def _planned(self, request: PaymentRequest, instruction: Instruction) -> Iterable[date]:
        first, order = self.execution_day(request, instruction), instruction.order
        if order.frequency:
            return occurrences(first, order.frequency, order.rule, order.last_day)
        return [working(first, order.rule)]
