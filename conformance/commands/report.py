"""`psd2-conformance report`: every report of a run again, from evidence alone."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from conformance.commands.output import outliving_the_reader
from conformance.report.html import make_html
from conformance.report.make import make_reports
from conformance.report.summary import print_summary


def report_command(folder: Path) -> int:
    """Make the reports of a run's folder again, with Allure's HTML where an Allure command is found.

    Raises:
        UsageError: the folder holds no evidence.
    """
    verdicts = make_reports(folder)
    html = make_html(folder)
    with outliving_the_reader():
        print_summary(verdicts, sys.stdout, folder=folder)
    click.echo(f"  Allure's HTML     {html.page or html.reason}")
    return verdicts.exit_code
