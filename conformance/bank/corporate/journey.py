"""A PSU approves or refuses a payment at the bank."""

from __future__ import annotations

from typing import cast

from conformance.bank.corporate.codes import Challenge, Link
from conformance.bank.corporate.companies import Account, Service, User
from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.orders import OPEN, PaymentOrder, PaymentRequest, Status
from conformance.bank.corporate.problems import Refused, forbidden, invalid, unknown


class PaymentJourney(DomainComponent):
    """What the approval link leads to; every step names the link, never the resource."""

    @service
    def open(self, approval: str, user: User) -> PaymentRequest:
        """The payment behind an approval link, for a PSU who is signed in.

        Raises:
            Refused: the link no longer works, or the user cannot take part; as the first PSU he ends it so.
        """
        request = self._opened(approval)
        self._expect_taking_part(request, user)
        return request

    @service
    def debtor_accounts(self, approval: str, user: User) -> list[Account]:
        """The accounts among which the PSU may choose, or the one that the PISP named.

        Raises:
            Refused: as for `open`.
        """
        request = self._opened(approval)
        self._expect_taking_part(request, user)
        return [request.fixed_debtor] if request.fixed_debtor else self.choosable(user, request)

    @service
    def ask(self, approval: str, user: User, resource_id: str = "") -> Challenge | None:
        """Ask the PSU to authenticate for this payment.

        Args:
            resource_id: of the debtor account that he chose, where the PISP named none.

        Returns:
            The challenge, or None where the payment needs no authentication of its own.

        Raises:
            Refused: as for `open`, or the account cannot be chosen.
        """
        request = self._opened(approval)
        self._expect_taking_part(request, user)
        self._choose(request, user, resource_id)
        if not self.authentication_needed(request, user):
            self._sign(request, user)
            return None
        return self.domain.codes.ask(user, self.link(request))

    @service
    def sign(self, approval: str, user: User, code: str) -> PaymentRequest:
        """The PSU has authenticated: his signature is given.

        Raises:
            Refused: as for `open`, or the code does not belong to this payment.
        """
        request = self._opened(approval)
        self._expect_taking_part(request, user)
        self._expect_chosen(request, user)
        self.domain.codes.redeem(user, code, self.link(request))
        self._sign(request, user)
        return request

    @service
    def refuse(self, approval: str, user: User) -> PaymentRequest:
        """The PSU refuses; nothing is executed.

        Raises:
            Refused: the link no longer works, or the user cannot take part.
        """
        request = self._opened(approval)
        self._expect_taking_part(request, user)
        self.domain.lifecycle.end(request, self.domain.lifecycle.refused_status(), "CUST")
        return request

    @service
    def awaiting(self, user: User) -> list[PaymentRequest]:
        """The payments that the user can validate in the bank's own channel."""
        waiting = [r for r in self.domain.payments.everything() if r.status is Status.PATC]
        return [request for request in waiting if self._obstacle(request, user) is None]

    def link(self, request: PaymentRequest) -> Link:
        """What the authentication code is bound to: total and payees of this payment (RTS Art. 5)."""
        payees = tuple(instruction.creditor for instruction in request.order.instructions)
        debtor = request.debtor.resource_id if request.debtor is not None else ""
        return Link("payment", request.resource_id, request.order.total, payees, debtor)

    def authentication_needed(self, request: PaymentRequest, user: User) -> bool:
        """Whether the payment needs an authentication of its own: always (PSD2 Art. 97(1)(b))."""
        return True

    def authentications(self, request: PaymentRequest) -> int:
        """How many strong authentications one signatory is asked for: one, the payment's own."""
        return 1

    def choosable(self, user: User, request: PaymentRequest) -> list[Account]:
        """The accounts that are offered: those on which the user may enter payments, in the currency."""
        listed = self.domain.entitlements.listed(user)
        fitting = [a for a in listed if a.currency == request.order.currency and a.kind == "CACC"]
        return [account for account in fitting if self.domain.signatures.may_enter(user, account)]

    def report_url(self, order: PaymentOrder, *, accepted: bool) -> str:
        """Where the browser returns to; one URL alone serves both ends."""
        return order.success_url if accepted or not order.failure_url else order.failure_url

    def rejects(self, request: PaymentRequest, user: User) -> bool:
        """Whether a PSU without the rights ends the payment: the first one, on his company's accounts."""
        foreign = request.fixed_debtor is not None and request.fixed_debtor.company != user.company
        return not request.signatures and not foreign

    def rejection(self, refused: Refused) -> str:
        """The reason code of a payment that a PSU without the rights ended."""
        return (
            "AG01" if refused.reason in ("no-entry-right", "no-validation-right", "out-of-scope") else "MS03"
        )

    def link_works(self, request: PaymentRequest) -> bool:
        """Whether the approval link still leads to the payment."""
        return request.status in OPEN and not self.domain.signatures.sufficient(request)

    def funds_covered(self, request: PaymentRequest, account: Account) -> bool:
        """Whether the account can pay the total now."""
        return self.domain.books.available(account) >= request.order.total

    def _opened(self, approval: str) -> PaymentRequest:
        request = self.domain.payments.by_approval(approval)
        if request is None or approval != request.approval or not self.link_works(request):
            raise unknown("payment to approve")
        return request

    def _expect_taking_part(self, request: PaymentRequest, user: User) -> None:
        obstacle = self._obstacle(request, user)
        if obstacle is None:
            return
        if self.rejects(request, user):
            self.domain.lifecycle.end(request, Status.RJCT, self.rejection(obstacle))
        raise obstacle

    def _obstacle(self, request: PaymentRequest, user: User) -> Refused | None:
        try:
            self.domain.entitlements.expect_service(user, Service.INITIATION)
        except Refused as refused:
            return refused
        if request.fixed_debtor is None:
            none = forbidden("no-entry-right", "the user may enter payments on none of his accounts")
            return None if self.choosable(user, request) else none
        return self._obstacle_on(request, user, request.fixed_debtor)

    def _obstacle_on(self, request: PaymentRequest, user: User, account: Account) -> Refused | None:
        signatures = self.domain.signatures
        if account.company == user.company and not self.domain.acceptance.debitable(account):
            return forbidden("out-of-scope", "the account is outside the geographic scope")
        if not signatures.begun(request):
            entry = forbidden("no-entry-right", "the user may not enter payments on this account")
            return None if signatures.may_enter(user, account) else entry
        if signatures.already_signed(request, user):
            return forbidden("already-signed", "the user has signed this payment; another one must")
        if not signatures.validates(user, request, account):
            return forbidden("no-validation-right", "the user may not validate this payment")
        wrong = forbidden("wrong-group", "the user's signatory group does not complete this payment")
        return None if signatures.usable(user, request, account) else wrong

    def _choose(self, request: PaymentRequest, user: User, resource_id: str) -> None:
        if request.fixed_debtor is not None:
            return
        chosen = [a for a in self.choosable(user, request) if a.resource_id == resource_id]
        if not chosen:
            raise forbidden("no-entry-right", "the account cannot be chosen")
        request.debtor = chosen[0]

    def _expect_chosen(self, request: PaymentRequest, user: User) -> None:
        if request.debtor is None:
            raise invalid("RR01", "no debtor account was chosen")
        if request.fixed_debtor is None and request.debtor not in self.choosable(user, request):
            raise forbidden("no-entry-right", "the account cannot be chosen")

    def _sign(self, request: PaymentRequest, user: User) -> None:
        self._expect_chosen(request, user)
        account, signatures = cast("Account", request.debtor), self.domain.signatures
        given = signatures.given(user, request, account)
        request.signatures.append(given)
        request.funds = self.funds_covered(request, account)
        if signatures.sufficient(request):
            self.domain.lifecycle.move(request, Status.ACTC)
            self.domain.execution.accept(request)
        else:
            waiting = signatures.waiting_status if given.validates else signatures.unvalidated_status
            self.domain.lifecycle.move(request, waiting(request))
