"""RFC 9700, section 4.14.2, and the bank's document: a used refresh token is disabled, and its replay is noticed."""

from datetime import timedelta

from conformance.catalogue import covers
from conformance.checks.refresh import expect_disabled, expect_family_revoked
from conformance.session import Patience, Tpp
from fixtures.refresh import RefreshReplay, Rotation

MARGIN = timedelta(seconds=2)


@covers("refresh-single-use", destroys=True)
def test_a_used_refresh_token_is_refused_at_once(replayed: RefreshReplay, rotation: Rotation) -> None:
    """Of a thief and the TPP only one gets on."""
    answer = replayed.at_once

    expect_disabled(answer, first=replayed.first, grace=rotation.grace)


@covers("refresh-single-use", destroys=True)
def test_a_used_refresh_token_is_refused_five_seconds_later(
    replayed: RefreshReplay, rotation: Rotation
) -> None:
    """It stays disabled."""
    answer = replayed.later

    expect_disabled(answer, first=replayed.first, grace=rotation.grace)


@covers("refresh-reuse-detection", destroys=True)
def test_a_replay_ends_the_successor_too(replayed: RefreshReplay, rotation: Rotation) -> None:
    """Nobody knows whether the thief holds the old token or the new one."""
    answer = replayed.successor

    expect_family_revoked(answer, replays=(replayed.at_once, replayed.later), grace=rotation.grace)


@covers("refresh-single-use", destroys=True, waits=True)
def test_a_used_refresh_token_is_refused_after_the_documented_grace(
    tpp: Tpp, rotation: Rotation, patience: Patience
) -> None:
    """A bank that forgives a lost answer forgives it for a short time only."""
    span = rotation.documented_grace + MARGIN
    patience.require(span)
    grant = tpp.own_grant()
    first = tpp.refresh(grant.refresh_token)

    patience.wait(span, "the grace period of a used refresh token to end")

    expect_disabled(tpp.refresh(grant.refresh_token), first=first, grace=rotation.grace)
