"""Signatures: who may enter and validate, up to which cap, and with whom (User Access)."""

from __future__ import annotations

from datetime import date
from itertools import combinations

from conformance.bank.corporate.companies import Account, PaymentRight, Signature, User
from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.money import Money, total
from conformance.bank.corporate.orders import GivenSignature, PaymentRequest, Status


class Signatures(DomainComponent):
    """Decides what an authenticated user's signature is worth for a payment."""

    def may_enter(self, user: User, account: Account) -> bool:
        """Whether the user may enter payments that debit this very account."""
        return self._reaches(user, account) and self.domain.entitlements.payment_right(user, account).entry

    def may_validate(self, user: User, account: Account) -> bool:
        """Whether the user may validate payments that debit this very account."""
        return (
            self._reaches(user, account) and self.domain.entitlements.payment_right(user, account).validation
        )

    def compared(self, request: PaymentRequest) -> Money:
        """What a cap is compared with: the total of a batch."""
        return request.order.total

    def ceiling(self, user: User, account: Account) -> Money | None:
        """A limit for payments through TPPs alone: none, rights are those of e-banking."""
        return None

    def within_cap(self, right: PaymentRight, money: Money) -> bool:
        """Whether the user's cap allows an amount, inclusive to the cent (caps)."""
        return right.cap is None or money <= right.cap

    def within_day_cap(self, right: PaymentRight, money: Money, today: Money) -> bool:
        """Whether the user's cap of a day allows an amount after those that he validated today."""
        return right.day_cap is None or today + money <= right.day_cap

    def validates(self, user: User, request: PaymentRequest, account: Account) -> bool:
        """Whether the user's authentication validates the payment, and does not only enter it."""
        if not self.may_validate(user, account):
            return False
        right, money = self.domain.entitlements.payment_right(user, account), self.compared(request)
        ceiling = self.ceiling(user, account)
        if ceiling is not None and money > ceiling:
            return False
        today = self._validated_today(user, money.currency)
        return self.within_cap(right, money) and self.within_day_cap(right, money, today)

    def already_signed(self, request: PaymentRequest, user: User) -> bool:
        """Whether the user has validated this payment before; he cannot give both signatures."""
        return any(given.user_id == user.user_id and given.validates for given in request.signatures)

    def signatures_needed(self, right: PaymentRight) -> int:
        """How many signatures a payment needs that a user with this right validates (single or double)."""
        return 1 if right.signature is Signature.SINGLE else 2

    def groups_allowed(self, account: Account, first: str, second: str) -> bool:
        """Whether users of two signatory groups may sign together (signatory groups)."""
        pairs = account.combinations
        return not pairs or (first, second) in pairs or (second, first) in pairs

    def begun(self, request: PaymentRequest) -> bool:
        """Whether a PSU has authenticated for this payment."""
        return bool(request.signatures)

    def sufficient(self, request: PaymentRequest) -> bool:
        """Whether the signatures given are those that the rights ask for."""
        given = [signature for signature in request.signatures if signature.validates]
        if any(signature.needed == 1 for signature in given):
            return True
        account = request.debtor
        return account is not None and any(
            self.groups_allowed(account, one.group, other.group) for one, other in combinations(given, 2)
        )

    def usable(self, user: User, request: PaymentRequest, account: Account) -> bool:
        """Whether a further signature brings the payment on: of the right user, in a group that is missing."""
        right = self.domain.entitlements.payment_right(user, account)
        given = [signature for signature in request.signatures if signature.validates]
        fits = any(self.groups_allowed(account, one.group, right.group) for one in given)
        return not given or self.signatures_needed(right) == 1 or fits

    def waiting_status(self, request: PaymentRequest) -> Status:
        """The status while a signatory is awaited (STET: PATC)."""
        return Status.PATC

    def unvalidated_status(self, request: PaymentRequest) -> Status:
        """The status after a user who may only enter: recorded, and waiting."""
        return self.waiting_status(request)

    def given(self, user: User, request: PaymentRequest, account: Account) -> GivenSignature:
        """The signature of a user who has just authenticated."""
        right = self.domain.entitlements.payment_right(user, account)
        validates, money = self.validates(user, request, account), self.compared(request)
        needed = self.signatures_needed(right)
        return GivenSignature(user.user_id, right.group, validates, needed, money, self.clock.now())

    def _reaches(self, user: User, account: Account) -> bool:
        own = account.company == user.company and self.domain.entitlements.visible(user, account)
        return own and self.domain.acceptance.debitable(account)

    def _validated_today(self, user: User, currency: str) -> Money:
        today = self.clock.now().date()
        return total([s.money for s in self._of_day(user, today) if s.money.currency == currency], currency)

    def _of_day(self, user: User, day: date) -> list[GivenSignature]:
        ended = (Status.RJCT, Status.CANC)
        alive = [r for r in self.domain.payments.everything() if r.status not in ended]
        given = [signature for request in alive for signature in request.signatures]
        return [s for s in given if s.validates and s.user_id == user.user_id and s.at.date() == day]
