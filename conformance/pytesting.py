"""Runs the scenarios with pytest inside this process: quiet, without the user's own plugins and settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from conformance.shipped import ROOT, SCENARIOS

_QUIET = (
    "terminal",
    "cacheprovider",
    "warnings",
    "doctest",
    "junitxml",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
)


def run_pytest(plugins: Sequence[object], words: Sequence[str] = ()) -> int:
    """Collect and run the scenarios.

    Args:
        plugins: objects with hooks of their own.
        words: further words for pytest.
    """
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    arguments = [
        str(SCENARIOS),
        "-c",
        os.devnull,
        "--rootdir",
        str(ROOT),
        "--noconftest",
        "--import-mode=importlib",
    ]
    arguments += [word for name in _QUIET for word in ("-p", f"no:{name}")]
    arguments += [
        "-p",
        "conformance.plugin",
        "-p",
        "fixtures.session",
        "-p",
        "fixtures.people",
        "-p",
        "fixtures.entitlements",
        "-p",
        "fixtures.interface",
        "-p",
        "fixtures.token",
        "-p",
        "fixtures.id_token",
        "-p",
        "fixtures.authorization",
        "-p",
        "fixtures.refresh",
        "-p",
        "fixtures.refresh_use",
        "-p",
        "fixtures.bearer",
        "-p",
        "fixtures.keeping",
        "-p",
        "fixtures.sca",
        "-p",
        "fixtures.pisp",
        "-p",
        "fixtures.aisp",
        "-p",
        "fixtures.cbpii",
        *words,
    ]
    with _without_other_plugins():
        import pytest

        return int(pytest.main(arguments, plugins=list(plugins)))


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
