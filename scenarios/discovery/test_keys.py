"""RFC 7517 and OpenID Connect Core 1.0, section 10.1: the keys with which ID tokens are verified."""

from conformance.catalogue import covers
from conformance.checks.key_sets import expect_distinct_key_ids, expect_no_private_key, expect_signing_key
from conformance.checks.metadata import expect_https_url
from conformance.session import Aspsp


@covers("discovery-jwks")
def test_the_jwk_set_is_found_under_an_https_url(aspsp: Aspsp) -> None:
    """Keys that came over an open line verify nothing."""
    metadata = aspsp.configuration.exchange

    expect_https_url(metadata, "jwks_uri")


@covers("discovery-jwks")
def test_the_jwk_set_holds_a_public_key_for_an_advertised_algorithm(aspsp: Aspsp) -> None:
    """Anybody can verify what the bank signs, without a certificate."""
    keys = aspsp.fetch_keys()

    expect_signing_key(keys, aspsp.configuration.exchange)


@covers("discovery-jwks")
def test_the_jwk_set_holds_no_private_key(aspsp: Aspsp) -> None:
    """Whoever holds the private half signs in the bank's name."""
    keys = aspsp.fetch_keys()

    expect_no_private_key(keys)


@covers("discovery-jwks")
def test_a_key_identifier_names_one_key(aspsp: Aspsp) -> None:
    """A token's kid leads to the key that signed it."""
    keys = aspsp.fetch_keys()

    expect_distinct_key_ids(keys)
