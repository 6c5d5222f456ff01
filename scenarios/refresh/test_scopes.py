"""RFC 6749, section 6: a refresh keeps the scope, may narrow it for a time, and cannot widen it."""

from conformance.catalogue import advises, covers
from conformance.checks.bearer import expect_not_opened
from conformance.checks.refresh import (
    expect_invalid_scope,
    expect_narrowed,
    expect_not_widened,
    expect_whole_scope,
    expect_whole_scope_again,
)
from fixtures.refresh import Chain
from fixtures.refresh_use import Scopes


@covers("refresh-scope-limits", destroys=True)
def test_a_refresh_without_scope_keeps_the_scope_of_the_grant(refreshable: Chain) -> None:
    """What the PSU agreed to lasts."""
    answer = refreshable.first

    expect_whole_scope(answer, original=refreshable.before.scope)


@advises("refresh-scope-limits", destroys=True)
def test_a_refresh_for_fewer_scopes_yields_fewer(scopes: Scopes) -> None:
    """A TPP may hold less than it could."""
    answer = scopes.narrowed

    expect_narrowed(answer, wanted=scopes.fewer)


@covers("refresh-scope-limits", destroys=True)
def test_the_refresh_after_one_for_fewer_scopes_yields_all_again(scopes: Scopes) -> None:
    """To ask for less once gives nothing up."""
    answer = scopes.whole

    expect_whole_scope_again(answer, narrowed=scopes.narrowed, original=scopes.original)


@covers("refresh-scope-limits", destroys=True)
def test_a_refresh_for_more_scopes_does_not_yield_more(scopes: Scopes) -> None:
    """Nobody gets what the PSU has not agreed to."""
    answer = scopes.tried_to_widen

    expect_not_widened(answer, beyond=scopes.not_granted, afterwards=scopes.afterwards)


@covers("refresh-scope-limits", destroys=True)
def test_a_refresh_for_more_scopes_opens_no_more(scopes: Scopes) -> None:
    """What a token opens matters more than what the answer says of it."""
    answer, rightful = scopes.beyond_used

    expect_not_opened(answer, control=rightful)


@advises("refresh-scope-limits", destroys=True)
def test_a_refresh_for_more_scopes_is_refused_as_invalid_scope(scopes: Scopes) -> None:
    """A client learns what was wrong."""
    answer = scopes.tried_to_widen

    expect_invalid_scope(answer)
