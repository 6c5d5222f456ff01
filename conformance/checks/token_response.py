"""What a token response must be (RFC 6749, section 5.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeGuard

from conformance.checks.responses import answered, deviates
from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange

_JSON_KINDS = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "an array"}


def expect_token_response(exchange: Exchange) -> None:
    """Status 200 and a JSON object with a string access_token and without an error (RFC 6749, 4.1.4)."""
    wanted = "200 with a JSON object that holds an access_token"
    if answered(exchange).status != 200 or not isinstance(exchange.json, dict):
        deviates(exchange, expected=wanted)
    if "error" in exchange.members:
        deviates(exchange, expected=wanted, received="200 with an error member in the body")
    token = exchange.members.get("access_token")
    if not isinstance(token, str) or not token:
        deviates(exchange, expected=wanted, received=f"200 with {kind_of(token)} as access_token")


def given(exchange: Exchange) -> Exchange:
    """The exchange, where it gave what can be judged as a token response.

    Raises:
        Unobservable: the code exchange failed, which token-code-exchange reports.
    """
    usable = answered(exchange).status == 200 and isinstance(exchange.json, dict)
    if not usable or "error" in exchange.members:
        raise Unobservable(f"the code exchange gave no token response: {exchange.summary}")
    return exchange


def expect_string_member(exchange: Exchange, name: str) -> None:
    """The response has the member, and it is a text that is not empty."""
    value = given(exchange).members.get(name)
    if not isinstance(value, str) or not value.strip():
        deviates(exchange, expected=f"a string {name}", received=f"{kind_of(value)} as {name}")


def expect_number_member(exchange: Exchange, name: str) -> None:
    """The response has the member, and it is a JSON number."""
    value = given(exchange).members.get(name)
    if not is_number(value):
        deviates(exchange, expected=f"a JSON number {name}", received=f"{kind_of(value)} as {name}")


def expect_id_token_member(exchange: Exchange, *, requested: Collection[str]) -> None:
    """The response has an ID token where openid was requested (OIDC Core 1.0, 3.1.3.3).

    Raises:
        NotApplicable: openid was not requested.
    """
    if "openid" not in requested:
        raise NotApplicable("the scope openid was not requested")
    expect_string_member(exchange, "id_token")


def expect_json_not_stored(exchanges: Iterable[Exchange]) -> None:
    """Each response is application/json with Cache-Control: no-store (RFC 6749, 5.1).

    Raises:
        Unobservable: there is no token response.
    """
    judged = list(exchanges)
    if not judged:
        raise Unobservable("no token response was seen")
    for exchange in judged:
        media_type = given(exchange).media_type
        if media_type != "application/json":
            deviates(exchange, expected="application/json", received=media_type or "no Content-Type")
        directives = exchange.headers.get("Cache-Control", "")
        if "no-store" not in _directives(directives):
            received = f"Cache-Control: {directives}" if directives else "no Cache-Control"
            deviates(exchange, expected="Cache-Control: no-store", received=received)


def expect_pragma(exchange: Exchange) -> None:
    """The response has Pragma: no-cache, for caches of HTTP/1.0 (RFC 6749, 5.1)."""
    if "no-cache" not in _directives(given(exchange).headers.get("Pragma", "")):
        deviates(exchange, expected="Pragma: no-cache beside no-store", received="no such Pragma")


def expect_bearer_type(exchange: Exchange) -> None:
    """token_type is Bearer, whatever its case (RFC 6749, 5.1)."""
    value = given(exchange).members.get("token_type")
    if not isinstance(value, str):
        deviates(exchange, expected="token_type Bearer", received=f"{kind_of(value)} as token_type")
    if value.lower() != "bearer":
        deviates(exchange, expected="token_type Bearer", received=f"token_type {value[:40]!r}")


def expect_lifetime(exchange: Exchange, *, limit: int, tolerance: int) -> None:
    """expires_in is positive, no more than the documented lifetime, and not far below it.

    Args:
        exchange: the token response.
        limit: documented lifetime in seconds.
        tolerance: seconds that it may be lower.

    Raises:
        Unobservable: it is no number, which token-response-members reports.
    """
    value = given(exchange).members.get("expires_in")
    if not is_number(value):
        raise Unobservable(f"expires_in is {kind_of(value)}")
    least = max(1, limit - tolerance)
    if not least <= value <= limit:
        wanted = f"expires_in from {least} to {limit} seconds"
        deviates(exchange, expected=wanted, received=f"expires_in {str(value)[:40]}")


def expect_granted_scope(exchange: Exchange, *, requested: Collection[str]) -> None:
    """scope is a list separated by single spaces, within what was requested, with openid where it counts.

    RFC 6749, sections 3.3 and 5.1.

    Args:
        exchange: the token response.
        requested: the scopes of the authorization request.
    """
    value = given(exchange).members.get("scope")
    if not isinstance(value, str):
        deviates(exchange, expected="a string scope", received=f"{kind_of(value)} as scope")
    granted = value.split(" ")
    if not all(granted):
        wanted = "scope values separated by single spaces"
        deviates(exchange, expected=wanted, received="an empty scope, or spaces that separate nothing")
    beyond = sorted(set(granted) - set(requested))
    if beyond:
        wanted = f"no other scopes than those requested ({' '.join(sorted(requested))})"
        deviates(exchange, expected=wanted, received=f"also {' '.join(beyond)[:120]}")
    if "openid" in requested and exchange.members.get("id_token") and "openid" not in granted:
        deviates(exchange, expected="openid among the scopes, since an ID token came", received="no openid")


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def kind_of(value: Any) -> str:
    """What a JSON value is, in words that do not tell it."""
    if value is None:
        return "nothing"
    if value == "":
        return "an empty string"
    return _JSON_KINDS.get(type(value), "an object")


def _directives(field: str) -> set[str]:
    return {directive.partition("=")[0].strip().lower() for directive in field.split(",")}
