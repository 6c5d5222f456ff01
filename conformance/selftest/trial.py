"""One trial of the instrument: one bank, reference or deviant, judged in this process."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from conformance.catalogue import load
from conformance.commands.run import judge
from conformance.errors import ConformanceError
from conformance.evidence.reading import read_run
from conformance.report.verdicts import judge as add_up
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import Keyring
from conformance.setup import Options
from conformance.verdict import Verdict

RED = (Verdict.FAILED, Verdict.WARNED)


@dataclass(frozen=True)
class Trial:
    """What the suite said of one bank.

    Args:
        deviant: the id of the deviant; None for the reference bank.
        verdicts: requirement to verdict.
        reasons: requirement to reason, of those that did not pass.
        scenarios: how many were judged.
        exchanges: how many were made.
        seconds: from the start of the bank to the last verdict.
        error: why nothing could be judged.
    """

    deviant: str | None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    scenarios: int = 0
    exchanges: int = 0
    seconds: float = 0.0
    error: str = ""

    @property
    def red(self) -> tuple[str, ...]:
        """The requirements that are FAILED or WARNED."""
        return tuple(sorted(name for name, verdict in self.verdicts.items() if verdict in RED))

    @property
    def open(self) -> tuple[str, ...]:
        """The requirements that are INCONCLUSIVE or await a REVIEW."""
        undecided = (Verdict.INCONCLUSIVE, Verdict.REVIEW)
        return tuple(sorted(name for name, verdict in self.verdicts.items() if verdict in undecided))


@cache
def _keys() -> Keyring:
    """Keys and certificates, made once in a process."""
    return Keyring()


def try_bank(deviant: str | None, select: tuple[str, ...] = ()) -> Trial:
    """Start a bank, judge it, stop it.

    Args:
        deviant: its id; None for the reference bank.
        select: ids, areas or levels to judge; empty means everything.
    """
    with EmbeddedBank(deviant, keys=_keys()) as bank:
        return judge_profile(deviant, bank.profile, select)


def judge_profile(name: str | None, profile: Path, select: tuple[str, ...] = ()) -> Trial:
    """Judge whatever a profile describes.

    Args:
        name: what is wrong with it; None for nothing.
        profile: of the target.
        select: ids, areas or levels to judge; empty means everything.
    """
    started = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="selftest-"))
    try:
        judge(Options(str(profile), select=select, folder=folder, slug="target", reporting=False))
        return _trial(name, folder, time.perf_counter() - started)
    except ConformanceError as error:
        return Trial(name, error=str(error), seconds=time.perf_counter() - started)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _trial(deviant: str | None, folder: Path, seconds: float) -> Trial:
    run = read_run(folder / "evidence.ndjson")
    added = add_up(run, load())
    return Trial(
        deviant,
        {entry.requirement.id: entry.judgement.verdict for entry in added.requirements},
        {
            entry.requirement.id: entry.judgement.reason
            for entry in added.requirements
            if entry.judgement.reason
        },
        len(run.scenarios),
        len(run.exchanges),
        seconds,
    )
