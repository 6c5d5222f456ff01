"""What the corporate bank refuses, and why."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """The kinds of refusal; what speaks HTTP gives each its status."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    TOO_MANY = "too-many"
    AUTHENTICATION = "authentication"


class Refused(Exception):
    """The bank does not do what was asked, and nothing has changed.

    Args:
        kind: what sort of refusal it is.
        reason: a stable word for it, as `not-subscribed`.
        text: for a person; never with a balance or a secret.
    """

    def __init__(self, kind: Refusal, reason: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.reason = reason
        self.text = text


def invalid(reason: str, text: str) -> Refused:
    """What was sent breaks a rule of form or sense."""
    return Refused(Refusal.INVALID, reason, text)


def forbidden(reason: str, text: str) -> Refused:
    """A subscription, right, role or consent is missing."""
    return Refused(Refusal.FORBIDDEN, reason, text)


def unknown(what: str) -> Refused:
    """There is no such thing, or it is somebody else's: the text does not tell which."""
    return Refused(Refusal.UNKNOWN, "unknown", f"there is no such {what}")
