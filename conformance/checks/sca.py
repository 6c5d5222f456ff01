"""Strong customer authentication: what a journey asked, offered, showed and proved (RTS, Art. 4 and 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from lxml import etree, html

from conformance.checks.controls import (
    OUT_OF_ORDER,
    given_code,
    given_in_order,
    given_journey,
    given_success,
    given_way_back,
    has_code,
)
from conformance.checks.landings import observed
from conformance.checks.responses import answered, deviates
from conformance.checks.witness import leave_to_people
from conformance.errors import NonConformance, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.approval import Approval, without_query
from conformance.oauth.landing import Ending, Landing
from conformance.xs2a.accounts import Account
from conformance.xs2a.answer import One, Page
from conformance.xs2a.funds import FundsAnswer
from conformance.xs2a.money import Money
from conformance.xs2a.payments import PaymentState, StatusGroup

_REFUSED = (401, 403)
_MEANS = ("secure-access", "3skey", "password")
_RANDOM = re.compile(r"[0-9A-Fa-f-]{8,}|\d+")


def expect_authorized(landing: Landing) -> None:
    """The journey ended at the TPP with a code.

    Raises:
        Unobservable: the bank's pages broke down, or sent the browser somewhere else.
    """
    given_way_back(landing)
    if landing.ending is not Ending.REDIRECT or landing.response is None:
        _refuse(landing, "the PSU sent back to the TPP", f"a journey that ended at {landing.described}")
    if not landing.response.get("code"):
        _refuse(landing, "an authorization code", f"error={landing.response.get('error')}")


def expect_validated(landing: Landing, success_url: str) -> None:
    """The PSU approved the payment, and was sent back with a success.

    Raises:
        Unobservable: the bank's pages broke down, or sent the browser somewhere else.
    """
    given_way_back(landing)
    if landing.ending is not Ending.REDIRECT:
        _refuse(landing, "the PSU sent back to the PISP", f"a journey that ended at {landing.described}")
    if landing.arrived != without_query(success_url):
        _refuse(landing, "the PSU sent back to the address for a success", "another address")


def expect_accounts(accounts: Page[Account]) -> None:
    """The token opens the account list.

    Raises:
        Unobservable: the list is empty, or is not there for another reason than the token.
    """
    if answered(accounts.exchange).status in _REFUSED:
        deviates(accounts.exchange, expected="the account list")
    _ = accounts.first


def expect_not_validated(
    order: Landing, state: One[PaymentState], success_url: str, *, beside: Landing
) -> None:
    """No success was reported, and the payment is not on its way even after a confirmation.

    Args:
        order: where the approval without what it needs ended.
        state: of the payment, read behind it.
        success_url: where an approval ends.
        beside: where that of a fresh payment began behind it.
    """
    observed(order)
    ends = set(order.errand.returns_to) if isinstance(order.errand, Approval) else set()
    if len(ends) > 1 and order.ending is Ending.REDIRECT and order.arrived == without_query(success_url):
        _refuse(order, "no report of success without an authentication", "the address for a success")
    status = state.item.status
    if status.settled or status.group in (StatusGroup.EXECUTING, StatusGroup.MIXED):
        deviates(state.exchange, expected="a payment that is not validated", received=str(status.code))
    if not order.proofs:
        raise Unobservable(f"the PSU came to {order.described} before its device was asked for")
    if status.group is StatusGroup.UNKNOWN:
        raise Unobservable("the payment was read without a status of the dialect")
    given_journey(beside)


def expect_page_shows(landing: Landing, money: Money, payee: str) -> None:
    """One page of the journey shows amount, currency and payee's account exactly (RTS, Art. 5(1)(a))."""
    leave_to_people(landing, f"Did a page show {money.amount:f} {money.currency} and the account {payee}?")
    if not landing.proofs:
        raise Unobservable(f"the PSU came to {landing.described} before its device was asked for")
    if not any(_holds(_words_of(page), money, payee) for page in landing.pages):
        _refuse(landing, "a page with amount, currency and the payee's account", "none")


def _holds(text: str, money: Money, payee: str) -> bool:
    plain = re.sub(r"\s", "", text)
    amount = f"{money.amount:f}"
    forms = {amount, amount.replace(".", ",")}
    written = any(re.search(rf"(?<![\d.,]){re.escape(form)}(?!\d)", plain) for form in forms)
    return written and payee in plain and (money.currency in plain or "\N{EURO SIGN}" in plain)


