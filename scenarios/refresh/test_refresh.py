"""RFC 6749, section 6, and the bank's document: a refresh token yields new tokens, again and again."""

import pytest

from conformance.catalogue import advises, covers
from conformance.checks.refresh import (
    expect_distinct,
    expect_new_access_token,
    expect_new_refresh_token,
    expect_refreshed_token_opens,
    expect_stable_scope,
    expect_unbroken,
)
from conformance.checks.token_response import (
    expect_bearer_type,
    expect_id_token_member,
    expect_json_not_stored,
    expect_lifetime,
    expect_number_member,
    expect_string_member,
)
from conformance.session import Aspsp, Tpp
from fixtures.refresh import CHAIN_LENGTH, Chain, Rotation


@covers("refresh-grant", destroys=True)
def test_a_refresh_token_yields_a_new_access_token(chain: Chain) -> None:
    """A TPP goes on without the PSU."""
    answer = chain.first

    expect_new_access_token(answer, before=chain.before.exchange)


@covers("refresh-grant", destroys=True)
def test_the_api_accepts_the_refreshed_access_token(refreshable: Chain) -> None:
    """A new token is worth what the first one was."""
    answer = refreshable.call

    expect_refreshed_token_opens(answer, control=refreshable.control)


@covers("refresh-response-members", destroys=True)
@pytest.mark.parametrize("member", ["access_token", "scope", "token_type"])
def test_the_refresh_response_has_the_documented_text(refreshable: Chain, member: str) -> None:
    """A TPP reads the answer to a refresh as it read the first one."""
    answer = refreshable.first

    expect_string_member(answer, member)


@covers("refresh-response-members", destroys=True)
def test_the_refresh_response_has_a_refresh_token(refreshable: Chain, rotation: Rotation) -> None:
    """A TPP can refresh again."""
    rotation.require()

    answer = refreshable.first

    expect_string_member(answer, "refresh_token")


@covers("refresh-response-members", destroys=True)
def test_expires_in_is_a_json_number_after_a_refresh_too(refreshable: Chain) -> None:
    """A TPP computes with it."""
    answer = refreshable.first

    expect_number_member(answer, "expires_in")


@covers("refresh-response-members", destroys=True)
def test_a_refreshed_token_is_a_bearer_token(refreshable: Chain) -> None:
    """A TPP must not use a token whose type it does not know."""
    answer = refreshable.first

    expect_bearer_type(answer)


@covers("refresh-response-members", destroys=True)
def test_a_refreshed_token_is_announced_for_the_documented_lifetime(aspsp: Aspsp, refreshable: Chain) -> None:
    """A refresh buys no longer life than an authorization."""
    documented = aspsp.documented

    answer = refreshable.first

    expect_lifetime(
        answer,
        limit=documented.access_token_lifetime,
        tolerance=documented.access_token_lifetime_tolerance,
    )


@covers("refresh-response-members", destroys=True)
def test_the_refresh_response_is_json_that_nobody_may_store(refreshable: Chain) -> None:
    """Tokens do not belong into caches."""
    answer = refreshable.first

    expect_json_not_stored([answer])


@advises("refresh-response-members", destroys=True)
def test_an_id_token_comes_with_a_refresh_too(tpp: Tpp, refreshable: Chain) -> None:
    """The bank's example shows one, though OpenID Connect leaves it open."""
    answer = refreshable.first

    expect_id_token_member(answer, requested=tpp.scope().split())


@covers("refresh-rotation", destroys=True)
def test_a_refresh_issues_a_new_refresh_token(refreshable: Chain, rotation: Rotation) -> None:
    """The used refresh token has a successor that replaces it."""
    rotation.require()

    answer = refreshable.first

    expect_new_refresh_token(answer, sent=refreshable.before.refresh_token)


@covers("refresh-chain", destroys=True)
def test_five_refreshes_in_sequence_succeed(refreshable: Chain, rotation: Rotation) -> None:
    """A TPP can go on for as long as the PSU's consent lasts."""
    answers = refreshable.refreshes

    expect_unbroken(answers, length=CHAIN_LENGTH, rotates=rotation.rotates)


@covers("refresh-chain", destroys=True)
def test_no_token_of_the_chain_comes_twice(refreshable: Chain, rotation: Rotation) -> None:
    """Each step leaves the tokens of the last one behind."""
    answers = refreshable.responses

    expect_distinct(answers, rotates=rotation.rotates)


@covers("refresh-chain", destroys=True)
def test_the_scope_stays_the_same_along_the_chain(refreshable: Chain) -> None:
    """What the PSU agreed to does not crumble away."""
    answers = refreshable.refreshes

    expect_stable_scope(answers)


@covers("refresh-chain", destroys=True)
def test_the_api_accepts_the_last_access_token_of_the_chain(refreshable: Chain) -> None:
    """The fifth token is worth what the first one was."""
    answer = refreshable.last_call

    expect_refreshed_token_opens(answer, control=refreshable.call or refreshable.control)
