"""Payment requests as the PISP sees them: registered, read, confirmed."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.identifiers import new_identifier
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import Instruction, PaymentOrder, PaymentRequest
from conformance.bank.corporate.problems import forbidden, invalid, unknown

if TYPE_CHECKING:
    from conformance.bank.corporate.domain import CorporateBank


class PaymentRequests(DomainComponent):
    """Keeps the payment requests of the PISPs."""

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._requests: dict[str, PaymentRequest] = {}
        self._known: dict[tuple[str, str], PaymentRequest] = {}

    @service
    def register(self, tpp: str, order: PaymentOrder) -> PaymentRequest:
        """Store a payment request; the same one sent again is the one that is stored.

        Raises:
            Refused: the order is no good, or its identifier was used for another one.
        """
        known = self._known.get((tpp, order.payment_information_id))
        if known is not None and self.identifies(known, order):
            if known.order != order:
                raise invalid("DUPL", "paymentInformationId was used for another payment")
            return known
        self.domain.acceptance.expect_acceptable(order)
        request = self._stored(tpp, order)
        self._requests[request.resource_id] = self._known[tpp, order.payment_information_id] = request
        return request

    @service
    def read(self, tpp: str, resource_id: str) -> PaymentRequest:
        """A payment request of this PISP.

        Raises:
            Refused: there is none, or it is another's.
        """
        return self.find(tpp, resource_id)

    @service
    def all_of(self, tpp: str) -> list[PaymentRequest]:
        """The payment requests of a PISP."""
        return [r for r in self._requests.values() if self.owned(r, tpp) and self.kept(r)]

    @service
    def change(self, tpp: str, resource_id: str, order: PaymentOrder) -> PaymentRequest:
        """Replace what was ordered (STET, PUT other than a cancellation).

        Raises:
            Refused: there is no such request, or, for every request, it is no cancellation.
        """
        return self.changed(self.find(tpp, resource_id), order)

    @service
    def confirm(self, tpp: str, resource_id: str, nonce: str | None = None) -> PaymentRequest:
        """The PISP confirms that the payment is to be executed.

        Raises:
            Refused: there is no such request, no PSU has authenticated, or it was confirmed before.
        """
        request = self.find(tpp, resource_id)
        if request.confirmed is not None:
            return self.confirmed_again(request)
        if request.final or not self.domain.execution.confirmable(request):
            raise forbidden("not-confirmable", "no PSU has validated this payment, or it has ended")
        if not self.nonce_matches(request, nonce):
            raise invalid("nonce", "the nonce is another")
        request.confirmed = self.clock.now()
        self.domain.execution.accept(request)
        return request

    def find(self, tpp: str, resource_id: str) -> PaymentRequest:
        """A payment request of this PISP, without waiting for a turn."""
        request = self._requests.get(resource_id)
        if request is None or not self.owned(request, tpp) or not self.kept(request):
            raise unknown("payment request")
        return request

    def by_approval(self, approval: str) -> PaymentRequest | None:
        """The payment request behind an approval link, of a payment or of its cancellation."""
        for request in self._requests.values():
            cancelling = request.cancellation.approval if request.cancellation else ""
            if approval and approval in (request.approval, cancelling):
                return request
        return None

    def everything(self) -> Iterable[PaymentRequest]:
        """Every payment request of the bank."""
        return self._requests.values()

    def new_resource_id(self) -> str:
        """The identifier of a new resource; nobody guesses it."""
        return new_identifier()

    def owned(self, request: PaymentRequest, tpp: str) -> bool:
        """Whether a payment request is this PISP's."""
        return request.tpp == tpp

    def kept(self, request: PaymentRequest) -> bool:
        """Whether a payment request can still be read: for 30 days at least, final or not."""
        return self.clock.now() <= request.created + timedelta(days=400) or not request.final

    def identifies(self, known: PaymentRequest, order: PaymentOrder) -> bool:
        """Whether a paymentInformationId that the PISP used before means the payment of that time."""
        return True

    def stored_order(self, order: PaymentOrder) -> PaymentOrder:
        """What is stored of an order: all of it, unchanged."""
        return order

    def changed(self, request: PaymentRequest, order: PaymentOrder) -> PaymentRequest:
        """What a change other than a cancellation comes to: a refusal (STET: 403)."""
        raise forbidden("no-change", "a payment request can be cancelled and nothing else")

    def confirmed_again(self, request: PaymentRequest) -> PaymentRequest:
        """What a second confirmation comes to: a refusal, and no effect."""
        raise forbidden("confirmed", "the payment was confirmed before")

    def nonce_matches(self, request: PaymentRequest, nonce: str | None) -> bool:
        """Whether the nonce is the request's, where one was sent."""
        return nonce is None or hmac.compare_digest(nonce.encode(), request.nonce.encode())

    def confirmation_link(self, request: PaymentRequest) -> bool:
        """Whether a link leads to the confirmation: until it was posted."""
        return request.confirmed is None and not request.final

    def funds_indicator(self, request: PaymentRequest) -> bool | None:
        """Whether the funds were there when the PSU authenticated (RTS Art. 36(1)(c)); None before."""
        return request.funds

    def charges(self, request: PaymentRequest) -> Money:
        """What the payment costs the company through a TPP: nothing that e-banking does not cost."""
        return Money.zero(request.order.currency)

    def _stored(self, tpp: str, order: PaymentOrder) -> PaymentRequest:
        kept, now = self.stored_order(order), self.clock.now()
        status = self.domain.lifecycle.initial_status()
        return PaymentRequest(
            resource_id=self.new_resource_id(),
            tpp=tpp,
            order=kept,
            instructions=[Instruction(self.new_resource_id(), ordered) for ordered in kept.instructions],
            created=now,
            approval=new_identifier(),
            nonce=new_identifier(),
            status=status,
            debtor=self.domain.directory.by_iban(kept.debtor_iban) if kept.debtor_iban else None,
            history=[(status, now)],
        )
