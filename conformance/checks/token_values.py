"""What token values are like: fit for a header, unguessable, never issued twice (RFC 6750, 2.1; RFC 6749, 10.10)."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterable
from urllib.parse import parse_qsl

from conformance.checks.responses import deviates
from conformance.checks.token_response import given
from conformance.errors import Unobservable
from conformance.exchange import Exchange
from conformance.oauth.jose import parse

_B64TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_SYMBOLS = "-._~+/="
RANDOM_UUID_BITS = 122


def expect_header_safe(exchange: Exchange) -> None:
    """The access token is a b64token, as the Authorization header asks (RFC 6750, 2.1)."""
    if not _B64TOKEN.fullmatch(_token(exchange, "access_token")):
        wanted = "an access token of letters, digits, - . _ ~ + / and trailing ="
        deviates(exchange, expected=wanted, received="an access token with other characters")


def expect_visible_characters(exchange: Exchange) -> None:
    """The refresh token is of visible ASCII characters (RFC 6749, appendix A.17)."""
    if not _VISIBLE.fullmatch(_token(exchange, "refresh_token")):
        wanted = "a refresh token of visible ASCII characters"
        deviates(exchange, expected=wanted, received="a refresh token with other characters")


def expect_signed_or_opaque(exchange: Exchange, name: str) -> None:
    """A token that reads as a JWS is signed: its alg is not none (RFC 8725, 3.2)."""
    token = parse(_token(exchange, name))
    if token and token.algorithm.lower() == "none":
        deviates(
            exchange, expected=f"a signed or an opaque {name}", received=f"a JWT with alg none as {name}"
        )


def expect_unguessable(exchange: Exchange, name: str) -> None:
    """A token has at least the entropy of a random UUID, as far as its length and alphabet tell.

    A signature counts as that; alg none is judged by `expect_signed_or_opaque`.
    """
    value = _token(exchange, name)
    if parse(value) is not None:
        return
    bits = entropy(value)
    if bits < RANDOM_UUID_BITS:
        received = f"{len(value)} characters, which can hold {math.floor(bits)} bits"
        deviates(exchange, expected=f"a {name} of at least {RANDOM_UUID_BITS} bits", received=received)


def expect_no_repetition(exchanges: Iterable[Exchange]) -> None:
    """No two requests were answered with the same token.

    The repetition of a request that was sent before may repeat its answer; a refresh may keep the refresh token.

    Raises:
        Unobservable: fewer than two different requests were answered with tokens.
    """
    issued = {_asked(exchange): exchange for exchange in exchanges}
    if len(issued) < 2:
        raise Unobservable("fewer than two token responses in this run")
    seen: set[str] = set()
    for exchange in issued.values():
        for name in _issued_anew(exchange):
            value = exchange.members.get(name)
            if isinstance(value, str) and value in seen:
                wanted = f"a new {name} in answer to each request"
                deviates(exchange, expected=wanted, received=f"the {name} is a token that was issued before")
            seen.add(str(value))


def entropy(value: str) -> float:
    """The bits that a text can hold at most: its length in the smallest usual alphabet that it fits."""
    if _UUID.fullmatch(value):
        return RANDOM_UUID_BITS
    if _HEX.fullmatch(value) and not value.isdigit():
        return len(value) * 4.0
    size = sum(len(letters) for letters in _CLASSES if set(value) & set(letters))
    size += len(_SYMBOLS) if set(value) - set("".join(_CLASSES)) else 0
    return len(value) * math.log2(max(size, 2))


def _issued_anew(exchange: Exchange) -> tuple[str, ...]:
    refreshed = ("grant_type", "refresh_token") in _asked(exchange)
    return ("access_token",) if refreshed else ("access_token", "refresh_token")


def _asked(exchange: Exchange) -> frozenset[tuple[str, str]]:
    """What a request asks for; a fresh client assertion does not make it another one."""
    body = (exchange.request_body or b"").decode("utf-8", "replace")
    return frozenset(pair for pair in parse_qsl(body) if pair[0] != "client_assertion")


def _token(exchange: Exchange, name: str) -> str:
    value = given(exchange).members.get(name)
    if not isinstance(value, str) or not value:
        raise Unobservable(f"the token response holds no {name}")
    return value
