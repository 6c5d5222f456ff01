"""RFC 6750, section 3: a call without token is challenged, and what is no token is refused."""

import pytest

from conformance.catalogue import advises, covers
from conformance.checks.bearer import (
    expect_challenge,
    expect_invalid_token,
    expect_no_error_code,
    expect_token_refused,
)
from conformance.session import Tpp
from fixtures.bearer import Services

FORGERIES = ["a random string", "another character", "alg none", "a later expiry"]


@covers("bearer-missing-token")
def test_a_call_without_token_is_answered_401_with_a_bearer_challenge(tpp: Tpp, services: Services) -> None:
    """A client learns from the answer how it must authenticate."""
    answer = tpp.call(None)

    expect_challenge(answer, control=services.still_open())


@covers("bearer-missing-token")
@pytest.mark.parametrize("role", ["aisp", "pisp", "cbpii"])
def test_the_service_of_a_role_challenges_a_call_without_token(services: Services, role: str) -> None:
    """No service of the bank is left out."""
    answer = services.tokenless(role)

    expect_challenge(answer, control=services.still_opens(role))


@advises("bearer-missing-token")
def test_the_challenge_to_a_call_without_token_names_no_error(tpp: Tpp, services: Services) -> None:
    """Nothing was wrong with a token that was not sent."""
    answer = tpp.call(None)

    expect_no_error_code(answer, control=services.still_open())


@covers("bearer-invalid-token")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_nobody_issued_is_refused(services: Services, forgery: str) -> None:
    """Who can write a token still opens nothing."""
    answer = services.forged(forgery)

    expect_token_refused(answer, control=services.still_open())


@advises("bearer-invalid-token")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_refusal_says_invalid_token(services: Services, forgery: str) -> None:
    """A client learns that it needs another token, not another request."""
    answer = services.forged(forgery)

    expect_invalid_token(answer, control=services.still_open())
