"""Which scenario an item of pytest is, what it is called, and when it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from conformance.catalogue import Ask, Asked, Coverage, Shared, SignIn, load
from conformance.running import Scenario
from conformance.shipped import SCENARIOS

_SPELLED = {"3skey": "3SKey", "aisps": "AISP's", "cbpiis": "CBPII's", "banks": "bank's"}
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
    words = [_SPELLED.get(word, word.upper() if word in _ACRONYMS else word) for word in stem.split("_")]
    sentence = " ".join(words)
    return f"{sentence[:1].upper()}{sentence[1:]}{f' ({parameter[:-1]})' if parameter else ''}"


def asks_of(items: Sequence[pytest.Item]) -> Asked:
    """How often items, in their order, have PSUs authenticate; a fixture that several use asks once."""
    counts: dict[str, list[Ask]] = {}
    sign_ins: set[SignIn] = set()
    shared: set[Shared] = set()
    for item in items:
        coverage = coverage_of(item)
        for psu, count in coverage.asks.items() if coverage else ():
            counts.setdefault(psu, []).append(count)
    for function, waits in _fixtures_of(items):
        for psu, ask in getattr(function, "__asks__", {}).items():
            counts.setdefault(psu, []).append(ask)
        sign_ins |= {each._replace(waits=waits) for each in getattr(function, "__signs_in__", ())}
        shared |= set(getattr(function, "__shares__", ()))
    return Asked(counts, frozenset(sign_ins), frozenset(shared))


def _fixtures_of(items: Sequence[pytest.Item]) -> Iterable[tuple[Any, bool]]:
    """The functions of the fixtures that items need, each once, and whether its first user lets time pass."""
    found: dict[int, tuple[Any, bool]] = {}
    for item in items:
        coverage = coverage_of(item)
        for definitions in getattr(item, "_fixtureinfo").name2fixturedefs.values():  # noqa: B009 (not pytest's API)
            function = definitions[-1].func
            found.setdefault(id(function), (function, bool(coverage and coverage.waits)))
    return found.values()


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
