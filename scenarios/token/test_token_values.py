"""RFC 6750, section 2.1, and RFC 6749, section 10.10: tokens fit into a header, and nobody guesses them."""

import pytest

from conformance.catalogue import covers
from conformance.checks.token_values import (
    expect_header_safe,
    expect_no_repetition,
    expect_signed_or_opaque,
    expect_unguessable,
    expect_visible_characters,
)
from conformance.session import Session, Tpp


@covers("token-values-opaque")
def test_the_access_token_fits_into_a_bearer_header(tpp: Tpp) -> None:
    """Other characters would break the header that carries it."""
    answer = tpp.first_exchange()

    expect_header_safe(answer)


@covers("token-values-opaque")
def test_the_refresh_token_is_of_visible_characters(tpp: Tpp) -> None:
    """It travels in a form, and as one word."""
    answer = tpp.first_exchange()

    expect_visible_characters(answer)


@covers("token-values-opaque")
@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_the_token_is_too_long_to_guess(tpp: Tpp, token: str) -> None:
    """Who guesses a token needs no PSU."""
    answer = tpp.first_exchange()

    expect_unguessable(answer, token)


@covers("token-values-opaque")
@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_a_token_that_is_a_jwt_is_signed(tpp: Tpp, token: str) -> None:
    """Anybody writes an unsigned one."""
    answer = tpp.first_exchange()

    expect_signed_or_opaque(answer, token)


@covers("token-values-opaque", last=True)
def test_no_token_of_the_run_was_issued_twice(session: Session, tpp: Tpp) -> None:
    """Each grant has tokens of its own, so that one can be ended without the other."""
    tpp.first_exchange()
    tpp.own_grant()

    expect_no_repetition(session.token_responses)
