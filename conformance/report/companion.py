"""`python -m conformance.report.companion FOLDER`: makes a run's reports beside it, while the bank is thinking.

It follows the evidence, and looks again whenever something comes in on its standard input. When that closes the
run is over, or was killed: then it makes what is left to make.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from conformance.errors import UsageError
from conformance.report.make import Reports

_SELDOM = 0.5


def accompany(folder: Path) -> None:
    """Keep the reports of a run up with its evidence until the run is over.

    Args:
        folder: the run's; it holds evidence already.

    Raises:
        UsageError: the evidence cannot be read.
    """
    reports, looked = Reports(folder), float("-inf")
    while os.read(sys.stdin.fileno(), 1 << 16):
        if time.monotonic() - looked >= _SELDOM:
            reports.keep_up()
            looked = time.monotonic()
    reports.finish()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run says when it is over, also when it is stopped
    try:
        accompany(Path(sys.argv[1]))
    except (UsageError, OSError) as error:
        sys.exit(str(error))
