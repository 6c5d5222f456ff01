"""RFC 9700, section 2.1: only a registered redirect URI is used, and it is compared as an exact string."""

import pytest

from conformance.catalogue import covers
from conformance.checks.authorization_response import expect_query_kept
from conformance.checks.landings import expect_journey, expect_refused_like, expect_stays_at_bank
from conformance.session import Landing, Landings, Psu, Tpp

ALTERATIONS = (
    "a trailing slash",
    "a further path segment",
    "an added query",
    "another letter case of the path",
    "http instead of https",
    "a longer host",
    "a subdomain",
    "another port",
    "a user before the host",
)


@covers("authorization-redirect-uri-unregistered")
@pytest.mark.parametrize("place", ["a foreign host", "the host of a registered one"])
def test_an_unregistered_redirect_uri_ends_on_a_page_of_the_bank(
    unregistered: Landings, place: str, asking: Landing
) -> None:
    """Neither a code nor an error may reach an address that nobody vouches for."""
    expect_stays_at_bank(unregistered[place], beside=asking)


@covers("authorization-redirect-uri-exact")
@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_a_near_match_of_a_registered_redirect_uri_is_refused(
    psu: Psu, tpp: Tpp, alteration: str, unregistered: Landings, asking: Landing
) -> None:
    """Each loose comparison has been the way to somebody's codes."""
    near_match = tpp.altered_redirect_uri(alteration)

    landing = psu.look(tpp.authorization_request(redirect_uri=near_match))

    expect_refused_like(landing, unregistered=unregistered.all, beside=asking)


@covers("authorization-redirect-uri-encoding")
def test_a_redirect_uri_with_upper_case_percent_encoding_is_accepted(
    psu: Psu, tpp: Tpp, asking: Landing
) -> None:
    """The documented form is understood as the plain one is."""
    plain = psu.look(tpp.authorization_request().with_plain_redirect_uri())

    expect_journey(asking, beside=plain)


@covers("authorization-redirect-uri-encoding")
def test_a_redirect_uri_with_lower_case_percent_encoding_is_accepted(
    psu: Psu, tpp: Tpp, asking: Landing
) -> None:
    """The letter case of hexadecimal digits means nothing."""
    landing = psu.look(tpp.authorization_request().with_lower_case_encoding())

    expect_journey(landing, beside=asking)


@covers("authorization-redirect-uri-encoding")
def test_the_query_of_a_registered_redirect_uri_is_kept_beside_the_code(tpp: Tpp, asking: Landing) -> None:
    """The TPP finds its own parameters where it put them."""
    landing = tpp.send(tpp.authorization_request(redirect_uri=tpp.redirect_uri_with_query))

    expect_query_kept(landing, beside=asking)
