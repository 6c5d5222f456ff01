"""What comes back to the redirect URI: RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207; OIDC Core 1.0, 3.1.2."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl, urlsplit

from conformance.checks.issuers import expect_same_issuer
from conformance.checks.landings import control, observed, parameter, told
from conformance.checks.responses import answered, deviates
from conformance.checks.witness import expect_seen
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse
from conformance.oauth.landing import Ending, Landing, Landings
from conformance.oauth.redirect_uri import same_place

_SILENT = ("login_required", "interaction_required", "consent_required", "account_selection_required")
_TOKENS = ("access_token", "id_token", "refresh_token")
_ANSWERS = ("code", "error", *_TOKENS)


def returned(landing: Landing) -> AuthorizationResponse:
    """The redirect to the TPP.

    Raises:
        Unobservable: the browser did not come back with an answer of the protocol.
    """
    response = observed(landing).response
    if response is None or not any(parameter(response, name) is not None for name in _ANSWERS):
        raise Unobservable(f"the browser did not come back to the TPP, but to {told(landing)}")
    return response


def succeeded(landing: Landing) -> AuthorizationResponse:
    """The redirect to the TPP that carries a code in its query.

    Raises:
        Unobservable: there is none.
    """
    response = returned(landing)
    if not response.get("code"):
        raise Unobservable(f"no code came back, but {told(landing)}")
    return response


def expect_code(landing: Landing) -> None:
    """One code, and no error, at exactly the redirect URI of the request (RFC 6749, sections 4.1.2 and 3.1.2.3).

    Raises:
        Unobservable: the declared journey does not fit the pages, so it was not played to its end.
    """
    answered(landing.exchange)
    exchange, wanted = landing.exchange, "a redirect to the redirect URI of the request with one code"
    if landing.response is None:
        if landing.finished:
            deviates(exchange, expected=wanted, received=told(landing))
        raise Unobservable(f"the journey was not played to its end: {told(landing)}")
    response = observed(landing).response or landing.response
    if not same_place(response.target, response.request["redirect_uri"]):
        returned_elsewhere = any(parameter(response, name) is not None for name in (*_ANSWERS, "state"))
        if not returned_elsewhere:
            raise Unobservable(
                f"{told(landing)}: is it a host of the bank? (authorization_server.page_hosts)"
            )
        deviates(exchange, expected=wanted, received=told(landing))
    codes = response.all("code")
    if len(codes) != 1 or not codes[0] or response.get("error") is not None:
        deviates(exchange, expected=wanted, received=f"{told(landing)}, {len(codes)} code parameters")


def expect_response_in_query(landing: Landing) -> None:
    """The code stands in the query, nothing in the fragment, and no token in either (RFC 6749, 4.1.2).

    Raises:
        NotApplicable: no code came back anywhere.
    """
    response = returned(landing)
    fragment = {name for name, _ in response.fragment}
    tokens = [name for name in _TOKENS if parameter(response, name) is not None]
    if tokens:
        deviates(landing.exchange, expected="no token in the redirect", received=told(landing))
    if not response.get("code") and "code" not in fragment:
        raise NotApplicable("authorization-code-flow failed: no code came back")
    if fragment or urlsplit(response.url).fragment:
        received = "the code in the fragment" if "code" in fragment else "a fragment beside the query"
        deviates(landing.exchange, expected="the response in the query, no fragment", received=received)


def expect_state(landing: Landing) -> None:
    """state comes back once and unchanged (RFC 6749, sections 4.1.2 and 4.1.2.1)."""
    _expect_state(landing, returned(landing))


def _expect_state(landing: Landing, response: AuthorizationResponse) -> None:
    sent = response.request.get("state")
    found = [value for name, value in (*response.query, *response.fragment) if name == "state"]
    if found == [sent]:
        return
    received = "no state" if not found else f"{len(found)} of {len(found[0])} characters, not the one sent"
    wanted = f"the state of the request ({len(sent or '')} characters), once"
    deviates(landing.exchange, expected=wanted, received=f"{told(landing)}: {received}")


def announced_iss(metadata: Exchange, documented: Collection[str]) -> str:
    """The issuer with which iss must be identical.

    Raises:
        NotApplicable: the bank neither documents nor announces iss (RFC 9207, section 3).
        Unobservable: metadata has no issuer.
    """
    announced = metadata.members.get("authorization_response_iss_parameter_supported") is True
    if "iss" not in documented and not announced:
        raise NotApplicable("the bank neither documents nor announces iss")
    issuer = metadata.members.get("issuer")
    if not isinstance(issuer, str) or not issuer:
        raise Unobservable("metadata has no issuer to compare iss with")
    return issuer


def expect_iss(landing: Landing, issuer: str) -> None:
    """iss is there once and identical with the issuer of the metadata (RFC 9207, sections 2 and 2.4)."""
    response = returned(landing)
    found = [value for name, value in (*response.query, *response.fragment) if name == "iss"]
    if len(found) != 1:
        received = f"{told(landing)}: {len(found) or 'no'} iss"
        deviates(landing.exchange, expected="iss with the issuer of the metadata", received=received)
    expect_same_issuer(landing.exchange, found[0], issuer, place="iss")


def expect_session_state(landing: Landing, *, other: Landing, documented: Collection[str]) -> None:
    """session_state is opaque, without space, no cookie, and another in another browser (OIDC Session Management).

    Args:
        landing: of one browser.
        other: of another, independent browser.
        documented: the parameters that the bank documents for its redirect.
    """
    _documents("session_state", documented)
    response, second = succeeded(landing), succeeded(other)
    value, wanted = response.get("session_state"), "an opaque session_state without space"
    if not value or " " in value:
        received = "no session_state" if not value else "one with a space"
        deviates(landing.exchange, expected=wanted, received=received)
    if value in (*landing.cookies, *other.cookies):
        deviates(landing.exchange, expected=wanted, received="the value of one of the bank's cookies")
    if value == second.get("session_state"):
        deviates(other.exchange, expected=f"{wanted} of its own in each browser", received="the same in two")
    for each in (landing, other):
        expect_seen(each, "whether session_state is the value of a cookie")


def expect_client_id(landing: Landing, client_id: str, *, documented: Collection[str]) -> None:
    """client_id is that of the request (the bank's own document)."""
    _documents("client_id", documented)
    found = succeeded(landing).all("client_id")
    if found != [client_id]:
        received = "another client_id" if found else "no client_id"
        deviates(landing.exchange, expected="the client_id of the request, once", received=received)


def expect_query_kept(landing: Landing, *, beside: Landing) -> None:
    """The redirect URI's own query stands beside code, decoded as it was registered (RFC 6749, 3.1.2)."""
    control(beside)
    if observed(landing).ending is Ending.ELSEWHERE and not landing.played:
        deviates(landing.exchange, expected="a page of the journey", received=told(landing))
    response = succeeded(landing)
    if not same_place(response.target, response.request["redirect_uri"]):
        raise Unobservable(f"the browser came back elsewhere: {told(landing)}")
    registered = parse_qsl(urlsplit(response.request["redirect_uri"]).query, keep_blank_values=True)
    lost = [
        name for name, value in registered if response.all(name) != [v for n, v in registered if n == name]
    ]
    if lost:
        received = f"{', '.join(lost)[:80]} is missing or another"
        deviates(
            landing.exchange,
            expected="the query of the registered redirect URI, unchanged",
            received=received,
        )


def expect_access_denied(cancellations: Landings) -> None:
    """Each cancellation ends at the redirect URI with access_denied, the state and no code (RFC 6749, 4.1.2.1).

    Raises:
        Unobservable: a page on which to cancel was not shown.
    """
    for page, landing in cancellations.named.items():
        if page not in landing.played:
            raise Unobservable(f"the page {page!r} on which to cancel was not shown, but {told(landing)}")
        _expect_denial(landing, f"a redirect with error=access_denied when the PSU cancels at {page!r}")


def _expect_denial(landing: Landing, wanted: str) -> None:
    response = observed(landing).response
    if response is None or response.get("error") != "access_denied" or parameter(response, "code"):
        deviates(landing.exchange, expected=wanted, received=told(landing))
    if not same_place(response.target, response.request["redirect_uri"]):
        deviates(landing.exchange, expected=wanted, received=told(landing))
    _expect_state(landing, response)


def expect_silent_refusal(landing: Landing, *, beside: Landing) -> None:
    """prompt=none without a session: an error at the redirect URI, and no page (OIDC Core 1.0, 3.1.2.6)."""
    control(beside)
    response, wanted = observed(landing).response, "a redirect with error=login_required, without any page"
    if response is None or response.get("error") not in _SILENT or parameter(response, "code"):
        deviates(landing.exchange, expected=wanted, received=told(landing))
    if not same_place(response.target, response.request["redirect_uri"]):
        deviates(landing.exchange, expected=wanted, received=told(landing))
    _expect_state(landing, response)


def expect_new_authentication(landing: Landing, *, signed_in: Landing, beside: Landing) -> None:
    """prompt=login asks for credentials in a browser in which the PSU is signed in (OIDC Core 1.0, 3.1.2.1).

    Args:
        landing: of the request with prompt=login, not followed.
        signed_in: the journey after which the browser keeps its session.
        beside: of the valid request in a fresh browser, whose first page may come before the login.
    """
    succeeded(signed_in)
    control(beside)
    if observed(landing).ending is Ending.ELSEWHERE and (landing.exchange.status or 0) < 400:
        raise Unobservable(f"no step of the journey fits {told(landing)}")
    step = landing.step
    if step is None or not (step.fill or step.device or step == beside.step):
        wanted = "credentials asked for again"
        deviates(landing.exchange, expected=wanted, received=told(landing))


def _documents(name: str, documented: Collection[str]) -> None:
    if name not in documented:
        raise NotApplicable(f"the profile does not say that the bank returns {name}")
