"""A folder that is filled beside its place and put there whole."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

_ATTEMPTS = 5


class Folder:
    """Files on their way to a folder; nobody reads a half one.

    Args:
        place: where the folder will be, instead of a former one.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._beside: tempfile.TemporaryDirectory[str] | None = None
        self._held: dict[str, bytes] = {}
        self._first: dict[bytes, str] = {}

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write files by name; one that is there already is written anew.

        Each content is written once; its other names are links, which cost a fraction of a file.
        """
        fresh = self._fresh()
        for name, content in files.items():
            if name in self._held:
                self._take_away(fresh, name)
            original = self._first.setdefault(content, name)
            _write(fresh / name, content, None if original == name else fresh / original)
            self._held[name] = content

    def put_in_place(self) -> None:
        """Exchange it for the former folder.

        Raises:
            OSError: others keep putting theirs there.
        """
        fresh = self._fresh()
        for attempt in range(_ATTEMPTS):
            with contextlib.suppress(FileNotFoundError):
                self._place.rename(fresh.with_name(f"former-{attempt}"))
            try:
                fresh.rename(self._place)
                break
            except OSError:
                if attempt == _ATTEMPTS - 1:
                    raise
        if self._beside:
            self._beside.cleanup()

    def _fresh(self) -> Path:
        if self._beside is None:
            parent = self._place.parent
            self._beside = tempfile.TemporaryDirectory(prefix=f".{self._place.name}.", dir=parent)
            (Path(self._beside.name) / "fresh").mkdir(mode=parent.stat().st_mode & 0o777)
        return Path(self._beside.name) / "fresh"

    def _take_away(self, fresh: Path, name: str) -> None:
        """Never written over: other names may be links to it."""
        former = self._held.pop(name)
        if self._first.get(former) == name:
            del self._first[former]
        (fresh / name).unlink()


def _write(path: Path, content: bytes, original: Path | None) -> None:
    try:
        if original is not None:
            os.link(original, path)
            return
    except OSError:
        pass  # a file system without links, or with too many of this file
    path.write_bytes(content)
