"""What a whole journey asked of a PSU, as figures, beside those of the bank's own channel."""

from __future__ import annotations

from typing import Any

from conformance.oauth.approval import Approval, Errand
from conformance.oauth.landing import Ending, Landing
from conformance.target.model import DirectChannel, Profile, Role


def figures(landing: Landing, profile: Profile, means: str) -> dict[str, Any] | None:
    """The figures of a journey from its login to the way back; None of any other, and where a person saw it alone.

    Args:
        profile: knows which scopes are for which role, and the bank's own channel.
        means: with which the PSU authenticates.
    """
    role = _role(landing.errand, profile)
    if role is None or not _whole(landing) or landing.statement is not None:
        return None
    own = profile.direct_channel.get(role)
    return {
        "role": role,
        "means": means,
        "steps": len(landing.played),
        "screens": landing.screens,
        "redirects": landing.redirects,
        "authentications": landing.authentications,
        "fields": landing.filled,
        "seconds": round(landing.duration.total_seconds(), 3),
        "exchange": landing.exchanges[-1].number,
        "own": _own(own) if own else None,
    }


def _whole(landing: Landing) -> bool:
    """Whether the PSU signed in, and came back with what it went for."""
    if landing.ending is not Ending.REDIRECT or not landing.asked:
        return False
    return landing.finished if landing.response is None else bool(landing.response.get("code"))


def _role(errand: Errand | None, profile: Profile) -> Role | None:
    """For whom the PSU goes to its bank: of a PISP it is the payment that counts, not the grant before it."""
    if errand is None or isinstance(errand, Approval):
        return "pisp" if errand and errand.report_urls else None
    asked = set((errand.get("scope") or "").split())
    for tpp in profile.tpp.values():
        for role, scopes in tpp.scopes.items():
            if role != "pisp" and set(scopes) == asked:
                return role
    return None


def _own(channel: DirectChannel) -> dict[str, Any]:
    return channel.model_dump(
        include={"steps", "screens", "redirects", "authentications", "fields", "seconds"}
    )
