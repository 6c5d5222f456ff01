"""Reads a PaymentRequestResource into the corporate bank's order (STET 1.4.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from conformance.bank.corporate.orders import InstructionOrder, Party, PaymentOrder
from conformance.bank.corporate.problems import invalid
from conformance.bank.corporate.recurrence import FREQUENCIES, RULES
from conformance.bank.stet import members
from conformance.bank.stet.members import Members, wrong

_SERVICE_LEVELS = frozenset({"SEPA", "NURG"})
_PRIORITIES = frozenset({"HIGH", "NORM"})
_CATEGORIES = frozenset({"CASH", "CORT", "DVPM", "INTC", "TREA"})
_PURPOSES = frozenset({"ACCT", "CASH", "COMC", "CPKC", "TRPT"})
_BEARERS = frozenset({"SLEV", "SHAR", "CRED", "DEBT"})
_APPROACHES = frozenset({"REDIRECT", "DECOUPLED", "EMBEDDED-1-FACTOR", "EMBEDDED", "NONE"})


def order_of(body: Members) -> PaymentOrder:
    """The order of a body.

    Raises:
        Refused: a member is missing or misshapen, or asks for what this bank does not do.
    """
    level = _service_level(body)
    members.moment(body, "creationDateTime")
    success, failure = _report_urls(body)
    return PaymentOrder(
        payment_information_id=members.text(body, "paymentInformationId", 35),
        instructions=_instructions(body, level),
        number=members.number(body, "numberOfTransactions"),
        debtor_iban=members.iban(body, "debtorAccount") if body.get("debtorAccount") is not None else "",
        day=members.day(body, "requestedExecutionDate"),
        service_level=level,
        initiating_party=members.text(members.table(body, "initiatingParty"), "name"),
        success_url=success,
        failure_url=failure,
        document=body,
    )


def creditor_given(body: Members) -> bool:
    """Whether the payment, or each of its instructions, names a creditor."""
    found = body.get("creditTransferTransaction")
    rows = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return "beneficiary" in body or all("beneficiary" in each for each in rows)


def _service_level(body: Members) -> str:
    kind = members.table(body, "paymentTypeInformation")
    members.code(kind, "instructionPriority", _PRIORITIES)
    members.code(kind, "categoryPurpose", _CATEGORIES)
    level = members.code(kind, "serviceLevel", _SERVICE_LEVELS, "SEPA")
    members.optional_text(kind, "localInstrument", 35)
    bearer = members.code(body, "chargeBearer", _BEARERS)
    if level == "SEPA" and bearer not in ("", "SLEV"):
        raise wrong("chargeBearer", "SLEV for SEPA")
    if not isinstance(body.get("batchBooking", False), bool):
        raise wrong("batchBooking", "true or false")
    return level


def _instructions(body: Members, level: str) -> tuple[InstructionOrder, ...]:
    rows = members.rows(body, "creditTransferTransaction")
    if not rows:
        raise wrong("creditTransferTransaction", "one instruction at least")
    shared = body.get("beneficiary")
    return tuple(_instruction(row, shared, level) for row in rows)


def _instruction(row: Members, shared: Any, level: str) -> InstructionOrder:
    identifiers = members.table(row, "paymentId")
    if "equivalentAmount" in row:
        raise wrong("equivalentAmount", "instructedAmount, and no other")
    members.code(row, "purpose", _PURPOSES)
    return InstructionOrder(
        instruction_id=members.text(identifiers, "instructionId", 35),
        end_to_end_id=_end_to_end_id(identifiers, level),
        money=members.money(row, "instructedAmount"),
        creditor=_creditor(row if "beneficiary" in row else {"beneficiary": shared}),
        remittance=members.lines(row, "remittanceInformation"),
        day=members.day(row, "requestedExecutionDate"),
        frequency=members.code(row, "frequency", FREQUENCIES),
        rule=members.code(row, "executionRule", RULES),
        last_day=members.day(row, "endDate"),
    )


def _end_to_end_id(identifiers: Members, level: str) -> str:
    if level == "SEPA":
        return members.text(identifiers, "endToEndId", 35)
    given = members.optional_text(identifiers, "endToEndId", 35)
    return given or members.text(identifiers, "instructionId", 35)


def _creditor(holder: Members) -> Party:
    beneficiary = members.table(holder, "beneficiary")
    creditor = members.table(beneficiary, "creditor")
    return Party(members.text(creditor, "name"), members.iban(beneficiary, "creditorAccount"))


def _report_urls(body: Members) -> tuple[str, str]:
    data = members.table(body, "supplementaryData")
    accepted = data.get("acceptedAuthenticationApproach", ["REDIRECT"])
    if not isinstance(accepted, list) or not all(isinstance(each, str) for each in accepted):
        raise wrong("acceptedAuthenticationApproach", "an array of codes")
    if not set(accepted) <= _APPROACHES:
        raise wrong("acceptedAuthenticationApproach", "codes of STET")
    if "REDIRECT" not in accepted:
        raise invalid("approach", "the bank authenticates PSUs by REDIRECT only")
    return _url(data, "successfulReportUrl"), _url(data, "unsuccessfulReportUrl", needed=False)


def _url(data: Members, name: str, *, needed: bool = True) -> str:
    if not needed and data.get(name) is None:
        return ""
    url = members.text(data, name, 2000)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong(name, "an https URL") from None
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or not plain:
        raise wrong(name, "an https URL")
    return url
