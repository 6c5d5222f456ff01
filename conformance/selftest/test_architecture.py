"""The arrows of the house: which room may import which."""

from __future__ import annotations

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.shipped import ROOT, SCENARIOS
from fixtures import PLUGINS

PACKAGE = ROOT / "conformance"
FIRST_ROW = {"errors", "exchange", "verdict", "clock", "catalogue"}
WIRING = {
    "plugin",
    "planning",
    "underway",
    "setup",
    "running",
    "progress",
    "pytesting",
    "launch",
    "commands",
    "cli",
    "__main__",
}
MAY_IMPORT = {
    **dict.fromkeys(FIRST_ROW, FIRST_ROW),
    "shipped": set(),
    "judgement": FIRST_ROW,
    "target": FIRST_ROW | {"shipped"},
    "pki": FIRST_ROW,
    "wire": FIRST_ROW | {"target", "pki"},
    "oauth": FIRST_ROW | {"target", "pki", "wire"},
    "psu": FIRST_ROW | {"target", "pki", "wire", "oauth"},
    "xs2a": FIRST_ROW | {"target", "pki", "wire", "oauth"},
    "session": FIRST_ROW | {"target", "pki", "wire", "oauth", "psu", "xs2a"},
    "checks": FIRST_ROW | {"pki", "oauth", "xs2a"},
    "evidence": FIRST_ROW,
    "report": FIRST_ROW | {"evidence"},
    "bank": {"bank"},
}
SCENARIOS_MAY_IMPORT = {"catalogue", "checks", "session"}


def rooms() -> Iterator[tuple[str, Path]]:
    """Every module of the package with its room."""
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] not in ("selftest", "_shipped", "__init__"):
            yield parts[0], path


def imported(path: Path) -> set[str]:
    """The rooms that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            names += [f"{node.module}.{alias.name}" for alias in node.names if node.module == "conformance"]
        found |= {name.split(".")[1] for name in names if name.startswith("conformance.")}
    return found


@pytest.mark.parametrize(("room", "path"), [pytest.param(*entry, id=entry[1].name) for entry in rooms()])
def test_a_room_imports_only_what_stands_to_its_left(room: str, path: Path) -> None:
    """The bank is an island; a report reads evidence; checks know no network."""
    allowed = {room} | (MAY_IMPORT[room] if room in MAY_IMPORT else everything_but("bank", "selftest"))

    assert imported(path) <= allowed


def everything_but(*names: str) -> set[str]:
    """All rooms but some; what wires may import the rest."""
    return {room for room, _ in rooms()} - set(names)


def test_every_room_is_known() -> None:
    """A new room states its arrows here."""
    assert {room for room, _ in rooms()} == set(MAY_IMPORT) | WIRING


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in sorted(SCENARIOS.rglob("test_*.py"))])
def test_a_scenario_imports_the_catalogue_checks_and_session_types_only(path: Path) -> None:
    """No plumbing in a scenario."""
    assert imported(path) <= SCENARIOS_MAY_IMPORT


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in sorted(SCENARIOS.rglob("test_*.py"))])
def test_a_scenario_has_no_loop_no_branch_and_no_bare_assert(path: Path) -> None:
    """It reads as the clause: given, when, then."""
    plumbing = ast.For | ast.While | ast.If | ast.Try | ast.With | ast.Assert
    found = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, plumbing)
    ]

    assert found == []


def test_checks_know_no_network_no_file_and_no_now() -> None:
    """A check judges what was recorded, so that it can judge again."""
    forbidden = {"requests", "socket", "ssl", "urllib3", "pathlib", "time", "os", "random", "secrets"}
    for path in (PACKAGE / "checks").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names
        }
        names |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not names & forbidden, path.name
        assert ".now(" not in path.read_text(encoding="utf-8"), path.name


def fixtures_of(plugin: str) -> Iterator[str]:
    """The names under which a plugin gives fixtures to pytest; each version of pytest marks them in its own way."""
    for name, value in vars(importlib.import_module(plugin)).items():
        marks = (
            getattr(value, each, None) for each in ("_fixture_function_marker", "_pytestfixturefunction")
        )
        mark = next((mark for mark in marks if mark is not None), None)
        if mark is not None:
            yield mark.name or name


def test_no_two_plugins_define_the_same_fixture() -> None:
    """pytest takes the later one and says nothing: a scenario would judge another experiment than it names."""
    found = defaultdict(list)
    for plugin in PLUGINS:
        for name in fixtures_of(plugin):
            found[name].append(plugin)

    assert {"session", "psu_3skey", "second_psu", "validated"} <= found.keys()
    assert {name: plugins for name, plugins in found.items() if len(plugins) > 1} == {}
