"""`psd2-conformance report`: every report of a run again, from evidence alone."""

from __future__ import annotations

import sys
from pathlib import Path

from conformance.report.make import make_reports
from conformance.report.summary import print_summary


def report_command(folder: Path) -> int:
    """Make the reports of a run's folder again and print the summary.

    Raises:
        UsageError: the folder holds no evidence.
    """
    verdicts = make_reports(folder)
    print_summary(verdicts, sys.stdout, folder=folder)
    return verdicts.exit_code
