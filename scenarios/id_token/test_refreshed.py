"""OpenID Connect Core 1.0, section 12.2: the ID token of a refresh continues the first."""

from conformance.catalogue import covers
from conformance.checks.id_token_story import (
    expect_newer,
    expect_same_authentication_time,
    expect_same_parties,
)
from conformance.checks.id_tokens import IdToken


@covers("id-token-refresh-consistency", destroys=True)
def test_issuer_subject_and_audience_stay(second_id_token: IdToken, renewed_id_token: IdToken) -> None:
    """A refresh changes neither the bank nor the PSU nor the client."""
    expect_same_parties(second_id_token, renewed_id_token)


@covers("id-token-refresh-consistency", destroys=True)
def test_the_time_of_issue_is_that_of_the_refresh(
    second_id_token: IdToken, renewed_id_token: IdToken
) -> None:
    """It is a new token, not the first one again."""
    expect_newer(second_id_token, renewed_id_token)


@covers("id-token-refresh-consistency", destroys=True)
def test_the_time_of_the_authentication_stays(second_id_token: IdToken, renewed_id_token: IdToken) -> None:
    """A refresh is no login: the PSU was not there."""
    expect_same_authentication_time(second_id_token, renewed_id_token)
