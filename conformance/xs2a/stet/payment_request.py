"""A payment as STET's PaymentRequestResource, with the members that a SEPA transfer needs at least."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

from conformance.target.model import Stet
from conformance.xs2a.money import Money
from conformance.xs2a.payment import Creditor, Defect, Frequency, Instruction, Payment, Recurrence

FREQUENCIES = {
    Frequency.DAILY: "DAIL",
    Frequency.WEEKLY: "WEEK",
    Frequency.EVERY_TWO_WEEKS: "TOWK",
    Frequency.MONTHLY: "MNTH",
    Frequency.EVERY_TWO_MONTHS: "TOMN",
    Frequency.QUARTERLY: "QUTR",
    Frequency.HALF_YEARLY: "SEMI",
    Frequency.YEARLY: "YEAR",
}
_LEFT_OUT: dict[Defect | None, str] = {
    Defect.NO_CREDITOR: "beneficiary",
    Defect.NO_AMOUNT: "instructedAmount",
    Defect.NO_INITIATING_PARTY: "initiatingParty",
    Defect.NO_IDENTIFICATION: "paymentInformationId",
}
Members = dict[str, Any]


def payment_request(payment: Payment, stet: Stet, defect: Defect | None = None) -> Members:
    """The body of POST /payment-requests.

    One execution date or one beneficiary stands at the payment, several stand at each instruction.

    Args:
        payment: what to pay.
        stet: how the bank wants amounts.
        defect: what is wrong with it on purpose.
    """
    sepa = all(each.money.currency == "EUR" for each in payment.instructions)
    return _spoilt(
        _present(
            paymentInformationId=payment.reference,
            creationDateTime=payment.created.astimezone(UTC)
            .isoformat(timespec="seconds")
            .replace("+00:00", "Z"),
            numberOfTransactions=len(payment.instructions),
            initiatingParty={"name": payment.initiating_party},
            paymentTypeInformation=_type(payment, sepa),
            requestedExecutionDate=_midnight(payment.execute_on),
            debtorAccount={"iban": payment.debtor_iban} if payment.debtor_iban else None,
            beneficiary=_beneficiary(payment.creditor),
            chargeBearer="SLEV" if sepa else "SHAR",
            creditTransferTransaction=[
                _instruction(each, payment.recurrence, stet) for each in payment.instructions
            ],
            supplementaryData=_present(
                acceptedAuthenticationApproach=["REDIRECT"],
                successfulReportUrl=payment.success_url,
                unsuccessfulReportUrl=payment.failure_url,
            ),
        ),
        defect,
    )


def amount_of(money: Money, stet: Stet) -> Members:
    """AmountType: a number, or a string where the bank takes strings only."""
    amount = f"{money.amount:f}" if stet.amounts == "string" else money.amount
    return {"currency": money.currency, "amount": amount}


def cancelled(stored: Mapping[str, Any], reason: str) -> Members:
    """The body of a PUT that cancels all that is not yet executed."""
    return {**stored, "paymentInformationStatus": "CANC", "statusReasonInformation": reason}


def altered(stored: Mapping[str, Any], money: Money, stet: Stet) -> Members:
    """The body of a PUT that asks for another amount."""
    found = stored.get("creditTransferTransaction")
    rows = [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    changed = [{**each, "instructedAmount": amount_of(money, stet)} for each in rows]
    return {**stored, "creditTransferTransaction": changed}


def _type(payment: Payment, sepa: bool) -> Members:
    return _present(
        serviceLevel="SEPA" if sepa else "NURG",
        localInstrument="INST" if payment.instant else None,
        categoryPurpose="CASH",
    )


def _instruction(instruction: Instruction, recurrence: Recurrence | None, stet: Stet) -> Members:
    return _present(
        paymentId={"instructionId": instruction.instruction_id, "endToEndId": instruction.end_to_end_id},
        requestedExecutionDate=_midnight(instruction.execute_on),
        **(_rhythm(recurrence) if recurrence else {}),
        instructedAmount=amount_of(instruction.money, stet),
        beneficiary=_beneficiary(instruction.creditor),
        remittanceInformation={"unstructured": [instruction.remittance]},
    )


def _rhythm(recurrence: Recurrence) -> Members:
    return {
        "endDate": _midnight(recurrence.end),
        "executionRule": "FWNG",
        "frequency": FREQUENCIES[recurrence.frequency],
    }


def _beneficiary(creditor: Creditor | None) -> Members | None:
    if creditor is None:
        return None
    return _present(
        creditorAgent={"bicFi": creditor.bic} if creditor.bic else None,
        creditor={"name": creditor.name},
        creditorAccount={"iban": creditor.iban},
    )


def _midnight(day: date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00Z" if day else None


def _present(**members: Any) -> Members:
    return {name: value for name, value in members.items() if value is not None}


def _spoilt(members: Members, defect: Defect | None) -> Members:
    instructions = members["creditTransferTransaction"]
    for each in (members, *instructions):
        each.pop(_LEFT_OUT.get(defect), None)
    if defect is Defect.NO_CURRENCY:
        for each in instructions:
            del each["instructedAmount"]["currency"]
    if defect is Defect.WRONG_COUNT:
        members["numberOfTransactions"] += 1
    return members
