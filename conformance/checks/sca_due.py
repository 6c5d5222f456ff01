"""When a strong authentication is due, and when not (PSD2, Art. 97; RTS, Art. 10a)."""

from __future__ import annotations

import re
from typing import NoReturn

from conformance.checks.controls import given_in_order, given_journey, given_served
from conformance.checks.responses import answered, deviates
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.landing import Landing
from conformance.xs2a.accounts import Account
from conformance.xs2a.answer import Page

_DUE = re.compile(r"consent|authenticat|\bsca\b", re.IGNORECASE)


def expect_authentication_due(
    refresh: Exchange, accounts: Page[Account] | None, *, before: Page[Account], beside: Landing
) -> None:
    """An old authentication opens no account data: not refreshed, or refused at the API.

    Args:
        before: the account list while the authentication was young.
        beside: where a rightful request of a PSU began behind it.

    Raises:
        Unobservable: the accounts could not be read before, or the refusal has another reason.
    """
    given_served(before)
    if accounts is None or not accounts.exchange.succeeded:
        given_journey(beside)
    if not answered(refresh).succeeded:
        if refresh.members.get("error") != "invalid_grant":
            raise Unobservable(f"the refresh was refused for another reason: {refresh.summary}")
        return
    if accounts is None:
        raise Unobservable(f"the refresh gave no token: {refresh.summary}")
    if answered(accounts.exchange).succeeded:
        deviates(accounts.exchange, expected="a new authentication demanded", received="account data")
    if accounts.exchange.status not in (401, 403):
        raise Unobservable(f"the accounts were refused for another reason: {accounts.exchange.summary}")


def given_silent_codes(landing: Landing) -> None:
    """A PSU who is signed in gets a code without a page, beside which a refusal says something.

    Raises:
        NotApplicable: the bank answers prompt=none with no code at all.
    """
    answered(landing.exchange)
    if landing.response is None or not landing.response.get("code"):
        raise NotApplicable("the bank gives no code without a page, even to a PSU who is signed in")


def given_signed_out(landing: Landing) -> None:
    """Nobody is signed in any more: no code comes without a page.

    Raises:
        Unobservable: one does; the earlier authentication is still remembered (sca-session-inactivity).
    """
    answered(landing.exchange)
    if landing.response is not None and landing.response.get("code"):
        raise Unobservable("an earlier authentication with both factors is still remembered")


def expect_no_silent_code(landing: Landing, *, portal: Landing, beside: Landing) -> None:
    """A password alone, given on the bank's own portal, brings no code to a TPP.

    Args:
        landing: of a request that may show no page.
        portal: where the PSU stopped before.
        beside: where a rightful request began behind it.

    Raises:
        Unobservable: it had not given its password alone there.
    """
    if not portal.asked or not portal.asks_possession or portal.proofs:
        raise Unobservable(f"the portal was not left after a password alone, but at {portal.described}")
    answered(landing.exchange)
    if landing.response is not None and landing.response.get("code"):
        _refuse(landing, "no authorization code after a password alone", "an authorization code")
    given_in_order(landing)
    given_journey(beside)


def expect_authentication_of_its_own(landing: Landing) -> None:
    """An AISP for which the PSU gave no authentication that counts gets no code without one.

    Raises:
        Unobservable: it gets none at all, and the PSU was asked for nothing.
    """
    answered(landing.exchange)
    if landing.authentications or landing.asks_credentials or landing.asks_possession:
        return
    if landing.response is None or not landing.response.get("code"):
        raise Unobservable(f"the PSU came to {landing.described}, and was asked for nothing")
    _refuse(landing, "an authentication of the PSU for this AISP", "a code without one")


def expect_no_authentication_due(
    refresh: Exchange, accounts: Page[Account] | None, *, beside: Page[Account]
) -> None:
    """A grant is refreshed, and opens the accounts; where it is refused, the PSU would have to authenticate.

    Args:
        beside: the accounts of a grant of which nothing is due.

    Raises:
        Unobservable: it was refused for a reason of its own, as the certificate or the client, or all are refused.
    """
    given_served(beside)
    if answered(refresh).members.get("error") == "invalid_grant":
        deviates(refresh, expected="tokens without a new authentication of the PSU")
    if not refresh.succeeded or accounts is None:
        raise Unobservable(f"no token to read the accounts with: {refresh.summary}")
    answer = answered(accounts.exchange)
    if _wants_authentication(answer):
        deviates(answer, expected="the accounts without a new authentication of the PSU")
    if not answer.succeeded:
        raise Unobservable(f"the accounts were refused for another reason: {answer.summary}")
    given_served(accounts)


def _wants_authentication(answer: Exchange) -> bool:
    """401 for a token that was just issued, or 403 with a word of consent or authentication."""
    told = " ".join((answer.headers.get("WWW-Authenticate") or "", *map(str, answer.members.values())))
    return answer.status == 401 or (answer.status == 403 and bool(_DUE.search(told)))


def _refuse(landing: Landing, expected: str, received: str) -> NoReturn:
    raise NonConformance(expected=expected, received=received, exchange=landing.exchange)
