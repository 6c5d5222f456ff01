"""Deviants of the entitlements area: entry, validation, caps, signatures."""

from __future__ import annotations

from conformance.bank.corporate.companies import Account, PaymentRight, User
from conformance.bank.corporate.entitlements import Entitlements
from conformance.bank.corporate.journey import PaymentJourney
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import PaymentRequest, Status
from conformance.bank.corporate.signatures import Signatures
from conformance.bank.deviants import deviant


@deviant("entitlements-payment-entry-right/1")
class ChecksTheCompanyAlone(Entitlements):
    """Lets whoever may enter payments on any account of the company do so on all."""

    def payment_right(self, user: User, account: Account) -> PaymentRight:
        granted = (right for right in self.rights(user).payments.values() if right.entry)
        return next(granted, super().payment_right(user, account))


@deviant("entitlements-payment-entry-right/2")
class OffersEveryAccount(PaymentJourney):
    """Lets the PSU choose an account on which it may enter no payment."""

    def choosable(self, user: User, request: PaymentRequest) -> list[Account]:
        listed = self.domain.entitlements.listed(user)
        return [each for each in listed if each.currency == request.order.currency and each.kind == "CACC"]


@deviant("entitlements-payment-validation-right/1")
class TakesEntryForValidation(Signatures):
    """Executes with the authentication of a user who may only enter."""

    def may_validate(self, user: User, account: Account) -> bool:
        return self.may_enter(user, account)


@deviant("entitlements-payment-validation-right/2", also=("pisp-status-transitions",))
class RejectsWhatWaits(Signatures):
    """Reports RJCT for a payment that was entered and waits for a signatory."""

    def unvalidated_status(self, request: PaymentRequest) -> Status:
        return Status.RJCT


@deviant("entitlements-cap/1")
class IgnoresCaps(Signatures):
    """Ignores caps for payments coming from a PISP."""

    def within_cap(self, right: PaymentRight, money: Money) -> bool:
        return True


@deviant("entitlements-cap/2")
class ExcludesTheCap(Signatures):
    """Compares with less-than instead of less-or-equal."""

    def within_cap(self, right: PaymentRight, money: Money) -> bool:
        return right.cap is None or money < right.cap


@deviant("entitlements-cap/3")
class ComparesEachInstruction(Signatures):
    """Applies the cap to each instruction and not to the total of a batch."""

    def compared(self, request: PaymentRequest) -> Money:
        return max((each.money for each in request.order.instructions), key=lambda money: money.amount)


@deviant(
    "entitlements-single-signature/1",
    also=(
        "entitlements-cap",
        "entitlements-pis-only-user",
        "pisp-batch-and-scheduled",
        "pisp-confirmation",
        "pisp-status-after-validation",
        "sca-pisp-3skey",
        "sca-pisp-secure-access",
    ),
)
class WantsTwoSignatures(Signatures):
    """Forces double signature on every payment that comes from a PISP."""

    def signatures_needed(self, right: PaymentRight) -> int:
        return 2


@deviant("entitlements-double-signature/1", also=("entitlements-signatory-groups",))
class TakesOneSignature(Signatures):
    """Executes after the first signature."""

    def signatures_needed(self, right: PaymentRight) -> int:
        return 1


@deviant("entitlements-double-signature/2")
class CountsAUserTwice(Signatures):
    """Accepts both signatures from the same user."""

    def already_signed(self, request: PaymentRequest, user: User) -> bool:
        return False


@deviant("entitlements-double-signature/3", also=("entitlements-signatory-groups",))
class ReportsSettlementTooEarly(Signatures):
    """Reports ACSP instead of PATC after the first signature."""

    def waiting_status(self, request: PaymentRequest) -> Status:
        return Status.ACSP if any(given.validates for given in request.signatures) else Status.PATC


@deviant("entitlements-signatory-groups/1")
class ForgetsGroups(Signatures):
    """Counts signatures without looking at groups."""

    def groups_allowed(self, account: Account, first: str, second: str) -> bool:
        return True
