"""One call to the interface: who asks, for whom, and with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request

from conformance.bank.corporate.access import Access
from conformance.bank.corporate.companies import User
from conformance.bank.stet.members import Members

EXTENDED_HISTORY = "extended_transaction_history"


@dataclass(frozen=True)
class Call:
    """A call whose token, certificate and form were found in order.

    Args:
        tpp: the identifier of the TPP.
        user: the PSU behind the token.
        resource_id: of the path, empty where it has none.
        certificate: the thumbprint of the QWAC.
        body: of a request with one; empty without.
    """

    request: Request
    tpp: str
    user: User
    scopes: frozenset[str]
    resource_id: str = ""
    certificate: str = ""
    body: Members = field(default_factory=dict)

    @property
    def access(self) -> Access:
        """As the corporate bank sees an AISP."""
        attended = bool(self.request.headers.get("PSU-IP-Address", "").strip())
        extended = EXTENDED_HISTORY in self.scopes
        return Access(self.tpp, self.user, attended, extended, self.certificate)


@dataclass(frozen=True)
class Success:
    """An answer that is no refusal.

    Args:
        body: None for no body at all.
        location: the path of a new resource.
    """

    status: int
    body: Any = None
    location: str | None = None


Handler = Callable[[Call], Success]


class StetProblem(Exception):
    """A call that is refused for a reason of HTTP's own.

    Args:
        text: for the developer; never a value that was sent.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
