"""The verdicts of a run that is not over: written now and then, so that a killed run leaves them readable."""

from __future__ import annotations

import os
import time
from pathlib import Path

_SELDOM = 1.0


class Underway:
    """Keeps `verdicts.json` of a run under way; it says that the run is incomplete.

    Args:
        folder: the run's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._area = ""
        self._written = 0.0

    def began(self, area: str) -> None:
        """Write what has been judged when another area begins, once in a second at most."""
        if area != self._area and time.monotonic() - self._written >= _SELDOM:
            self.write()
        self._area = area

    def write(self) -> None:
        """Write it, in place of the former in one step."""
        from conformance.catalogue import load
        from conformance.evidence.stream import read_run
        from conformance.report.make import verdicts_json
        from conformance.report.verdicts import judge

        content = verdicts_json(judge(read_run(self._folder / "evidence.ndjson"), load()))
        beside = self._folder / f".verdicts.json.{os.getpid()}"
        beside.write_bytes(content)
        beside.replace(self._folder / "verdicts.json")
        self._written = time.monotonic()
