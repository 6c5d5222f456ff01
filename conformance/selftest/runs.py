"""Runs the command line as a user does, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.shipped import ROOT


@dataclass(frozen=True)
class CommandRun:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def verdicts(self) -> dict[str, Any]:
        """The run's verdicts.json."""
        found = list(self.folder.glob("reports/*/latest/verdicts.json"))
        parsed: dict[str, Any] = json.loads(found[0].read_text(encoding="utf-8"))
        return parsed

    @property
    def by_requirement(self) -> dict[str, str]:
        """Requirement to verdict."""
        return {entry["id"]: entry["verdict"] for entry in self.verdicts["requirements"]}

    @property
    def written(self) -> list[Path]:
        """Every file that the run wrote."""
        return sorted(path for path in self.folder.glob("reports/**/*") if path.is_file())

    @property
    def authentications(self) -> tuple[dict[str, int], dict[str, int]]:
        """How often each PSU was to authenticate, and how often it did."""
        verdicts = self.verdicts
        planned = {psu: count for psu, count in verdicts["authentications_planned"].items() if count}
        return planned, {psu: sum(means.values()) for psu, means in verdicts["by_psu"].items()}


def run_command(
    *words: str, folder: Path, environment: Mapping[str, str] | None = None, seconds: float = 120
) -> CommandRun:
    """Run `psd2-conformance` with words, in a folder.

    Args:
        words: the command line.
        folder: the working folder.
        environment: added to this process's own.
        seconds: after which the command is stopped, and the test fails.
    """
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    command = [sys.executable, "-m", "conformance", *words]
    done = subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, timeout=seconds, check=False
    )
    return CommandRun(done.returncode, done.stdout, done.stderr, folder)
