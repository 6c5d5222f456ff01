"""What a company's user may do, seen through the TPP: neither more nor less than in e-banking."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lxml import etree, html

from conformance.checks.controls import given_back, given_in_order, given_journey, given_served, has_data
from conformance.checks.landings import observed
from conformance.checks.payments import expect_accepted, expect_rejected
from conformance.checks.responses import answered
from conformance.checks.stet_schema import expect_refused
from conformance.checks.witness import expect_seen, leave_to_people
from conformance.errors import NonConformance, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.landing import Ending, Landing
from conformance.xs2a.accounts import Account
from conformance.xs2a.answer import Answer, One, Page
from conformance.xs2a.payments import Initiated, PaymentState


def expect_explained_refusal(landing: Landing) -> None:
    """The PSU is told why on a page, and sent back to the TPP with an error.

    Raises:
        Unobservable: the journey ended neither with a refusal nor with access, but at a page.
    """
    response = landing.response
    if landing.ending is not Ending.REDIRECT or response is None:
        raise Unobservable(f"neither a refusal nor access, but an end at {landing.described}")
    if response.get("code"):
        _refuse(landing, "a refusal", "an authorization code")
    if not response.get("error"):
        _refuse(landing, "an error in the redirect", "a redirect without one")
    leave_to_people(landing, "Did the bank tell the PSU why it goes no further?")
    if not landing.explained:
        _refuse(landing, "a page that explains the refusal", "a refusal without a word")


def _expect_dead_end(landing: Landing) -> None:
    """Nothing leads on from the page: neither a button, nor a link to somewhere else."""
    page = landing.exchange
    try:
        tree: html.HtmlElement = html.document_fromstring(page.body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    if tree.xpath("//form | //a[@href]"):
        told = f"a way leads on from {landing.described}, of which no step of the journey tells"
        raise Unobservable(f"{told} (journey.refusal)")


def expect_exactly(accounts: Iterable[Account], expected: Collection[str], exchange: Exchange) -> None:
    """The list holds the expected accounts and no other; cards have no IBAN and do not count."""
    found = {account.iban for account in accounts if account.iban}
    missing, excess = set(expected) - found, found - set(expected)
    if missing or excess:
        raise NonConformance(
            expected=f"the {len(set(expected))} accounts of e-banking",
            received=f"{len(found)} accounts, {len(missing)} missing and {len(excess)} that should not be there",
            exchange=exchange,
        )


def expect_among(accounts: Iterable[Account], iban: str, exchange: Exchange) -> None:
    """An account is in the list."""
    if iban not in {account.iban for account in accounts}:
        raise NonConformance(
            expected="the account in the list", received="a list without it", exchange=exchange
        )


def expect_not_among(accounts: Collection[Account], iban: str, exchange: Exchange) -> None:
    """An account is not in the list.

    Raises:
        Unobservable: there is nothing in it.
    """
    if not accounts:
        raise Unobservable("the list of accounts is empty")
    if iban in {account.iban for account in accounts}:
        raise NonConformance(
            expected="no such account in the list", received="the account", exchange=exchange
        )


def expect_withheld(answer: Answer, *, beside: Answer) -> None:
    """What the user may not see is refused.

    Args:
        answer: the refusal.
        beside: the same of something that the user may see, asked for after the refusal.

    Raises:
        Unobservable: that was not served either, so that a refusal says nothing of rights.
    """
    expect_refused(answer, 403, 404, beside=(beside,))


def _refuse(landing: Landing, expected: str, received: str) -> None:
    raise NonConformance(expected=expected, received=received, exchange=landing.exchange)


def expect_refused_or_waiting(state: One[PaymentState]) -> None:
    """A payment beyond what its PSU may validate alone is rejected, or waits for somebody else.

    Raises:
        Unobservable: it was read without a status.
    """
    if state.item.status.code is None:
        raise Unobservable("the payment was read without a status")
    if state.item.status.code not in ("RJCT", "PATC", "PDNG"):
        raise NonConformance(
            expected="RJCT, or PATC or PDNG while it waits",
            received=str(state.item.status),
            exchange=state.exchange,
        )


@dataclass(frozen=True)
class Beside:
    """What stands beside a service that a PSU may or may not use: another PSU, who may, is served behind it.

    Args:
        served: by the API.
        pages: with which the bank begins a journey of that PSU.
    """

    served: Answer
    pages: Landing

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All of it."""
        return self.served.exchange, *self.pages.exchanges


