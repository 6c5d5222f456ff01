"""Cancellation of what is not yet executed (STET 1.4.2, PUT /payment-requests/{id})."""

from __future__ import annotations

from collections.abc import Collection

from conformance.bank.corporate.codes import Challenge, Link
from conformance.bank.corporate.companies import Service, User
from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.identifiers import new_identifier
from conformance.bank.corporate.orders import Cancellation, Instruction, PaymentRequest, Status
from conformance.bank.corporate.problems import forbidden, invalid, unknown

REASONS = frozenset({"DS02", "DUPL", "FRAD", "TECH"})


class Cancellations(DomainComponent):
    """Takes cancellations from PISPs and lets the PSU authenticate for them."""

    @service
    def request(
        self,
        tpp: str,
        resource_id: str,
        reason: str,
        instruction_ids: Collection[str] = (),
        urls: tuple[str, str] = ("", ""),
    ) -> PaymentRequest:
        """Ask for a cancellation; with a signature given before, it waits for the PSU.

        Args:
            reason: DS02, DUPL, FRAD or TECH.
            instruction_ids: of the instructions; none for all that is not yet executed.
            urls: where the PSU's browser returns after yes and after no.

        Raises:
            Refused: there is no such payment, the reason is none, or nothing of it can be cancelled.
        """
        request = self.domain.payments.find(tpp, resource_id)
        if reason not in REASONS:
            raise invalid("FF01", "the reason is none for a cancellation")
        named = self._named(request, instruction_ids)
        if not named or not all(self.cancellable(request, instruction) for instruction in named):
            raise forbidden("not-cancellable", "the payment has been executed or has ended")
        ids = frozenset(instruction.resource_id for instruction in named)
        asked = Cancellation(new_identifier(), reason, ids, self.clock.now(), urls[1], urls[0])
        if self.authentication_needed(request):
            request.cancellation = asked
        else:
            self.cancel(request, asked)
        return request

    @service
    def open(self, approval: str, user: User) -> PaymentRequest:
        """The payment behind the link of a cancellation.

        Raises:
            Refused: the link no longer works, or the user cannot take part.
        """
        return self._opened(approval, user)[0]

    @service
    def ask(self, approval: str, user: User) -> Challenge:
        """Ask the PSU to authenticate for the cancellation.

        Raises:
            Refused: as for `open`.
        """
        request, _ = self._opened(approval, user)
        return self.domain.codes.ask(user, self.link(request))

    @service
    def sign(self, approval: str, user: User, code: str) -> PaymentRequest:
        """The PSU has authenticated: the payment is cancelled.

        Raises:
            Refused: as for `open`, or the code does not belong to this cancellation.
        """
        request, cancellation = self._opened(approval, user)
        self.domain.codes.redeem(user, code, self.link(request))
        self.cancel(request, cancellation)
        return request

    @service
    def refuse(self, approval: str, user: User) -> PaymentRequest:
        """The PSU does not want the cancellation: the payment stays as it is.

        Raises:
            Refused: as for `open`.
        """
        request, _ = self._opened(approval, user)
        request.cancellation = None
        return request

    def link(self, request: PaymentRequest) -> Link:
        """What the authentication code is bound to."""
        payees = tuple(instruction.creditor for instruction in request.order.instructions)
        return Link("cancellation", request.resource_id, request.order.total, payees)

    def cancellable(self, request: PaymentRequest, instruction: Instruction) -> bool:
        """Whether an instruction can be cancelled: only before it is executed."""
        return instruction.status is Status.PDNG and not request.final

    def authentication_needed(self, request: PaymentRequest) -> bool:
        """Whether the PSU must authenticate: once somebody has signed."""
        return bool(request.signatures)

    def may_cancel(self, user: User, request: PaymentRequest) -> bool:
        """Whether a user may cancel: who may enter or validate on the debtor account."""
        account, signatures = request.debtor, self.domain.signatures
        if account is None:
            return False
        return signatures.may_enter(user, account) or signatures.may_validate(user, account)

    def cancel(self, request: PaymentRequest, cancellation: Cancellation) -> None:
        """Cancel what was asked for and is still not executed."""
        lifecycle = self.domain.lifecycle
        for instruction in request.instructions:
            if instruction.resource_id in cancellation.instructions:
                lifecycle.end_instruction(instruction, Status.CANC, cancellation.reason)
        request.cancellation = None
        if request.accepted is not None or all(i.status is Status.CANC for i in request.instructions):
            lifecycle.move(request, lifecycle.overall(request.instructions), cancellation.reason)

    def _named(self, request: PaymentRequest, instruction_ids: Collection[str]) -> list[Instruction]:
        if not instruction_ids:
            return [i for i in request.instructions if self.cancellable(request, i)]
        known = {instruction.resource_id: instruction for instruction in request.instructions}
        if not set(instruction_ids) <= set(known):
            raise invalid("FF01", "there is no such instruction in this payment")
        return [known[resource_id] for resource_id in instruction_ids]

    def _opened(self, approval: str, user: User) -> tuple[PaymentRequest, Cancellation]:
        request = self.domain.payments.by_approval(approval)
        cancellation = request.cancellation if request is not None else None
        if request is None or cancellation is None or cancellation.approval != approval:
            raise unknown("cancellation to approve")
        self.domain.entitlements.expect_service(user, Service.INITIATION)
        if not self.may_cancel(user, request):
            raise forbidden("no-entry-right", "the user has no payment right on this account")
        return request, cancellation
