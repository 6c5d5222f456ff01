"""RFC 6749, section 4.1.2.1: a request that is not right is refused, at the bank or at the redirect URI."""

import pytest

from conformance.catalogue import covers
from conformance.checks.landings import expect_journey, expect_refused, expect_stays_at_bank
from conformance.session import Landing, Psu, Tpp

UNKNOWN_CLIENT = "b0c8f0de-5a0e-4f0c-9a53-6d1f2c7e9b41"
FRONT_CHANNEL = ("unsupported_response_type", "unauthorized_client")


@covers("authorization-client-id-invalid")
def test_an_unknown_client_id_is_refused_at_the_bank(psu: Psu, tpp: Tpp, asking: Landing) -> None:
    """Without a known client the redirect URI is anybody's."""
    landing = psu.look(tpp.authorization_request(client_id=UNKNOWN_CLIENT))

    expect_stays_at_bank(landing, beside=asking)


@covers("authorization-client-id-invalid")
def test_a_missing_client_id_is_refused_at_the_bank(psu: Psu, tpp: Tpp, asking: Landing) -> None:
    """Without a client the redirect URI is nobody's."""
    landing = psu.look(tpp.authorization_request().without("client_id"))

    expect_stays_at_bank(landing, beside=asking)


@covers("authorization-response-type-restricted")
def test_a_missing_response_type_is_refused(psu: Psu, tpp: Tpp, asking: Landing) -> None:
    """The bank does not guess what the client wants."""
    landing = psu.look(tpp.authorization_request().without("response_type"))

    expect_refused(landing, errors=["invalid_request"], redirect_uri=tpp.redirect_uri, beside=asking)


@covers("authorization-response-type-restricted")
@pytest.mark.parametrize("response_type", ["token", "id_token token", "code token", "code id_token token"])
def test_a_response_type_with_a_token_in_the_front_channel_is_refused(
    psu: Psu, tpp: Tpp, response_type: str, asking: Landing
) -> None:
    """A token that passes through a browser is bound to no certificate on its way."""
    landing = psu.look(tpp.authorization_request(response_type=response_type))

    expect_refused(landing, errors=FRONT_CHANNEL, redirect_uri=tpp.redirect_uri, beside=asking)


@covers("authorization-repeated-and-unknown-parameters")
def test_an_unknown_parameter_is_ignored(psu: Psu, tpp: Tpp, asking: Landing) -> None:
    """Extensions of other servers do no harm."""
    landing = psu.look(tpp.authorization_request(suite_probe="1"))

    expect_journey(landing, beside=asking)


@covers("authorization-repeated-and-unknown-parameters")
@pytest.mark.parametrize("name", ["scope", "client_id", "response_type", "state"])
def test_a_repeated_parameter_is_refused(psu: Psu, tpp: Tpp, name: str, asking: Landing) -> None:
    """Two readers of the same request could see two different ones."""
    landing = psu.look(tpp.authorization_request().repeating(name))

    expect_refused(landing, errors=["invalid_request"], redirect_uri=tpp.redirect_uri, beside=asking)


@covers("authorization-repeated-and-unknown-parameters")
def test_an_unregistered_redirect_uri_after_the_registered_one_is_refused(
    psu: Psu, tpp: Tpp, asking: Landing
) -> None:
    """Taking the first of the two is as wrong as taking the last."""
    landing = psu.look(tpp.authorization_request().repeating("redirect_uri", tpp.unregistered_redirect_uri))

    expect_refused(landing, errors=["invalid_request"], redirect_uri=tpp.redirect_uri, beside=asking)


@covers("authorization-repeated-and-unknown-parameters")
def test_an_unregistered_redirect_uri_before_the_registered_one_is_refused(
    psu: Psu, tpp: Tpp, asking: Landing
) -> None:
    """Checking the one and using the other would give a code away."""
    request = tpp.authorization_request().repeated_in_reverse("redirect_uri", tpp.unregistered_redirect_uri)

    landing = psu.look(request)

    expect_refused(landing, errors=["invalid_request"], redirect_uri=tpp.redirect_uri, beside=asking)
