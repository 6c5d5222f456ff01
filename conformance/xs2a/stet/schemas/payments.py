"""Schemas of the answers of payment initiation and of the confirmation of funds."""

from __future__ import annotations

from conformance.xs2a.stet.schemas.primitives import (
    ACCOUNT_IDENTIFICATION,
    AGENT,
    BENEFICIARY,
    BOOLEAN,
    CODE,
    CURRENCY,
    EITHER_DATE,
    PARTY,
    REMITTANCE,
    RESOURCE_ID,
    Primitives,
    Schema,
    array,
    links,
    members,
    text,
)
from conformance.xs2a.stet.statuses import INSTRUCTION, PAYMENT

REASON: Schema = {"anyOf": [CODE, members()], "title": "a reason code"}


def hal_payment_coverage_report(kinds: Primitives) -> Schema:
    """HalPaymentCoverageReport."""
    request = members(
        ["paymentCoverageRequestId", "instructedAmount", "accountId"],
        paymentCoverageRequestId=text(35),
        payee=text(70),
        instructedAmount=kinds.money,
        accountId=ACCOUNT_IDENTIFICATION,
    )
    return members(["request", "result", "_links"], request=request, result=BOOLEAN, _links=links(["self"]))


def _approach(kinds: Primitives) -> Schema:
    standard = ("REDIRECT", "DECOUPLED", "EMBEDDED-1-FACTOR", "EMBEDDED", "NONE")
    return kinds.code("appliedAuthenticationApproach", *standard)


def hal_payment_request_creation(kinds: Primitives) -> Schema:
    """HalPaymentRequestCreation: who redirects says where to."""
    redirects = {
        "required": ["appliedAuthenticationApproach"],
        "properties": {"appliedAuthenticationApproach": {"const": "REDIRECT"}},
    }
    approval = links(["consentApproval"])
    return {
        **members(
            appliedAuthenticationApproach=_approach(kinds), nonce=text(), _links=links([], "consentApproval")
        ),
        "if": redirects,
        "then": {"required": ["_links"], "properties": {"_links": approval}},
    }


def hal_payment_request(kinds: Primitives) -> Schema:
    """HalPaymentRequest; its link to itself is `request` in 1.4.2 and was `self` in 1.4.0."""
    return members(
        ["paymentRequest", "_links"],
        paymentRequest=_payment_request(kinds),
        _links=links([], "request", "self", "confirmation"),
    )


def _payment_request(kinds: Primitives) -> Schema:
    return members(
        [
            "paymentInformationId",
            "creationDateTime",
            "numberOfTransactions",
            "initiatingParty",
            "paymentTypeInformation",
            "creditTransferTransaction",
            "supplementaryData",
        ],
        resourceId=RESOURCE_ID,
        paymentInformationId=RESOURCE_ID,
        batchBooking=BOOLEAN,
        creationDateTime=EITHER_DATE,
        numberOfTransactions={"type": "integer", "minimum": 1},
        initiatingParty=PARTY,
        paymentTypeInformation=_payment_type(),
        debtor=PARTY,
        debtorAccount=ACCOUNT_IDENTIFICATION,
        debtorAgent=AGENT,
        beneficiary=BENEFICIARY,
        chargeBearer={"type": "string", "enum": ["SLEV", "SHAR", "CRED", "DEBT"]},
        purpose=CODE,
        paymentInformationStatus=kinds.code("paymentInformationStatus", *PAYMENT),
        statusReasonInformation=REASON,
        fundsAvailability=BOOLEAN,
        booking=BOOLEAN,
        requestedExecutionDate=EITHER_DATE,
        creditTransferTransaction=array(_credit_transfer(kinds), least=1),
        supplementaryData=_supplementary_data(kinds),
    )


def _payment_type() -> Schema:
    return members(
        instructionPriority={"type": "string", "enum": ["HIGH", "NORM"]},
        serviceLevel={"type": "string", "enum": ["SEPA", "NURG"]},
        localInstrument=text(35),
        categoryPurpose=CODE,
    )


def _credit_transfer(kinds: Primitives) -> Schema:
    payment_id = members(
        ["instructionId"], resourceId=RESOURCE_ID, instructionId=RESOURCE_ID, endToEndId=RESOURCE_ID
    )
    equivalent = members(
        ["amount", "currency", "currencyOfTransfer"], currency=CURRENCY, currencyOfTransfer=CURRENCY
    )
    return {
        **members(
            ["paymentId"],
            paymentId=payment_id,
            requestedExecutionDate=EITHER_DATE,
            endDate=EITHER_DATE,
            executionRule={"type": "string", "enum": ["FWNG", "PREC"]},
            frequency=_frequency(),
            instructedAmount=kinds.money,
            equivalentAmount=equivalent,
            ultimateDebtor=PARTY,
            intermediaryAgent=AGENT,
            beneficiary=BENEFICIARY,
            ultimateCreditor=PARTY,
            purpose=CODE,
            regulatoryReportingCodes=array(text(10), least=1),
            remittanceInformation=REMITTANCE,
            transactionStatus=kinds.code("transactionStatus", *INSTRUCTION),
            statusReasonInformation=REASON,
        ),
        "oneOf": [{"required": ["instructedAmount"]}, {"required": ["equivalentAmount"]}],
        "title": "exactly one of instructedAmount and equivalentAmount",
    }


def _frequency() -> Schema:
    codes = ["DAIL", "WEEK", "TOWK", "MNTH", "TOMN", "QUTR", "SEMI", "YEAR"]
    return {"type": "string", "enum": codes}


def _supplementary_data(kinds: Primitives) -> Schema:
    return members(
        acceptedAuthenticationApproach=array(text()),
        appliedAuthenticationApproach=_approach(kinds),
        scaHint=text(),
        successfulReportUrl=text(),
        unsuccessfulReportUrl=text(),
    )
