"""Tokens that nobody issued: random, altered, unsigned (RFC 6750, section 2.1; RFC 7515)."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta
from typing import Any

from conformance.errors import NotApplicable
from conformance.oauth.jose import CompactJws, parse


def random_token(_token: str = "") -> str:
    """A string of the characters that RFC 6750 allows, as long as tokens are."""
    return secrets.token_urlsafe(48)


def with_another_character(token: str) -> str:
    """The token with its middle character replaced by another letter, not by its own other case."""
    middle = len(token) // 2
    if token[middle : middle + 1] == ".":
        middle -= 1
    other = "B" if token[middle : middle + 1] in "Aa" else "A"
    return token[:middle] + other + token[middle + 1 :]


def without_signature(token: str) -> str:
    """The claims of a JWT under alg none, with an empty signature (RFC 7519, section 6).

    Raises:
        NotApplicable: the token is no JWT.
    """
    claims = _claims(_jwt(token))
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(claims)}."


def with_later_expiry(token: str) -> str:
    """A JWT whose exp was moved a day into the future, under the signature that it had.

    Raises:
        NotApplicable: the token is no JWT, or has no exp.
    """
    claims = _claims(_jwt(token))
    expires = claims.get("exp")
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise NotApplicable("the access token has no exp that could be moved")
    header, _, signature = token.split(".")
    later = claims | {"exp": expires + int(timedelta(days=1).total_seconds())}
    return f"{header}.{_encoded(later)}.{signature}"


def _jwt(token: str) -> CompactJws:
    found = parse(token)
    if found is None or found.payload is None:
        raise NotApplicable("the access token is no JWT, so that there is nothing to re-encode")
    return found


def _claims(token: CompactJws) -> dict[str, Any]:
    return dict(token.payload or {})


def _encoded(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")
