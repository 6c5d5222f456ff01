"""Neutral views of STET's answers, read tolerantly: what is missing or misshapen becomes None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from conformance.xs2a.accounts import Account, Balance, Beneficiary, Entry, EntryStatus, Identity
from conformance.xs2a.answer import Answer
from conformance.xs2a.links import Link, links_of
from conformance.xs2a.money import Money
from conformance.xs2a.payments import Initiated, PaymentState
from conformance.xs2a.reading import Members, day, flag, money, rows, table, text
from conformance.xs2a.stet.statuses import instruction_status, payment_status

T = TypeVar("T")
_ENTRY_STATUSES = {"BOOK": EntryStatus.BOOKED, "PDNG": EntryStatus.PENDING}
_CORPORATE = {"ORGA": True, "PRIV": False}


def _entry_status(code: str | None) -> EntryStatus:
    return _ENTRY_STATUSES.get(code, EntryStatus.OTHER) if code else EntryStatus.UNTOLD


def listed(name: str, read: Callable[[Members, str], T]) -> Callable[[Answer], tuple[T, ...]]:
    """Reads each object of a member that lists; the second argument is the answer's URL."""
    return lambda answer: tuple(read(each, answer.exchange.url) for each in rows(answer.members, name))


def account(members: Members, url: str) -> Account:
    """AccountResource."""
    identification = table(members, "accountId")
    return Account(
        resource_id=text(members, "resourceId"),
        iban=text(identification, "iban"),
        other=text(table(identification, "other"), "identification"),
        currency=text(identification, "currency") or text(members, "currency"),
        name=text(members, "name"),
        card=members.get("cashAccountType") == "CARD",
        corporate=_CORPORATE.get(text(members, "usage") or ""),
        company=text(table(members, "company"), "identification"),
        holder_status=text(members, "psuStatus"),
        links=links_of(members, url),
        members=members,
    )


def balance(members: Members, _: str) -> Balance:
    """BalanceResource; CLBD is the accounting balance."""
    kind = text(members, "balanceType")
    name, on = text(members, "name"), day(members.get("referenceDate"))
    return Balance(money(members, "balanceAmount"), kind, kind == "CLBD", name, on, members)


def entry(members: Members, _: str) -> Entry:
    """Transaction; its amount has no sign, the indicator says which way it goes."""
    return Entry(
        money=_signed(members),
        status=_entry_status(text(members, "status")),
        booked_on=day(members.get("bookingDate")),
        value_on=day(members.get("valueDate")),
        reference=text(members, "entryReference"),
        resource_id=text(members, "resourceId"),
        remittance=remittance(members.get("remittanceInformation")),
        members=members,
    )


def _signed(members: Members) -> Money | None:
    found = money(members, "transactionAmount")
    match members.get("creditDebitIndicator"):
        case "CRDT":
            return found
        case "DBIT":
            return -found if found else None
        case _:
            return None


def remittance(value: object) -> tuple[str, ...]:
    """The unstructured lines: below a name in 1.4.2, a bare array in 1.4.0."""
    lines = value.get("unstructured") if isinstance(value, Mapping) else value
    return tuple(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()


def beneficiary(members: Members, _: str) -> Beneficiary:
    """Beneficiary."""
    return Beneficiary(
        name=text(table(members, "creditor"), "name"),
        iban=text(table(members, "creditorAccount"), "iban"),
        trusted=flag(members, "isTrusted"),
        resource_id=text(members, "id"),
    )


def identity(answer: Answer) -> Identity:
    """HalEndUserIdentity."""
    names = ("connectedPsu", "connectedPsuFirstName", "connectedPsuLastName")
    return Identity(*(text(answer.members, name) for name in names))


def state(answer: Answer) -> PaymentState:
    """HalPaymentRequest."""
    stored = table(answer.members, "paymentRequest")
    return PaymentState(
        status=payment_status(stored),
        instructions=tuple(
            instruction_status(each)
            for each in rows(stored, "creditTransferTransaction")
            if "transactionStatus" in each
        ),
        funds_available=flag(stored, "fundsAvailability"),
        confirmable="confirmation" in answer.links,
        resource_id=text(stored, "resourceId"),
        links=answer.links,
        stored=stored,
    )


def initiated(submitted: Mapping[str, Any], resource: Link | None) -> Callable[[Answer], Initiated]:
    """Reads HalPaymentRequestCreation.

    Args:
        submitted: the members of the request.
        resource: where the payment is, if that was known before; else the answer's location says it.
    """

    def read(answer: Answer) -> Initiated:
        approval = answer.links.get("consentApproval")
        return Initiated(
            resource=resource or location(answer),
            approval_url=approval.url if approval else None,
            approach=text(answer.members, "appliedAuthenticationApproach"),
            nonce=text(answer.members, "nonce"),
            submitted=submitted,
        )

    return read


def location(answer: Answer) -> Link | None:
    """The Location header, absolute or relative (RFC 9110, section 10.2.2)."""
    href = answer.exchange.headers.get("Location")
    return Link("location", href, answer.exchange.url) if href else None
