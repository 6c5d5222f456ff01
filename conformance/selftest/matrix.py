"""The matrix: the scenarios against the reference bank and each deviant, and what that says of the instrument."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing.queues import SimpleQueue
from typing import Any

from conformance.bank import deviants
from conformance.catalogue import load
from conformance.selftest.cores import cores, keep_to
from conformance.selftest.trial import Trial, try_bank

Job = tuple[str | None, tuple[str, ...]]


@dataclass(frozen=True)
class Result:
    """What became of one deviant.

    Args:
        deviant: its entry in the bank's registry.
        trial: what the suite said of it.
    """

    deviant: deviants.Deviant
    trial: Trial

    @property
    def declared(self) -> tuple[str, ...]:
        """What it says that it breaks, as far as that was judged."""
        named = (self.deviant.requirement, *self.deviant.also)
        return tuple(name for name in named if name in self.trial.verdicts)

    @property
    def caught(self) -> bool:
        """Whether its own requirement turned red."""
        return self.deviant.requirement in self.trial.red

    @property
    def collateral(self) -> tuple[str, ...]:
        """What turned red without being declared."""
        return tuple(name for name in self.trial.red if name not in self.declared)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it declares as a consequence and did not turn red."""
        return tuple(name for name in self.declared[1:] if name not in self.trial.red)

    @property
    def sound(self) -> bool:
        """Whether it turned red what it declares and nothing else."""
        return self.caught and not self.collateral and not self.missing

    def as_json(self) -> dict[str, Any]:
        """As `selftest --json` writes it."""
        return {
            "id": self.deviant.deviant_id,
            "name": self.deviant.name,
            "description": self.deviant.description,
            "declared": list(self.declared),
            "failed": list(self.trial.red),
            "caught": self.caught,
            "collateral": list(self.collateral),
            "missing": list(self.missing),
            "error": self.trial.error or None,
            "seconds": round(self.trial.seconds, 2),
        }


@dataclass(frozen=True)
class Matrix:
    """The whole calibration."""

    reference: Trial
    results: tuple[Result, ...]

    @property
    def sound(self) -> bool:
        """Whether the reference is green throughout and every deviant is caught, alone."""
        return self.green and all(result.sound for result in self.results)

    @property
    def green(self) -> bool:
        """Whether the reference bank has no verdict but PASSED and SKIPPED."""
        return bool(self.reference.verdicts) and not self.reference.red and not self.reference.open

    def as_json(self) -> dict[str, Any]:
        """As `selftest --json` writes it."""
        return {
            "reference": {
                "green": self.green,
                "verdicts": {name: str(verdict) for name, verdict in self.reference.verdicts.items()},
                "reasons": self.reference.reasons,
                "scenarios": self.reference.scenarios,
                "exchanges": self.reference.exchanges,
                "seconds": round(self.reference.seconds, 2),
                "error": self.reference.error or None,
            },
            "deviants": [result.as_json() for result in self.results],
            "caught": sum(result.caught for result in self.results),
            "total": len(self.results),
        }


def calibrate(
    chosen: Sequence[deviants.Deviant],
    select: tuple[str, ...] = (),
    *,
    own_area: bool = False,
    workers: int | None = None,
    tell: Callable[[Result], None] = lambda _: None,
) -> Matrix:
    """Judge the reference bank and the deviants, in parallel processes.

    Args:
        chosen: the deviants.
        select: which scenarios judge them; empty means all.
        own_area: whether only those of its own area judge each deviant; the reference is judged by `select`.
        workers: processes; as many as there are cores otherwise.
        tell: told each result as it comes.
    """
    areas = {entry.deviant_id: load()[entry.requirement].area for entry in chosen}
    jobs = [(None, select), *((name, (area,) if own_area else select) for name, area in areas.items())]
    trials = _trials(jobs, workers or os.cpu_count() or 1)
    reference = next(trials)
    known = {entry.deviant_id: entry for entry in chosen}
    results = []
    for trial in trials:
        result = Result(known[str(trial.deviant)], trial)
        tell(result)
        results.append(result)
    return Matrix(reference, tuple(results))


def _trials(jobs: Sequence[Job], workers: int) -> Iterator[Trial]:
    """The trials in the order of the jobs; a bank that keeps the suite waiting has a process for itself."""
    workers = min(workers, len(jobs))
    if workers == 1:
        yield from (try_bank(*job) for job in jobs)
        return
    spawn = multiprocessing.get_context("spawn")
    free = spawn.SimpleQueue()
    for core in islice(cycle(cores()), workers):
        free.put(core)
    waiting = {job for job in jobs if job[0] and deviants.load()[job[0]].waits}
    with spawn.Pool(workers, _keep_to_one, (free,)) as busy, spawn.Pool(max(1, len(waiting))) as idle:
        pending = [(idle if job in waiting else busy).apply_async(try_bank, job) for job in jobs]
        yield from (each.get() for each in pending)


def _keep_to_one(free: SimpleQueue[int | None]) -> None:
    keep_to(free.get())
