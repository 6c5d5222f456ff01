"""The evidence of a run: one JSON object per line, written as it happens and read back for the reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from conformance.errors import UsageError
from conformance.evidence.run import (
    Effort,
    Facts,
    Finding,
    Footer,
    Header,
    Journey,
    JudgedScenario,
    Planned,
    PsuStep,
    RecordedExchange,
    Run,
    Screenshot,
    Wait,
)
from conformance.verdict import Verdict

FORMAT = 1
_KNOWN = frozenset({"header", "exchange", "scenario", "psu", "journey", "screenshot", "wait", "footer"})


class EvidenceWriter:
    """Appends events to a file; each is one whole line on the disk before the next thing happens.

    Everything it is handed is masked already. Text is written in ASCII with JSON escapes, so that whatever
    a target sent (control characters, lone surrogates, terminal sequences) stays inert and survives.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("ab", buffering=0)

    def header(self, facts: Facts) -> None:
        """The first event: suite, target, catalogue, plan."""
        self.write("header", {"format": FORMAT, **facts})

    def exchange(self, facts: Facts) -> None:
        """One request and its answer."""
        self.write("exchange", facts)

    def psu(self, facts: Facts) -> None:
        """One step of a PSU's journey."""
        self.write("psu", facts)

    def wait(self, facts: Facts) -> None:
        """Time that was let pass."""
        self.write("wait", facts)

    def scenario(self, facts: Facts) -> None:
        """The verdict of one scenario."""
        self.write("scenario", facts)

    def footer(self, facts: Facts) -> None:
        """The last event; without it the run was cut off."""
        self.write("footer", facts)

    def write(self, kind: str, facts: Facts) -> None:
        """One event of any kind, in a single write."""
        line = json.dumps({"event": kind, **facts}, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
        rest = memoryview((line + "\n").encode("ascii"))
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        """Let go of the file; what was written is on it already."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_run(path: Path) -> Run:
    """The run that an evidence file tells, also of one that was cut off in the middle of a line.

    Raises:
        UsageError: the file cannot be read, or is no evidence.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    events = _events(path, content)
    if not events or events[0].get("event") != "header":
        raise UsageError(f"{path}: is not evidence of a run (its first line is not a header)")
    if events[0].get("format") != FORMAT:
        raise UsageError(f"{path}: has evidence format {events[0].get('format')!r}, wanted {FORMAT}")
    try:
        return _run(events, path.parent)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path}: is not evidence of a run ({type(error).__name__}: {error})") from error


def _events(path: Path, content: bytes) -> list[dict[str, Any]]:
    lines = content.split(b"\n")
    events: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            if number == len(lines):
                break
            raise UsageError(f"{path}: line {number} is not an event ({error})") from error
        if not isinstance(event, dict):
            raise UsageError(f"{path}: line {number} is not an event")
        events.append(event)
    return events


def _run(events: Sequence[Facts], folder: Path) -> Run:
    kinds: dict[str, list[tuple[int, Facts]]] = {}
    for position, event in enumerate(events):
        kinds.setdefault(event["event"], []).append((position, event))
    exchanges = [_exchange(event, position) for position, event in kinds.get("exchange", ())]
    scenarios = {event["id"]: _scenario(event) for _, event in kinds.get("scenario", ())}
    return Run(
        header=_header(events[0]),
        exchanges={exchange.number: exchange for exchange in exchanges},
        scenarios=tuple(scenarios.values()),
        psu=tuple(_psu(event, position) for position, event in kinds.get("psu", ())),
        waits=tuple(_wait(event, position) for position, event in kinds.get("wait", ())),
        other=tuple(event for event in events if event["event"] not in _KNOWN),
        footer=next((_footer(event) for _, event in kinds.get("footer", ())), None),
        screenshots=tuple(_screenshot(event, position) for position, event in kinds.get("screenshot", ())),
        journeys=tuple(_journey(event, position) for position, event in kinds.get("journey", ())),
        folder=folder,
    )


def _header(event: Facts) -> Header:
    return Header(
        suite=dict(event["suite"]),
        target=dict(event["target"]),
        catalogue_sha256=event["catalogue_sha256"],
        started=event["started"],
        selection=tuple(event.get("selection", ())),
        environment=dict(event.get("environment", {})),
        planned=tuple(Planned(entry["id"], entry["requirement"]) for entry in event["planned"]),
        authentications_planned=dict(event.get("authentications_planned", {})),
    )


def _exchange(event: Facts, position: int) -> RecordedExchange:
    return RecordedExchange(
        number=int(event["number"]),
        scenario=event.get("scenario"),
        purpose=event.get("purpose", ""),
        client=event.get("client"),
        sent=event["sent"],
        elapsed_ms=float(event.get("elapsed_ms", 0)),
        request=dict(event["request"]),
        response=event.get("response"),
        failure=event.get("failure"),
        tls=event.get("tls"),
        curl=event.get("curl", ""),
        position=position,
    )


def _psu(event: Facts, position: int) -> PsuStep:
    return PsuStep(
        psu=event["psu"],
        step=event["step"],
        at=event["at"],
        scenario=event.get("scenario"),
        authentication=bool(event.get("authentication", False)),
        position=position,
        means=event.get("means") or "",
        deed=event.get("deed") or "",
        shown=event.get("shown") or "",
    )


def _journey(event: Facts, position: int) -> Journey:
    own = event.get("own")
    return Journey(
        psu=event["psu"],
        role=event["role"],
        means=event.get("means") or "",
        effort=_effort(event),
        own=_effort(own) if own else None,
        exchange=int(event["exchange"]),
        position=position,
    )


def _effort(facts: Facts) -> Effort:
    def count(name: str) -> int | None:
        return None if facts.get(name) is None else int(facts[name])

    seconds = facts.get("seconds")
    return Effort(
        steps=int(facts["steps"]),
        screens=int(facts["screens"]),
        redirects=count("redirects"),
        authentications=count("authentications"),
        fields=count("fields"),
        seconds=None if seconds is None else float(seconds),
    )


def _screenshot(event: Facts, position: int) -> Screenshot:
    return Screenshot(
        psu=event["psu"],
        exchange=int(event["exchange"]),
        file=str(event["file"]),
        covered=bool(event.get("covered", True)),
        at=event["at"],
        scenario=event.get("scenario"),
        position=position,
    )


def _wait(event: Facts, position: int) -> Wait:
    return Wait(
        at=event["at"],
        scenario=event.get("scenario"),
        reason=event["reason"],
        seconds=float(event["seconds"]),
        how=event.get("how", "slept"),
        position=position,
    )


def _scenario(event: Facts) -> JudgedScenario:
    finding = event.get("finding")
    return JudgedScenario(
        id=event["id"],
        requirement=event["requirement"],
        title=event.get("title") or event["id"],
        description=event.get("description") or "",
        verdict=Verdict(event["verdict"]),
        reason=event.get("reason") or "",
        withheld=bool(event.get("withheld", False)),
        finding=_finding(finding) if finding else None,
        exchanges=tuple(event.get("exchanges", ())),
        started=event.get("started", ""),
        ended=event.get("ended", ""),
        traceback=event.get("traceback"),
    )


def _finding(finding: Facts) -> Finding:
    return Finding(finding["expected"], finding["received"], finding.get("exchange"), finding.get("kind"))


def _footer(event: Facts) -> Footer:
    return Footer(
        event["ended"],
        int(event.get("authentications", 0)),
        bool(event.get("interrupted", False)),
        {psu: dict(means) for psu, means in event.get("by_psu", {}).items()},
    )
