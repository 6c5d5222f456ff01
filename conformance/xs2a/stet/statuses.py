"""The status codes of STET payments and how far each says that a payment has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.xs2a.payments import PaymentStatus, StatusGroup
from conformance.xs2a.reading import table, text

PAYMENT = {
    "RCVD": StatusGroup.OPEN,
    "PDNG": StatusGroup.OPEN,
    "ACTC": StatusGroup.OPEN,
    "PATC": StatusGroup.OPEN,
    "ACCP": StatusGroup.ACCEPTED,
    "ACSP": StatusGroup.EXECUTING,
    "ACWC": StatusGroup.EXECUTING,
    "ACWP": StatusGroup.EXECUTING,
    "ACSC": StatusGroup.FINAL,
    "PART": StatusGroup.MIXED,
    "CANC": StatusGroup.FINAL,
    "RJCT": StatusGroup.FINAL,
}
INSTRUCTION = {code: PAYMENT[code] for code in ("RJCT", "PDNG", "ACSP", "ACSC", "CANC")}


def payment_status(members: Mapping[str, Any]) -> PaymentStatus:
    """The status of a payment request."""
    return _status(members, "paymentInformationStatus", PAYMENT)


def instruction_status(members: Mapping[str, Any]) -> PaymentStatus:
    """The status of one instruction."""
    return _status(members, "transactionStatus", INSTRUCTION)


def _status(members: Mapping[str, Any], name: str, groups: Mapping[str, StatusGroup]) -> PaymentStatus:
    code = text(members, name)
    return PaymentStatus(code, groups.get(code or "", StatusGroup.UNKNOWN), _reason(members))


def _reason(members: Mapping[str, Any]) -> str | None:
    """A code; some versions wrap it in an object."""
    wrapped = table(members, "statusReasonInformation")
    inside = next((value for value in wrapped.values() if isinstance(value, str)), None)
    return text(members, "statusReasonInformation") or inside
