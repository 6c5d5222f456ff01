"""OpenID Connect Core 1.0, sections 2, 3.1.3.7 and 10.1: the ID token is signed with a published key."""

from conformance.catalogue import covers
from conformance.checks.id_tokens import expect_id_token, expect_signed
from conformance.session import Aspsp, Tpp


@covers("id-token-signed")
def test_an_id_token_comes_where_openid_was_granted(tpp: Tpp) -> None:
    """The bank's document shows it beside the access token."""
    grant = tpp.grant()

    expect_id_token(grant.exchange, grant.scope)


@covers("id-token-signed")
def test_the_id_token_verifies_with_a_published_key(aspsp: Aspsp, tpp: Tpp) -> None:
    """The key is chosen by kid among those of jwks_uri, the algorithm among those of the metadata."""
    grant = tpp.grant()

    algorithms = aspsp.configuration.listed("id_token_signing_alg_values_supported")

    expect_signed(grant.exchange, aspsp.keys, algorithms)
