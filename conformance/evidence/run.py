"""A run as its evidence tells it: what the reports are made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.verdict import Verdict

Facts = Mapping[str, Any]


_PICTURE = re.compile(r"screenshots/[0-9a-f]{16,64}\.png")


@dataclass(frozen=True, slots=True)
class Planned:
    """A scenario that the run meant to judge."""

    id: str
    requirement: str


@dataclass(frozen=True)
class Header:
    """What was run, by what, against whom."""

    suite: Mapping[str, str]
    target: Mapping[str, str]
    catalogue_sha256: str
    started: str
    selection: tuple[str, ...]
    environment: Mapping[str, str]
    planned: tuple[Planned, ...]
    authentications_planned: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordedExchange:
    """One request and its answer, masked, as the contract of the stream has them.

    Args:
        request: method, url, headers, body.
        response: status, headers, body, body_note; None where no answer came.
        failure: kind and detail of what stood in the answer's place.
        tls: facts of the connection; None where they could not be seen.
        curl: a command line that repeats the call, with placeholders for what is secret.
        position: place among all events of the run.
    """

    number: int
    scenario: str | None
    purpose: str
    client: str | None
    sent: str
    elapsed_ms: float
    request: Facts
    response: Facts | None
    failure: Facts | None
    tls: Facts | None
    curl: str
    position: int

    @property
    def summary(self) -> str:
        """What came back, in two or three words: a status, or how it failed."""
        if self.response is not None:
            return str(self.response.get("status"))
        return f"no answer ({(self.failure or {}).get('kind', 'unknown')})"

    @property
    def call(self) -> str:
        """What was asked: method and URL."""
        return f"{self.request.get('method', '')} {self.request.get('url', '')}"


@dataclass(frozen=True)
class PsuStep:
    """A step of a PSU's journey; `authentication` when it asked the PSU for credentials.

    Args:
        deed: what the PSU did, in words.
        shown: what its device showed or signed, where all data are synthetic.
    """

    psu: str
    step: str
    at: str
    scenario: str | None
    authentication: bool
    position: int
    means: str = ""
    deed: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Effort:
    """What something asks of a PSU; None where nobody counted it."""

    steps: int
    screens: int
    redirects: int | None = None
    authentications: int | None = None
    fields: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Journey:
    """What a whole journey asked of a PSU.

    Args:
        role: of the TPP for which the PSU went to its bank.
        exchange: number of the one that ended it.
        own: what the bank's own channel asks for the same, where the profile has it.
    """

    psu: str
    role: str
    means: str
    effort: Effort
    own: Effort | None
    exchange: int
    position: int


@dataclass(frozen=True)
class Screenshot:
    """The picture of a page, in a file beside the evidence.

    Args:
        exchange: number of what brought the page.
        covered: whether what may name a person was covered.
    """

    psu: str
    exchange: int
    file: str
    covered: bool
    at: str
    scenario: str | None
    position: int


@dataclass(frozen=True)
class Wait:
    """Time that a scenario let pass, really or on the target's clock."""

    at: str
    scenario: str | None
    reason: str
    seconds: float
    how: str
    position: int


@dataclass(frozen=True)
class Finding:
    """What a failed check expected, and what it received, in which exchange."""

    expected: str
    received: str
    exchange: int | None = None
    kind: str | None = None


@dataclass(frozen=True)
class JudgedScenario:
    """What the suite said of one scenario."""

    id: str
    requirement: str
    title: str
    description: str
    verdict: Verdict
    reason: str
    withheld: bool
    finding: Finding | None
    exchanges: tuple[int, ...]
    started: str
    ended: str
    traceback: str | None


@dataclass(frozen=True)
class Footer:
    """How the run ended."""

    ended: str
    authentications: int
    interrupted: bool
    by_psu: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run as its evidence tells it.

    Args:
        exchanges: by number.
        scenarios: in the order in which they were judged; the last word on each counts.
        other: events of kinds that this version does not know, as they stand.
        footer: None where the run was cut off.
        screenshots: pictures of pages, in order.
        journeys: figures of whole journeys, in order.
        folder: where the evidence is, and the files beside it.
    """

    header: Header
    exchanges: Mapping[int, RecordedExchange]
    scenarios: tuple[JudgedScenario, ...]
    psu: tuple[PsuStep, ...]
    waits: tuple[Wait, ...]
    other: tuple[Facts, ...] = field(default=())
    footer: Footer | None = None
    screenshots: tuple[Screenshot, ...] = ()
    journeys: tuple[Journey, ...] = ()
    folder: Path | None = None

    def picture(self, screenshot: Screenshot) -> bytes | None:
        """The picture itself; None where the file is not there, or is none of this run."""
        if self.folder is None or not _PICTURE.fullmatch(screenshot.file):
            return None
        try:
            return (self.folder / screenshot.file).read_bytes()
        except OSError:
            return None

    @property
    def complete(self) -> bool:
        """Whether the run reached its own end."""
        return self.footer is not None and not self.footer.interrupted

    @property
    def authentications(self) -> int:
        """How often a PSU was asked for credentials."""
        if self.footer is not None:
            return self.footer.authentications
        return sum(step.authentication for step in self.psu)

    @property
    def by_psu(self) -> Mapping[str, Mapping[str, int]]:
        """How often each PSU had to authenticate, by its means."""
        if self.footer is not None and self.footer.by_psu:
            return self.footer.by_psu
        found: dict[str, dict[str, int]] = {}
        for step in self.psu:
            if step.authentication:
                counted = found.setdefault(step.psu, {})
                counted[step.means] = counted.get(step.means, 0) + 1
        return found

    @cached_property
    def by_id(self) -> Mapping[str, JudgedScenario]:
        """The scenarios by their id."""
        return {scenario.id: scenario for scenario in self.scenarios}