def expect_yes_or_no(answer: One[FundsAnswer]) -> None:
    """The question about funds is answered, whatever the answer.

    Raises:
        Unobservable: the answer is neither, or is missing for a reason that has nothing to do with the question.
    """
    if 400 <= (answered(answer.exchange).status or 0) < 500:
        deviates(answer.exchange, expected="yes or no")
    given_success(answer.exchange)
    if answer.item.available is None:
        raise Unobservable("the answer is neither yes nor no (cbpii-positive-answer)")


def expect_proved_with(landing: Landing, means: str) -> None:
    """Possession was proved with these means, on this journey."""
    leave_to_people(landing, f"Did the PSU have to authenticate with {means}?")
    if means not in landing.means:
        found = ", ".join(landing.means) or "no proof of possession"
        _refuse(landing, f"an authentication with {means}", found)


def expect_no_access(
    landing: Landing, *, beside: Landing, wanted: str = "no authorization code without both factors"
) -> None:
    """Without both factors nobody reaches the TPP with a code.

    Args:
        landing: of the PSU without them.
        beside: where a rightful request began, or ended with a code, behind it: a bank that lets nobody in has
            asked for no factor.
        wanted: in words.

    Raises:
        Unobservable: the PSU was asked for nothing, or the bank is out of order.
    """
    answered(landing.exchange)
    if has_code(landing):
        _refuse(landing, wanted, "an authorization code")
    if not landing.played:
        raise Unobservable(f"the PSU came to {landing.described}, where it is asked for nothing")
    given_in_order(landing)
    given_journey(beside)


def expect_no_downgrade(landing: Landing, *, beside: Landing) -> None:
    """A request that asks for less leads to no code by a password alone; refusing such a request is enough.

    Args:
        beside: where a rightful request began behind it.
    """
    error = landing.response.get("error") if landing.response else None
    if landing.played or error in (None, *OUT_OF_ORDER):
        expect_no_access(landing, beside=beside)
    given_journey(beside)


def expect_signed_out(landing: Landing, *, beside: Landing) -> None:
    """Whoever goes on after a long break authenticates anew (RTS, Art. 4(3)(d)).

    Args:
        beside: where a rightful request began behind it.

    Raises:
        Unobservable: nothing was pressed after the break.
    """
    expect_no_access(landing, beside=beside, wanted="a new authentication, or an end of the session")


def expect_both_factors_asked(landing: Landing) -> None:
    """A PSU that was not signed in is asked for what it knows and for what it has before it gets a code.

    Raises:
        Unobservable: it got none.
    """
    given_code(landing)
    leave_to_people(landing, "Was the PSU asked for what it knows and for what it has?")
    if not landing.asked:
        _refuse(landing, "the PSU asked for what only it knows", "a journey without credentials")
    if not landing.proofs:
        _refuse(landing, "the PSU asked to prove possession of its device", "a journey without such a proof")


def expect_authentication(landing: Landing) -> None:
    """The PSU was asked to authenticate on this journey (RTS, Art. 5: each payment)."""
    leave_to_people(landing, "Was the PSU asked to authenticate?")
    if not landing.authentications and not landing.asks_credentials and not landing.asks_possession:
        _refuse(landing, "an authentication of the PSU", "none")


def expect_authentications(landing: Landing, most: int) -> None:
    """The PSU authenticated no more often than in the bank's own channel.

    Raises:
        Unobservable: the journey did not come to its end, and was no longer as far as it went.
    """
    leave_to_people(landing, f"Did the PSU have to authenticate no more than {most} times?")
    _expect_no_more_authentications(landing, most)
    _given_completed(landing)


def _expect_no_more_authentications(landing: Landing, most: int) -> None:
    asked = landing.authentications + (landing.asks_credentials or landing.asks_possession)
    if asked > most:
        _refuse(landing, f"at most {most} authentications", str(asked))


def _given_completed(landing: Landing) -> None:
    """The journey ended where the TPP has what it wanted: with a code, or at the address for a success."""
    observed(landing)
    if isinstance(landing.errand, Approval):
        completed = landing.ending is Ending.REDIRECT and landing.arrived == landing.errand.returns_to[0]
    else:
        completed = has_code(landing)
    if not completed:
        raise Unobservable(f"the journey did not come to its end, but to {landing.described}")


