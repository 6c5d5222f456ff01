"""What a refresh must give, and when it must be refused (RFC 6749, section 6; RFC 9700, section 4.14.2)."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from datetime import timedelta

from conformance.checks.bearer import given_opened
from conformance.checks.responses import answered, deviates, expect_no_token, expect_refusal
from conformance.checks.token_response import expect_token_response, kind_of
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange, FailureKind

INVALID_GRANT = ("invalid_grant",)
_TURNED_AWAY = (FailureKind.TLS_ALERT, FailureKind.CONNECTION_CLOSED)


def given_refreshed(refresh: Exchange) -> Exchange:
    """A refresh that succeeded, as what is judged next needs it.

    Raises:
        Unobservable: it did not, which refresh-grant reports.
    """
    if answered(refresh).status != 200 or not isinstance(refresh.members.get("access_token"), str):
        raise Unobservable(f"{refresh.purpose}: it failed: {refresh.summary}")
    return refresh


def expect_new_access_token(refresh: Exchange, *, before: Exchange) -> None:
    """A refresh answers 200 with an access token that differs from the previous one (RFC 6749, 6).

    Args:
        refresh: the answer.
        before: the token response of the grant before it.
    """
    expect_token_response(refresh)
    if refresh.members.get("access_token") == before.members.get("access_token"):
        deviates(refresh, expected="a new access token", received="200 with the previous access token")


def expect_refreshed_token_opens(call: Exchange | None, *, control: Exchange) -> None:
    """The API takes the refreshed access token as it took the first one.

    Args:
        call: with the refreshed access token; None where there was none.
        control: with the access token of the code exchange.

    Raises:
        Unobservable: there is no refreshed token, the API took the first one neither, or is out of order.
    """
    given_opened(control)
    if call is None:
        raise Unobservable("no refresh gave an access token that could be tried")
    if answered(call).status in (400, 401, 403):
        deviates(call, expected=f"a 2xx status, as {control.status} with the first access token")
    if not call.succeeded:
        raise Unobservable(f"{call.purpose}: {call.summary}")


def expect_new_refresh_token(refresh: Exchange, *, sent: str) -> None:
    """The response holds a refresh token other than the one that was sent."""
    value = given_refreshed(refresh).members.get("refresh_token")
    if not isinstance(value, str) or not value:
        deviates(refresh, expected="a new refresh token", received=f"{kind_of(value)} as refresh_token")
    if value == sent:
        deviates(refresh, expected="a new refresh token", received="the refresh token that was sent")


# the chain


def expect_unbroken(refreshes: Sequence[Exchange], *, length: int, rotates: bool) -> None:
    """Every refresh of the chain succeeds and, where refresh tokens rotate, brings the next refresh token.

    Args:
        refreshes: in order, up to the first that failed.
        length: how many were meant.
        rotates: whether the bank documents rotation.
    """
    for number, refresh in enumerate(refreshes, 1):
        wanted = f"success of refresh {number} of {length}"
        if answered(refresh).status != 200 or not isinstance(refresh.members.get("access_token"), str):
            deviates(refresh, expected=wanted)
        if rotates and not isinstance(refresh.members.get("refresh_token"), str):
            deviates(refresh, expected=wanted, received="success without a refresh token to go on with")
    if len(refreshes) < length:
        raise Unobservable(f"the chain ended after {len(refreshes)} refreshes")


def expect_distinct(responses: Sequence[Exchange], *, rotates: bool) -> None:
    """No token comes twice: access tokens never, refresh tokens not where they rotate.

    Args:
        responses: the code exchange and the refreshes, in order.
        rotates: whether the bank documents rotation.
    """
    for name in ("access_token", *(("refresh_token",) if rotates else ())):
        seen: set[object] = set()
        for response in responses:
            value = response.members.get(name)
            if isinstance(value, str) and value in seen:
                deviates(response, expected=f"a new {name} at every step", received=f"a {name} once more")
            seen.add(value if isinstance(value, str) else None)


def expect_stable_scope(refreshes: Sequence[Exchange]) -> None:
    """The scope stays the same from refresh to refresh."""
    for earlier, later in itertools.pairwise(refreshes):
        _expect_scope(later, scope_of(earlier), "at every refresh")


def scope_of(response: Exchange) -> frozenset[str] | None:
    """The scopes that a response states; None where it states none, which means as requested (RFC 6749, 5.1)."""
    stated = response.members.get("scope")
    return frozenset(stated.split()) if isinstance(stated, str) else None


def _expect_scope(response: Exchange, wanted: frozenset[str] | None, when: str) -> None:
    found = scope_of(response)
    if response.succeeded and found is not None and wanted is not None and found != wanted:
        expected = f"scope {' '.join(sorted(wanted))} {when}"
        deviates(response, expected=expected, received=f"scope {' '.join(sorted(found))}"[:160])


# what becomes of the old token


def expect_disabled(again: Exchange, *, first: Exchange, grace: timedelta) -> None:
    """A refresh token that was exchanged before is refused with 400 invalid_grant (RFC 6749, 5.2).

    Args:
        again: the repeated refresh.
        first: the refresh that used the token.
        grace: the documented time in which a repetition is harmless; nothing where none is documented.

    Raises:
        Unobservable: the first refresh failed, which refresh-grant reports.
    """
    given_refreshed(first)
    age = again.sent_at_target - first.received_at_target
    repeated = bool(answered(again).members.get("access_token"))
    if repeated and age < grace:
        return
    if repeated:
        following = first.members.get("refresh_token")
        same = following is not None and again.members.get("refresh_token") == following
        received = f"{again.status} with a token, {max(0, round(age.total_seconds()))} s after the first use"
        kind = "grace period" if same and age < timedelta(seconds=5) else None
        deviates(again, expected="400, error=invalid_grant", received=received, kind=kind)
    expect_refusal(again, status=(400,), error=INVALID_GRANT)


def expect_family_revoked(successor: Exchange, *, replays: Sequence[Exchange], grace: timedelta) -> None:
    """After a replay the successor of the replayed token is refused too (RFC 9700, 4.14.2).

    Args:
        successor: the refresh with the rightful, latest token.
        replays: the refreshes with the used token, before.
        grace: the documented time in which a repetition is harmless.

    Raises:
        NotApplicable: the replays fell into the documented grace.
        Unobservable: a replay succeeded, which refresh-single-use reports.
    """
    if any(answered(replay).members.get("access_token") for replay in replays):
        if grace:
            raise NotApplicable("the replay fell into the documented grace period")
        raise Unobservable("the used refresh token still worked (refresh-single-use)")
    expect_refusal(successor, status=(400,), error=INVALID_GRANT)


# how long, for whom, for what


def expect_alive(refresh: Exchange, *, age: timedelta) -> None:
    """A refresh token that rested for a time is still good.

    Args:
        refresh: the answer to its first use.
        age: how long it rested.

    Raises:
        Unobservable: it was refused for another reason than itself.
    """
    if answered(refresh).members.get("error") == "invalid_grant":
        deviates(refresh, expected=f"tokens for a refresh token that rested for {in_words(age)}")
    given_refreshed(refresh)


def in_words(span: timedelta) -> str:
    """A long span in days, a shorter one in hours or minutes."""
    if span.days >= 2:
        return f"{span.days} days"
    hours = int(span.total_seconds() // 3600)
    return f"{hours} hours" if hours else f"{int(span.total_seconds() // 60)} minutes"


def expect_nothing_elsewhere(exchange: Exchange, *, beside: Exchange) -> None:
    """A place that is not the token endpoint gives no token; how it says so is its own affair.

    Args:
        exchange: the answer, or the failure in its place.
        beside: what the same host answers to a browser afterwards: a host that is down refuses nothing.
    """
    answered(beside)
    if exchange.failure and exchange.failure.kind in _TURNED_AWAY:
        return
    expect_no_token(exchange)


def expect_still_owned(refresh: Exchange) -> None:
    """The owner's refresh succeeds after what others tried.

    Raises:
        Unobservable: it failed for another reason than the token.
    """
    if answered(refresh).members.get("error") == "invalid_grant":
        deviates(refresh, expected="tokens: the owner's refresh token is untouched by what others tried")
    given_refreshed(refresh)


def expect_useless_to_others(refresh: Exchange) -> None:
    """Another client is refused with 400 or 401 and gets no token (RFC 6749, 5.2 and 10.4)."""
    expect_refusal(refresh, status=(400, 401))


# scopes: RFC 6749, section 6


def expect_whole_scope(refresh: Exchange, *, original: Collection[str]) -> None:
    """Without scope parameter the refreshed token has the scope of the grant."""
    _expect_scope(given_refreshed(refresh), frozenset(original), "as in the original grant")


def expect_narrowed(refresh: Exchange, *, wanted: str) -> None:
    """A subset of the scopes is honoured."""
    if answered(refresh).status != 200:
        deviates(refresh, expected=f"a token with scope {wanted}")
    _expect_scope(refresh, frozenset(wanted.split()), "as requested")


def expect_whole_scope_again(
    after: Exchange | None, *, narrowed: Exchange, original: Collection[str]
) -> None:
    """Narrowing one access token does not shrink the refresh token (RFC 6749, 6).

    Raises:
        NotApplicable: the bank narrows nothing.
    """
    if answered(narrowed).status != 200 or after is None:
        raise NotApplicable(f"the bank did not narrow the scope: {narrowed.summary}")
    if answered(after).members.get("error") in ("invalid_grant", "invalid_scope"):
        deviates(after, expected="tokens for the refresh token that came with the narrowed access token")
    expect_whole_scope(after, original=original)


def expect_not_widened(refresh: Exchange, *, beyond: str, afterwards: Exchange | None) -> None:
    """A scope outside the grant is not given: refused, or left out (RFC 6749, 3.3 and 6).

    Args:
        refresh: the answer.
        beyond: the scope outside the grant.
        afterwards: the same token without scope parameter, where the refresh was refused.

    Raises:
        Unobservable: the answer is no token response and no refusal of the scope.
    """
    if answered(refresh).succeeded:
        _expect_without(refresh, beyond)
        return
    if refresh.status == 400 and refresh.members.get("error") == "invalid_scope":
        return
    if not 400 <= (refresh.status or 0) < 500 or afterwards is None or not afterwards.succeeded:
        raise Unobservable(f"{refresh.purpose}: refused, and not for its scope alone: {refresh.summary}")


def _expect_without(refresh: Exchange, beyond: str) -> None:
    found = scope_of(refresh)
    wanted = f"no {beyond} in a refresh of a grant without it"
    if found is None:
        received = "success without scope, which means that everything asked was granted"
        deviates(refresh, expected=wanted, received=received)
    if beyond in found:
        deviates(refresh, expected=wanted, received=f"scope with {beyond}")


def expect_invalid_scope(refresh: Exchange) -> None:
    """A scope outside the grant is refused with 400 invalid_scope (RFC 6749, 5.2)."""
    if answered(refresh).status != 400 or refresh.members.get("error") != "invalid_scope":
        deviates(refresh, expected="400, error=invalid_scope")


# revocation: RFC 7009


def expect_revoked(revocation: Exchange, refresh: Exchange) -> None:
    """A revocation answers 200, and the token is refused with invalid_grant from then on (RFC 7009, 2.1)."""
    if answered(revocation).status != 200:
        deviates(revocation, expected="200")
    expect_refusal(refresh, status=(400,), error=INVALID_GRANT)


def expect_survives_foreign_revocation(refresh: Exchange, *, heard: Exchange) -> None:
    """A token that another client asked to revoke still works (RFC 7009, 2.1).

    Args:
        refresh: by its owner, afterwards.
        heard: the other client's revocation of a token that nobody issued, which is no error (section 2.2).

    Raises:
        Unobservable: the endpoint did not hear the other client, or the refresh failed for another reason.
    """
    if answered(heard).status != 200:
        raise Unobservable(f"the revocation endpoint does not hear the other TPP: {heard.summary}")
    if answered(refresh).members.get("error") == "invalid_grant":
        deviates(refresh, expected="tokens: only its own client may revoke a token")
    given_refreshed(refresh)
