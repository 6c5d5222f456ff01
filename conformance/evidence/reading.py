"""Reads the evidence of a run back, whole or as far as it is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

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
from conformance.evidence.stream import FORMAT
from conformance.verdict import Verdict


def read_run(path: Path) -> Run:
    """The run that an evidence file tells, also of one that was cut off in the middle of a line.

    Raises:
        UsageError: the file cannot be read, or is no evidence.
    """
    return Evidence(path).read()


class Evidence:
    """An evidence file, perhaps of a run that still goes on.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = self._line = 0
        self._told = _Told(path.parent)

    def read(self) -> Run:
        """The run as far as it is written; each reading goes on where the former one ended.

        Raises:
            UsageError: the file cannot be read, or is no evidence.
        """
        for event in self._fresh():
            try:
                self._told.take(event)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise self._refused(f"is not evidence of a run ({type(error).__name__}: {error})") from error
        if self._told.header is None:
            raise self._refused("is not evidence of a run (its first line is not a header)")
        return self._told.run(self._told.header)

    def _fresh(self) -> Iterator[Facts]:
        for line in BytesIO(self._content()):  # at line feeds only
            event = self._event(line)
            if event is None:
                return  # the writer is in the middle of it, or was
            self._offset += len(line)
            self._line += 1
            if event:
                yield event

    def _content(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                return file.read()
        except OSError as error:
            raise UsageError(f"{self._path}: cannot be read ({error.strerror})") from error

    def _event(self, line: bytes) -> Facts | None:
        """The event of a line; an empty one of an empty line, None of a torn one."""
        if not line.strip():
            return {}
        number = self._line + 1
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not line.endswith(b"\n"):
                return None
            raise self._refused(f"line {number} is not an event ({error})") from error
        if not isinstance(event, dict) or not event:
            raise self._refused(f"line {number} is not an event")
        return event

    def _refused(self, reason: str) -> UsageError:
        return UsageError(f"{self._path}: {reason}")


class _Told:
    """What the lines told so far."""

    def __init__(self, folder: Path) -> None:
        self.header: Header | None = None
        self._folder = folder
        self._exchanges: dict[int, RecordedExchange] = {}
        self._scenarios: dict[str, JudgedScenario] = {}
        self._psu: list[PsuStep] = []
        self._waits: list[Wait] = []
        self._journeys: list[Journey] = []
        self._screenshots: list[Screenshot] = []
        self._other: list[Facts] = []
        self._footer: Footer | None = None
        self._position = 0
        self._kinds: Mapping[str, Callable[[Facts], None]] = {
            "header": self._another_header,
            "exchange": self._exchange,
            "scenario": self._scenario,
            "psu": lambda event: self._psu.append(_psu(event, self._position)),
            "journey": lambda event: self._journeys.append(_journey(event, self._position)),
            "wait": lambda event: self._waits.append(_wait(event, self._position)),
            "screenshot": lambda event: self._screenshots.append(_screenshot(event, self._position)),
            "footer": self._end,
        }

    def take(self, event: Facts) -> None:
        """One more line; the first is the header."""
        if self.header is None:
            self.header = _header(event)
        else:
            self._kinds.get(event["event"], self._other.append)(event)
        self._position += 1

    def run(self, header: Header) -> Run:
        """The run as it stands."""
        return Run(
            header=header,
            exchanges=dict(self._exchanges),
            scenarios=tuple(self._scenarios.values()),
            psu=tuple(self._psu),
            waits=tuple(self._waits),
            other=tuple(self._other),
            footer=self._footer,
            screenshots=tuple(self._screenshots),
            journeys=tuple(self._journeys),
            folder=self._folder,
        )

    def _another_header(self, event: Facts) -> None:
        """Only the first counts."""

    def _exchange(self, event: Facts) -> None:
        exchange = _exchange(event, self._position)
        self._exchanges[exchange.number] = exchange

    def _scenario(self, event: Facts) -> None:
        """The last word on each counts."""
        self._scenarios[event["id"]] = _scenario(event)

    def _end(self, event: Facts) -> None:
        self._footer = self._footer or _footer(event)


def _header(event: Facts) -> Header:
    if event.get("event") != "header":
        raise ValueError("its first line is not a header")
    if event.get("format") != FORMAT:
        raise ValueError(f"it has evidence format {event.get('format')!r}, wanted {FORMAT}")
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
