"""What a run shows while it runs: one live line on a terminal, a plain line per area elsewhere."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TextIO

from conformance.report.text import many
from conformance.running import Observer, Scenario
from conformance.verdict import Judgement, Verdict

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e]")


class Silent:
    """Watches and says nothing."""

    def planned(self, scenarios: Sequence[Scenario], asked: Mapping[str, Mapping[str, int]]) -> None:
        """Say nothing."""

    def began(self, scenario: Scenario) -> None:
        """Say nothing."""

    def judged(self, scenario: Scenario, judgement: Judgement) -> None:
        """Say nothing."""

    def waiting(self, reason: str, seconds: int) -> None:
        """Say nothing."""

    def psu_asked(self, psu: str, step: str) -> None:
        """Say nothing."""

    def ended(self) -> None:
        """Say nothing."""


class Plain(Silent):
    """One line per area, and one for whatever is waited for.

    Args:
        stream: where the lines go.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._total = self._done = 0
        self._area = ""
        self._counts: Counter[Verdict] = Counter()
        self._in_area = 0
        self._gone = False

    def planned(self, scenarios: Sequence[Scenario], asked: Mapping[str, Mapping[str, int]]) -> None:
        """Say how much there is, and who will be asked how often."""
        self._total = len(scenarios)
        requirements = many(len({scenario.requirement.id for scenario in scenarios}), "requirement")
        times = sum(count for persons in asked.values() for count in persons.values())
        most = f"; PSUs authenticate {many(times, 'time')} at most" if times else ""
        self._line(f"judging {requirements} in {many(self._total, 'scenario')}{most}")
        for means, persons in asked.items():
            self._line(f"  with {means}: {', '.join(f'{psu} {count}' for psu, count in persons.items())}")

    def began(self, scenario: Scenario) -> None:
        """Say which area is finished when another begins."""
        if scenario.requirement.area != self._area:
            self._close_area()
            self._area = scenario.requirement.area

    def judged(self, scenario: Scenario, judgement: Judgement) -> None:
        """Count."""
        self._done += 1
        self._in_area += 1
        self._counts[judgement.verdict] += 1
        if judgement.verdict is Verdict.FAILED:
            self._line(f"  FAILED {scenario.requirement.id}: {judgement.reason}")

    def waiting(self, reason: str, seconds: int) -> None:
        """Say what is awaited."""
        self._line(f"  waiting {seconds} s: {reason}")

    def ended(self) -> None:
        """Say how the last area ended."""
        self._close_area()

    def _close_area(self) -> None:
        if self._in_area:
            counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self._counts.items()))
            self._line(f"{self._done:>4}/{self._total} {self._area}: {counts}")
        self._counts.clear()
        self._in_area = 0

    def _line(self, text: str) -> None:
        self._write(_CONTROL.sub("?", text) + "\n")

    def _write(self, text: str) -> None:
        """Write; a reader that went away does not end the run."""
        if self._gone:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._gone = True


class Live(Plain):
    """One line that changes in place; findings and waits stay above it.

    Args:
        stream: a terminal.
        width: its columns.
    """

    def __init__(self, stream: TextIO, width: int) -> None:
        super().__init__(stream)
        self._width = max(20, width - 1)

    def began(self, scenario: Scenario) -> None:
        """Show what is being judged."""
        super().began(scenario)
        self._show(scenario.title)

    def psu_asked(self, psu: str, step: str) -> None:
        """Show what the PSU does."""
        self._show(f"PSU {psu}: {step}")

    def waiting(self, reason: str, seconds: int) -> None:
        """Show what is awaited."""
        super().waiting(reason, seconds)
        self._show(f"waiting {seconds} s: {reason}")

    def ended(self) -> None:
        """Leave a clean line."""
        super().ended()
        self._write("\r\x1b[K")

    def _show(self, text: str) -> None:
        share = self._done / max(1, self._total)
        bar = "━" * round(share * 16) + "─" * (16 - round(share * 16))
        line = f"{bar} {self._done:>3}/{self._total} {self._area} · {_CONTROL.sub('?', text)}"
        self._write(f"\r\x1b[K{line[: self._width]}")

    def _line(self, text: str) -> None:
        self._write("\r\x1b[K")
        super()._line(text)


def watcher(stream: TextIO | None = None) -> Observer:
    """What fits the stream: live on a terminal, plain lines elsewhere."""
    import os
    import shutil

    out = stream or sys.stderr
    if out.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        return Live(out, shutil.get_terminal_size().columns)
    return Plain(out)
