"""RFC 6749, section 10.4, and RFC 8705, section 7.1: a refresh token serves its own client, over its certificate."""

from conformance.catalogue import covers
from conformance.checks.refresh import (
    expect_nothing_elsewhere,
    expect_refreshed_token_opens,
    expect_still_owned,
    expect_useless_to_others,
    given_refreshed,
)
from conformance.checks.responses import expect_success, expect_turned_away
from conformance.session import Tpp
from fixtures.refresh import Chain
from fixtures.refresh_use import Renewal, Uncertified


@covers("refresh-requires-certificate", destroys=True)
def test_a_refresh_without_certificate_is_turned_away(uncertified: Uncertified) -> None:
    """Who steals a refresh token holds no certificate of the TPP."""
    answer = uncertified.documented

    expect_turned_away(answer, beside=uncertified.owner)


@covers("refresh-requires-certificate", destroys=True)
def test_the_browser_host_refreshes_nothing_without_certificate(uncertified: Uncertified) -> None:
    """A certificate that is demanded at one door only protects nothing."""
    answer = uncertified.tried_elsewhere

    expect_nothing_elsewhere(answer, beside=uncertified.browser_host)


@covers("refresh-requires-certificate", destroys=True)
def test_a_refresh_without_certificate_leaves_the_token_to_its_owner(uncertified: Uncertified) -> None:
    """A stranger cannot end a grant by trying."""
    answer = uncertified.owner

    expect_still_owned(answer)


@covers("refresh-bound-to-client", destroys=True)
def test_another_tpp_cannot_refresh_under_its_own_name(
    tpp: Tpp, other_certificate_tpp: Tpp, refreshable: Chain
) -> None:
    """A refresh token was issued to one client."""
    given_refreshed(refreshable.first)
    stolen = tpp.own_grant().refresh_token

    answer = other_certificate_tpp.refresh(stolen)

    expect_useless_to_others(answer)


@covers("refresh-bound-to-client", destroys=True)
def test_another_tpp_cannot_refresh_under_the_name_of_the_owner(
    certificate_tpp: Tpp, other_certificate_tpp: Tpp, refreshable: Chain
) -> None:
    """A certificate speaks for its own organisation only, whatever client_id is sent with it."""
    given_refreshed(refreshable.first)
    stolen = certificate_tpp.own_grant().refresh_token

    answer = certificate_tpp.over_certificate_of(other_certificate_tpp).refresh(stolen)

    expect_useless_to_others(answer)


@covers("refresh-survives-certificate-renewal", destroys=True)
def test_a_grant_is_refreshed_over_the_renewed_certificate(renewal: Renewal) -> None:
    """A PSU need not authenticate again because a TPP renewed its QWAC."""
    answer = renewal.refresh

    expect_success(answer)


@covers("refresh-survives-certificate-renewal", destroys=True)
def test_the_api_opens_over_the_renewed_certificate(renewal: Renewal, refreshable: Chain) -> None:
    """A token that was refreshed over the renewed QWAC is bound to that one."""
    answer = renewal.served

    expect_refreshed_token_opens(answer, control=refreshable.call or refreshable.control)
