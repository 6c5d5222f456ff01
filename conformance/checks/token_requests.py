"""How token requests are refused, and what a replayed code leads to (RFC 6749, sections 3.2, 4.1.2 and 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from conformance.checks.responses import answered, deviates, expect_no_token, expect_refusal
from conformance.checks.token_response import is_number
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.jose import parse

INVALID_GRANT = ("invalid_grant",)
_NOT_IMPLEMENTED = 501


def given_heard(documented: Exchange) -> Exchange:
    """The positive control: a documented request, of which the endpoint read the code.

    Raises:
        Unobservable: it neither gave a token for the code nor called it invalid.
    """
    read = (
        answered(documented).members.get("access_token") or documented.members.get("error") == "invalid_grant"
    )
    if not read:
        raise Unobservable(f"the token endpoint does not read the documented request: {documented.summary}")
    return documented


def expect_unread(exchange: Exchange, *, documented: Exchange) -> None:
    """A request in another form than the documented POST is refused, and its parameters have not been read.

    invalid_grant tells that the code was looked up.

    Args:
        exchange: the answer.
        documented: that to the documented form, afterwards.

    Raises:
        Unobservable: the documented form is refused too, or the request is sent elsewhere.
    """
    expect_no_token(exchange)
    error = exchange.members.get("error")
    if error == "invalid_grant":
        wanted = "a refusal of the request as such (404, 405, 400 invalid_request or 415)"
        deviates(exchange, expected=wanted, received="invalid_grant: the code was read and looked up")
    given_heard(documented)
    status = exchange.status or 0
    if 300 <= status < 400:
        raise Unobservable(f"{exchange.purpose}: sent elsewhere (status {status})")
    if not 400 <= status < 500 and status != _NOT_IMPLEMENTED:
        deviates(exchange, expected="404, 405, 400 invalid_request or 415")


def expect_json_unread(exchange: Exchange, *, documented: Exchange) -> None:
    """A JSON body is no substitute for the form (RFC 6749, 4.1.3).

    Args:
        exchange: the answer.
        documented: that to the documented form, afterwards.
    """
    expect_no_token(exchange)
    if exchange.members.get("error") == "invalid_grant":
        received = "invalid_grant: the code was read from JSON and looked up"
        deviates(exchange, expected="a refusal of the media type", received=received)
    given_heard(documented)


def expect_invalid_grant(exchange: Exchange) -> None:
    """The grant is refused: 400, error=invalid_grant (RFC 6749, 5.2)."""
    expect_refusal(exchange, status=(400,), error=INVALID_GRANT)


def expect_one_success(exchanges: Sequence[Exchange]) -> None:
    """Of several exchanges of one code exactly one succeeds, and every other is refused with invalid_grant.

    Raises:
        Unobservable: none succeeded, so nothing was raced for.
    """
    for exchange in exchanges:
        answered(exchange)
    winners = [exchange for exchange in exchanges if exchange.members.get("access_token")]
    if len(winners) > 1:
        received = f"{len(winners)} token responses for one code"
        deviates(winners[-1], expected="one token response for one code", received=received)
    for exchange in exchanges:
        if exchange not in winners:
            expect_invalid_grant(exchange)
    if not winners:
        raise Unobservable("none of the exchanges of the code succeeded")


def expect_access_token_dead(call: Exchange, *, before: Exchange, issued: Exchange, replay: Exchange) -> None:
    """An access token whose code was replayed opens nothing any more (RFC 6749, 4.1.2).

    Args:
        call: the API call with it, afterwards.
        before: the same call before the replay.
        issued: the token response.
        replay: the second exchange of the code.

    Raises:
        NotApplicable: the replay succeeded, which token-code-single-use reports.
        Unobservable: the token did not work before, or had expired by itself.
    """
    _expect_refused_replay(replay)
    if not answered(before).succeeded:
        raise Unobservable(f"the access token did not work before the replay: {before.summary}")
    _expect_unexpired(call, issued)
    if answered(call).status == 401:
        return
    token = issued.members.get("access_token")
    self_contained = call.succeeded and parse(token) is not None
    kind = "self-contained-access-token" if self_contained else None
    deviates(call, expected="401: the access token was revoked", kind=kind)


def expect_refresh_token_dead(refresh: Exchange, *, replay: Exchange) -> None:
    """A refresh token whose code was replayed is refused with invalid_grant (RFC 6749, 4.1.2).

    Raises:
        NotApplicable: the replay succeeded, which token-code-single-use reports.
        Unobservable: the bank does not refresh at all, which refresh-grant reports.
    """
    _expect_refused_replay(replay)
    if answered(refresh).members.get("error") == "unsupported_grant_type":
        raise Unobservable("the bank refreshes no token at all")
    expect_invalid_grant(refresh)


def _expect_refused_replay(replay: Exchange) -> None:
    if answered(replay).members.get("access_token"):
        raise NotApplicable("the replay of the code succeeded (token-code-single-use)")


def _expect_unexpired(call: Exchange, issued: Exchange) -> None:
    lifetime = issued.members.get("expires_in")
    if not is_number(lifetime) or not 0 < lifetime < 10**9:
        return
    if call.sent + call.elapsed >= issued.sent + timedelta(seconds=lifetime):
        raise Unobservable("the access token had expired by itself when it was tried")