def expect_no_more_effort(
    landing: Landing, *, authentications: int, fields: int | None, screens: int
) -> None:
    """No more authentications, fields or screens than in the bank's own channel.

    Args:
        fields: None where they were not counted there.
        screens: of the own channel; one more is the TPP journey's consent or payment summary, which is permitted.

    Raises:
        Unobservable: the journey did not come to its end, and was no longer as far as it went.
    """
    own = f"{authentications} authentications, {screens} screens and {fields or 'uncounted'} fields"
    leave_to_people(landing, f"Was it no more than in the bank's own channel ({own}), and one summary?")
    _expect_no_more_authentications(landing, authentications)
    if fields is not None and landing.filled > fields:
        _refuse(landing, f"at most {fields} fields to fill", str(landing.filled))
    if landing.screens > screens + 1 and landing.ending in (Ending.REDIRECT, Ending.JOURNEY):
        _refuse(landing, f"at most {screens} screens and one summary", str(landing.screens))
    _given_completed(landing)


def expect_means_offered(landing: Landing, wanted: Iterable[str]) -> None:
    """Every means of the bank's own channel can be chosen, or is the one that was used.

    Raises:
        Unobservable: the journey did not come so far.
    """
    observed(landing)
    wanted = tuple(wanted)
    leave_to_people(landing, f"Could the PSU choose among all of its means ({', '.join(wanted)})?")
    buttons = {word.casefold() for page in landing.offered for word in page}
    offered = {means for means in _MEANS if means in buttons} | set(landing.means)
    if not offered and not _asks_for_something(landing):
        raise Unobservable(f"no means was asked for: the journey ended with {landing.described}")
    missing = sorted(set(wanted) - offered)
    if missing:
        _refuse(landing, f"{', '.join(missing)} offered too", f"{', '.join(sorted(offered)) or 'no means'}")


def _asks_for_something(landing: Landing) -> bool:
    """Whether the PSU, its password given, ended on a page of the bank on which it can go on."""
    can_go_on = landing.exchange.succeeded and any(landing.offered[-1:])
    return landing.asks_possession or (landing.asked and can_go_on)


def expect_linked(landing: Landing, money: Money, payee: str) -> None:
    """What the device showed or signed holds amount, currency and payee's account exactly (RTS, Art. 5(1))."""
    leave_to_people(
        landing, f"Did the device show {money.amount:f} {money.currency} and the account {payee}?"
    )
    if not landing.proofs:
        raise Unobservable("the PSU proved no possession, so that nothing was linked")
    text = re.sub(r"\s", "", landing.shown[-1])
    amount = f"{money.amount:f}"
    written = {amount, amount.replace(".", ",")}
    if not any(re.search(rf"(?<![\d.,]){re.escape(form)}(?!\d)", text) for form in written):
        _refuse(landing, "the payment's amount on the device", "a text without it")
    if money.currency not in text:
        _refuse(landing, "the payment's currency on the device", "a text without it")
    if payee not in text:
        _refuse(landing, "the payee's account on the device", "a text without it")


def expect_indistinguishable(one: Exchange, other: Exchange, *, beside: Landing) -> None:
    """Two failed attempts are answered alike, whatever was wrong (RTS, Art. 4(3)(a)).

    Args:
        one, other: the answers to them.
        beside: the journey of another PSU behind them, which ended with a code.

    Raises:
        Unobservable: the bank answers with an error of its own, or lets nobody in.
    """
    for each in (one, other):
        if (answered(each).status or 0) >= 500:
            raise Unobservable(f"{each.purpose}: a server error (status {each.status})")
    given_code(beside)
    if one.status != other.status:
        raise NonConformance(
            expected=f"status {one.status} again", received=str(other.status), exchange=other
        )
    if _words(one) != _words(other):
        raise NonConformance(
            expected="the same page again", received="a page with other words", exchange=other
        )


def _words(exchange: Exchange) -> str:
    return _RANDOM.sub("#", _words_of(exchange))


def _words_of(exchange: Exchange) -> str:
    try:
        tree: html.HtmlElement = html.document_fromstring(exchange.body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return exchange.media_type
    etree.strip_elements(tree, "script", "style", with_tail=False)
    return " ".join(str(tree.text_content()).split())


def _refuse(landing: Landing, expected: str, received: str) -> NoReturn:
    raise NonConformance(expected=expected, received=received, exchange=landing.exchange)
