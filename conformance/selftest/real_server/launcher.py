"""Starts the process, has it serve one bank after the other, and stops it again."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from conformance.selftest.real_server import folder as contents
from conformance.selftest.real_server.packages import SOURCES, RealServerError, find, install

START_SECONDS = 30
STOP_SECONDS = 5


class Node:
    """A context manager for the process, in which one bank takes the place of the other.

    Args:
        folder: where the sources and `server.log` go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Node:
        modules = install()
        _copy_sources(self.folder / "server", modules)
        with (self.folder / "server.log").open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [find("node"), str(self.folder / "server" / "server.mjs")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process by closing its standard input, and by force when that is not enough."""
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

    def serve(self, settings: Path) -> dict[str, Any]:
        """Serve the bank that a file describes; gives its ports and its clock.

        Raises:
            RealServerError: it does not start.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RealServerError("Node is not running")
        timer = threading.Timer(START_SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(f"{settings}\n")
            process.stdin.flush()
            word, _, rest = process.stdout.readline().partition(" ")
        except BrokenPipeError:
            word = rest = ""
        finally:
            timer.cancel()
        if word != "ready":
            log = (self.folder / "server.log").read_text(encoding="utf-8")
            raise RealServerError(f"the server did not start: {rest or log[-1000:]}")
        ready: dict[str, Any] = json.loads(rest)
        return ready


class RealServer:
    """A context manager that serves a bank and leaves its profile in a folder.

    Args:
        folder: where keys, certificates, `profile.toml` and, with a process of its own, `server.log` go.
        mutation: a key of MUTATIONS; None for the server that breaks no rule.
        access_tokens: the form of the access tokens; the document's examples show both.
        node: the process that serves it, until it serves the next; one of its own by default.

    Raises:
        RealServerError: on entering, when it does not start.
    """

    def __init__(
        self,
        folder: Path,
        mutation: str | None = None,
        *,
        access_tokens: Literal["opaque", "jwt"] = "opaque",
        node: Node | None = None,
    ) -> None:
        self.folder = folder
        self.profile = folder / "profile.toml"
        self._choices = {"access_tokens": access_tokens, "mutation": mutation}
        self._node = node
        self._own = ExitStack()

    def __enter__(self) -> RealServer:
        contents.prepare(self.folder)
        with self._own:
            node = self._node or self._own.enter_context(Node(self.folder))
            settings = self.folder / "settings.json"
            settings.write_text(json.dumps(contents.settings(self.folder) | self._choices), encoding="utf-8")
            ready = node.serve(settings)
            self.profile.write_text(contents.profile(ready["ports"], ready["clock"]), encoding="utf-8")
            self._own = self._own.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._own.close()


def _copy_sources(folder: Path, modules: Path) -> None:
    """Copy the sources beside a link to the installed packages, where Node looks for them."""
    folder.mkdir(exist_ok=True)
    for source in (*SOURCES.glob("*.mjs"), SOURCES / "package.json"):
        shutil.copy(source, folder)
    link = folder / "node_modules"
    link.unlink(missing_ok=True)
    link.symlink_to(modules, target_is_directory=True)
