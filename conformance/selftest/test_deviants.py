"""The instrument is calibrated: each area's deviants against its own scenarios; `selftest` runs all against all."""

from __future__ import annotations

import pytest

from conformance.bank import deviants
from conformance.catalogue import load
from conformance.selftest.matrix import Result
from conformance.selftest.trial import try_bank
from conformance.verdict import Verdict

AREAS = [area.name for area in load().areas]
GREEN = {Verdict.PASSED, Verdict.SKIPPED}


@pytest.mark.parametrize("area", AREAS)
def test_the_reference_bank_is_green(area: str) -> None:
    """A check that is red on a conforming bank blocks a good one."""
    trial = try_bank(None, (area,))

    assert trial.verdicts
    assert set(trial.verdicts.values()) <= GREEN, trial.reasons


@pytest.mark.parametrize("deviant", deviants.load())
def test_a_deviant_turns_red_what_it_declares_and_nothing_else(deviant: str) -> None:
    """A check that has never been red certifies an unsafe bank."""
    entry = deviants.load()[deviant]
    trial = try_bank(deviant, (load()[entry.requirement].area,))

    result = Result(entry, trial, frozenset(trial.verdicts))
    assert result.sound, result.as_json()
