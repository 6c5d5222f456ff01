"""How a PSU behaves on its journey where it does not simply do what its profile says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.oauth.landing import Proof


class Decision(StrEnum):
    """What the PSU does with its device."""

    APPROVE = "approves"
    REFUSE = "refuses"
    IGNORE = "does nothing"
    WRONG = "gives a wrong PIN, or signs something else"


@dataclass(frozen=True)
class Conduct:
    """What a PSU does otherwise than its journey says.

    Args:
        cancel_at: label of the step at which it cancels.
        stop_at: label of the step before which it stops, the page still open.
        decision: what it does with its device.
        fill: other values for fields, by name.
        choose: other buttons, by the label of the step.
        proof: an earlier proof that it sends once more in place of a new one.
        regardless: goes on where its device does not take the decision.
    """

    cancel_at: str | None = None
    stop_at: str | None = None
    decision: Decision = Decision.APPROVE
    fill: Mapping[str, str] = field(default_factory=dict, repr=False)
    choose: Mapping[str, str] = field(default_factory=dict)
    proof: Proof | None = None
    regardless: bool = False

    @property
    def deviates(self) -> bool:
        """Whether a page that comes again is no surprise."""
        return self != Conduct()


AS_EXPECTED = Conduct()
"""It does what its journey says."""
