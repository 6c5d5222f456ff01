"""What a payment must be beyond its schema: where it is, how it is approved, kept and brought forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.controls import given_served
from conformance.checks.responses import answered, deviates
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.xs2a.answer import One
from conformance.xs2a.links import origin_of
from conformance.xs2a.money import decimal_of
from conformance.xs2a.payments import Initiated, PaymentState, PaymentStatus, StatusGroup
from conformance.xs2a.reading import instant

_OPEN, _ACCEPTED, _EXECUTING = StatusGroup.OPEN, StatusGroup.ACCEPTED, StatusGroup.EXECUTING
_MIXED, _FINAL = StatusGroup.MIXED, StatusGroup.FINAL
_ONWARD = {
    _OPEN: {_OPEN, _ACCEPTED, _EXECUTING, _MIXED, _FINAL},
    _ACCEPTED: {_EXECUTING, _MIXED, _FINAL},
    _EXECUTING: {_EXECUTING, _FINAL},
    _MIXED: {_MIXED, _EXECUTING, _FINAL},
    _FINAL: set[StatusGroup](),
}
_AFTER_SETTLEMENT = ("ACSC", "ACCC")
"""Settled for the debtor, then for the creditor: the one step from a final code (Berlin Group only)."""
_NOT_COMPARED = frozenset({"supplementaryData"})


def expect_location(created: One[Initiated]) -> None:
    """A new payment says where it is, on the API itself."""
    exchange, resource = answered(created.exchange), created.item.resource
    if resource is None:
        deviates(exchange, expected="a location of the new payment", received="none")
    if not resource.leads_to(exchange.url):
        deviates(exchange, expected="a location on the API", received="another address")


def expect_approval(created: One[Initiated], hosts: Sequence[str] = ()) -> None:
    """A new payment offers an https page of the bank on which the PSU approves it.

    Args:
        hosts: of the bank's pages; hosts below them count too, and none given means any.
    """
    url = created.item.approval_url
    if url is None:
        deviates(created.exchange, expected="a link to the PSU's approval", received="none")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or (
        hosts and not any(host == each or host.endswith(f".{each}") for each in hosts)
    ):
        deviates(created.exchange, expected="an https page of the bank", received=origin_of(url))


def expect_stored_as_sent(created: One[Initiated], state: One[PaymentState]) -> None:
    """Every submitted value comes back: amounts as numbers, dates as instants, all else as text.

    The bank's choices for the journey are its own, so the supplementary data are not compared.
    """
    sent = {name: each for name, each in created.item.submitted.items() if name not in _NOT_COMPARED}
    lost = differences(sent, state.item.stored)
    if lost:
        expected = "every submitted value"
        deviates(state.exchange, expected=expected, received=f"changed or missing: {', '.join(lost[:5])}")


def differences(sent: Any, found: Any, path: str = "") -> list[str]:
    """The paths at which a value that was sent is missing or another; what was added does not count."""
    if isinstance(sent, Mapping):
        if not isinstance(found, Mapping):
            return _differences_of_text_lines(sent, found, path)
        return [
            each
            for name, value in sent.items()
            for each in differences(value, found.get(name), f"{path}.{name}".lstrip("."))
        ]
    if isinstance(sent, list | tuple):
        if not isinstance(found, list) or len(found) != len(sent):
            return [path]
        pairs = enumerate(zip(sent, found, strict=True))
        return [each for n, (one, other) in pairs for each in differences(one, other, f"{path}[{n}]")]
    return [] if _same(sent, found, path) else [path]


def _differences_of_text_lines(sent: Mapping[str, Any], found: Any, path: str) -> list[str]:
    """STET 1.4.0 has the remittance lines as a bare array, 1.4.2 below a name."""
    lines = sent.get("unstructured")
    return differences(lines, found, path) if lines and isinstance(found, list) else [path]


def _same(sent: Any, found: Any, path: str) -> bool:
    if isinstance(sent, bool) or isinstance(found, bool):
        return sent is found
    if path.endswith(("Date", "DateTime")):
        return instant(sent) is not None and instant(sent) == instant(found)
    if path.endswith("amount") or not isinstance(sent, str):
        return decimal_of(sent) is not None and decimal_of(sent) == decimal_of(found)
    return bool(sent == found)


def expect_not_executed(state: One[PaymentState]) -> None:
    """Before the PSU has validated, a payment is received or technically accepted, no more."""
    _expect_group(state, (_OPEN, _ACCEPTED), "a status before execution")


def expect_accepted(state: One[PaymentState], *, future: bool = False) -> None:
    """After full validation and confirmation a payment is accepted, executing or settled.

    Args:
        future: its day has not come, so that its technical acceptance (ACTC) is enough.
    """
    status = state.item.status
    if status.settled or (future and status.code == "ACTC"):
        return
    _expect_group(state, (_ACCEPTED, _EXECUTING), "an accepted, executing or settled payment")


def given_registered(created: One[Initiated]) -> None:
    """A payment was registered: the bank says where it is, or where the PSU approves it.

    Raises:
        Unobservable: it says neither.
    """
    given_served(created)
    if created.item.resource is None and created.item.approval_url is None:
        raise Unobservable("the answer says neither where the payment is nor where it is approved")


def given_accepted(state: One[PaymentState]) -> None:
    """A rightful payment, which stands beside what is judged, was accepted.

    Raises:
        Unobservable: it was not, so that another one that is not says nothing.
    """
    try:
        expect_accepted(state)
    except NonConformance as reason:
        raise Unobservable(
            f"nothing to compare with: a payment with all it needs is {reason.received}"
        ) from None


def given_open(state: One[PaymentState]) -> None:
    """A payment has just been received, and nothing has become of it.

    Raises:
        Unobservable: something has already.
    """
    if state.item.status.group is not _OPEN:
        raise Unobservable(f"the payment is {_shown(state.item.status)} from the outset")


def expect_settled(state: One[PaymentState]) -> None:
    """The payment was executed to the end."""
    if not state.item.status.settled:
        deviates(state.exchange, expected="a settled payment", received=_shown(state.item.status))


def expect_awaiting_second_signature(state: One[PaymentState], *, strictly: bool = True) -> None:
    """After the first of two signatures another authorisation is awaited: PATC.

    Args:
        strictly: PDNG and ACTC, which are tolerated with a warning, are deviations too.
    """
    wanted = ("PATC",) if strictly else ("PATC", "PDNG", "ACTC")
    if state.item.status.code not in wanted:
        deviates(state.exchange, expected=" or ".join(wanted), received=_shown(state.item.status))


def expect_rejected(state: One[PaymentState], *reasons: str) -> None:
    """The payment will never be executed because somebody refused.

    Args:
        reasons: codes of which the bank states one; any, or none, where none is given.
    """
    status = state.item.status
    wanted = f"RJCT with {' or '.join(reasons)}" if reasons else "RJCT"
    if not status.rejected or (reasons and status.reason not in reasons):
        deviates(state.exchange, expected=wanted, received=_shown(status))


def expect_refused_or_rejected(
    created: One[Initiated], state: One[PaymentState] | None, *reasons: str
) -> None:
    """Invalid payment data are refused with 400, or accepted and then rejected; never anything else.

    Args:
        state: of the payment, read some time later; None where it was not created.
        reasons: codes that fit the defect; any where none is given.
    """
    if state is not None:
        expect_rejected(state, *reasons)
    elif answered(created.exchange).status != 400:
        deviates(created.exchange, expected="400, or a payment that is rejected")


def expect_funds_told(state: One[PaymentState], *, available: bool) -> None:
    """The payment says whether its amount is there, as yes or no (RTS, Art. 36(1)(c)).

    Raises:
        NotApplicable: it says nothing of funds.
    """
    if "fundsAvailability" not in state.item.stored and state.item.funds_available is None:
        raise NotApplicable("the bank does not say whether funds are available")
    if state.item.funds_available is not available:
        found = state.item.funds_available
        received = "no Boolean" if found is None else str(found).lower()
        deviates(state.exchange, expected=str(available).lower(), received=received)


def expect_consistent_instructions(state: One[PaymentState], count: int) -> None:
    """Where instructions have statuses, each has one, and the whole is settled or rejected as they are.

    Args:
        count: how many instructions were submitted.
    """
    item = state.item
    if item.instructions and len(item.instructions) != count:
        received = f"{len(item.instructions)} of {count}"
        deviates(state.exchange, expected="a status of each instruction or of none", received=received)
    others = {each.code for each in item.instructions} - {item.status.code}
    if item.status.group is _FINAL and others:
        wanted = f"every instruction {item.status.code}, as the whole"
        deviates(state.exchange, expected=wanted, received="others among them")


def expect_cancelled(state: One[PaymentState]) -> None:
    """The payment was taken back: CANC, or RJCT with a reason of cancellation."""
    status = state.item.status
    if not status.cancelled and not (status.rejected and status.reason in ("DS02", "DUPL", "FRAD", "TECH")):
        deviates(state.exchange, expected="CANC", received=_shown(status))


def expect_reason(state: One[PaymentState]) -> None:
    """A rejected or cancelled payment says why."""
    status = state.item.status
    if (status.rejected or status.cancelled) and not status.reason:
        deviates(state.exchange, expected=f"a reason with {status.code}", received="none")


def expect_unchanged(before: One[PaymentState], after: One[PaymentState]) -> None:
    """Whatever was asked in between, the payment holds the same values.

    Raises:
        Unobservable: it was not read with its values both times.
    """
    given_served(before, after)
    lost = differences(_content(before), _content(after)) + differences(_content(after), _content(before))
    if lost:
        received = f"changed: {', '.join(dict.fromkeys(lost))}"[:300]
        deviates(after.exchange, expected="the payment as it was", received=received)


def _content(state: One[PaymentState]) -> dict[str, Any]:
    passing = ("paymentInformationStatus", "statusReasonInformation", "fundsAvailability", "booking")
    return {name: value for name, value in state.item.stored.items() if name not in passing}


def expect_allowed_history(history: Sequence[PaymentStatus], exchange: Exchange | None = None) -> None:
    """Every status is a code of the dialect, none goes back, and nothing leaves a final one.

    Args:
        history: the statuses of one payment in the order in which they were seen.
        exchange: the last answer.

    Raises:
        Unobservable: no status was seen.
    """
    if not history:
        raise Unobservable("no status of the payment was seen")
    for status in history:
        if status.group is StatusGroup.UNKNOWN:
            _refuse(exchange, "a status code of the dialect", _shown(status))
    for one, other in pairwise(history):
        if not allowed(one, other):
            _refuse(exchange, f"no step from {one.code} to {other.code}", "that step")


def allowed(one: PaymentStatus, other: PaymentStatus) -> bool:
    """Whether a payment may go from one status to another, or stay."""
    if one.code == other.code:
        return True
    if (one.code, other.code) == _AFTER_SETTLEMENT:
        return True
    if one.group is _EXECUTING and other.cancelled:
        return False
    return other.group in _ONWARD.get(one.group, set())


def _expect_group(state: One[PaymentState], groups: tuple[StatusGroup, ...], wanted: str) -> None:
    if state.item.status.group not in groups:
        deviates(state.exchange, expected=wanted, received=_shown(state.item.status))


def _shown(status: PaymentStatus) -> str:
    text = str(status)
    return text if text.isascii() and text.isprintable() and len(text) <= 40 else "no code of the dialect"


def _refuse(exchange: Exchange | None, expected: str, received: str) -> None:
    raise NonConformance(expected=expected, received=received, exchange=exchange)
