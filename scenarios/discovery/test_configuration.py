"""OpenID Connect Discovery 1.0, section 4: the configuration document is there, and is what it says it is."""

from conformance.catalogue import advises, covers
from conformance.checks.metadata import (
    expect_configuration,
    expect_json_media_type,
    expect_no_empty_list,
    expect_required_members,
)
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


@covers("discovery-required-members")
def test_everything_that_the_code_flow_needs_is_there_and_of_its_type(aspsp: Aspsp) -> None:
    """A client finds endpoints, keys, response types and algorithms without asking anybody."""
    metadata = aspsp.configuration.exchange

    expect_required_members(metadata)


@advises("discovery-required-members")
def test_a_list_without_values_is_left_out(aspsp: Aspsp) -> None:
    """An empty array says something else than no array, and the standard forbids it."""
    metadata = aspsp.configuration.exchange

    expect_no_empty_list(metadata)
