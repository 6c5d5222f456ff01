"""Runs the scenarios with pytest inside this process: quiet, without the user's own plugins and settings."""

from __future__ import annotations

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
).split()


def run_pytest(plugins: Sequence[object], words: Sequence[str] = ()) -> int:
    """Collect and run the scenarios.

    Args:
        plugins: objects with hooks of their own.
        words: further words for pytest.
    """
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from fixtures import PLUGINS

    arguments = [str(SCENARIOS), "-c", os.devnull, "--rootdir", str(ROOT), "--noconftest"]
    arguments += ["--import-mode=importlib", "--assert=plain", "--capture=no"]
    arguments += [word for name in _LEFT_OUT for word in ("-p", f"no:{name}")]
    with _without_other_plugins():
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
