"""Checks of the authorization area: what they refuse, what they let pass, and what they leave open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.checks import authorization_response as responses
from conformance.checks import landings, scopes
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange, Failure, FailureKind, Headers, TlsFacts
from conformance.oauth.authorization import AuthorizationRequest, AuthorizationResponse
from conformance.oauth.landing import Ending, Landing, Landings
from conformance.oauth.redirect_uri import ALTERATIONS, altered, same_place
from conformance.target.model import Step

URI = "https://tpp.example/back"
PORT = "https://tpp.example:443/back"
PAGE = "https://sso.bank.example/login"
LOGIN = Step(page="login", fill={"user": "literal:x"})
CONSENT = Step(page="consent", choose="yes")


def exchange(status: int | None = 200, *, body: bytes = b"", method: str = "GET", **headers: Any) -> Exchange:
    """An answer of the bank."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(
        number=1,
        purpose="look",
        client=None,
        method=method,
        url=PAGE,
        request_headers=Headers(),
        request_body=None,
        sent=datetime(2026, 1, 1, tzinfo=UTC),
        elapsed=timedelta(),
        status=status,
        headers=Headers(pairs),
        body=body,
        tls=TlsFacts(client_certificate_requested=False),
    )


def failed(kind: FailureKind, *, requested: bool) -> Landing:
    """A connection that failed."""
    answer = replace(
        exchange(None), failure=Failure(kind, "…"), tls=TlsFacts(client_certificate_requested=requested)
    )
    return Landing(Ending.FAILURE, answer)


def page(status: int = 200, step: Step | None = None, **more: Any) -> Landing:
    """A page of the bank."""
    ending = Ending.JOURNEY if step else Ending.ELSEWHERE
    return Landing(ending, exchange(status), step=step, described="a page", **more)


def redirect(url: str, sent: str = URI, state: str = "s t/te", **more: Any) -> Landing:
    """A redirect out of the bank."""
    request = AuthorizationRequest("https://sso.bank.example/a", (("redirect_uri", sent), ("state", state)))
    answer = exchange(303, Location=url)
    return Landing(Ending.REDIRECT, answer, AuthorizationResponse(request, url, answer), **more)


ASKING = page(step=LOGIN)
CODE = f"{URI}?code=c0de&state=s%20t%2Fte"
DENIED = f"{URI}?error=access_denied&state=s+t%2Fte"


def stays(landing: Landing) -> None:
    landings.expect_stays_at_bank(landing, beside=ASKING)


def refused(landing: Landing) -> None:
    landings.expect_refused(landing, errors=["invalid_request"], redirect_uri=URI, beside=ASKING)


def silent(landing: Landing) -> None:
    responses.expect_silent_refusal(landing, beside=ASKING)


def bounded(landing: Landing) -> None:
    scopes.expect_unknown_scope_bounded(landing, beside=ASKING)


def denied(landing: Landing) -> None:
    responses.expect_access_denied(Landings({"login": replace(landing, played=("login",))}))


def again(landing: Landing) -> None:
    responses.expect_new_authentication(landing, signed_in=redirect(CODE), beside=ASKING)


def kept(landing: Landing) -> None:
    responses.expect_query_kept(landing, beside=ASKING)


def near(landing: Landing) -> None:
    landings.expect_refused_like(landing, unregistered=[page(400)], beside=ASKING)


