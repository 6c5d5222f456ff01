"""A run under way: its folder, its evidence, its session, and the verdicts as they fall."""

from __future__ import annotations

import os
import platform
import ssl
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import conformance
from conformance.catalogue import Asked, Coverage, Requirement, load
from conformance.clock import Clock
from conformance.errors import ConformanceError, NonConformance
from conformance.evidence.stream import EvidenceWriter
from conformance.judgement import Ruling, judge
from conformance.session import Session
from conformance.target.profile import Target
from conformance.verdict import Judgement, Verdict
from conformance.wire.masking import Masking
from conformance.wire.recorder import Recorder, stamp
from conformance.wire.redaction import Redactor


@dataclass(frozen=True)
class Scenario:
    """One scenario of a plan.

    Args:
        id: file and function, with its parameter; stable from run to run.
        title: one plain sentence.
        description: the docstring.
        requirement: what it judges.
        coverage: how.
    """

    id: str
    title: str
    description: str
    requirement: Requirement
    coverage: Coverage


class Observer(Protocol):
    """Is told what happens while it happens."""

    def planned(self, scenarios: Sequence[Scenario], asked: Mapping[str, Mapping[str, int]]) -> None:
        """The run begins, and will have PSUs authenticate so often at most, by means and PSU."""

    def began(self, scenario: Scenario) -> None:
        """A scenario begins."""

    def judged(self, scenario: Scenario, judgement: Judgement) -> None:
        """A scenario has its verdict."""

    def waiting(self, reason: str, seconds: int) -> None:
        """The run waits."""

    def psu_asked(self, psu: str, step: str) -> None:
        """The PSU is at a step of its journey."""

    def ended(self) -> None:
        """The run is over."""


@dataclass
class Running:
    """One run against one target.

    Args:
        target: what is under test.
        folder: where it writes.
        observer: who watches.
    """

    target: Target
    folder: Path
    observer: Observer
    clock: Clock = field(default_factory=Clock)
    plan: tuple[Scenario, ...] = ()

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._evidence = EvidenceWriter(self.folder / "evidence.ndjson")
        self._begun = self.clock.wall()
        profile = self.target.profile
        redactor = Redactor(accounts=not profile.synthetic_data)
        masking = Masking(redactor, plain_below=profile.api.base_url if profile.synthetic_data else None)
        self.recorder = Recorder(self._write, masking, self.clock, self._keep)
        self.session = Session(self.target, self.recorder, self.observer.waiting)
        equivalent = self.target.profile.authorization_server.equivalent_issuer
        self._ruling = Ruling(equivalent_warns=equivalent == "warn")

    def start(
        self,
        plan: Sequence[Scenario],
        selection: Sequence[str],
        asked: Asked | None = None,
    ) -> None:
        """Write what will be judged.

        Args:
            plan: the scenarios.
            selection: the words by which they were chosen.
            asked: how often they have PSUs authenticate.
        """
        self.plan = tuple(plan)
        planned = self.session.planned_authentications(asked or Asked())
        self._evidence.header(
            {
                "suite": {"name": "psd2-conformance", "version": conformance.__version__},
                "target": {
                    "name": self.target.profile.name,
                    "slug": self.target.slug,
                    "environment": self.target.profile.environment,
                    "profile_sha256": self.target.sha256,
                },
                "catalogue_sha256": load().digest,
                "started": stamp(self._begun),
                "selection": list(selection),
                "environment": {
                    "python": platform.python_version(),
                    "openssl": ssl.OPENSSL_VERSION,
                    "platform": platform.system(),
                },
                "authentications_planned": planned,
                "planned": [{"id": scenario.id, "requirement": scenario.requirement.id} for scenario in plan],
            }
        )
        self.observer.planned(self.plan, self._by_means(planned))

    def _by_means(self, planned: Mapping[str, int]) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for name, count in sorted(planned.items(), key=lambda each: -each[1]):
            if count:
                found.setdefault(self.target.profile.psu[name].means, {})[name] = count
        return found

    def begin(self, scenario: Scenario) -> None:
        """A scenario begins: what is recorded from now on belongs to it."""
        self._scenario_began = self.clock.wall()
        self.recorder.begin(scenario.id)
        self.observer.began(scenario)

    def end(self, scenario: Scenario, raised: BaseException | None) -> Judgement:
        """A scenario ended; write its verdict and what it rests on."""
        if isinstance(raised, NonConformance) and raised.exchange:
            self.recorder.cite(raised.exchange)
        numbers = self.recorder.end()
        judgement = judge(raised, scenario.requirement, scenario.coverage, self._ruling)
        if judgement.verdict is Verdict.PASSED and not numbers:
            judgement = Judgement(Verdict.INCONCLUSIVE, "nothing was observed")
        masked = Judgement(judgement.verdict, self._clean(judgement.reason), judgement.withheld)
        self._evidence.scenario(
            {
                "id": scenario.id,
                "requirement": scenario.requirement.id,
                "title": scenario.title,
                "description": scenario.description,
                "verdict": masked.verdict,
                "reason": masked.reason,
                "withheld": masked.withheld,
                "finding": self._finding(raised),
                "exchanges": numbers,
                "started": stamp(self._scenario_began),
                "ended": stamp(self.clock.wall()),
                "traceback": self._traceback(raised),
            }
        )
        self.observer.judged(scenario, masked)
        return masked

    def finish(self, *, interrupted: bool) -> None:
        """Write the end of the run, and let go of the bank."""
        self.session.close()
        self._evidence.footer(
            {
                "ended": stamp(self.clock.wall()),
                "authentications": self.recorder.authentications,
                "by_psu": self.recorder.by_psu,
                "interrupted": interrupted,
            }
        )
        self._evidence.close()
        self.observer.ended()

    def _keep(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_bytes(content)

    def _write(self, event: dict[str, Any]) -> None:
        kind = event.pop("event")
        self._evidence.write(kind, event)
        if kind == "psu":
            self.observer.psu_asked(event["psu"], event["step"])

    def _finding(self, raised: BaseException | None) -> dict[str, Any] | None:
        if not isinstance(raised, NonConformance):
            return None
        return {
            "expected": self._clean(raised.expected),
            "received": self._clean(raised.received),
            "exchange": raised.exchange.number if raised.exchange else None,
            "kind": raised.kind,
        }

    def _traceback(self, raised: BaseException | None) -> str | None:
        """Of a crash of the suite only: a check that fails is no crash."""
        if raised is None or isinstance(raised, ConformanceError):
            return None
        frames = traceback.extract_tb(raised.__traceback__)
        lines = [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
        return self._clean("\n".join([*lines, f"{type(raised).__name__}: {raised}"]))

    def _clean(self, text: str) -> str:
        return self.recorder.redactor.mask(text)[:2000]


def new_folder(reports: Path, slug: str, begun: datetime) -> Path:
    """A folder of its own for a run, below reports/<target>/<UTC time>."""
    stem = begun.strftime("%Y-%m-%dT%H-%M-%SZ")
    for number in range(1, 1000):
        folder = reports / slug / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise ConformanceError(f"no free folder below {reports / slug}")


def point_latest(folder: Path) -> None:
    """Let `latest` beside the run's folder point at it; replaced in one step."""
    link = folder.parent / "latest"
    fresh = folder.parent / f".latest-{os.getpid()}-{time.monotonic_ns()}"
    try:
        fresh.symlink_to(folder.name, target_is_directory=True)
        fresh.replace(link)
    except OSError:
        fresh.unlink(missing_ok=True)


def is_bad(verdict: Verdict) -> bool:
    """Whether a verdict keeps a run from being conformant."""
    return verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.REVIEW)
