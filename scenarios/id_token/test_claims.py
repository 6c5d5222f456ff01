"""OpenID Connect Core 1.0, sections 2, 3.1.3.6 and 3.1.3.7: what every ID token says."""

from conformance.catalogue import covers
from conformance.checks.id_token_story import expect_plausible_times
from conformance.checks.id_tokens import (
    IdToken,
    expect_access_token_hash,
    expect_audience,
    expect_authorized_party,
    expect_issuer_of_metadata,
    expect_issuer_of_redirect,
    expect_no_nonce,
    expect_nonce,
    expect_required_claims,
)
from conformance.session import Aspsp, Tpp


@covers("id-token-required-claims")
def test_the_five_mandatory_claims_are_there_and_of_their_types(id_token: IdToken) -> None:
    """Without issuer, subject, audience, expiry and time of issue nothing can be validated."""
    expect_required_claims(id_token)


@covers("id-token-iss")
def test_the_issuer_is_the_one_of_the_metadata(id_token: IdToken, aspsp: Aspsp) -> None:
    """The token is tied to the server that was contacted."""
    metadata = aspsp.configuration.exchange

    expect_issuer_of_metadata(id_token, metadata)


@covers("id-token-iss")
def test_the_issuer_is_the_one_of_the_redirect(id_token: IdToken, tpp: Tpp) -> None:
    """Redirect and token come from one server."""
    response = tpp.grant().authorization

    expect_issuer_of_redirect(id_token, response.get("iss"))


@covers("id-token-aud")
def test_the_audience_is_the_client_alone(id_token: IdToken, tpp: Tpp) -> None:
    """A token for one TPP is worthless at another."""
    expect_audience(id_token, tpp.client_id)


@covers("id-token-aud")
def test_the_authorized_party_is_the_client(id_token: IdToken, tpp: Tpp) -> None:
    """azp is optional, and where it stands it names the client."""
    expect_authorized_party(id_token, tpp.client_id)


@covers("id-token-times")
def test_the_token_was_issued_now_and_expires_later(id_token: IdToken) -> None:
    """An old token, or one that is over, tells nothing of this login."""
    expect_plausible_times(id_token)


@covers("id-token-nonce")
def test_the_nonce_of_the_request_is_returned(id_token: IdToken, tpp: Tpp) -> None:
    """The token belongs to this request and was not replayed."""
    request = tpp.grant().authorization.request

    expect_nonce(id_token, request.get("nonce"))


@covers("id-token-nonce")
def test_no_nonce_is_returned_where_none_was_sent(second_id_token: IdToken) -> None:
    """A nonce of another request would make its token pass for this one's."""
    expect_no_nonce(second_id_token)


@covers("id-token-at-hash")
def test_at_hash_is_of_the_access_token_beside_it(id_token: IdToken) -> None:
    """An access token cannot be exchanged for another one on the way."""
    expect_access_token_hash(id_token)
