"""Payment initiation in STET 1.4.2: payment requests, their cancellation and their confirmation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.bank.component import Component
from conformance.bank.corporate.companies import Service
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import Instruction, PaymentOrder, PaymentRequest
from conformance.bank.settings import Json
from conformance.bank.stet import members
from conformance.bank.stet.call import Call, Success
from conformance.bank.stet.members import Members
from conformance.bank.stet.orders import creditor_given, order_of

APPROVE = "/sgconnect/approve/"
_CANCELLED = "CANC"


class StetPayments(Component):
    """Takes a PISP's orders and tells what became of them."""

    # POST /payment-requests

    def create(self, call: Call) -> Success:
        """HalPaymentRequestCreation."""
        self.bank.corporate.entitlements.expect_service(call.user, Service.INITIATION)
        request = self.bank.corporate.payments.register(call.tpp, self.order(call.body))
        return Success(self.creation_status(), self.creation(request), self.location(request))

    def order(self, body: Members) -> PaymentOrder:
        """The order of a body.

        Raises:
            Refused: a member is missing or misshapen.
        """
        if not creditor_given(body):
            raise self.creditor_missing()
        return order_of(body)

    def creditor_missing(self) -> Exception:
        """How a payment without creditor is refused."""
        return members.wrong("beneficiary", "a creditor with name and account")

    def creation_status(self) -> int:
        """The status of a payment request that was taken."""
        return 201

    def location(self, request: PaymentRequest) -> str | None:
        """Where the new resource is."""
        return self.bank.stet.href(_path(request))

    def creation(self, request: PaymentRequest) -> Json:
        """The body: how and where the PSU authenticates."""
        return {
            "appliedAuthenticationApproach": "REDIRECT",
            "nonce": request.nonce,
            "_links": {"consentApproval": {"href": self.approval_url(request.approval)}},
        }

    def approval_url(self, approval: str) -> str:
        """The bank's page on which the PSU approves."""
        return f"https://{self.settings.hosts.sso}{APPROVE}{approval}"

    # GET /payment-requests and /payment-requests/{paymentRequestResourceId}

    def list_requests(self, call: Call) -> Success:
        """The payment requests of this PISP; no resource of STET's, a help for finding them again."""
        found = self.bank.corporate.payments.all_of(call.tpp)
        shown = [self.summary(request) for request in found]
        return Success(
            200, {"paymentRequests": shown, "_links": self.bank.resource_server.links(call.request)}
        )

    def summary(self, request: PaymentRequest) -> Json:
        """One line of the list."""
        return {
            "resourceId": request.resource_id,
            "paymentInformationId": request.order.payment_information_id,
            "paymentInformationStatus": self.bank.corporate.lifecycle.status_shown(request),
            "_links": {"request": self.bank.stet.link(_path(request))},
        }

    def read(self, call: Call) -> Success:
        """HalPaymentRequest."""
        return self._shown(self.bank.corporate.payments.read(call.tpp, call.resource_id))

    def resource(self, request: PaymentRequest) -> Json:
        """PaymentRequestResource: as it was sent, and what became of it."""
        lifecycle = self.bank.corporate.lifecycle
        found: Json = {**self.stored(request.order.document)}
        found["creditTransferTransaction"] = [
            self.instruction(instruction, row)
            for instruction, row in zip(
                request.instructions, found["creditTransferTransaction"], strict=False
            )
        ]
        if request.debtor is not None and not request.order.debtor_iban:
            found["debtorAccount"] = {"iban": request.debtor.iban, "currency": request.debtor.currency}
        found |= {
            "resourceId": request.resource_id,
            "paymentInformationStatus": lifecycle.status_shown(request),
            "statusReasonInformation": lifecycle.reason_shown(request),
            "fundsAvailability": self.funds_shown(request),
            "charges": self.charges_shown(request),
        }
        return _present(found)

    def stored(self, document: Any) -> Json:
        """The body as it came; what a PISP wrote of a status is not the status."""
        own = ("paymentInformationStatus", "statusReasonInformation", "fundsAvailability", "resourceId")
        return {name: value for name, value in document.items() if name not in own}

    def instruction(self, instruction: Instruction, row: Json) -> Json:
        """CreditTransferTransaction: as it was sent, and what became of it."""
        lifecycle = self.bank.corporate.lifecycle
        found = {**row, "paymentId": {**row["paymentId"], "resourceId": instruction.resource_id}}
        found["instructedAmount"] = self.amount_read_back(row["instructedAmount"], instruction.order.money)
        if "remittanceInformation" in row:
            found["remittanceInformation"] = self.remittance_read_back(row["remittanceInformation"])
        if "beneficiary" in row:
            found["beneficiary"] = self.beneficiary_read_back(row["beneficiary"])
        found["transactionStatus"] = lifecycle.instruction_status_shown(instruction)
        found["statusReasonInformation"] = lifecycle.instruction_reason_shown(instruction)
        return _present(found)

    def amount_read_back(self, sent: Json, money: Money) -> Json:
        """An amount as it was sent."""
        return {**sent, **self.bank.stet.amount(money)}

    def remittance_read_back(self, sent: Any) -> Any:
        """Remittance information as it was sent."""
        return sent

    def beneficiary_read_back(self, sent: Json) -> Json:
        """A beneficiary as it was sent."""
        return sent

    def funds_shown(self, request: PaymentRequest) -> object:
        """Whether the funds were there when the PSU authenticated: yes or no, never an amount."""
        return self.bank.corporate.payments.funds_indicator(request)

    def charges_shown(self, request: PaymentRequest) -> Json | None:
        """What the payment costs, where it costs anything."""
        charges = self.bank.corporate.payments.charges(request)
        return self.bank.stet.amount(charges) if charges.positive else None

    def _shown(self, request: PaymentRequest) -> Success:
        document = self.resource(request)
        if "beneficiary" in document:
            document["beneficiary"] = self.beneficiary_read_back(document["beneficiary"])
        links = {"request": self.bank.stet.link(_path(request))}
        if self.bank.corporate.payments.confirmation_link(request):
            links["confirmation"] = self.bank.stet.link(f"{_path(request)}/confirmation")
        return Success(200, {"paymentRequest": document, "_links": links})

    # POST /payment-requests/{paymentRequestResourceId}/confirmation

    def confirm(self, call: Call) -> Success:
        """HalPaymentRequest, after the confirmation."""
        nonce = members.optional_text(call.body, "nonce") or None
        return self._shown(self.bank.corporate.payments.confirm(call.tpp, call.resource_id, nonce))

    # PUT /payment-requests/{paymentRequestResourceId}

    def cancel(self, call: Call) -> Success:
        """HalPaymentRequestCreation: a cancellation, which may need the PSU; nothing else can be changed."""
        corporate = self.bank.corporate
        request, order = corporate.payments.read(call.tpp, call.resource_id), self.order(call.body)
        reason, named = self._cancellation(call.body, request)
        if reason is None or not self.same(request.order, order):
            return Success(
                200, self.cancellation(corporate.payments.change(call.tpp, call.resource_id, order))
            )
        urls = (order.success_url, order.failure_url)
        cancelled = corporate.cancellations.request(call.tpp, call.resource_id, reason, named, urls)
        return Success(200, self.cancellation(cancelled))

    def same(self, stored: PaymentOrder, sent: PaymentOrder) -> bool:
        """Whether a PUT repeats the payment that is stored; where the browser returns to may differ."""
        new = {
            "document": stored.document,
            "success_url": stored.success_url,
            "failure_url": stored.failure_url,
        }
        debtor = stored.debtor_iban or sent.debtor_iban
        return replace(sent, **new, debtor_iban=debtor) == replace(stored, debtor_iban=debtor)  # type: ignore[arg-type]

    def cancellation(self, request: PaymentRequest) -> Json:
        """The body: where the PSU authenticates for the cancellation, if that is needed."""
        if request.cancellation is None:
            return {"appliedAuthenticationApproach": "NONE", "_links": {}}
        body = self.creation(request)
        approval = {"href": self.approval_url(request.cancellation.approval)}
        return body | {"_links": {"consentApproval": approval}}

    def _cancellation(self, body: Members, request: PaymentRequest) -> tuple[str | None, list[str]]:
        if body.get("paymentInformationStatus") == _CANCELLED:
            return _reason(body), []
        rows = members.rows(body, "creditTransferTransaction")
        asked = [
            (instruction.resource_id, _reason(row))
            for instruction, row in zip(request.instructions, rows, strict=False)
            if row.get("transactionStatus") == _CANCELLED and instruction.status.value != _CANCELLED
        ]
        return (asked[0][1], [resource_id for resource_id, _ in asked]) if asked else (None, [])


def _reason(members_of: Members) -> str:
    return members.text(members_of, "statusReasonInformation", 35)


def _path(request: PaymentRequest) -> str:
    return f"/payment-requests/{request.resource_id}"


def _present(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None and value != ""}
