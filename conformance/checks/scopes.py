"""Scopes of an authorization request: RFC 6749, sections 3.3 and 4.1.2.1."""

from __future__ import annotations

from conformance.checks.authorization_response import expect_state, succeeded
from conformance.checks.landings import control, observed, parameter, told
from conformance.checks.responses import answered, deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse
from conformance.oauth.landing import Ending, Landing


def expect_scopes_understood(landing: Landing) -> AuthorizationResponse:
    """The scopes are not called invalid; the redirect with the code.

    Raises:
        Unobservable: no code came back for another reason.
    """
    expect_no_invalid_scope(landing)
    return succeeded(landing)


def expect_no_invalid_scope(landing: Landing) -> None:
    """The answer is not error=invalid_scope."""
    response = observed(landing).response
    if response and parameter(response, "error") == "invalid_scope":
        deviates(landing.exchange, expected="no invalid_scope", received=told(landing))
    if (
        landing.ending is not Ending.JOURNEY
        and not landing.played
        and not (response and response.get("code"))
    ):
        raise Unobservable(f"neither a page of the journey nor a code, but {told(landing)}")


def expect_scopes_granted(answer: Exchange, requested: str) -> None:
    """Nothing that was asked for is lost; no scope member means that all was granted (RFC 6749, 5.1).

    Args:
        answer: the token response.
        requested: the scope of the authorization request.
    """
    if not answered(answer).succeeded:
        raise Unobservable(f"the code exchange gave no token: {answer.summary}")
    stated = answer.members.get("scope", requested)
    if not isinstance(stated, str):
        raise Unobservable("the scope of the token response is no string (token-scope-granted)")
    lost = sorted(set(requested.split()) - set(stated.split()))
    if lost:
        deviates(answer, expected=f"scope {requested!r}", received=f"without {' '.join(lost)}")


def expect_unknown_scope_bounded(landing: Landing, *, beside: Landing) -> None:
    """An unknown scope is refused with invalid_scope and the state, or leads to a code all the same.

    Args:
        landing: of the request with an unknown scope.
        beside: of the valid request.
    """
    control(beside)
    wanted = "error=invalid_scope at the redirect URI, or a code for the other scopes"
    status = answered(landing.exchange).status or 0
    refused_on_page = status >= 400 and landing.response is None and not landing.played
    if status >= 500 or refused_on_page:
        deviates(landing.exchange, expected=wanted, received=told(landing))
    response = observed(landing).response
    if response is None:
        raise Unobservable(f"the journey was not played to its end: {told(landing)}")
    error = parameter(response, "error")
    if error not in ("invalid_scope", None):
        deviates(landing.exchange, expected=wanted, received=told(landing))
    if error:
        expect_state(landing)


def granted_all_the_same(landing: Landing) -> AuthorizationResponse:
    """The redirect with the code of a request with an unknown scope.

    Raises:
        NotApplicable: the bank refused it.
        Unobservable: neither.
    """
    response = observed(landing).response
    if response and parameter(response, "error") is not None:
        raise NotApplicable("the bank refuses the whole request")
    return succeeded(landing)


def expect_scope_omitted(answer: Exchange, unknown: str) -> None:
    """The token response states a scope, and the unknown value is not in it (RFC 6749, sections 3.3 and 5.1)."""
    if not answered(answer).succeeded:
        raise Unobservable(f"the code exchange gave no token: {answer.summary}")
    stated, wanted = answer.members.get("scope"), f"a scope member without {unknown}"
    if stated is None:
        deviates(answer, expected=wanted, received="no scope member, as if all had been granted")
    values = stated.split() if isinstance(stated, str) else stated
    if isinstance(values, list) and unknown in values:
        deviates(answer, expected=wanted, received=f"scope with {unknown}")
