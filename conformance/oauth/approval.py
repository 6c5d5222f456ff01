"""What else than an authorization a PSU goes to its bank for: an address, and those at which the PSU comes back."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.oauth.authorization import AuthorizationRequest


@dataclass(frozen=True)
class Approval:
    """A PSU's errand at the bank that is no authorization.

    Args:
        url: where the TPP sends the PSU's browser, or where the PSU goes without one.
        report_urls: where the bank sends it back, after a success and after a refusal.
        what: is opened there, for the report.
    """

    url: str = field(repr=False)
    report_urls: tuple[str, ...]
    what: str = "a payment's approval"

    @property
    def returns_to(self) -> tuple[str, ...]:
        """Where its browser leaves the bank, without queries."""
        return tuple(without_query(url) for url in self.report_urls)


Errand = AuthorizationRequest | Approval
"""What a PSU's browser is sent to the bank for."""


def without_query(url: str) -> str:
    """A URL up to its query."""
    return url.partition("#")[0].partition("?")[0]
