"""RFC 6749, sections 4.1.2, 4.1.3 and 10.5: a code serves once, soon, its own client, for its own redirect URI."""

from datetime import timedelta

from conformance.catalogue import covers
from conformance.checks.responses import expect_refusal
from conformance.checks.token_requests import (
    expect_access_token_dead,
    expect_invalid_grant,
    expect_one_success,
    expect_refresh_token_dead,
)
from conformance.session import Aspsp, Patience, Tpp
from fixtures.token import Aftermath, Race, Replay

MARGIN = timedelta(seconds=30)


@covers("token-code-single-use", destroys=True)
def test_the_second_exchange_of_a_code_is_refused(replay: Replay) -> None:
    """A code that leaks after its use is worth nothing."""
    answer = replay.again

    expect_invalid_grant(answer)


@covers("token-code-reuse-revokes", destroys=True)
def test_the_access_token_of_a_replayed_code_opens_nothing(aftermath: Aftermath) -> None:
    """Nobody knows whether the first exchange was the thief's."""
    replay = aftermath.replay

    answer = aftermath.call

    expect_access_token_dead(answer, before=replay.call, issued=replay.first, replay=replay.again)


@covers("token-code-reuse-revokes", destroys=True)
def test_the_refresh_token_of_a_replayed_code_is_refused(aftermath: Aftermath) -> None:
    """Nobody knows whether the first exchange was the thief's."""
    answer = aftermath.refresh

    expect_refresh_token_dead(answer, replay=aftermath.replay.again)


@covers("token-code-single-use", destroys=True)
def test_of_two_exchanges_at_the_same_time_one_succeeds(race: Race) -> None:
    """A thief who is as fast as the TPP gets nothing beside it."""
    answers = race.exchanges

    expect_one_success(answers)


@covers("token-code-expiry", waits=True)
def test_a_code_is_refused_after_its_lifetime(aspsp: Aspsp, tpp: Tpp, patience: Patience) -> None:
    """A code that was forgotten somewhere is worth nothing."""
    span = timedelta(seconds=aspsp.documented.code_lifetime) + MARGIN
    patience.require(span)
    tpp.grant()
    authorization = tpp.authorize()

    patience.wait(span, "an authorization code to expire")

    expect_invalid_grant(tpp.exchange(authorization))


@covers("token-code-bound-to-client")
def test_another_tpp_cannot_exchange_the_code_with_its_first_redirect_uri(tpp: Tpp, other_tpp: Tpp) -> None:
    """A stolen code is worth nothing to another TPP, even if it repeats the request that it stole from."""
    other_tpp.grant()
    stolen = tpp.authorize()

    answer = other_tpp.request_token(other_tpp.code_exchange(stolen))

    expect_invalid_grant(answer)


@covers("token-code-bound-to-client")
def test_another_tpp_cannot_exchange_the_code_with_its_own_redirect_uri(tpp: Tpp, other_tpp: Tpp) -> None:
    """A stolen code is worth nothing to another TPP that asks as it always does."""
    other_tpp.grant()
    stolen = tpp.authorize()

    request = other_tpp.code_exchange(stolen).having(redirect_uri=other_tpp.redirect_uri)

    answer = other_tpp.request_token(request)

    expect_invalid_grant(answer)


@covers("token-redirect-uri-identical")
def test_another_registered_redirect_uri_is_refused(tpp: Tpp) -> None:
    """A code that was sent elsewhere was not sent to the one who presents it."""
    tpp.grant()
    exchange = tpp.code_exchange(tpp.authorize())

    answer = tpp.request_token(exchange.having(redirect_uri=tpp.another_redirect_uri))

    expect_invalid_grant(answer)


@covers("token-redirect-uri-identical")
def test_a_redirect_uri_that_almost_matches_is_refused(tpp: Tpp) -> None:
    """Identical means the same characters."""
    tpp.grant()
    exchange = tpp.code_exchange(tpp.authorize())

    answer = tpp.request_token(exchange.having(redirect_uri=f"{tpp.redirect_uri}/"))

    expect_invalid_grant(answer)


@covers("token-redirect-uri-identical")
def test_an_exchange_without_redirect_uri_is_refused(tpp: Tpp) -> None:
    """What was sent in the authorization request is repeated in the exchange."""
    tpp.grant()
    exchange = tpp.code_exchange(tpp.authorize())

    answer = tpp.request_token(exchange.without("redirect_uri"))

    expect_refusal(answer, status=(400,), error=("invalid_request", "invalid_grant"))


@covers("token-redirect-uri-identical")
def test_an_exchange_without_redirect_uri_is_refused_to_the_other_tpp_too(other_tpp: Tpp) -> None:
    """A client with fewer registered redirect URIs repeats its own as well."""
    other_tpp.grant()
    exchange = other_tpp.code_exchange(other_tpp.authorize())

    answer = other_tpp.request_token(exchange.without("redirect_uri"))

    expect_refusal(answer, status=(400,), error=("invalid_request", "invalid_grant"))
