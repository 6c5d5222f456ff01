"""Answers of a token endpoint, made up for the tests of checks."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.exchange import Exchange, Failure, FailureKind, Headers

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OPAQUE = secrets.token_urlsafe(32)
SIGNED = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
UNSIGNED = "eyJhbGciOiJOb05lIn0.eyJzdWIiOiJ4In0."
GOOD = {
    "access_token": OPAQUE,
    "refresh_token": secrets.token_urlsafe(32),
    "expires_in": 599,
    "scope": "openid api1.v1",
    "id_token": SIGNED,
    "token_type": "Bearer",
}


def answer(
    status: int | None = 200, body: Any = None, *, sent: datetime = NOON, asked: str = "", **headers: str
) -> Exchange:
    """An exchange of the token endpoint."""
    fields = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    content = body if isinstance(body, bytes) else json.dumps(GOOD if body is None else body).encode()
    return Exchange(
        number=1,
        purpose="exchange the authorization code for tokens",
        client="main",
        method="POST",
        url="https://bank.example/token",
        request_headers=Headers(),
        request_body=asked.encode(),
        sent=sent,
        elapsed=timedelta(milliseconds=5),
        status=status,
        headers=Headers(tuple(fields.items())),
        body=content,
        failure=None if status else Failure(FailureKind.TIMEOUT, "timed out"),
    )


def having(**changed: Any) -> Exchange:
    """A good token response but for some members; None leaves one out."""
    members = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return answer(200, members)


def error(status: int, code: object, **more: Any) -> Exchange:
    """An error response."""
    return answer(status, {"error": code, **more})
