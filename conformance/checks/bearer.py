"""How an API answers bearer tokens: good ones, and others (RFC 6750; RFC 8705, section 3)."""

from __future__ import annotations

from conformance.checks.challenges import bearer_challenge
from conformance.checks.responses import answered, deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange, FailureKind

_TURNED_AWAY = (FailureKind.TLS_ALERT, FailureKind.CONNECTION_CLOSED)


def given_opened(control: Exchange) -> Exchange:
    """The positive control: the API that a rightful token opened.

    Raises:
        Unobservable: it did not, which bearer-api-call reports.
    """
    if not answered(control).succeeded or is_page(control):
        raise Unobservable(f"the API did not open to the TPP's own token: {control.summary}")
    return control


def is_page(call: Exchange) -> bool:
    """Whether a page for people came where an API answers: of a portal, of maintenance, of a firewall."""
    return call.media_type in ("text/html", "application/xhtml+xml")


def expect_opened(call: Exchange) -> None:
    """A fresh token of the right scope opens the API over the TPP's own QWAC (RFC 6750, 2.1).

    Raises:
        Unobservable: the answer tells of the probe request, not of the token (404, 400, a redirect).
    """
    wanted = "a 2xx status for a token that was just issued for this service"
    failure = call.failure
    if failure and failure.kind in _TURNED_AWAY and not (call.tls and call.tls.reused):
        deviates(call, expected=wanted)
    status = answered(call).status or 0
    if status in (401, 403) or status >= 500:
        deviates(call, expected=wanted)
    if not call.succeeded or is_page(call):
        raise Unobservable(f"the profile's probe request was not answered as one: {call.summary}")


def expect_opened_alike(call: Exchange, *, control: Exchange) -> None:
    """The API opens as it did to the control.

    Raises:
        Unobservable: the control failed, or the answer tells nothing of the token.
    """
    given_opened(control)
    if answered(call).status in (400, 401, 403):
        deviates(call, expected=f"a 2xx status, as {control.status} before")
    if not call.succeeded:
        raise Unobservable(f"{call.purpose}: {call.summary}")


def expect_not_opened(call: Exchange, *, control: Exchange) -> None:
    """What is no good token for this service does not open it; how it is refused is another question.

    Raises:
        Unobservable: the rightful token opened nothing either, or the answer is neither leave nor refusal.
    """
    given_opened(control)
    if answered(call).succeeded:
        deviates(call, expected="a refusal: 401 or 403")
    if not 400 <= (call.status or 0) < 500:
        raise Unobservable(f"{call.purpose}: neither opened nor refused: {call.summary}")


def expect_refused(call: Exchange, *, control: Exchange, status: tuple[int, ...]) -> None:
    """The call is refused with one of the statuses, where a rightful one was served."""
    given_opened(control)
    if answered(call).status not in status:
        deviates(call, expected=" or ".join(map(str, status)))


def expect_token_refused(call: Exchange, *, control: Exchange) -> None:
    """A string that is no live token is refused by any 4xx, never served, never an error of the server's own."""
    given_opened(control)
    if not 400 <= (answered(call).status or 0) < 500:
        deviates(call, expected="401")


def expect_invalid_token(call: Exchange, *, control: Exchange) -> None:
    """The refusal is 401 with error invalid_token in a Bearer challenge (RFC 6750, 3.1).

    Raises:
        Unobservable: the rightful token is refused as well.
        NotApplicable: it was not refused at all, which another scenario reports.
    """
    given_opened(control)
    if not 400 <= (answered(call).status or 0) < 500:
        raise NotApplicable(f"no refusal to look at: {call.summary}")
    challenge = bearer_challenge(call)
    error = challenge.parameters.get("error") if challenge else None
    if call.status != 401 or error != "invalid_token":
        said = f"a Bearer challenge with error {error!r}"[:80] if challenge else "no Bearer challenge"
        deviates(
            call, expected="401 with a Bearer challenge, error=invalid_token", received=_with(call, said)
        )


def expect_scope_refusal(call: Exchange, *, control: Exchange) -> None:
    """A token of another service is refused with 403 or 401 (RFC 6750, 3.1).

    Raises:
        Unobservable: a token for this service is refused as well.
        NotApplicable: it was not refused at all, which another scenario reports.
    """
    given_opened(control)
    if not 400 <= (answered(call).status or 0) < 500:
        raise NotApplicable(f"no refusal to look at: {call.summary}")
    if call.status not in (401, 403):
        deviates(call, expected="403 (or 401)")


def expect_challenge(call: Exchange, *, control: Exchange) -> None:
    """A call without token is answered 401 with a Bearer challenge (RFC 6750, 3).

    Raises:
        Unobservable: a call with a token is not served either, so that 401 would say nothing.
    """
    given_opened(control)
    wanted = "401 with a Bearer challenge"
    if answered(call).status != 401:
        deviates(call, expected=wanted)
    if bearer_challenge(call) is None:
        other = "another WWW-Authenticate" if "WWW-Authenticate" in call.headers else "no WWW-Authenticate"
        deviates(call, expected=wanted, received=_with(call, other))


def expect_no_error_code(call: Exchange, *, control: Exchange) -> None:
    """The challenge to a call without token names no error, for none was made yet (RFC 6750, 3.1).

    Raises:
        NotApplicable: there is no challenge, which another scenario reports.
        Unobservable: a call with a token is not served either.
    """
    given_opened(control)
    challenge = bearer_challenge(answered(call)) if call.answered else None
    if call.status != 401 or challenge is None:
        raise NotApplicable("no Bearer challenge to look at")
    if "error" in challenge.parameters:
        error = challenge.parameters["error"][:40]
        deviates(call, expected="no error attribute in the challenge", received=f"error={error!r}")


def expect_query_ignored(call: Exchange, *, control: Exchange, without: Exchange) -> None:
    """A token in the query alone opens nothing (RFC 6750, 2.3; RFC 9700, 4.3.2).

    Args:
        call: with the token in the query.
        control: with the same token in the header.
        without: with no token at all.

    Raises:
        Unobservable: the API opens without token too, so that the query proves nothing.
    """
    if answered(without).succeeded:
        raise Unobservable("the API opens without any token, which bearer-missing-token reports")
    expect_not_opened(call, control=control)


def expect_no_confusion(call: Exchange, *, control: Exchange) -> None:
    """A token sent by two methods is refused as invalid, or the query is ignored (RFC 6750, 2)."""
    given_opened(control)
    if not call.succeeded and not 400 <= (answered(call).status or 0) < 500:
        deviates(call, expected="400, or an answer that ignores the query")


def _with(call: Exchange, said: str) -> str:
    return f"{call.summary}, {said}"