QUERY = f"{URI}?tenant=a%20b"
PASS, FAIL, OPEN, SKIP = None, NonConformance, Unobservable, NotApplicable
CASES: list[tuple[str, Callable[[Landing], None], Landing, type[Exception] | None]] = [
    ("an error page", stays, page(400), PASS),
    ("an error page with 200", stays, page(200), PASS),
    ("a login page", stays, page(step=LOGIN), FAIL),
    ("an error at the foreign URI", stays, redirect(f"{URI}?error=x"), FAIL),
    ("a fragment at the foreign URI", stays, redirect(f"{URI}#code=x"), FAIL),
    ("the foreign host without parameters", stays, redirect("http://TPP.example/"), FAIL),
    ("a code elsewhere", stays, redirect("https://else.example/?code=x"), FAIL),
    ("an undeclared host of the bank", stays, redirect("https://www.bank.example/error"), OPEN),
    ("a URL that is none", stays, redirect("https://[/"), OPEN),
    ("a server error", stays, page(500), OPEN),
    ("a busy bank", stays, page(429), OPEN),
    ("a redirect loop", stays, page(302), OPEN),
    ("no answer", stays, failed(FailureKind.TIMEOUT, requested=False), OPEN),
    ("a near match on an error page", near, page(403), PASS),
    ("a near match on the login page", near, page(step=LOGIN), FAIL),
    ("the right error", refused, redirect(f"{URI}?error=invalid_request"), PASS),
    ("the right error in the fragment", refused, redirect(f"{URI}#error=invalid_request"), PASS),
    ("the right error with the default port", refused, redirect(f"{PORT}?error=invalid_request"), PASS),
    ("another error", refused, redirect(f"{URI}?error=access_denied"), FAIL),
    ("the right error elsewhere", refused, redirect("https://x.example/?error=invalid_request"), FAIL),
    ("the right error and a code", refused, redirect(f"{URI}?error=invalid_request&code=x"), FAIL),
    ("a token", refused, redirect(f"{URI}#access_token=x"), FAIL),
    ("a page of the journey", refused, page(step=LOGIN), FAIL),
    ("an overloaded bank", refused, redirect(f"{URI}?error=temporarily_unavailable"), OPEN),
    ("a code", responses.expect_code, redirect(CODE), PASS),
    ("a code beside other parameters", responses.expect_code, redirect(f"{CODE}&x=1&iss=y"), PASS),
    ("two codes", responses.expect_code, redirect(f"{CODE}&code=other"), FAIL),
    ("an empty code", responses.expect_code, redirect(f"{URI}?code="), FAIL),
    ("a code and an error", responses.expect_code, redirect(f"{CODE}&error=x"), FAIL),
    ("a code with another path", responses.expect_code, redirect(f"{URI}/?code=x"), FAIL),
    ("a code with another scheme", responses.expect_code, redirect("http://tpp.example/back?code=x"), FAIL),
    ("an undeclared host on the way", responses.expect_code, redirect("https://id.bank.example/"), OPEN),
    ("a journey played to its end", responses.expect_code, page(finished=True), FAIL),
    ("a journey that does not fit", responses.expect_code, page(), OPEN),
    ("an error of the documented request", responses.expect_code, redirect(DENIED), FAIL),
    ("a response in the query", responses.expect_response_in_query, redirect(CODE), PASS),
    ("a response in the fragment", responses.expect_response_in_query, redirect(f"{URI}#code=x"), FAIL),
    ("a fragment beside the query", responses.expect_response_in_query, redirect(f"{CODE}#_=_"), FAIL),
    ("a token in the query", responses.expect_response_in_query, redirect(f"{CODE}&id_token=x"), FAIL),
    ("no code at all", responses.expect_response_in_query, redirect(DENIED), SKIP),
    ("the state", responses.expect_state, redirect(CODE), PASS),
    ("the state with a plus for a space", responses.expect_state, redirect(DENIED), PASS),
    ("no state", responses.expect_state, redirect(f"{URI}?code=x"), FAIL),
    ("the state twice", responses.expect_state, redirect(f"{CODE}&state=s%20t%2Fte"), FAIL),
    ("the state encoded twice", responses.expect_state, redirect(f"{URI}?code=x&state=s%2520t%252Fte"), FAIL),
    ("no redirect to look for the state", responses.expect_state, page(), OPEN),
    ("login_required", silent, redirect(f"{URI}?error=login_required&state=s%20t%2Fte"), PASS),
    ("consent_required", silent, redirect(f"{URI}?error=consent_required&state=s%20t%2Fte"), PASS),
    ("login_required without state", silent, redirect(f"{URI}?error=login_required"), FAIL),
    ("a page for prompt=none", silent, page(400), FAIL),
    ("a code without login", silent, redirect(CODE), FAIL),
    ("access_denied", denied, redirect(DENIED), PASS),
    ("access_denied and a code", denied, redirect(f"{DENIED}&code=x"), FAIL),
    ("access_denied in the fragment", denied, redirect(DENIED.replace("?", "#")), FAIL),
    ("a page after cancelling", denied, page(200), FAIL),
    ("the login page after cancelling", denied, page(step=LOGIN), FAIL),
    ("a server error after cancelling", denied, page(502), OPEN),
    ("the login page", again, page(step=LOGIN), PASS),
    ("the device", again, page(step=Step(page="approve", device="phone")), PASS),
    ("the consent page", again, page(step=CONSENT), FAIL),
    ("a code at once", again, redirect(CODE), FAIL),
    ("a page for the password alone", again, page(200), OPEN),
    ("the query kept", kept, redirect(f"{QUERY}&code=x", sent=QUERY), PASS),
    ("the query kept after the code", kept, redirect(f"{URI}?code=x&tenant=a+b", sent=QUERY), PASS),
    ("the query lost", kept, redirect(f"{URI}?code=x", sent=QUERY), FAIL),
    ("the query encoded twice", kept, redirect(f"{URI}?tenant=a%2520b&code=x", sent=QUERY), FAIL),
    ("the query twice", kept, redirect(f"{QUERY}&code=x&tenant=a%20b", sent=QUERY), FAIL),
    ("the query refused", kept, page(400), FAIL),
    ("invalid_scope", bounded, redirect(f"{URI}?error=invalid_scope&state=s%20t%2Fte"), PASS),
    ("a code all the same", bounded, redirect(CODE), PASS),
    ("invalid_scope without state", bounded, redirect(f"{URI}?error=invalid_scope"), FAIL),
    ("a page in place of the redirect", bounded, page(400), FAIL),
    ("a server error for a scope", bounded, page(500), FAIL),
    ("an overloaded bank for a scope", bounded, page(503), OPEN),
    ("an unknown page", bounded, page(200), OPEN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "landing", "raised"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_a_landing_is_judged(
    check: Callable[[Landing], None], landing: Landing, raised: type[Exception] | None
) -> None:
    """Strict where the clause is, liberal where it is, and open where nothing was observed."""
    if raised is None:
        check(landing)
    else:
        with pytest.raises(raised):
            check(landing)


def test_a_refusal_says_nothing_where_the_valid_request_is_refused_too() -> None:
    """The positive control."""
    with pytest.raises(Unobservable):
        landings.expect_stays_at_bank(page(400), beside=page(400))


def test_a_near_match_is_not_judged_where_any_redirect_uri_is_taken() -> None:
    """It is reported at the requirement that comes first."""
    taken = [page(400), redirect(CODE)]
    with pytest.raises(NotApplicable):
        landings.expect_refused_like(page(400), unregistered=taken, beside=ASKING)


def test_a_bank_that_compares_after_the_login_is_not_judged_before_it() -> None:
    """Its login page says nothing of the redirect URI."""
    late = [page(400, played=("login", "consent"))]
    with pytest.raises(Unobservable):
        landings.expect_refused_like(page(step=LOGIN), unregistered=late, beside=ASKING)


BODY = b"<h1>400</h1>No required SSL certificate was sent"


@pytest.mark.parametrize(
    ("landing", "raised"),
    [
        pytest.param(ASKING, None, id="a login page"),
        pytest.param(failed(FailureKind.TLS_ALERT, requested=True), NonConformance, id="an alert"),
        pytest.param(failed(FailureKind.CONNECTION_CLOSED, requested=True), NonConformance, id="closed"),
        pytest.param(failed(FailureKind.TLS_ALERT, requested=False), Unobservable, id="another alert"),
        pytest.param(failed(FailureKind.TIMEOUT, requested=True), Unobservable, id="a time-out"),
        pytest.param(Landing(Ending.ELSEWHERE, exchange(400, body=BODY)), NonConformance, id="its words"),
        pytest.param(Landing(Ending.ELSEWHERE, exchange(496)), NonConformance, id="its status"),
        pytest.param(page(400), Unobservable, id="another refusal"),
        pytest.param(
            Landing(Ending.ELSEWHERE, exchange(200, body=BODY)), Unobservable, id="a page that tells"
        ),
    ],
)
def test_a_certificate_is_demanded_only_where_one_was_asked_for(
    landing: Landing, raised: type[Exception] | None
) -> None:
    """A host that is down, or refuses for another reason, demands nothing."""
    if raised is None:
        landings.expect_login_without_certificate(landing)
    else:
        with pytest.raises(raised):
            landings.expect_login_without_certificate(landing)


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_each_alteration_leads_elsewhere(alteration: str) -> None:
    """Each is another string; all but the added query are another place too."""
    found = altered(URI, alteration)

    assert found != URI
    assert same_place(found, URI) is (alteration == "an added query")


def test_places_are_compared_without_their_query_only() -> None:
    """Hostile URLs are no place."""
    assert same_place("https://TPP.example:443/back?code=x", URI)
    assert not same_place("https://tpp.example.evil.invalid/back", URI)
    assert not same_place("https://tpp.example@evil.invalid/back", URI)
    assert not same_place("https://[/", "https://[/")
    assert not same_place("https://tpp.example:99999/back", URI)
