"""RFC 6749, sections 1.5, 5.2 and 6: only a refresh token refreshes, and it does nothing else."""

from conformance.catalogue import covers
from conformance.checks.bearer import expect_not_opened
from conformance.checks.refresh import INVALID_GRANT, given_refreshed
from conformance.checks.responses import expect_refusal
from conformance.session import Tpp
from fixtures.bearer import Services
from fixtures.refresh import Chain

NOBODYS_TOKEN = "suite-refresh-token-that-nobody-issued"  # noqa: S105 (it is nobody's)


@covers("refresh-invalid-input", destroys=True)
def test_an_unknown_refresh_token_is_refused(tpp: Tpp, refreshable: Chain) -> None:
    """Guessing leads nowhere."""
    given_refreshed(refreshable.first)

    answer = tpp.refresh(NOBODYS_TOKEN)

    expect_refusal(answer, status=(400,), error=INVALID_GRANT)


@covers("refresh-invalid-input", destroys=True)
def test_an_access_token_does_not_refresh(tpp: Tpp, refreshable: Chain) -> None:
    """A token of ten minutes must not buy months."""
    given_refreshed(refreshable.first)

    answer = tpp.refresh(refreshable.latest_access_token)

    expect_refusal(answer, status=(400,), error=INVALID_GRANT)


@covers("refresh-invalid-input", destroys=True)
def test_an_id_token_does_not_refresh(tpp: Tpp, refreshable: Chain, some_id_token: str) -> None:
    """What says who the PSU is gives no access."""
    given_refreshed(refreshable.first)

    answer = tpp.refresh(some_id_token)

    expect_refusal(answer, status=(400,), error=INVALID_GRANT)


@covers("refresh-invalid-input", destroys=True)
def test_an_authorization_code_does_not_refresh(tpp: Tpp, refreshable: Chain) -> None:
    """A code is good for one exchange, in its own place."""
    answer = tpp.refresh(refreshable.before.authorization.code)

    expect_refusal(answer, status=(400,), error=INVALID_GRANT)


@covers("refresh-invalid-input", destroys=True)
def test_a_refresh_without_refresh_token_is_refused(tpp: Tpp, refreshable: Chain) -> None:
    """A client learns that its request is incomplete."""
    given_refreshed(refreshable.first)
    incomplete = tpp.refresh_request(NOBODYS_TOKEN).without("refresh_token")

    answer = tpp.request_token(incomplete.called("refresh without refresh_token"))

    expect_refusal(answer, status=(400,), error=("invalid_request",))


@covers("refresh-token-not-bearer")
def test_a_refresh_token_opens_no_api(tpp: Tpp, services: Services) -> None:
    """What lives for months must not open accounts."""
    answer = tpp.call(tpp.grant().refresh_token, purpose="call the API with the refresh token")

    expect_not_opened(answer, control=services.still_open())


@covers("refresh-token-not-bearer")
def test_an_id_token_opens_no_api(tpp: Tpp, services: Services, some_id_token: str) -> None:
    """What says who the PSU is gives no access."""
    answer = tpp.call(some_id_token, purpose="call the API with the ID token")

    expect_not_opened(answer, control=services.still_open())