def expect_service_opened(
    answer: Exchange | None, state: One[PaymentState] | None, landing: Landing, *, beside: Beside
) -> None:
    """The PSU may use the service: the API answered, or the payment was accepted.

    Raises:
        Unobservable: the bank opens the service to nobody.
    """
    given_served(beside.served)
    if state is not None:
        given_back(landing)
        expect_accepted(state)
    elif answer is None:
        observed(landing)
        given_journey(beside.pages)
        _refuse(landing, "a service that opens for the PSU", f"a journey that ended at {landing.described}")
    elif not answered(answer).succeeded:
        raise NonConformance(expected="a 2xx status", received=answer.summary, exchange=answer)


def expect_no_dead_end(landing: Landing, *, beside: Beside) -> None:
    """Wherever the journey ended, the PSU was sent back to the TPP.

    Args:
        landing: where it ended.
        beside: a PSU who may use the service.

    Raises:
        Unobservable: the bank opens no journey to anybody.
    """
    given_in_order(landing)
    if landing.ending is not Ending.REDIRECT:
        given_journey(beside.pages)
        _expect_dead_end(landing)
        _refuse(landing, "the PSU sent back to the TPP with an error", f"an end at {landing.described}")


def expect_service_refused(
    answer: Exchange | None, state: One[PaymentState] | None, landing: Landing, *, beside: Beside
) -> None:
    """The PSU may not use the service: told so on the journey, or the API says 403 and why.

    Args:
        answer: of the API, where the journey gave a token nevertheless.
        state: of the payment, where one could be initiated nevertheless; it must end rejected.
        landing: where the journey ended.
        beside: a PSU who may.

    Raises:
        Unobservable: the bank opens the service to nobody.
    """
    if answer is None or not answer.succeeded:
        given_served(beside.served)
    if state is not None:
        given_back(landing)
        expect_rejected(state)
    elif answer is not None:
        _expect_forbidden_with_reason(answer)
    else:
        given_in_order(landing)
        given_journey(beside.pages)
        expect_explained_refusal(landing)


def _expect_forbidden_with_reason(answer: Exchange) -> None:
    if answered(answer).status != 403:
        raise NonConformance(expected="403 with a reason", received=answer.summary, exchange=answer)
    if not answer.body.strip():
        raise NonConformance(expected="a reason in the body", received="403 without a word", exchange=answer)


def expect_no_code(landing: Landing) -> None:
    """The journey gave no authorization code."""
    if landing.response is not None and landing.response.get("code"):
        _refuse(landing, "no authorization code", "an authorization code")


def expect_out_of_scope(
    created: One[Initiated], state: One[PaymentState] | None, landing: Landing | None, *, beside: Answer
) -> None:
    """A payment that debits an account out of scope is refused with a reason, or rejected.

    Args:
        state: of the payment, where it was created.
        landing: where its approval ended.
        beside: a payment that debits an account in scope, initiated behind it.
    """
    if state is None or landing is None:
        expect_explained_status(created, beside=beside)
    else:
        given_back(landing)
        expect_rejected(state)


def expect_explained_status(answer: Answer, *, beside: Answer) -> None:
    """Refused with 4xx, and with a body that says why.

    Args:
        beside: the same of an account in scope, asked for behind it.

    Raises:
        Unobservable: that was refused too.
    """
    exchange = answered(answer.exchange)
    if not has_data(answer):
        given_served(beside)
    if not 400 <= (exchange.status or 0) < 500:
        raise NonConformance(expected="a 4xx status", received=exchange.summary, exchange=exchange)
    if not exchange.body.strip():
        raise NonConformance(expected="a reason in the body", received="no body", exchange=exchange)


def expect_more(after: Page[Account], before: Page[Account]) -> None:
    """The list grew, and lost nothing."""
    known, found = _names(before), _names(after)
    if not known < found:
        received = f"{len(found)} accounts, {len(known - found)} of those before missing"
        raise NonConformance(
            expected=f"more than {len(known)} accounts", received=received, exchange=after.exchange
        )


