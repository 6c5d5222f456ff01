"""Keeps a process to one core: suite and bank take turns, and to wake one of them elsewhere costs a tenth more."""

from __future__ import annotations

import os


def cores() -> list[int | None]:
    """The cores that this process may use, in order; one None where the system does not say."""
    return [*sorted(os.sched_getaffinity(0))] if hasattr(os, "sched_getaffinity") else [None]


def keep_to(core: int | None) -> None:
    """Use this core only, also in every process that is started from now on; None changes nothing."""
    if core is not None:
        os.sched_setaffinity(0, {core})
