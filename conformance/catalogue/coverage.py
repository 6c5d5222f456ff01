"""Ties a scenario to the requirement that it judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar

from conformance.catalogue.load import load
from conformance.errors import CatalogueError

Scenario = TypeVar("Scenario", bound=Callable[..., Any])
Ask = int | Callable[[Any], int]
"""How often a PSU authenticates: a number at most, or what gives it from the PSU's profile."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a scenario judges and what it costs.

    Args:
        requirement: id of the requirement.
        advisory: its failure is a warning even under a MUST, because the catalogue's check calls it one.
        destroys: it revokes or spends the grant that it is handed.
        waits: it lets time pass, so it needs the permission to wait or a clock that can be moved.
        last: it runs after everything else of the run.
        asks: how often it has a PSU authenticate beyond what its fixtures do, by the PSU's precondition.
    """

    requirement: str
    advisory: bool = False
    destroys: bool = False
    waits: bool = False
    last: bool = False
    asks: Mapping[str, int] = field(default_factory=dict, hash=False)


class SignIn(NamedTuple):
    """A PSU signs in for a TPP in its usual browser, and stays signed in until time passes.

    Args:
        psu: the precondition for which it stands.
        tpp: the fixture of the TPP.
        waits: whether that happens among the scenarios that let time pass.
    """

    psu: str
    tpp: str = "tpp"
    waits: bool = False


class Shared(NamedTuple):
    """An experiment that is made once with each person, for whichever preconditions it stands.

    Args:
        psu: the precondition.
        what: names the experiment.
    """

    psu: str
    what: str


@dataclass(frozen=True)
class Asked:
    """How often scenarios have PSUs authenticate.

    Args:
        counts: by precondition.
        sign_ins: each costs one, however many scenarios use it.
        shared: each costs one for each person.
    """

    counts: Mapping[str, Sequence[Ask]] = field(default_factory=dict)
    sign_ins: frozenset[SignIn] = frozenset()
    shared: frozenset[Shared] = frozenset()


def signs_in(psu: str = "psu", *, tpp: str = "tpp") -> Callable[[Scenario], Scenario]:
    """Say that a fixture uses a PSU's usual browser, in which it signs in once for each TPP.

    Args:
        psu: the precondition for which the PSU stands.
        tpp: the fixture of the TPP that sends it there.
    """

    def decorate(fixture: Scenario) -> Scenario:
        declared = {*getattr(fixture, "__signs_in__", ()), SignIn(psu, tpp)}
        fixture.__signs_in__ = declared  # type: ignore[attr-defined]
        return fixture

    return decorate


def shares(what: str, psu: str = "psu") -> Callable[[Scenario], Scenario]:
    """Say that a fixture uses an experiment which is made once with each person, at one authentication.

    Args:
        what: names the experiment.
        psu: the precondition for which the PSU stands.
    """

    def decorate(fixture: Scenario) -> Scenario:
        declared = {*getattr(fixture, "__shares__", ()), Shared(psu, what)}
        fixture.__shares__ = declared  # type: ignore[attr-defined]
        return fixture

    return decorate


def asks(count: Ask = 1, psu: str = "psu") -> Callable[[Scenario], Scenario]:
    """Say how often a fixture has a PSU authenticate, when it is set up, beside its sign-in (`signs_in`).

    Args:
        count: a number at most, or what gives it from the PSU's profile.
        psu: the precondition for which the PSU stands, or `psu` and `other-psu` for the first two.
    """

    def decorate(fixture: Scenario) -> Scenario:
        declared = {**getattr(fixture, "__asks__", {}), psu: count}
        fixture.__asks__ = declared  # type: ignore[attr-defined]
        return fixture

    return decorate


def covers(
    requirement_id: str,
    *,
    destroys: bool = False,
    waits: bool = False,
    last: bool = False,
    asks: Mapping[str, int] | None = None,
) -> Callable[[Scenario], Scenario]:
    """Say which requirement a scenario judges.

    Raises:
        CatalogueError: there is no such requirement, it is declared untested, or the scenario has one.
    """
    return _attach(Coverage(requirement_id, False, destroys, waits, last, asks or {}))


def advises(
    requirement_id: str,
    *,
    destroys: bool = False,
    waits: bool = False,
    last: bool = False,
    asks: Mapping[str, int] | None = None,
) -> Callable[[Scenario], Scenario]:
    """Say which requirement a scenario judges where its failure is a warning, whatever the level.

    Raises:
        CatalogueError: there is no such requirement, it is declared untested, or the scenario has one.
    """
    return _attach(Coverage(requirement_id, True, destroys, waits, last, asks or {}))


def _attach(coverage: Coverage) -> Callable[[Scenario], Scenario]:
    catalogue, name = load(), coverage.requirement
    if name not in catalogue:
        near = get_close_matches(name, catalogue.by_id, n=1)
        raise CatalogueError(
            f"no requirement is named {name!r}" + (f" (did you mean {near[0]}?)" if near else "")
        )
    if catalogue[name].untested:
        raise CatalogueError(f"{name} has a scenario, but its entry calls it untested")

    def decorate(scenario: Scenario) -> Scenario:
        if hasattr(scenario, "__covers__"):
            raise CatalogueError(
                f"{scenario.__name__} covers two requirements: {scenario.__covers__.requirement}, {name}"
            )
        scenario.__covers__ = coverage  # type: ignore[attr-defined]
        return scenario

    return decorate
