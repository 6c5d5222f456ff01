"""What becomes of a payment: who brings it on, who cannot, and where it is seen to have happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from conformance.checks.controls import given_journey, given_served, has_data
from conformance.checks.landings import observed
from conformance.checks.payments import (
    expect_accepted,
    expect_allowed_history,
    expect_reason,
    expect_refused_or_rejected,
)
from conformance.checks.responses import answered, deviates
from conformance.checks.stet_schema import expect_error_model
from conformance.errors import NonConformance, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.approval import Approval, without_query
from conformance.oauth.landing import Ending, Landing
from conformance.xs2a.accounts import Entry
from conformance.xs2a.answer import Answer, One
from conformance.xs2a.paging import Walk
from conformance.xs2a.payments import Initiated, PaymentState, StatusGroup

History = Sequence[One[PaymentState]]
_PAGES = ("text/html", "application/xhtml+xml")
_BEFORE_EXECUTION = (StatusGroup.OPEN, StatusGroup.ACCEPTED)


def expect_turned_down(answer: Answer, *, beside: Collection[Answer] = ()) -> None:
    """The request is refused with any 4xx.

    Args:
        beside: what is served to the rightful, the last of them behind the refusal.
    """
    answered(answer.exchange)
    if not has_data(answer):
        given_served(*beside)
    if not 400 <= (answered(answer.exchange).status or 0) < 500:
        deviates(answer.exchange, expected="a refusal (4xx)")


def expect_back_at(landing: Landing, url: str) -> None:
    """The PSU who decided at the bank is sent back to a report URL.

    Raises:
        Unobservable: the PSU never came to authenticate, or the bank's pages broke down.
    """
    answered(landing.exchange)
    stuck = landing.ending is Ending.ELSEWHERE and landing.proofs and landing.exchange.succeeded
    if stuck and landing.exchange.media_type in _PAGES:
        _refuse("the PSU sent back to the PISP", f"an end at {landing.described}", landing.exchange)
    if landing.arrived != without_query(url):
        _refuse("the report URL for this end", "another address", landing.exchange)


def expect_dead_link(landing: Landing, success_url: str, *, beside: Landing) -> None:
    """The approval link of a payment that has ended leads to no approval any more.

    Args:
        landing: of a PSU who did all that a journey of approval asks.
        success_url: where an approval would end.
        beside: the link of a fresh payment, opened behind it.

    Raises:
        Unobservable: the link could not be opened, no link leads anywhere, or one report URL serves every end.
    """
    if isinstance(landing.errand, Approval) and len(set(landing.errand.returns_to)) < 2:
        raise Unobservable("one report URL serves every end, so an approval looks like a refusal")
    if landing.ending is Ending.REDIRECT and landing.arrived == without_query(success_url):
        _refuse("an error behind the link", "an approval of the payment", landing.exchange)
    observed(landing)
    given_journey(beside)


def expect_still_there(state: Answer) -> None:
    """The payment can be read; where it is unknown or gone, it was forgotten (404, 410).

    Raises:
        Unobservable: the reading was refused for another reason, as an access token that has ended.
    """
    exchange = answered(state.exchange)
    if exchange.status in (404, 410):
        deviates(exchange, expected="the payment")
    given_served(state)


def expect_all_still_there(states: Sequence[One[PaymentState]], *, beside: Answer) -> None:
    """Payments of earlier runs can be read, beside one of this run.

    Raises:
        Unobservable: not even that one can be read.
    """
    given_served(beside)
    for state in states:
        expect_still_there(state)


def expect_confirmed_once(again: Answer, before: One[PaymentState], after: One[PaymentState]) -> None:
    """A second confirmation is refused, or changes nothing; its link is gone.

    Args:
        again: the answer to it.
        before: the payment as it was read before.
        after: the payment as it was read afterwards.
    """
    if not answered(again.exchange).succeeded:
        expect_turned_down(again)
    if after.item.confirmable:
        deviates(after.exchange, expected="no link to a confirmation any more", received="one")
    expect_allowed_history([before.item.status, after.item.status], after.exchange)


def expect_instructions_accepted(state: One[PaymentState], count: int, *, future: bool = False) -> None:
    """One validation is for every instruction of a payment: none is left behind or rejected.

    Args:
        state: some time after validation and confirmation.
        count: how many were submitted.
        future: their day has not come, so none may be executed.
    """
    found, mixed = state.item.instructions, state.item.status.group is StatusGroup.MIXED
    if not mixed:
        expect_accepted(state, future=future)
    if len(found) != count and (found or mixed):
        received = f"{len(found)} of {count}"
        deviates(state.exchange, expected="a status of each instruction", received=received)
    for each in found:
        executed = each.group not in _BEFORE_EXECUTION
        if each.rejected or each.cancelled or (future and executed):
            wanted = "no instruction executed before its day" if future else "every instruction accepted"
            deviates(state.exchange, expected=wanted, received=f"one with {each.code}")
    if mixed and any(each.group is StatusGroup.OPEN for each in found):
        deviates(state.exchange, expected="every instruction processed", received="some left pending")


def expect_invalid_refused(
    created: One[Initiated], state: One[PaymentState] | None, *, beside: One[PaymentState]
) -> None:
    """Invalid data are refused with 400 and an error body, or accepted and rejected with a reason.

    Args:
        state: of the payment where one was created, read some time later.
        beside: a good payment, read behind it.
    """
    if state is None:
        answered(created.exchange)
        given_served(beside)
    expect_refused_or_rejected(created, state)
    if state is None:
        expect_error_model(created)
    else:
        expect_reason(state)


def expect_allowed_histories(histories: Iterable[History]) -> None:
    """No payment of the run took a step that no payment may take.

    Raises:
        Unobservable: none was read, or none took any step.
    """
    seen = [([state.item.status for state in history], history[-1].exchange) for history in histories]
    for statuses, exchange in seen:
        expect_allowed_history(statuses, exchange)
    if not any(len({status.code for status in statuses}) > 1 for statuses, _ in seen):
        raise Unobservable("no payment of this run was seen to go from one status to another")


def expect_reasons(histories: Iterable[History]) -> None:
    """Every payment that was rejected or cancelled said why.

    Raises:
        Unobservable: none was rejected or cancelled.
    """
    ended = [s for history in histories for s in history if s.item.status.code in ("RJCT", "CANC")]
    if not ended:
        raise Unobservable("no payment of this run was rejected or cancelled")
    for state in ended:
        expect_reason(state)


def expect_not_booked(entries: Walk[Entry], remittance: str, *, beside: str) -> None:
    """A payment that was not executed does not stand among the entries of the account.

    Args:
        entries: of the account, since the day of the payment.
        remittance: the text that no other payment has.
        beside: that of a payment which was executed from the same account.

    Raises:
        Unobservable: not even that one is listed.
    """
    if not _times(entries, beside):
        raise Unobservable("a payment that was executed is not listed either")
    expect_booked(entries, remittance, 0)


def expect_booked(entries: Walk[Entry], remittance: str, times: int) -> None:
    """A payment stands as often among the entries of the debited account as it was executed.

    Args:
        entries: of the account, since the day of the payment.
        remittance: the text that no other payment has.
        times: how often.
    """
    found = _times(entries, remittance)
    if found != times:
        wanted = f"{times} such entries on the account" if times != 1 else "one such entry on the account"
        deviates(entries.pages[-1].exchange, expected=wanted, received=str(found))


def _times(entries: Walk[Entry], remittance: str) -> int:
    return sum(any(remittance in line for line in entry.remittance) for entry in entries.items)


def _refuse(expected: str, received: str, exchange: Exchange) -> None:
    raise NonConformance(expected=expected, received=received, exchange=exchange)
