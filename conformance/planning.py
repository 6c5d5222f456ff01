"""Which scenario an item of pytest is, what it is called, and when it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from conformance.catalogue import Coverage, load
from conformance.running import Scenario
from conformance.shipped import SCENARIOS

Ask = int | Callable[[Any], int]
SCENARIO = pytest.StashKey[Scenario]()
_ACRONYMS = frozenset(
    "aisp api cbpii html http https id iss json jwk jwks jws jwt pisp pkce psu qwac s256 tls tpp uri url".split()
)


def coverage_of(item: pytest.Item) -> Coverage | None:
    """How an item judges a requirement; None where it is no scenario."""
    found = getattr(getattr(item, "function", None), "__covers__", None)
    return found if isinstance(found, Coverage) else None


def scenario_of(item: pytest.Item) -> Scenario:
    """The scenario that an item is."""
    coverage = coverage_of(item)
    assert coverage is not None
    function: Any = getattr(item, "function", None)
    description = re.sub(r"\s+", " ", function.__doc__ or "").strip()
    path = (
        item.path.relative_to(SCENARIOS).as_posix() if item.path.is_relative_to(SCENARIOS) else item.path.name
    )
    identifier = f"{path}::{item.name}"
    return Scenario(identifier, _title(item.name), description, load()[coverage.requirement], coverage)


def _title(name: str) -> str:
    """The function's name as the sentence that it is."""
    stem, _, parameter = name.removeprefix("test_").partition("[")
    words = [word.upper() if word in _ACRONYMS else word for word in stem.split("_")]
    sentence = " ".join(words)
    return f"{sentence[:1].upper()}{sentence[1:]}{f' ({parameter[:-1]})' if parameter else ''}"


def asks_of(items: Sequence[pytest.Item]) -> dict[str, list[Ask]]:
    """How often items have PSUs authenticate, by precondition; a fixture that several use asks once."""
    found: dict[str, list[Ask]] = {}
    fixtures: dict[int, Mapping[str, Ask]] = {}
    for item in items:
        coverage = coverage_of(item)
        for psu, count in coverage.asks.items() if coverage else ():
            found.setdefault(psu, []).append(count)
        for definitions in getattr(item, "_fixtureinfo").name2fixturedefs.values():  # noqa: B009 (not pytest's API)
            function = definitions[-1].func
            fixtures[id(function)] = getattr(function, "__asks__", {})
    for declared in fixtures.values():
        for psu, ask in declared.items():
            found.setdefault(psu, []).append(ask)
    return found


def order_of(item: pytest.Item) -> tuple[bool, bool, bool, int, str, int]:
    """Areas in the order of the flow; what destroys a grant, looks back or waits comes after the rest."""
    scenario = item.stash[SCENARIO]
    coverage = scenario.coverage
    areas: Sequence[str] = [area.name for area in load().areas]
    line = getattr(getattr(item, "function", None), "__code__", None)
    return (
        coverage.waits,
        coverage.last,
        coverage.destroys,
        areas.index(scenario.requirement.area),
        str(item.path),
        line.co_firstlineno if line else 0,
    )
