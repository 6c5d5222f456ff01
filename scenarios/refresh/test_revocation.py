"""RFC 7009: a client that revokes its refresh token ends its grant, and nobody else's."""

from conformance.catalogue import covers
from conformance.checks.refresh import expect_revoked, expect_survives_foreign_revocation, given_refreshed
from conformance.checks.responses import expect_status
from conformance.session import Tpp
from fixtures.refresh import Chain

NOBODYS_TOKEN = "suite-refresh-token-that-nobody-issued"  # noqa: S105 (it is nobody's)


@covers("refresh-revocation-endpoint", destroys=True)
def test_a_revoked_refresh_token_refreshes_nothing(revocable_tpp: Tpp, refreshable: Chain) -> None:
    """A TPP that ends its service can give its access back."""
    given_refreshed(refreshable.first)
    token = revocable_tpp.own_grant().refresh_token

    answer = revocable_tpp.revoke(token)

    expect_revoked(answer, revocable_tpp.refresh(token))


@covers("refresh-revocation-endpoint", destroys=True)
def test_revoking_an_unknown_token_is_no_error(revocable_tpp: Tpp, refreshable: Chain) -> None:
    """What is not there need not be revoked."""
    given_refreshed(refreshable.first)

    answer = revocable_tpp.revoke(NOBODYS_TOKEN)

    expect_status(answer, 200)


@covers("refresh-revocation-endpoint", destroys=True)
def test_another_tpp_cannot_revoke_a_refresh_token(
    revocable_tpp: Tpp, other_tpp: Tpp, refreshable: Chain
) -> None:
    """A client ends its own grants only."""
    given_refreshed(refreshable.first)
    token = revocable_tpp.own_grant().refresh_token
    heard = other_tpp.revoke(NOBODYS_TOKEN)
    other_tpp.revoke(token)

    answer = revocable_tpp.refresh(token)

    expect_survives_foreign_revocation(answer, heard=heard)
