"""The commands, thin: parse, call one function, print."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from conformance.errors import ConformanceError, UsageError

USAGE = 2
INCOMPLETE = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="psd2-conformance")
def main() -> None:
    """Say whether a bank's PSD2 interface behaves as law, standards and the bank's own documentation say."""
    signal.signal(signal.SIGTERM, _interrupt)


@main.command()
@click.option(
    "--target", metavar="PROFILE", help="The bank's profile, or a shipped one; the embedded bank otherwise."
)
@click.option("--select", multiple=True, metavar="ID|AREA|LEVEL", help="Judge only these; may be repeated.")
@click.option(
    "--role", "roles", multiple=True, metavar="ROLE", help="Act only in this role; may be repeated."
)
@click.option("--reports", type=Path, default=Path("reports"), show_default=True, help="Where to write.")
@click.option(
    "--trust-anchor", "trust_anchors", multiple=True, metavar="PEM", help="In place of the profile's."
)
@click.option(
    "--resolve", multiple=True, metavar="HOST:PORT=ADDRESS:PORT", help="Reach a host at an address."
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a key of the profile (TOML value)."
)
@click.option("--quiet", is_flag=True, help="No progress; the summary only.")
def run(**words: Any) -> None:
    """Judge a bank and write the reports.

    Exit codes: 0 conformant, 1 not conformant, 2 could not start (nothing was sent), 3 incomplete.
    """
    from conformance.commands.run import run_command

    _exit(lambda: run_command(**words))


@main.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, add_help_option=False
)
@click.pass_context
def bank(context: click.Context) -> None:
    """Serve the embedded bank until stopped; --deviant ID breaks one requirement, --list-deviants names them."""
    _become("conformance.selftest.embedded", ["serve", *context.args])


@main.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, add_help_option=False
)
@click.pass_context
def selftest(context: click.Context) -> None:
    """Calibrate the instrument: the reference bank must be green, every deviant caught."""
    _become("conformance.selftest", context.args)


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_command(as_json: bool) -> None:
    """The catalogue: id, area, level, title, clauses, scenarios, deviants."""
    from conformance.commands.listing import listing

    _exit(lambda: listing(as_json=as_json))


@main.command()
@click.argument("folder", type=Path)
def report(folder: Path) -> None:
    """Make every report of a run again, from its evidence alone; Allure's HTML too where allure is found."""
    from conformance.commands.report import report_command

    _exit(lambda: report_command(folder))


def _exit(command: Any) -> None:
    """Run a command; what it raises is one clear message, never a traceback."""
    try:
        sys.exit(command())
    except UsageError as error:
        problems = error.problems or (error,)
        for problem in problems:
            click.echo(f"psd2-conformance: {problem}", err=True)
        click.echo("psd2-conformance: the run did not start, nothing was sent", err=True)
        sys.exit(USAGE)
    except ConformanceError as error:
        click.echo(f"psd2-conformance: {error}", err=True)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        click.echo("psd2-conformance: interrupted", err=True)
        sys.exit(130)
    except OSError as error:
        click.echo(f"psd2-conformance: {error.strerror or error}: the run was cut off", err=True)
        sys.exit(INCOMPLETE)


def _become(module: str, words: list[str]) -> None:
    """Turn into another program: the command line holds no key to the bank."""
    os.execv(sys.executable, [sys.executable, "-m", module, *words])  # noqa: S606 - our own module


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
