"""The reports of a run that is not over: a companion makes them while the bank is thinking."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from conformance.report.verdicts import Verdicts

_SHORT = 1.0
_PATIENCE = 120.0  # seconds: a companion has little left to make when the run is over
_MODULE = "conformance.report.companion"


class Underway:
    """Has the reports of a run made: beside it where it takes long, at its end otherwise.

    A run that is killed is reported by its companion, or later from its evidence.

    Args:
        folder: the run's; it holds evidence already.
    """

    def __init__(self, folder: Path) -> None:
        from conformance.report.make import verdicts_of, write_verdicts

        self._folder = folder
        self._begun = time.monotonic()
        self.companion: subprocess.Popen[bytes] | None = None
        write_verdicts(folder, verdicts_of(folder))

    def look(self) -> None:
        """Something has been judged."""
        if self.companion is None and time.monotonic() - self._begun >= _SHORT:
            self.companion = _companion_of(self._folder)
        if self.companion and self.companion.stdin:
            with contextlib.suppress(OSError):  # it is gone: what it left undone is done at the end
                self.companion.stdin.write(b"\n")

    def finish(self) -> Verdicts:
        """Every report is made when this returns.

        Raises:
            UsageError: the evidence cannot be read.
        """
        from conformance.report.make import make_reports, verdicts_of

        if self.companion is None:
            return make_reports(self._folder)
        if self.companion.stdin:
            self.companion.stdin.close()
        verdicts = verdicts_of(self._folder)
        return verdicts if _has_made_all(self.companion) else make_reports(self._folder)


def _has_made_all(companion: subprocess.Popen[bytes]) -> bool:
    """Whether a companion came to a good end; one that does not come to any is stopped."""
    try:
        return companion.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        companion.kill()
        companion.wait()
        return False


def _companion_of(folder: Path) -> subprocess.Popen[bytes]:
    """In a session of its own: what stops the run does not stop it."""
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", _MODULE, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )
