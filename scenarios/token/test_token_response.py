"""RFC 6749, section 5.1, and the bank's document: what the token response holds."""

import pytest

from conformance.catalogue import advises, covers
from conformance.checks.token_response import (
    expect_bearer_type,
    expect_granted_scope,
    expect_id_token_member,
    expect_json_not_stored,
    expect_lifetime,
    expect_number_member,
    expect_pragma,
    expect_string_member,
)
from conformance.session import Aspsp, Session, Tpp


@covers("token-response-members")
@pytest.mark.parametrize("member", ["access_token", "refresh_token", "scope", "token_type"])
def test_the_response_has_the_documented_text(tpp: Tpp, member: str) -> None:
    """A TPP finds what the bank's example shows."""
    answer = tpp.first_exchange()

    expect_string_member(answer, member)


@covers("token-response-members")
def test_expires_in_is_a_json_number(tpp: Tpp) -> None:
    """A TPP computes with it."""
    answer = tpp.first_exchange()

    expect_number_member(answer, "expires_in")


@covers("token-response-members")
def test_an_id_token_comes_where_openid_was_requested(tpp: Tpp) -> None:
    """A TPP learns who authorized."""
    answer = tpp.first_exchange()

    expect_id_token_member(answer, requested=tpp.scope().split())


@covers("token-response-headers")
def test_the_response_is_json_that_nobody_may_store(tpp: Tpp) -> None:
    """Tokens do not belong into caches."""
    answer = tpp.first_exchange()

    expect_json_not_stored([answer])


@advises("token-response-headers")
def test_caches_of_http_1_0_are_told_too(tpp: Tpp) -> None:
    """By the letter of OAuth 2.0 the response has Pragma: no-cache."""
    answer = tpp.first_exchange()

    expect_pragma(answer)


@covers("token-response-headers", last=True)
def test_every_token_response_of_the_run_is_json_that_nobody_may_store(session: Session, tpp: Tpp) -> None:
    """The rule holds for both grants, at every exchange and refresh."""
    tpp.first_exchange()

    expect_json_not_stored(session.token_responses)


@covers("token-type-bearer")
def test_the_token_is_a_bearer_token(tpp: Tpp) -> None:
    """A TPP must not use a token whose type it does not know."""
    answer = tpp.first_exchange()

    expect_bearer_type(answer)


@covers("token-access-lifetime")
def test_the_announced_lifetime_is_the_documented_one(aspsp: Aspsp, tpp: Tpp) -> None:
    """A short life limits what a leaked token is worth."""
    documented = aspsp.documented

    answer = tpp.first_exchange()

    expect_lifetime(
        answer,
        limit=documented.access_token_lifetime,
        tolerance=documented.access_token_lifetime_tolerance,
    )


@covers("token-scope-granted")
def test_scope_states_what_was_granted_and_no_more_than_was_asked(tpp: Tpp) -> None:
    """A TPP knows what it may do, and never holds more than its PSU agreed to."""
    answer = tpp.first_exchange()

    expect_granted_scope(answer, requested=tpp.scope().split())
