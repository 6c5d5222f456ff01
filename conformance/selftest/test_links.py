"""One id, four places: catalogue, scenario, deviant, report. The ring is closed."""

from __future__ import annotations

import pytest

from conformance.bank import deviants
from conformance.catalogue import load
from conformance.commands.listing import collect_scenarios


@pytest.fixture(scope="module")
def scenarios() -> dict[str, list[str]]:
    """The scenarios of each requirement."""
    return collect_scenarios()


def test_every_requirement_has_a_scenario_or_a_reason(scenarios: dict[str, list[str]]) -> None:
    """What is not tested says why."""
    assert [r.id for r in load().requirements if r.id not in scenarios and not r.untested] == []


def test_every_deviation_has_a_deviant_or_a_reason() -> None:
    """A check that has never been red is not trusted."""
    named = {name for requirement in load().requirements for name in requirement.deviants}

    assert sorted(named - set(deviants.load())) == []


def test_every_deviant_breaks_a_deviation_of_the_catalogue() -> None:
    """No deviant of a requirement that nobody states."""
    named = {name for requirement in load().requirements for name in requirement.deviants}

    assert sorted(set(deviants.load()) - named) == []


def test_the_consequences_that_deviants_name_are_requirements() -> None:
    """A dangling name would hide collateral."""
    known = {requirement.id for requirement in load().requirements}

    assert [name for entry in deviants.load().values() for name in entry.also if name not in known] == []


def test_scenarios_stand_in_the_folder_of_their_requirement_s_area(scenarios: dict[str, list[str]]) -> None:
    """A run looks into the folders of the areas that were asked for, and nowhere else."""
    catalogue = load()

    assert [
        name
        for requirement, names in scenarios.items()
        for name in names
        if name.split("/")[0] != catalogue[requirement].area
    ] == []
