"""OpenID Connect Discovery 1.0, sections 3 and 4.3: who the authorization server says it is."""

from conformance.catalogue import covers
from conformance.checks.issuers import expect_issuer_form, expect_issuer_of_url
from conformance.session import Aspsp


@covers("discovery-issuer-matches-url")
def test_the_issuer_is_the_prefix_of_the_discovery_url(aspsp: Aspsp) -> None:
    """Another server's document could not pass for this one's."""
    metadata = aspsp.configuration.exchange

    expect_issuer_of_url(metadata, aspsp.documented.discovery_url)


@covers("discovery-issuer-form")
def test_the_issuer_is_an_https_url_without_query_and_fragment(aspsp: Aspsp) -> None:
    """An issuer is compared as a string, so it has one form only."""
    metadata = aspsp.configuration.exchange

    expect_issuer_form(metadata)
