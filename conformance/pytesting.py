"""Runs the scenarios with pytest inside this process: quiet, without the user's own plugins and settings."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from conformance.shipped import ROOT, SCENARIOS

#: What a run needs nothing of: each costs time at the start, around every scenario or at the end.
_LEFT_OUT = (
    "terminal cacheprovider warnings doctest junitxml pastebin setuponly setupplan stepwise"
    " logging faulthandler debugging unraisableexception threadexception unittest nose legacypath"
    " tmpdir recwarn subtests capture assertion monkeypatch reports skipping"
).split()

#: New objects before the garbage collector looks at them, and its rounds before it looks at older ones.
_RARELY = 200_000, 10, 10


def run_pytest(plugins: Sequence[object], areas: Sequence[str] = (), *, words: Sequence[str] = ()) -> int:
    """Collect and run the scenarios.

    Args:
        plugins: objects with hooks of their own.
        areas: whose folders are looked into; empty means all.
        words: further words for pytest.
    """
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from fixtures import PLUGINS

    arguments = [str(SCENARIOS / area) for area in areas or [""]]
    arguments += ["-c", os.devnull, "--rootdir", str(ROOT), "--noconftest", "--import-mode=importlib"]
    arguments += [word for name in _LEFT_OUT for word in ("-p", f"no:{name}")]
    with _without_other_plugins(), _rarely_collecting():
        import pytest

        ours = [import_module(name) for name in PLUGINS]  # -p would search every installed package for each
        return int(pytest.main([*arguments, *words], plugins=[*ours, *plugins]))


@contextmanager
def _without_other_plugins() -> Iterator[None]:
    names = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    before: dict[str, Any] = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """What is loaded stays loaded: to look through it for garbage again and again takes a twelfth of a run."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
