"""Starts the server in a process of its own and stops it again."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from conformance.selftest.real_server import folder as contents
from conformance.selftest.real_server.packages import SOURCES, RealServerError, find, install

START_SECONDS = 30
STOP_SECONDS = 5


class RealServer:
    """A context manager that runs the server and leaves its profile in a folder.

    Args:
        folder: where keys, certificates, `profile.toml` and `server.log` go.
        mutation: a key of MUTATIONS; None for the server that breaks no rule.
        access_tokens: the form of the access tokens; the document's examples show both.

    Raises:
        RealServerError: on entering, when it does not start.
    """

    def __init__(
        self,
        folder: Path,
        mutation: str | None = None,
        *,
        access_tokens: Literal["opaque", "jwt"] = "opaque",
    ) -> None:
        self.folder = folder
        self.mutation = mutation
        self.access_tokens = access_tokens
        self.profile = folder / "profile.toml"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> RealServer:
        modules = install()
        contents.prepare(self.folder)
        _copy_sources(self.folder / "server", modules)
        self._process = self._start()
        try:
            ready = _await_ready(self._process, self.folder / "server.log")
            self.profile.write_text(contents.profile(ready["ports"], ready["clock"]), encoding="utf-8")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> subprocess.Popen[str]:
        choices = {"access_tokens": self.access_tokens, "mutation": self.mutation}
        settings = self.folder / "settings.json"
        settings.write_text(json.dumps(contents.settings(self.folder) | choices), encoding="utf-8")
        with (self.folder / "server.log").open("w", encoding="utf-8") as log:
            return subprocess.Popen(
                [find("node"), str(self.folder / "server" / "server.mjs"), str(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def _stop(self) -> None:
        """End the server by closing its standard input, and by force when that is not enough."""
        process, self._process = self._process, None
        if process is None or process.stdin is None or process.stdout is None:
            return
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _copy_sources(folder: Path, modules: Path) -> None:
    """Copy the sources beside a link to the installed packages, where Node looks for them."""
    folder.mkdir(exist_ok=True)
    for source in (*SOURCES.glob("*.mjs"), SOURCES / "package.json"):
        shutil.copy(source, folder)
    link = folder / "node_modules"
    link.unlink(missing_ok=True)
    link.symlink_to(modules, target_is_directory=True)


def _await_ready(process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        line = process.stdout.readline() if process.stdout else ""
    finally:
        timer.cancel()
    word, _, rest = line.partition(" ")
    if word != "ready":
        raise RealServerError(f"the server did not start: {log.read_text(encoding='utf-8')[-1000:]}")
    ready: dict[str, Any] = json.loads(rest)
    return ready
