"""The embedded bank in a process of its own: `python -m conformance.selftest.embedded serve`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from conformance.bank import deviants
from conformance.bank.settings import Hosts
from conformance.selftest.embedded import MAIN_URIS, EmbeddedBank


def serve(arguments: argparse.Namespace) -> int:
    """Serve a bank until a signal comes, or standard input is closed if that was asked for."""
    known = deviants.load()
    if arguments.list_deviants:
        for deviant_id in sorted(known):
            sys.stdout.write(f"{deviant_id}  {known[deviant_id].description}\n")
        return 0
    if arguments.deviant and arguments.deviant not in known:
        sys.stderr.write(f"--deviant: found {arguments.deviant}, wanted one of --list-deviants\n")
        return 2
    ended, end = os.pipe()  # an Event could deadlock: its lock may be held when the signal comes
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(end, b"."))
    if arguments.until_stdin_closes and not sys.stdin.isatty():
        threading.Thread(target=_await_end, args=(end,), daemon=True).start()
    bank = EmbeddedBank(
        arguments.deviant,
        latency=arguments.latency,
        hosts=arguments.hosts,
        folder=arguments.folder,
        redirect_uris=arguments.redirect_uri or MAIN_URIS,
    )
    with bank:
        sys.stdout.write(f"ready {bank.profile}\n")
        sys.stdout.flush()
        os.read(ended, 1)
    return 0


def _await_end(end: int) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # unbuffered: a lock held at exit would abort the process
        pass
    os.write(end, b".")


def _hosts(text: str) -> Hosts:
    names = text.split(",")
    if len(names) != 3 or len(set(names)) != 3:
        raise argparse.ArgumentTypeError("three different host names are wanted: sso,cert,api")
    return Hosts(*names)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line of the bank's own process."""
    parser = argparse.ArgumentParser(prog="python -m conformance.selftest.embedded")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="serve the embedded bank until stopped")
    command.add_argument("--deviant", help="serve this deviant, as refresh-single-use/1")
    command.add_argument("--list-deviants", action="store_true", help="list the deviants and end")
    command.add_argument("--latency", type=float, default=0, help="seconds added to each answer")
    command.add_argument("--folder", type=Path, help="where the profile goes")
    command.add_argument("--hosts", type=_hosts, help="sso,cert,api instead of the default host names")
    command.add_argument("--redirect-uri", action="append", help="of the main TPP, instead of the profile's")
    command.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
    return serve(parser.parse_args(argv))
