"""Payment initiation in STET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.errors import NotApplicable, Unobservable
from conformance.xs2a.answer import One
from conformance.xs2a.links import Link
from conformance.xs2a.money import Money
from conformance.xs2a.payment import Defect, Payment
from conformance.xs2a.payments import Initiated, PaymentState
from conformance.xs2a.stet import readers
from conformance.xs2a.stet.contracts import Contracts
from conformance.xs2a.stet.payment_request import altered, cancelled, payment_request
from conformance.xs2a.stet.requests import Requests


class StetPaymentInitiation:
    """A PISP's requests with one token."""

    def __init__(self, requests: Requests, contracts: Contracts) -> None:
        self._requests = requests
        self._contracts = contracts

    def initiate(self, payment: Payment, *, defect: Defect | None = None) -> One[Initiated]:
        """POST /payment-requests."""
        submitted = payment_request(payment, self._requests.api.stet, defect)
        exchange = self._requests.send(
            "POST",
            self._requests.url("payment-requests"),
            submitted,
            purpose=f"initiate a payment{f' {defect}' if defect else ''}",
        )
        return One(exchange, self._contracts.creation, readers.initiated(submitted, None))

    def read(self, payment: One[Initiated] | One[PaymentState]) -> One[PaymentState]:
        """GET the resource: the creation's location, later the link `request` (1.4.2) or `self` (1.4.0)."""
        return self._read(_resource(payment))

    def read_if_created(self, created: One[Initiated]) -> One[PaymentState] | None:
        """GET the resource of a success."""
        return self.read(created) if created.exchange.succeeded else None

    def read_named(self, resource_id: str) -> One[PaymentState]:
        """GET /payment-requests/{id}."""
        return self._read(self._requests.link("request", "payment-requests", resource_id))

    def read_at(self, url: str, *, purpose: str) -> One[PaymentState]:
        """GET an address that an earlier answer gave."""
        return self._read(Link("request", url, url), purpose)

    def confirm(
        self, state: One[PaymentState], *, nonce: str | None = None, regardless: bool = False
    ) -> One[PaymentState]:
        """POST to the link `confirmation`; without a nonce there is no body."""
        link = state.item.links.get("confirmation")
        if link is None and regardless:
            link = self._beside(state)
        if link is None:
            raise NotApplicable("the bank offers no confirmation of this payment")
        members = {"nonce": nonce} if nonce else None
        url = self._requests.followed(link)
        exchange = self._requests.send("POST", url, members, purpose="confirm the payment")
        return One(exchange, self._contracts.confirmation, readers.state)

    def cancel(self, state: One[PaymentState], *, reason: str = "DS02") -> One[Initiated]:
        """PUT the payment with status CANC and a reason."""
        return self._put(state, cancelled(state.item.stored, reason), "cancel the payment")

    def alter(self, state: One[PaymentState], money: Money) -> One[Initiated]:
        """PUT the payment with another amount, which is answered 403."""
        members = altered(state.item.stored, money, self._requests.api.stet)
        return self._put(state, members, "change the amount of the payment")

    def _read(self, link: Link, purpose: str = "read the payment") -> One[PaymentState]:
        exchange = self._requests.get(self._requests.followed(link), purpose)
        return One(exchange, self._contracts.payment, readers.state)

    def _put(self, state: One[PaymentState], members: Mapping[str, Any], purpose: str) -> One[Initiated]:
        link = _resource(state)
        exchange = self._requests.send("PUT", self._requests.followed(link), members, purpose=purpose)
        return One(exchange, self._contracts.cancellation, readers.initiated(members, link))

    def _beside(self, state: One[PaymentState]) -> Link:
        """Where the confirmation is when no link says so."""
        kind = self._requests.api.stet.confirmation
        if kind == "none":
            raise NotApplicable("this bank executes without the PISP's confirmation")
        resource = self._requests.followed(_resource(state)).partition("?")[0]
        return Link("confirmation", f"{resource}/{kind}", resource)


def _resource(payment: One[Initiated] | One[PaymentState]) -> Link:
    item = payment.item
    if isinstance(item, Initiated):
        if item.resource is None:
            raise Unobservable(f"{payment.exchange.purpose}: the bank did not say where the payment is")
        return item.resource
    own = item.links.get("request") or item.links.get("self")
    if own is None and payment.exchange.method == "GET":
        own = Link("request", payment.exchange.url, payment.exchange.url)
    if own is None:
        raise Unobservable(f"{payment.exchange.purpose}: no link leads to the payment itself")
    return own
