"""Checks of token requests: any honest refusal will do, and nothing is said of what was not seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conformance.checks.token_requests import (
    expect_access_token_dead,
    expect_json_unread,
    expect_one_success,
    expect_refresh_token_dead,
    expect_unread,
)
from conformance.errors import NonConformance, NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.selftest.token_answers import NOON, SIGNED, answer, error, having


@pytest.mark.parametrize(
    "exchange",
    [
        error(400, "invalid_request"),
        error(401, "invalid_client"),
        answer(404, b"<html>"),
        answer(405, b""),
        answer(415, b"[]"),
        answer(501, b""),
    ],
)
def test_any_refusal_of_an_undocumented_form_will_do(exchange: Exchange) -> None:
    """Gateways have their own ways."""
    expect_unread(exchange, documented=answer())


@pytest.mark.parametrize(
    "exchange", [answer(), answer(400), error(400, "invalid_grant"), answer(200, b"<html>"), answer(500, b"")]
)
def test_a_token_or_a_code_that_was_looked_up_shows_that_it_was_read(exchange: Exchange) -> None:
    """invalid_grant is said of a code only."""
    with pytest.raises(NonConformance):
        expect_unread(exchange, documented=answer())


def test_json_is_judged_by_what_was_read_of_it() -> None:
    """Whatever the status."""
    expect_json_unread(answer(500, b""), documented=answer())
    for exchange in (answer(), error(400, "invalid_grant")):
        with pytest.raises(NonConformance):
            expect_json_unread(exchange, documented=answer())


@pytest.mark.parametrize(
    "documented", [error(401, "invalid_client"), answer(403, b"<html>"), answer(500, b"")]
)
def test_an_endpoint_that_refuses_everything_has_left_nothing_unread(documented: Exchange) -> None:
    """The documented form must be read for another form's refusal to mean anything."""
    with pytest.raises(Unobservable):
        expect_unread(answer(404, b"<html>"), documented=documented)
    with pytest.raises(Unobservable):
        expect_json_unread(answer(404, b"<html>"), documented=documented)


def test_one_of_two_exchanges_may_succeed() -> None:
    """The other is refused with invalid_grant."""
    expect_one_success([error(400, "invalid_grant"), answer()])


@pytest.mark.parametrize(
    "loser", [answer(), error(400, "server_error"), answer(500, b""), error(401, "invalid_grant")]
)
def test_two_successes_or_another_refusal_are_found(loser: Exchange) -> None:
    """The loser of a race is refused as any replay is."""
    with pytest.raises(NonConformance):
        expect_one_success([answer(), loser])


@pytest.mark.parametrize("other", [error(400, "invalid_grant"), answer(None), answer(503)])
def test_a_race_without_a_winner_shows_nothing(other: Exchange) -> None:
    """Nobody raced."""
    with pytest.raises(Unobservable):
        expect_one_success([error(400, "invalid_grant"), other])


REPLAY = error(400, "invalid_grant")


def dead(call: Exchange, *, before: Exchange | None = None, replay: Exchange = REPLAY) -> None:
    """The access token of a replayed code, judged."""
    first = before or answer(200, {})
    expect_access_token_dead(call, before=first, issued=answer(), replay=replay)


def test_a_revoked_access_token_is_refused_with_401() -> None:
    """As any other token that is not good."""
    dead(error(401, "invalid_token"))


def test_an_access_token_that_survives_is_found() -> None:
    """A self-contained one is told apart."""
    with pytest.raises(NonConformance) as opaque:
        dead(answer(200, {}))
    issued = having(access_token=SIGNED)
    with pytest.raises(NonConformance) as jwt:
        expect_access_token_dead(answer(200, {}), before=answer(200, {}), issued=issued, replay=REPLAY)

    assert (opaque.value.kind, jwt.value.kind) == (None, "self-contained-access-token")


def test_a_token_that_never_worked_or_expired_shows_nothing() -> None:
    """A 401 must come from the replay."""
    with pytest.raises(Unobservable):
        dead(error(401, "invalid_token"), before=error(401, "invalid_token"))
    with pytest.raises(Unobservable):
        dead(answer(401, {}, sent=NOON + timedelta(seconds=600)))


def test_a_replay_that_succeeded_is_reported_elsewhere() -> None:
    """There was no replay to detect."""
    with pytest.raises(NotApplicable):
        dead(error(401, "invalid_token"), replay=answer())
    with pytest.raises(NotApplicable):
        expect_refresh_token_dead(answer(), replay=answer())
