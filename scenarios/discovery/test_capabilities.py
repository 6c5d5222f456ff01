"""OpenID Connect Discovery 1.0, section 3: what the metadata promises, the bank's document being its measure."""

from conformance.catalogue import advises, covers
from conformance.checks.metadata import (
    expect_listed,
    expect_listed_if_published,
    expect_published,
    expect_response_type_code,
    note_withheld_scopes,
)
from conformance.session import Aspsp, Tpp


@covers("discovery-code-and-refresh-advertised")
def test_the_response_type_code_is_advertised(aspsp: Aspsp) -> None:
    """The code flow is the one that the bank documents."""
    metadata = aspsp.configuration.exchange

    expect_response_type_code(metadata)


@covers("discovery-code-and-refresh-advertised")
def test_published_grant_types_hold_both_documented_grants(aspsp: Aspsp) -> None:
    """The bank documents codes and refresh tokens."""
    metadata = aspsp.configuration.exchange

    expect_listed_if_published(metadata, "grant_types_supported", ("authorization_code", "refresh_token"))


@advises("discovery-code-and-refresh-advertised")
def test_grant_types_are_published(aspsp: Aspsp) -> None:
    """The default list lacks the refresh token that the bank documents."""
    metadata = aspsp.configuration.exchange

    expect_published(metadata, "grant_types_supported", "authorization_code and implicit")


@covers("discovery-scopes-advertised")
def test_published_scopes_hold_openid(aspsp: Aspsp) -> None:
    """An OpenID provider that lists scopes lists openid."""
    metadata = aspsp.configuration.exchange

    expect_listed_if_published(metadata, "scopes_supported", ("openid",))


@covers("discovery-scopes-advertised")
def test_documented_scopes_are_advertised_or_named_as_withheld(aspsp: Aspsp, tpp: Tpp) -> None:
    """A bank may withhold scopes from the list; which ones it withholds is noted here."""
    metadata = aspsp.configuration.exchange

    note_withheld_scopes(metadata, tpp.whole_scope.split())


@covers("discovery-acr-values-advertised")
def test_published_acr_values_hold_the_documented_ones(aspsp: Aspsp) -> None:
    """The level that TPPs are told to send is one that the bank knows."""
    metadata = aspsp.configuration.exchange

    expect_listed_if_published(metadata, "acr_values_supported", aspsp.documented.acr_values)


@covers("discovery-pkce-methods")
def test_pkce_with_s256_is_advertised(aspsp: Aspsp) -> None:
    """A client relies on PKCE only where it knows that it is enforced."""
    metadata = aspsp.configuration.exchange

    expect_listed(metadata, "code_challenge_methods_supported", ("S256",))
