"""What a refusal must stand beside: the same thing served, or a bank that refuses everything would pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from conformance.checks.bearer import is_page
from conformance.checks.landings import observed, parameter
from conformance.checks.responses import answered
from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.approval import Approval, Errand, without_query
from conformance.oauth.landing import Ending, Landing
from conformance.xs2a.answer import Answer, Page

Again = Callable[[], Answer]
"""Asks once more for what was served."""
OUT_OF_ORDER = ("server_error", "temporarily_unavailable")


def given_success(*exchanges: Exchange) -> None:
    """The rightful requests, which stand beside what is judged, succeeded.

    Raises:
        Unobservable: one did not, whatever the reason: it is judged elsewhere.
    """
    for exchange in exchanges:
        if not answered(exchange).succeeded or is_page(exchange):
            raise Unobservable(f"nothing to compare with: {exchange.purpose}: {exchange.summary}")


def given_served(*answers: Answer) -> None:
    """The rightful requests, which stand beside what is judged, were served with what was asked for.

    Raises:
        Unobservable: one was not: neither a refusal, nor an empty answer, nor a page shows a bank at work.
    """
    for answer in answers:
        given_success(answer.exchange)
        if not has_data(answer):
            raise Unobservable(f"nothing to compare with: {answer.exchange.purpose}: an answer without data")


def given_still_served(exchanges: Iterable[Exchange], again: Again) -> None:
    """Where one of several requests failed, what was served before is served still.

    Raises:
        Unobservable: it is not.
    """
    if not all(exchange.succeeded for exchange in exchanges):
        given_served(again())


def has_data(answer: Answer) -> bool:
    """Whether a success holds what its contract wants, and a list something; any does where no body is due."""
    schema = answer.contract.schema
    if schema is None or not answer.exchange.succeeded:
        return answer.exchange.succeeded
    complete = all(name in answer.members for name in schema.get("required", ()))
    return complete and bool(answer.members) and (not isinstance(answer, Page) or bool(answer.items))


def given_code(landing: Landing) -> None:
    """The rightful journey, which stands beside what is judged, ended at the TPP with a code.

    Raises:
        Unobservable: it did not.
    """
    if not has_code(observed(landing)):
        raise Unobservable(f"nothing to compare with: the right journey ended at {landing.described}")


def given_in_order(landing: Landing) -> None:
    """A journey did not break down, so that where it ended says something of the bank's rules.

    Raises:
        Unobservable: it did.
    """
    given_way_back(landing)
    response = landing.leads_out
    error = parameter(response, "error") if response else None
    if error in OUT_OF_ORDER:
        raise Unobservable(f"{landing.exchange.purpose}: the bank says {error}")


def given_way_back(landing: Landing) -> None:
    """A browser that was sent out of the bank was sent to the TPP, and not to a page of maintenance, say.

    Raises:
        Unobservable: it was sent somewhere else, or the bank's pages broke down.
    """
    errand = observed(landing).errand
    if errand is None or landing.ending is not Ending.REDIRECT:
        return
    if landing.arrived not in _ends_of(errand):
        raise Unobservable("the bank sent the browser to an address that is not the TPP's")


def _ends_of(errand: Errand) -> tuple[str, ...]:
    if isinstance(errand, Approval):
        return errand.returns_to
    return (without_query(errand.get("redirect_uri") or ""),)


def has_code(landing: Landing) -> bool:
    """Whether the browser left the bank with an authorization code, by a redirect or by a form that sends itself."""
    return landing.leads_out is not None and bool(parameter(landing.leads_out, "code"))


def given_back(landing: Landing) -> None:
    """The PSU came back from the bank's pages, or was told there why it goes no further.

    Raises:
        Unobservable: it did not, so that what became of its errand says nothing.
    """
    observed(landing)
    if not landing.explained:
        _ = landing.arrived


def given_journey(landing: Landing) -> None:
    """The bank's pages, opened by a rightful request behind what is judged, begin a journey or lead to a code.

    Raises:
        Unobservable: they do not, so that a page without a journey says nothing.
    """
    if observed(landing).ending is not Ending.JOURNEY and not has_code(landing):
        raise Unobservable(f"nothing to compare with: the bank's pages began with {landing.described}")
