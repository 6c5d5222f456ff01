"""The instrument is calibrated: each deviant is seen red by the checks that it names.

That nothing else turns red is what `psd2-conformance selftest` shows: of its area with `--own-area`, as CI runs it,
of everything without.
"""

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
def test_a_deviant_turns_red_what_it_declares(deviant: str) -> None:
    """A check that has never been red certifies an unsafe bank; what it means to other areas takes a whole run."""
    catalogue, entry = load(), deviants.load()[deviant]
    area = catalogue[entry.requirement].area
    consequences = [name for name in entry.also if catalogue[name].area == area]

    result = Result(entry, try_bank(deviant, (entry.requirement, *consequences)))

    assert result.sound, result.as_json()
