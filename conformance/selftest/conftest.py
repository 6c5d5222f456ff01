"""Where the tests run in parallel: a worker for each core, and whoever comes beside them moves freely."""

from __future__ import annotations

import os

import pytest

from conformance.selftest.cores import cores, keep_to


def pytest_configure(config: pytest.Config) -> None:  # noqa: ARG001
    """Keep a worker of pytest-xdist to its core."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if number.isdigit() and int(number) < len(cores()):
        keep_to(cores()[int(number)])
