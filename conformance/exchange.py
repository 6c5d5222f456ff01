"""One request and its answer, as it went over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cached_property
from typing import Any


class FailureKind(StrEnum):
    """How an exchange ended without an answer."""

    TLS_ALERT = "tls-alert"
    CONNECTION_CLOSED = "connection-closed"
    CONNECTION_REFUSED = "connection-refused"
    TIMEOUT = "timeout"
    NAME_RESOLUTION = "name-resolution"
    SERVER_CERTIFICATE = "server-certificate"
    TOO_LARGE = "too-large"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, in the transport's own words."""

    kind: FailureKind
    detail: str


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What was seen of the connection; None where it could not be seen."""

    version: str | None = None
    cipher: str | None = None
    server_certificate_sha256: str | None = None
    client_certificate_sha256: str | None = None
    client_certificate_requested: bool | None = None
    reused: bool = False


class Headers(Mapping[str, str]):
    """Header fields in order; looked up without regard to case, repeated fields joined by a comma."""

    def __init__(self, pairs: tuple[tuple[str, str], ...] = ()) -> None:
        self.pairs = pairs
        self._joined: dict[str, str] = {}
        for name, value in pairs:
            low = name.lower()
            self._joined[low] = f"{self._joined[low]}, {value}" if low in self._joined else value

    def __getitem__(self, name: str) -> str:
        return self._joined[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined)

    def __len__(self) -> int:
        return len(self._joined)

    def all(self, name: str) -> list[str]:
        """Every value of a repeated field, as Set-Cookie is."""
        return [value for key, value in self.pairs if key.lower() == name.lower()]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, or the failure that stood in the answer's place.

    Args:
        number: position in the run, from 1.
        purpose: what the client wanted, in plain words.
        client: name of the TPP whose certificate was offered; None where none was.
        sent: aware UTC time at which the request was sent.
        elapsed: until the whole answer was read.
        ahead: how far the target's clock was ahead of the machine's when it was sent, because it was moved.
    """

    number: int
    purpose: str
    client: str | None
    method: str
    url: str
    request_headers: Headers
    request_body: bytes | None
    sent: datetime
    elapsed: timedelta
    status: int | None = None
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    failure: Failure | None = None
    tls: TlsFacts | None = None
    ahead: timedelta = timedelta()

    @property
    def sent_at_target(self) -> datetime:
        """The target's time at which it was sent."""
        return self.sent + self.ahead

    @property
    def received_at_target(self) -> datetime:
        """The target's time at which the whole answer was read."""
        return self.sent_at_target + self.elapsed

    @property
    def date(self) -> datetime | None:
        """The Date header as aware UTC time; None where it is absent or unreadable."""
        try:
            found = parsedate_to_datetime(self.headers.get("Date", ""))
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            return None

    @property
    def answered(self) -> bool:
        """Whether an HTTP answer came back."""
        return self.status is not None

    @property
    def succeeded(self) -> bool:
        """Whether the answer has a 2xx status."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """The media type without parameters, lower case; empty where the header is absent."""
        return self.headers.get("Content-Type", "").split(";")[0].strip().lower()

    @cached_property
    def json(self) -> Any:
        """The body as JSON, whatever its media type; None where it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def members(self) -> dict[str, Any]:
        """The members of the JSON object in the body; empty where there is none."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def summary(self) -> str:
        """What came back, in a few words that hold no secret: status, error code, media type or failure."""
        if self.failure:
            return f"no answer ({self.failure.kind}: {self.failure.detail})"
        error = self.members.get("error")
        if isinstance(error, str):
            return f"{self.status}, error={error[:80]}"
        return f"{self.status}, {self.media_type or 'no media type'}, {len(self.body)} bytes"
