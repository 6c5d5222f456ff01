"""What a dialect needs of the party in whose name it speaks, and of the person behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from conformance.exchange import Exchange

RequestIds = Callable[[], str]
"""Gives a new request identifier at each call, of at most 70 characters."""


class Caller(Protocol):
    """A TPP that can send a request to the bank's API over its own certificate."""

    @property
    def client_id(self) -> str:
        """The client's identifier at the bank."""

    def call_api(
        self,
        method: str,
        url: str,
        *,
        token: str | None,
        headers: Mapping[str, str],
        body: bytes | None,
        purpose: str,
    ) -> Exchange:
        """Send one request exactly as given, and record what came back.

        Args:
            method: GET, POST, PUT, …
            url: absolute.
            token: sent as bearer token; None sends no Authorization header.
            headers: all others.
            body: the very bytes, since a digest or a signature covers them.
            purpose: what the client wants, in plain words, for the report.
        """


@dataclass(frozen=True, slots=True)
class Message:
    """A request as it will go out, for whoever signs it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


Signer = Callable[[Message], Mapping[str, str]]
"""Gives the headers that a message signature adds."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The PSU's own terminal; a request that carries its address says that the PSU is asking right now.

    Args:
        ip_address: of the PSU.
        others: further headers of the family without `PSU-`, as `User-Agent` or `Accept-Language`.
    """

    ip_address: str
    others: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """The PSU-* headers, which both dialects spell alike (names of headers have no case)."""
        return {"PSU-IP-Address": self.ip_address, **{f"PSU-{name}": value for name, value in self.others}}
