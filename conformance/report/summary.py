"""The end of a run on the terminal: a table by area and verdict, the findings, and where the reports are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from conformance.catalogue import Requirement
from conformance.report import journeys
from conformance.report.failure import explanation, render_failure
from conformance.report.text import inert, many, one_line
from conformance.report.verdicts import ScenarioVerdict, Verdicts
from conformance.verdict import Outcome, Verdict

_COLUMNS = (
    Verdict.PASSED,
    Verdict.FAILED,
    Verdict.WARNED,
    Verdict.REVIEW,
    Verdict.INCONCLUSIVE,
    Verdict.SKIPPED,
)
_COLOURS = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "bold red",
    Verdict.WARNED: "yellow",
    Verdict.REVIEW: "magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.SKIPPED: "dim",
}
_OUTCOMES = {
    Outcome.CONFORMANT: ("every MUST that applies was observed as its clause asks", "bold green"),
    Outcome.NOT_CONFORMANT: ("at least one MUST failed", "bold red"),
    Outcome.INCOMPLETE: ("something that applies could not be judged, or did not run", "bold yellow"),
}
_BLOCKS = (Verdict.FAILED, Verdict.WARNED, Verdict.REVIEW)
_LINES = (Verdict.INCONCLUSIVE, Verdict.SKIPPED)
_MOST_LINES = 12


@dataclass(frozen=True)
class Row:
    """Requirements of an area by verdict; the last row adds all areas up."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All requirements of the row."""
        return sum(self.counts)


@dataclass(frozen=True)
class Entry:
    """One scenario that did not pass."""

    requirement: Requirement
    scenario: ScenarioVerdict


def table(verdicts: Verdicts) -> tuple[Row, ...]:
    """A row per judged area, and their sum."""
    counted = Counter((entry.requirement.area, entry.judgement.verdict) for entry in verdicts.requirements)
    areas = {entry.requirement.area for entry in verdicts.requirements}
    rows = [
        Row(area.title, tuple(counted[area.name, verdict] for verdict in _COLUMNS))
        for area in verdicts.catalogue.areas
        if area.name in areas
    ]
    return (*rows, Row("all areas", tuple(sum(row.counts[n] for row in rows) for n in range(len(_COLUMNS)))))


def findings(verdicts: Verdicts, verdict: Verdict) -> tuple[Entry, ...]:
    """The scenarios with this verdict, in the order of the catalogue."""
    return tuple(
        Entry(requirement, scenario)
        for requirement, scenario in verdicts.scenarios()
        if scenario.judgement.verdict is verdict
    )


def print_summary(verdicts: Verdicts, stream: TextIO, *, folder: Path | None = None) -> None:
    """Print it, with colours and lines where the output is a terminal, aligned and plain elsewhere.

    Args:
        folder: the run's folder, whose reports are named at the end.
    """
    if stream.isatty():
        _print_rich(verdicts, stream, folder)
    else:
        stream.write(plain_summary(verdicts, folder=folder))


def plain_summary(verdicts: Verdicts, *, folder: Path | None = None) -> str:
    """The summary as plain text."""
    parts = [_plain_table(verdicts)]
    for verdict in (*_LINES[::-1], *_BLOCKS[::-1]):
        if entries := findings(verdicts, verdict):
            parts.append(f"{verdict} ({len(entries)})\n\n" + _section(verdicts, verdict, entries, folder))
    return "\n\n".join([*parts, "\n".join(closing(verdicts, folder))]) + "\n"


def closing(verdicts: Verdicts, folder: Path | None = None) -> list[str]:
    """The last lines: what was judged, the outcome, and where everything was written."""
    run = verdicts.run
    lines = [
        f"{many(len(verdicts.requirements), 'requirement')}, "
        f"{many(sum(verdicts.scenario_counts.values()), 'scenario')}, "
        f"{many(len(run.exchanges), 'exchange')}, {many(run.authentications, 'authentication')} by a PSU"
    ]
    lines += [f"  {line}" for line in _authentications(verdicts)]
    lines += journeys.lines(run.journeys)
    lines += list(_remarks(verdicts))
    target = one_line(run.header.target.get("name", ""))
    lines.append(f"{target}: {verdicts.outcome} ({_OUTCOMES[verdicts.outcome][0]})")
    if folder is not None:
        lines += [f"  {name:<17} {folder / path}" for name, path in _REPORTS]
    return [inert(line) for line in lines]


