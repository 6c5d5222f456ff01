"""RFC 8705, section 3.3, and RFC 9207, section 3: metadata tells of certificates and iss what the bank then does."""

from conformance.catalogue import covers
from conformance.checks.metadata import (
    binding_promised,
    expect_binding_kept,
    expect_certificate_methods,
    expect_iss_flag,
)
from conformance.session import Aspsp, Tpp


@covers("discovery-client-auth-methods")
def test_client_authentication_by_certificate_is_declared(aspsp: Aspsp, tpp: Tpp) -> None:
    """A list that is left out means client_secret_basic, which the bank does not use."""
    metadata = aspsp.configuration.exchange

    expect_certificate_methods(metadata, tpp.profile.authentication)


@covers("discovery-client-auth-methods")
def test_a_promised_certificate_binding_is_kept(aspsp: Aspsp, tpp: Tpp, other_tpp: Tpp) -> None:
    """A resource or a TPP that relies on the flag is not deceived."""
    binding_promised(aspsp.configuration.exchange)
    token = tpp.grant().access_token

    foreign = other_tpp.call(token, purpose="call the API with another TPP's access token")

    rightful = tpp.call(token), other_tpp.call(other_tpp.grant().access_token)
    expect_binding_kept(foreign, beside=rightful)


@covers("discovery-iss-parameter-flag")
def test_the_iss_of_authorization_responses_is_announced(aspsp: Aspsp, tpp: Tpp) -> None:
    """Only a client that knows of iss can insist on it, against mix-up attacks."""
    metadata = aspsp.configuration.exchange

    response = tpp.grant().authorization

    expect_iss_flag(metadata, response.exchange, response.get("iss"))
