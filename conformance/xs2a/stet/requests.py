"""Requests of STET: their headers, their digest, and the place where a signature goes."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from conformance.exchange import Exchange
from conformance.target.model import Api
from conformance.xs2a.caller import Caller, Message, RequestIds, Signer, Terminal
from conformance.xs2a.json_text import write
from conformance.xs2a.links import Link


def new_request_id() -> str:
    """A request identifier: 36 characters of the 70 that STET allows."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Requests:
    """Sends the requests of one TPP with one token.

    Args:
        api: where the bank's API is, and its switches.
        caller: who sends.
        token: None sends no token.
        terminal: the PSU's, where the PSU is asking right now.
        signer: adds the message signature; None sends none.
        request_ids: gives a new identifier for each request.
    """

    api: Api
    caller: Caller
    token: str | None
    terminal: Terminal | None = None
    signer: Signer | None = None
    request_ids: RequestIds = new_request_id

    def url(self, *segments: str) -> str:
        """The address of a resource from which links lead on, or which a TPP remembers."""
        path = "".join(f"/{quote(segment, safe='')}" for segment in segments)
        return f"{self.api.base_url.rstrip('/')}{self.api.stet.base_path}{path}"

    def link(self, relation: str, *segments: str) -> Link:
        """The address of a remembered resource in the form of a link."""
        return Link(relation, self.url(*segments), self.api.base_url)

    def followed(self, link: Link) -> str:
        """The URL of a link that stays on the API.

        Raises:
            Unobservable: it does not.
        """
        return link.followed(self.api.base_url)

    def get(self, url: str, purpose: str) -> Exchange:
        """Read a resource."""
        return self.send("GET", url, purpose=purpose)

    def send(
        self, method: str, url: str, members: Mapping[str, Any] | None = None, *, purpose: str
    ) -> Exchange:
        """Send members as JSON, or no body where there are none."""
        body = None if members is None else write(members)
        headers = self._headers(body)
        if self.signer:
            headers.update(self.signer(Message(method, url, dict(headers), body or b"")))
        return self.caller.call_api(
            method, url, token=self.token, headers=headers, body=body, purpose=purpose
        )

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {"X-Request-ID": self.request_ids(), "Accept": self.api.stet.media_type}
        if self.api.stet.client_id_header:
            headers[self.api.stet.client_id_header] = self.caller.client_id
        if self.terminal:
            headers.update(self.terminal.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if body is not None or self.signer:
            headers["Digest"] = f"SHA-256={b64encode(sha256(body or b'').digest()).decode()}"
        return headers
