"""What every component of the bank shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.bank.app import Bank


class Component:
    """A part of the bank that takes decisions; a deviant subclasses exactly one of them."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.settings = bank.settings
        self.clock = bank.settings.clock
