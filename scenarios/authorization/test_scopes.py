"""RFC 6749, section 3.3: scopes are a list separated by spaces, and unknown ones never widen a grant."""

from conformance.catalogue import covers
from conformance.checks.scopes import (
    expect_no_invalid_scope,
    expect_scope_omitted,
    expect_scopes_granted,
    expect_scopes_understood,
    expect_unknown_scope_bounded,
    granted_all_the_same,
)
from conformance.session import Landing, Psu, Tpp

UNKNOWN_SCOPE = "no.such.scope"


@covers("authorization-scope-encoding")
def test_scopes_separated_by_percent_20_are_all_granted(tpp: Tpp) -> None:
    """The documented form: openid and the API scopes, each of which the PSU grants."""
    landing = tpp.send(tpp.authorization_request(scope=tpp.whole_scope))

    answer = tpp.exchange(expect_scopes_understood(landing))

    expect_scopes_granted(answer, tpp.whole_scope)


@covers("authorization-scope-encoding")
def test_scopes_separated_by_a_plus_sign_are_all_granted(tpp: Tpp) -> None:
    """The other form in which a browser writes a space means the same."""
    landing = tpp.send(tpp.authorization_request(scope=tpp.whole_scope).with_plus_for_space())

    answer = tpp.exchange(expect_scopes_understood(landing))

    expect_scopes_granted(answer, tpp.whole_scope)


@covers("authorization-scope-encoding")
def test_scopes_are_understood_in_the_opposite_order(psu: Psu, tpp: Tpp) -> None:
    """The order of the values does not matter."""
    landing = psu.look(tpp.authorization_request(scope=tpp.whole_scope).with_scopes_reversed())

    expect_no_invalid_scope(landing)


@covers("authorization-unknown-scope")
def test_a_scope_that_does_not_exist_is_refused_or_left_out(unknown_scope: Landing, asking: Landing) -> None:
    """The TPP is told invalid_scope with its state, or the PSU grants the rest."""
    expect_unknown_scope_bounded(unknown_scope, beside=asking)


@covers("authorization-unknown-scope")
def test_a_grant_does_not_state_a_scope_that_does_not_exist(tpp: Tpp, unknown_scope: Landing) -> None:
    """Where the rest is granted, the token response says what that is."""
    answer = tpp.exchange(granted_all_the_same(unknown_scope))

    expect_scope_omitted(answer, UNKNOWN_SCOPE)
