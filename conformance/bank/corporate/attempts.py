"""Failed authentications: the same answer for all, and a block after five (RTS Art. 4(3))."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conformance.bank.corporate.component import DomainComponent, service

if TYPE_CHECKING:
    from conformance.bank.corporate.domain import CorporateBank


class Attempts(DomainComponent):
    """Counts the consecutive failures of each login, whichever browser or channel they came from."""

    most = 5
    period = timedelta(hours=1)

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._failures: defaultdict[str, list[datetime]] = defaultdict(list)

    def key(self, username: str, browser: str, channel: str) -> str:
        """Whose failures are counted together: the login's."""
        return username

    def counted(self, username: str, channel: str) -> bool:
        """Whether a failure counts: in every channel."""
        return True

    def message(self, *, known: bool, element: str) -> str:
        """What a failure says: the same whichever element was wrong (Art. 4(3)(a))."""
        return "The authentication failed."

    @service
    def failed(self, username: str, browser: str = "", channel: str = "tpp") -> None:
        """Count a failure, also of an unknown login."""
        if self.counted(username, channel):
            self._failures[self.key(username, browser, channel)].append(self.clock.now())

    @service
    def succeeded(self, username: str, browser: str = "", channel: str = "tpp") -> None:
        """Forget the failures before a success."""
        self._failures.pop(self.key(username, browser, channel), None)

    @service
    def blocked(self, username: str, browser: str = "", channel: str = "tpp") -> bool:
        """Whether the login is blocked, for the rest of the period (Art. 4(3)(b))."""
        since = self.clock.now() - self.period
        failures = self._failures.get(self.key(username, browser, channel), [])
        return sum(at > since for at in failures) >= self.most
