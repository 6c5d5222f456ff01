"""What the calibration says of deviants that are missed or not alone, and of a reference that is not green."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.bank import deviants
from conformance.selftest.cores import cores, keep_to
from conformance.selftest.matrix import Matrix, Result
from conformance.selftest.runs import run_command
from conformance.selftest.trial import Trial
from conformance.verdict import Verdict

DEVIANT = deviants.load()["refresh-single-use/1"]
CONSEQUENCE = replace(DEVIANT, also=("refresh-reuse-detection",))
JUDGED = frozenset({"refresh-single-use", "refresh-reuse-detection", "refresh-grant"})


def result(*red: str, of: deviants.Deviant = DEVIANT, error: str = "") -> Result:
    """What became of a deviant that turned requirements red."""
    verdicts = {name: Verdict.FAILED if name in red else Verdict.PASSED for name in JUDGED}
    return Result(of, Trial(of.deviant_id, {} if error else verdicts, error=error))


def test_the_command_calibrates_the_deviants_that_it_is_given(tmp_path: Path) -> None:
    """Two of them, in processes of their own, with every figure of the contract."""
    words = [
        *("--deviant", "discovery-configuration-available/1"),
        *("--deviant", "discovery-configuration-available/2"),
    ]
    run = run_command(
        "selftest", "--area", "discovery", *words, "--workers", "2", "--json", "found.json", folder=tmp_path
    )

    assert run.code == 0, run.out + run.err
    assert "deviants: 2 of 2 caught, 2 of them alone" in run.out
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (found["caught"], found["total"], found["reference"]["green"]) == (2, 2, True)
    assert [each["declared"] for each in found["deviants"]] == [each["failed"] for each in found["deviants"]]


def test_a_deviant_that_turns_red_what_it_declares_and_nothing_else_is_sound() -> None:
    assert result("refresh-single-use").sound
    assert result("refresh-single-use", "refresh-reuse-detection", of=CONSEQUENCE).sound


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (result(), {"caught": False, "collateral": [], "missing": []}),
        (result("refresh-single-use", "refresh-grant"), {"caught": True, "collateral": ["refresh-grant"]}),
        (
            result("refresh-single-use", of=CONSEQUENCE),
            {"caught": True, "missing": ["refresh-reuse-detection"]},
        ),
        (result(error="the bank did not start"), {"caught": False, "error": "the bank did not start"}),
    ],
)
def test_a_deviant_that_is_missed_or_not_alone_is_not_sound(found: Result, told: dict[str, object]) -> None:
    assert not found.sound
    assert told.items() <= found.as_json().items()


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.WARNED, Verdict.INCONCLUSIVE, Verdict.REVIEW])
def test_a_reference_that_is_not_green_spoils_the_calibration(verdict: Verdict) -> None:
    good = Trial(None, {"refresh-grant": Verdict.PASSED, "refresh-chain": Verdict.SKIPPED})

    assert Matrix(good, (result("refresh-single-use"),)).sound
    assert not Matrix(Trial(None, {"refresh-grant": verdict}), (result("refresh-single-use"),)).sound
    assert not Matrix(Trial(None), ()).sound


def test_a_process_keeps_to_its_core() -> None:
    """Where the system does not say which cores there are, nothing changes."""
    core = cores()[-1]
    with multiprocessing.get_context("spawn").Pool(1, keep_to, (core,)) as pool:
        assert pool.apply(cores) == [core]


def test_a_deviant_that_keeps_its_clients_waiting_is_told_from_the_others() -> None:
    assert deviants.load()["interface-availability/1"].waits
    assert not DEVIANT.waits
