"""Registers the suite's pytest plugin and the fixtures of a run."""

from fixtures import PLUGINS

pytest_plugins = list(PLUGINS)
