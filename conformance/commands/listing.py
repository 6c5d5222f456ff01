"""`psd2-conformance list`: the catalogue, the scenarios that judge it and the deviants that prove them."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest

from conformance.catalogue import Requirement, load
from conformance.commands.output import outliving_the_reader
from conformance.planning import SCENARIO
from conformance.pytesting import run_pytest


class _Collector:
    """Takes what pytest collects."""

    def __init__(self) -> None:
        self.scenarios: dict[str, list[str]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which scenarios judge which requirement."""
        for item in session.items:
            if SCENARIO in item.stash:
                scenario = item.stash[SCENARIO]
                self.scenarios.setdefault(scenario.requirement.id, []).append(scenario.id)


def collect_scenarios() -> dict[str, list[str]]:
    """The ids of the scenarios of each requirement."""
    collector = _Collector()
    run_pytest([collector], words=["--collect-only"])
    return collector.scenarios


def listing(*, as_json: bool) -> int:
    """Print the catalogue."""
    scenarios = collect_scenarios()
    entries = [_entry(requirement, scenarios.get(requirement.id, [])) for requirement in load().requirements]
    with outliving_the_reader():
        click.echo(
            json.dumps(entries, indent=2, ensure_ascii=False) if as_json else "\n".join(map(_lines, entries))
        )
    return 0


def _entry(requirement: Requirement, scenarios: list[str]) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "area": requirement.area,
        "level": str(requirement.level),
        "title": requirement.title,
        "clauses": list(requirement.clauses),
        "scenarios": scenarios,
        "untested": requirement.untested or (None if scenarios else "no scenario"),
        "deviants": list(requirement.deviants),
        "undeviated": {
            f"{requirement.id}/{number}": reason for number, reason in requirement.undeviated.items()
        },
    }


def _lines(entry: dict[str, Any]) -> str:
    lines = [f"{entry['id']}  {entry['level'].upper()}  {entry['title']}"]
    lines.append(f"    clauses    {'; '.join(entry['clauses'])}")
    lines += [f"    scenario   {name}" for name in entry["scenarios"]]
    lines += [f"    untested   {entry['untested']}"] if entry["untested"] else []
    lines += [f"    deviant    {name}" for name in entry["deviants"]]
    lines += [f"    no deviant {name}: {reason}" for name, reason in entry["undeviated"].items()]
    return "\n".join(lines)
