"""Starts the embedded bank as a process of its own: the suite knows it by its profile and the wire alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from conformance.errors import UsageError

MODULE = "conformance.selftest.embedded"


class EmbeddedBank:
    """The embedded bank while it serves; it ends with this process, however that ends.

    Args:
        words: further words for its command line, as `--deviant ID`.
    """

    def __init__(self, words: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", MODULE, "serve", "--until-stdin-closes", *words]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def profile(self) -> Path:
        """Its profile; waits until it serves.

        Raises:
            UsageError: it did not start.
        """
        line = self._process.stdout.readline() if self._process.stdout else ""
        word, _, path = line.strip().partition(" ")
        if word != "ready":
            raise UsageError("the embedded bank did not start")
        return Path(path)

    def __enter__(self) -> EmbeddedBank:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
