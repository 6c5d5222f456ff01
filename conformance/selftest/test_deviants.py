"""The instrument is calibrated: each area's deviants against its own scenarios; `selftest` runs all against all."""

from __future__ import annotations

import pytest

from conformance.bank import deviants
from conformance.catalogue import load
from conformance.selftest.matrix import Matrix, calibrate

AREAS = [area.name for area in load().areas]


@pytest.fixture(scope="module", params=AREAS)
def matrix(request: pytest.FixtureRequest) -> Matrix:
    """The reference bank and the deviants of one area, judged by the scenarios of that area."""
    catalogue = load()
    chosen = [
        entry for entry in deviants.load().values() if catalogue[entry.requirement].area == request.param
    ]
    return calibrate(chosen, (request.param,))


def test_the_reference_bank_is_green(matrix: Matrix) -> None:
    """A check that is red on a conforming bank blocks a good one."""
    assert matrix.green, matrix.reference.reasons


def test_every_deviant_turns_red_what_it_declares_and_nothing_else(matrix: Matrix) -> None:
    """A check that has never been red certifies an unsafe bank."""
    assert matrix.results
    unsound = [result.as_json() for result in matrix.results if not result.sound]

    assert unsound == []
