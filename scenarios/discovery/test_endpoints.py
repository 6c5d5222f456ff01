"""OpenID Connect Discovery 1.0, section 3, and RFC 8705, section 5: where a TPP sends its PSU and its requests."""

from conformance.catalogue import covers
from conformance.checks.metadata import (
    expect_certificate_asked_for,
    expect_endpoint_there,
    expect_https_url,
    expect_token_endpoint_published,
    foreign_alias,
)
from conformance.session import Aspsp


@covers("discovery-authorization-endpoint")
def test_the_authorization_endpoint_is_an_https_url_without_fragment(aspsp: Aspsp) -> None:
    """The bank tells TPPs to take the endpoint from the document, not to hard-code it."""
    metadata = aspsp.configuration.exchange

    expect_https_url(metadata, "authorization_endpoint")


@covers("discovery-authorization-endpoint")
def test_the_authorization_endpoint_answers(aspsp: Aspsp) -> None:
    """A PSU who is sent there finds the bank, whatever it thinks of an empty request."""
    endpoint = aspsp.configuration.https_url("authorization_endpoint")

    answer = aspsp.visit(endpoint, "open the authorization endpoint without parameters")

    expect_endpoint_there(answer)


@covers("discovery-mtls-token-endpoint")
def test_metadata_leads_to_the_documented_token_endpoint(aspsp: Aspsp) -> None:
    """A TPP that follows metadata alone finds the host that can authenticate it by its certificate."""
    metadata = aspsp.configuration.exchange

    expect_token_endpoint_published(metadata, aspsp.documented.token_endpoint)


@covers("discovery-mtls-token-endpoint")
def test_another_endpoint_for_mutual_tls_asks_for_a_certificate(aspsp: Aspsp) -> None:
    """A client that prefers the alias, as RFC 8705 has it, posts its codes where it can be authenticated."""
    alias = foreign_alias(aspsp.configuration.exchange, aspsp.documented.token_endpoint)

    answer = aspsp.visit(alias, "open the token endpoint for mutual TLS without a certificate")

    expect_certificate_asked_for(answer)
