"""The evidence of a run: one JSON object per line, written as it happens."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from conformance.evidence.run import Facts

FORMAT = 1


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
