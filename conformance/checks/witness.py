"""What only the person saw who played the PSU: somebody judges it who reads the report."""

from __future__ import annotations

from conformance.errors import Review, Unobservable
from conformance.oauth.landing import Landing


def leave_to_people(landing: Landing, question: str) -> None:
    """Go on where the suite saw the way by itself.

    Args:
        question: what somebody has to judge by the person's words and pictures.

    Raises:
        Review: a person walked it, in a browser of the person's own.
    """
    if landing.statement is None:
        return
    said = f'says: "{landing.statement}"' if landing.statement else "has said nothing of it"
    raise Review(f"{question} Only the person saw it who played the PSU, and {said}.")


def expect_seen(landing: Landing, what: str) -> None:
    """Go on where the suite saw the way by itself.

    Raises:
        Unobservable: a person walked it, who cannot see this either.
    """
    if landing.statement is not None:
        raise Unobservable(
            f"{what} cannot be seen where a person plays the PSU in a browser of the person's own"
        )
