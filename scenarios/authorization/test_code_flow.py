"""RFC 6749, section 4.1: the documented authorization URL leads a PSU to the bank, and back with a code."""

from conformance.catalogue import advises, covers
from conformance.checks.authorization_response import expect_code, expect_response_in_query
from conformance.checks.landings import (
    expect_journey,
    expect_login_without_certificate,
    expect_method,
    expect_no_certificate_request,
)
from conformance.session import Landing, Psu, Tpp


@covers("authorization-code-flow")
def test_the_documented_url_leads_to_a_code_at_the_redirect_uri(journey: Landing) -> None:
    """The PSU signs in and agrees, and its browser is sent to exactly the redirect URI with one code."""
    expect_code(journey)


@covers("authorization-endpoint-without-certificate")
def test_a_browser_without_client_certificate_reaches_the_login(asking: Landing) -> None:
    """A PSU has no QWAC: only the token and API hosts may demand a certificate."""
    expect_login_without_certificate(asking)


@advises("authorization-endpoint-without-certificate")
def test_a_browser_is_not_even_asked_for_a_client_certificate(asking: Landing) -> None:
    """A request that may be declined still shows the PSU a dialogue that it cannot answer."""
    expect_no_certificate_request(asking)


@covers("authorization-get-and-post")
def test_the_request_is_accepted_by_get(asking: Landing) -> None:
    """The documented way: the browser is redirected to the authorization URL."""
    expect_method(asking)


@covers("authorization-get-and-post")
def test_the_request_is_accepted_as_a_posted_form(psu: Psu, tpp: Tpp, asking: Landing) -> None:
    """A request too long for a URL is sent as a form, and means the same."""
    posted = psu.look(tpp.authorization_request(), method="POST")

    expect_journey(posted, beside=asking)


@covers("authorization-response-in-query")
def test_the_response_stands_in_the_query_and_holds_no_token(journey: Landing) -> None:
    """A token in the front channel would stay in histories and logs."""
    expect_response_in_query(journey)
