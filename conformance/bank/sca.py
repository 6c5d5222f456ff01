"""Strong customer authentication with the secure-access device: the PSU approves on the phone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conformance.bank.component import Component
from conformance.bank.settings import Psu

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@dataclass(slots=True)
class Approval:
    """What the device was asked.

    Args:
        decision: `approve` or `refuse`, None while the PSU has not decided.
    """

    username: str
    asked: datetime
    decision: str | None = None


class SecureAccess(Component):
    """The PSUs' devices."""

    patience = timedelta(minutes=5)

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._asked: dict[str, list[Approval]] = {}

    def ask(self, psu: Psu) -> Approval:
        """Show a request on the PSU's device."""
        approval = Approval(psu.username, self.clock.now())
        waiting = [known for known in self._asked.get(psu.username, []) if self.pending(known)]
        self._asked[psu.username] = [*waiting, approval]
        return approval

    def pending(self, approval: Approval) -> bool:
        """Whether the device still waits for the PSU's decision."""
        return approval.decision is None and self.clock.now() <= approval.asked + self.patience

    def approved(self, approval: Approval) -> bool:
        """Whether the PSU approved."""
        return approval.decision == "approve"

    def pin_matches(self, psu: Psu, pin: str) -> bool:
        """Whether the PSU knows the device's PIN."""
        return hmac.compare_digest(psu.pin.encode(), pin.encode())

    def decide(self, username: str, pin: str, decision: str) -> int:
        """Decide what the device asks for.

        Returns:
            The status of the control interface: 204, 403 for a wrong PIN, 404, or 409 if nothing is pending.
        """
        psu = self.settings.psus.get(username)
        if psu is None:
            return 404
        if not self.pin_matches(psu, pin):
            return 403
        waiting = [approval for approval in self._asked.get(username, []) if self.pending(approval)]
        if not waiting:
            return 409
        for approval in waiting:
            approval.decision = decision
        return 204