def _authentications(verdicts: Verdicts) -> Iterable[str]:
    """Per PSU and means how often it was asked, beside what had been planned."""
    planned, run = verdicts.run.header.authentications_planned, verdicts.run
    for psu in sorted({*planned, *run.by_psu}):
        used = run.by_psu.get(psu, {})
        told = ", ".join(f"{count} with {means}" if means else str(count) for means, count in used.items())
        most = f" (planned: {planned[psu]} at most)" if psu in planned else ""
        yield one_line(f"{psu}: {told or 'never'}{most}")


_REPORTS = (
    ("verdicts", "verdicts.json"),
    ("JUnit", "junit.xml"),
    ("Allure's results", "allure-results"),
    ("evidence", "evidence.ndjson"),
)


def _remarks(verdicts: Verdicts) -> Iterable[str]:
    if not verdicts.run.complete:
        yield "The run was cut off; what it had judged until then stands."
    if verdicts.run.header.selection:
        yield f"A partial run, of {', '.join(verdicts.run.header.selection)}: it certifies nothing else."
    missing = [entry.requirement.id for entry in verdicts.unjudged if not entry.deliberate]
    if missing and not verdicts.run.header.selection:
        yield f"A partial run: {len(missing)} requirements of the catalogue were not judged."
    deliberate = [entry.requirement.id for entry in verdicts.unjudged if entry.deliberate]
    if deliberate:
        yield f"Not tested, each with its reason in verdicts.json: {', '.join(deliberate)}"
    if verdicts.other_catalogue:
        yield "The run was judged by another version of the catalogue than this report was made with."


def _plain_table(verdicts: Verdicts) -> str:
    rows = table(verdicts)
    width = max(len(row.name) for row in rows)
    header = " " * width + "".join(f"  {verdict}" for verdict in _COLUMNS) + "  all"
    lines = [
        f"{row.name:<{width}}"
        + "".join(
            f"  {count or '-':>{len(verdict)}}" for count, verdict in zip(row.counts, _COLUMNS, strict=True)
        )
        + f"  {row.total:>3}"
        for row in rows
    ]
    return "\n".join([header, *lines])


def _section(verdicts: Verdicts, verdict: Verdict, entries: tuple[Entry, ...], folder: Path | None) -> str:
    if verdict in _BLOCKS:
        report = str(folder / "allure-results") if folder else ""
        return "\n\n".join(
            render_failure(verdicts, entry.requirement, entry.scenario, report=report) for entry in entries
        )
    return "\n".join(_reasons(entries))


def _reasons(entries: tuple[Entry, ...]) -> Iterable[str]:
    """One line per reason, with the requirements that share it: a host that is down is said once."""
    shared: dict[str, list[str]] = {}
    for entry in entries:
        names = shared.setdefault(explanation(entry.scenario) or "no reason was recorded", [])
        if entry.requirement.id not in names:
            names.append(entry.requirement.id)
    for number, (reason, names) in enumerate(shared.items()):
        if number == _MOST_LINES:
            yield f"  ... and {len(shared) - _MOST_LINES} more reasons, in verdicts.json"
            return
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield f"  {', '.join(names[:3])}{more}: {reason}"


def _print_rich(verdicts: Verdicts, stream: TextIO, folder: Path | None) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=True)
    console.print(_rich_table(verdicts))
    for verdict in (*_LINES[::-1], *_BLOCKS[::-1]):
        if entries := findings(verdicts, verdict):
            console.print(Text(f"\n{verdict} ({len(entries)})\n", style=_COLOURS[verdict]))
            console.print(Text(_section(verdicts, verdict, entries, folder)))
    console.print()
    for line in closing(verdicts, folder):
        style = _OUTCOMES[verdicts.outcome][1] if f": {verdicts.outcome} (" in line else ""
        console.print(Text(line, style=style))


def _rich_table(verdicts: Verdicts) -> object:
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, show_footer=False, pad_edge=False, padding=(0, 0, 0, 1))
    grid.add_column("area")
    for verdict in _COLUMNS:
        grid.add_column(str(verdict), justify="right", style=_COLOURS[verdict])
    grid.add_column("all", justify="right")
    rows = table(verdicts)
    for row in rows:
        if row is rows[-1]:
            grid.add_section()
        grid.add_row(row.name, *(str(count or "-") for count in row.counts), str(row.total))
    return grid
