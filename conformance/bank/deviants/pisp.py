"""Deviants of the pisp area: what the bank takes, keeps and tells of a payment, and whom it tells."""

from __future__ import annotations

import itertools
from typing import Any

from conformance.bank.corporate.acceptance import Acceptance
from conformance.bank.corporate.companies import Account
from conformance.bank.corporate.journey import PaymentJourney
from conformance.bank.corporate.lifecycle import Lifecycle
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import PaymentRequest, Status
from conformance.bank.corporate.payments import PaymentRequests
from conformance.bank.deviants import deviant
from conformance.bank.settings import Json
from conformance.bank.stet.payments import StetPayments

_NUMBERS = itertools.count(1)
_STORED_IBAN = "FR7699881000420000000100212"


@deviant("pisp-initiate/1")
class SaysNotWhere(StetPayments):
    """Answers 200 to a new payment, and does not say where it is."""

    def creation_status(self) -> int:
        return 200

    def location(self, request: PaymentRequest) -> str | None:
        return None


@deviant("pisp-initiate/2", also=("interface-media-type",))
class ApprovesInPlainText(StetPayments):
    """Sends the PSU to a page without TLS."""

    def approval_url(self, approval: str) -> str:
        return super().approval_url(approval).replace("https:", "http:")


@deviant("pisp-initiate/3")
class DemandsTheDebtor(Acceptance):
    """Refuses payments that leave the account to the PSU."""

    def debtor_account_required(self) -> bool:
        return True


@deviant("pisp-read-back/1")
class CutsTheText(StetPayments):
    """Keeps 35 characters of a remittance text."""

    def remittance_read_back(self, sent: Any) -> Any:
        return {**sent, "unstructured": [line[:35] for line in sent["unstructured"]]}


@deviant("pisp-read-back/2", also=("pisp-cancellation",))
class RoundsAmounts(StetPayments):
    """Shows 1.01 as 1.0."""

    def amount_read_back(self, sent: Json, money: Money) -> Json:
        return super().amount_read_back(sent, Money.of(round(money.amount), money.currency))


@deviant("pisp-read-back/3", also=("pisp-cancellation",))
class KnowsTheCreditorBetter(StetPayments):
    """Replaces the creditor's account by one that it has stored."""

    def beneficiary_read_back(self, sent: Json) -> Json:
        return {**sent, "creditorAccount": {"iban": _STORED_IBAN}}


@deviant(
    "pisp-status-before-sca/1",
    also=("pisp-confirmation", "sca-dynamic-linking", "sca-each-payment", "sca-two-factors"),
)
class ReportsExecutionAtOnce(Lifecycle):
    """Shows a payment as being executed that nobody has validated."""

    def status_shown(self, request: PaymentRequest) -> str:
        return "ACSP" if request.status is Status.RCVD else super().status_shown(request)


@deviant("pisp-status-before-sca/2", also=("pisp-confirmation", "pisp-status-transitions"))
class LeavesTheStatusOut(Lifecycle):
    """Shows no status before the PSU has validated."""

    def status_shown(self, request: PaymentRequest) -> str:
        return "" if request.status is Status.RCVD else super().status_shown(request)


@deviant(
    "pisp-status-after-validation/1",
    also=(
        "entitlements-cap",
        "entitlements-double-signature",
        "entitlements-pis-only-user",
        "entitlements-signatory-groups",
        "entitlements-single-signature",
        "pisp-batch-and-scheduled",
        "pisp-confirmation",
        "sca-pisp-3skey",
        "sca-pisp-secure-access",
    ),
)
class StaysAtReceived(Lifecycle):
    """Shows a payment as merely received for ever, whatever has become of it."""

    def status_shown(self, request: PaymentRequest) -> str:
        ended = request.status in (Status.RJCT, Status.CANC)
        return super().status_shown(request) if ended else Status.RCVD.value


@deviant("pisp-status-transitions/1")
class TakesRejectedPaymentsUpAgain(Lifecycle):
    """Shows a payment as being executed after it was shown as rejected."""

    def status_shown(self, request: PaymentRequest) -> str:
        shown = super().status_shown(request)
        if shown != Status.RJCT:
            return shown
        before = any(status is Status.ACSP for status, _ in request.history)
        request.history.append((Status.ACSP, self.clock.now()))
        return Status.ACSP.value if before else shown


@deviant(
    "pisp-status-transitions/2",
    also=("pisp-status-after-validation", "pisp-confirmation", "pisp-batch-and-scheduled"),
)
class SpeaksItsOwnCodes(Lifecycle):
    """Shows a settled payment with a code of its own."""

    def status_shown(self, request: PaymentRequest) -> str:
        return "DONE" if request.status is Status.ACSC else super().status_shown(request)


@deviant("pisp-status-transitions/3", also=("pisp-refusal-by-psu", "pisp-expiry"))
class RejectsWithoutAWord(Lifecycle):
    """Rejects payments without a reason."""

    def reason_shown(self, request: PaymentRequest) -> str:
        return ""


@deviant("pisp-ownership/1")
class CountsItsPayments(PaymentRequests):
    """Numbers its payments, and shows each to any PISP."""

    def new_resource_id(self) -> str:
        return str(next(_NUMBERS))

    def owned(self, request: PaymentRequest, tpp: str) -> bool:
        return True


@deviant("pisp-invalid-requests/1")
class TakesNegativeAmounts(Acceptance):
    """Takes a payment of less than nothing."""

    def amount_acceptable(self, money: Money) -> bool:
        return True


@deviant(
    "pisp-invalid-requests/2",
    also=("interface-availability", "interface-request-correlation"),
)
class StumblesOverAMissingCreditor(StetPayments):
    """Answers 500 to a payment without creditor."""

    def creditor_missing(self) -> Exception:
        return KeyError("beneficiary")


@deviant("pisp-funds-check/1", also=("pisp-confirmation",))
class TellsTheBalance(StetPayments):
    """Tells the PISP the balance in the place of a yes or no."""

    def funds_shown(self, request: PaymentRequest) -> object:
        account = request.debtor
        if request.funds is None or account is None:
            return None
        return self.bank.stet.amount(self.bank.corporate.books.available(account))


@deviant("pisp-funds-check/2")
class AlwaysHasTheFunds(PaymentJourney):
    """Says that funds are there, whatever the amount."""

    def funds_covered(self, request: PaymentRequest, account: Account) -> bool:
        return True


@deviant("pisp-status-availability/1")
class ForgetsAfterADay(PaymentRequests):
    """Forgets a payment after one day."""

    def kept(self, request: PaymentRequest) -> bool:
        return (self.clock.now() - request.created).days < 1
