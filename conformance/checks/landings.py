"""Where a browser must come to rest: RFC 6749, sections 3.1 and 4.1.2.1; RFC 9700, sections 2.1 and 4.1."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NoReturn

from conformance.checks.responses import answered, deviates
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import FailureKind
from conformance.oauth.authorization import AuthorizationResponse
from conformance.oauth.landing import Ending, Landing
from conformance.oauth.redirect_uri import host_of, same_place

_PARAMETERS = ("code", "error", "access_token", "id_token", "refresh_token", "state")
_TOKENS = ("code", "access_token", "id_token", "refresh_token")
_TURNED_AWAY = (FailureKind.TLS_ALERT, FailureKind.CONNECTION_CLOSED)
_CERTIFICATE = re.compile(rb"certifi[ck]at|zertifikat", re.IGNORECASE)
_PASSING = ("temporarily_unavailable",)


def observed(landing: Landing) -> Landing:
    """The landing, where it says something of the bank's rules.

    Raises:
        Unobservable: no answer, a server error, a busy bank, or a redirect that ended nowhere.
    """
    status = answered(landing.exchange).status or 0
    if status >= 500:
        raise Unobservable(f"{landing.exchange.purpose}: a server error (status {status})")
    if landing.ending is Ending.ELSEWHERE and 300 <= status < 400:
        raise Unobservable(f"{landing.exchange.purpose}: a redirect that leads nowhere (status {status})")
    if landing.response and landing.response.get("error") in _PASSING:
        raise Unobservable(f"{landing.exchange.purpose}: the bank says temporarily_unavailable")
    return landing


def told(landing: Landing) -> str:
    """What stands there, in words that hold no secret."""
    response = landing.leads_out
    if response is None:
        return landing.described
    names = {name for name, _ in (*response.query, *response.fragment) if name in _PARAMETERS}
    error = parameter(response, "error")
    carries = f" with {', '.join(sorted(names))}" if names else ""
    code = f" ({error[:60]})" if error else ""
    way = "a redirect" if landing.response else "a form that submits itself"
    return f"{way} to {response.target[:200]}{carries}{code}"


def parameter(response: AuthorizationResponse, name: str) -> str | None:
    """The first value of a parameter, in the query or, where it is not there, in the fragment."""
    return next((value for key, value in (*response.query, *response.fragment) if key == name), None)


def expect_login_without_certificate(landing: Landing) -> None:
    """The handshake completes without a client certificate, and leads to the bank's pages (RFC 8705, 5).

    Raises:
        Unobservable: another page, or a failure that no CertificateRequest explains.
    """
    exchange, wanted = landing.exchange, "a login page for a browser without a certificate"
    requested = exchange.tls is not None and exchange.tls.client_certificate_requested
    if exchange.failure and exchange.failure.kind in _TURNED_AWAY and requested:
        deviates(exchange, expected=wanted)
    status = answered(exchange).status or 0
    if status in (495, 496) or (400 <= status < 500 and _CERTIFICATE.search(exchange.body)):
        deviates(exchange, expected=wanted, received=f"status {status} and words about a certificate")
    if observed(landing).ending is not Ending.JOURNEY:
        raise Unobservable(f"the documented request does not lead to the journey, but to {told(landing)}")


def expect_no_certificate_request(landing: Landing) -> None:
    """The browser is not even asked for a certificate: a person would see a dialogue (RFC 8705, 5).

    Raises:
        Unobservable: the handshake was not seen.
    """
    tls = answered(landing.exchange).tls
    if tls is None or tls.client_certificate_requested is None:
        raise Unobservable("the handshake with the authorization host was not seen")
    if tls.client_certificate_requested:
        deviates(
            landing.exchange, expected="no CertificateRequest", received="one that the client may decline"
        )


def expect_method(landing: Landing) -> None:
    """The documented request is processed.

    Raises:
        Unobservable: it leads to another page than the first of the journey, whatever the reason.
    """
    if answered(landing.exchange).status in (405, 501):
        deviates(landing.exchange, expected="a page of the journey")
    control(landing)


def control(beside: Landing) -> None:
    """The valid request, which stands beside a refusal, leads to the journey.

    Raises:
        Unobservable: it does not, so that a refusal would say nothing.
    """
    if observed(beside).ending is not Ending.JOURNEY:
        raise Unobservable(f"the valid request itself does not lead to the journey, but to {told(beside)}")


def expect_journey(landing: Landing, *, beside: Landing) -> None:
    """A variant of the valid request leads to the journey as the valid request itself does.

    Args:
        landing: of the variant.
        beside: of the valid request.
    """
    control(beside)
    if observed(landing).ending is not Ending.JOURNEY:
        deviates(landing.exchange, expected=f"as before, {beside.described}", received=told(landing))


def expect_stays_at_bank(landing: Landing, *, beside: Landing) -> None:
    """The refusal is a page of the bank, whatever its status: no redirect, no login, no code (RFC 6749, 4.1.2.1).

    Args:
        landing: of the request that must be refused.
        beside: of the valid request.
    """
    control(beside)
    wanted = "an error page at the bank, without login and without redirect"
    if observed(landing).leads_out is not None:
        _expect_no_way_out(landing, landing.leads_out, wanted)
    if landing.ending is Ending.JOURNEY:
        deviates(landing.exchange, expected=wanted, received=told(landing))


def expect_refused_like(landing: Landing, *, unregistered: Collection[Landing], beside: Landing) -> None:
    """A near match is refused as an unregistered redirect URI is (RFC 9700, section 4.1.3).

    Args:
        landing: of the near match.
        unregistered: of the unregistered URIs.
        beside: of the valid request.

    Raises:
        NotApplicable: unregistered URIs are not refused, which is reported there.
        Unobservable: the bank compares redirect URIs only when the PSU has signed in.
    """
    control(beside)
    for refusal in unregistered:
        try:
            expect_stays_at_bank(refusal, beside=beside)
        except NonConformance:
            raise NotApplicable("authorization-redirect-uri-unregistered failed: reported there") from None
    if landing.ending is Ending.JOURNEY and any(refusal.played for refusal in unregistered):
        raise Unobservable("the bank compares redirect URIs only after the PSU has signed in")
    expect_stays_at_bank(landing, beside=beside)


def expect_refused(landing: Landing, *, errors: Collection[str], redirect_uri: str, beside: Landing) -> None:
    """The request is refused before any login: by an error page, or by the error at the registered redirect URI.

    Args:
        landing: of the request that must be refused.
        errors: allowed error codes of a redirect.
        redirect_uri: the registered URI.
        beside: of the valid request.
    """
    control(beside)
    wanted = f"error={' or '.join(errors)} at the redirect URI, or an error page, before any login"
    response = observed(landing).leads_out
    if landing.ending is Ending.JOURNEY:
        deviates(landing.exchange, expected=wanted, received=told(landing))
    if response is None:
        return
    if not same_place(response.target, redirect_uri):
        _expect_no_way_out(landing, response, wanted)
    carried = any(parameter(response, name) for name in _TOKENS)
    if carried or parameter(response, "error") not in errors:
        deviates(landing.exchange, expected=wanted, received=told(landing))


def _expect_no_way_out(landing: Landing, response: AuthorizationResponse | None, wanted: str) -> NoReturn:
    """A redirect out of the bank is a deviation where it serves the TPP; else it may be the bank's own host."""
    if response is not None:
        names = {name for name, _ in (*response.query, *response.fragment)}
        hosts = {host_of(value) for name, value in response.request.pairs if name == "redirect_uri"}
        if names & set(_PARAMETERS) or host_of(response.target) in hosts:
            deviates(landing.exchange, expected=wanted, received=told(landing))
    raise Unobservable(f"{told(landing)}: is it a host of the bank? (authorization_server.page_hosts)")