def _names(page: Page[Account]) -> set[str | None]:
    return {account.resource_id or account.iban for account in page.items}


def expect_over(
    before: Page[Account], after: Page[Account] | None, refresh: Exchange, *, beside: Page[Account]
) -> None:
    """A grant that opened the list before is worth nothing now: refused at the refresh, or at every call.

    Args:
        before: the list with the grant, while it was good.
        after: what the refreshed token got; None where the refresh was refused.
        refresh: the refresh itself.
        beside: the list of another PSU, behind that.
    """
    if not before.items:
        raise Unobservable("the grant opened no account before")
    if after is None or not has_data(after):
        given_served(beside)
    if after is None:
        _expect_not_refreshed(refresh)
    elif answered(after.exchange).status not in (401, 403):
        raise NonConformance(
            expected="403 on every call", received=after.exchange.summary, exchange=after.exchange
        )


def _expect_not_refreshed(refresh: Exchange) -> None:
    """The token endpoint refused the refresh with an error of its own (RFC 6749, section 5.2)."""
    if not 400 <= (answered(refresh).status or 0) < 500 or not isinstance(refresh.members.get("error"), str):
        raise Unobservable(f"the refresh failed for another reason: {refresh.summary}")


def expect_withdrawn(
    before: Page[Account],
    after: Page[Account] | None,
    iban: str,
    *,
    refresh: Exchange,
    beside: Page[Account],
) -> None:
    """An account that was in the list is there no more, and others still are, or the whole is refused.

    Args:
        before: the list with the grant, while the account was in it.
        after: None where the refresh was refused, so that nothing is opened.
        iban: of the account.
        refresh: the refresh between.
        beside: the list of another PSU, behind that.
    """
    expect_seen_before(before, iban)
    if after is None or not has_data(after):
        given_served(beside)
    if after is None:
        _expect_not_refreshed(refresh)
    elif answered(after.exchange).status not in (401, 403):
        expect_not_among(after.items, iban, after.exchange)


def expect_seen_before(before: Page[Account], iban: str) -> None:
    """The account was there at the outset.

    Raises:
        Unobservable: it was not.
    """
    if iban not in {account.iban for account in before.items}:
        raise Unobservable("the account was not in the list before")


def expect_waiting(state: One[PaymentState]) -> None:
    """Recorded, not executed, and not refused either: somebody who may validate it is awaited."""
    if state.item.status.code not in ("PATC", "PDNG", "ACTC", "RCVD"):
        raise NonConformance(
            expected="PATC, PDNG, ACTC or RCVD", received=str(state.item.status), exchange=state.exchange
        )


def expect_not_offered(landing: Landing, iban: str, *, beside: Landing) -> None:
    """An account is not on the page on which the PSU chooses one.

    Args:
        landing: the journey of the PSU without the right, as far as it went.
        beside: that of a PSU with it, on which the account stands.

    Raises:
        Unobservable: it does not stand there either, so that nothing can be told from its absence; or the PSU
            without the right came to no choice at all.
    """
    for each in (beside, landing):
        expect_seen(each, "which accounts the bank offers to choose from")
    if not _shows(beside, iban):
        raise Unobservable("the bank does not show the accounts to choose from in a form that can be read")
    observed(landing)
    if _shows(landing, iban):
        _refuse(landing, "only accounts with the right to enter payments", "the other")
    if not any(_choices(page) for page in landing.pages):
        raise Unobservable(f"the PSU was offered no choice of accounts, but came to {landing.described}")


def _shows(landing: Landing, iban: str) -> bool:
    """Whether a choice of one of the pages names the account, whole or by its last four digits."""
    named = re.compile(rf"{re.escape(iban)}|(?<![0-9A-Za-z]){re.escape(iban[-4:])}(?![0-9A-Za-z])")
    return any(
        named.search(choice) or iban in "".join(choice.split())
        for page in landing.pages
        for choice in _choices(page)
    )


def _choices(page: Exchange) -> list[str]:
    try:
        tree: html.HtmlElement = html.document_fromstring(page.body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    return [str(each.text_content()) for each in tree.iter("option", "label")]
