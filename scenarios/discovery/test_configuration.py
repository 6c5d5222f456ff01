"""OpenID Connect Discovery 1.0, section 4: the configuration document is there, and is what it says it is."""

from conformance.catalogue import covers
from conformance.checks.metadata import expect_configuration, expect_json_media_type
from conformance.session import Aspsp


@covers("discovery-configuration-available")
def test_the_documented_discovery_url_answers_with_a_json_object(aspsp: Aspsp) -> None:
    """An anonymous client reads the configuration document at the URL that the bank documents."""
    answer = aspsp.fetch_configuration()

    expect_configuration(answer)


@covers("discovery-content-type")
def test_the_document_is_typed_application_json(aspsp: Aspsp) -> None:
    """A client need not guess the format."""
    answer = aspsp.configuration.exchange

    expect_json_media_type(answer)
