"""A crash of a scenario and a bank that goes away are INCONCLUSIVE, and the run goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.commands.run import judge
from conformance.errors import UsageError
from conformance.progress import Silent
from conformance.running import Scenario
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import Keyring
from conformance.setup import Options, open_run
from conformance.verdict import Judgement, Verdict

_SCENARIOS = '''
from conformance.catalogue import covers
from conformance.errors import NonConformance, NotApplicable, Unobservable, Withheld


@covers("discovery-available")
def test_crashes(aspsp):
    """A crash."""
    aspsp.configuration
    raise ValueError("a bug of ours")


@covers("discovery-issuer")
def test_ends_the_interpreter(aspsp):
    """Worse than a crash."""
    raise SystemExit(0)


@covers("discovery-https")
def test_needs_what_is_not_there(no_such_fixture):
    """A mistake in the suite."""


@covers("discovery-jwks")
def test_passes(aspsp):
    """Goes on after all that."""
    aspsp.keys
'''


@pytest.fixture(scope="module")
def keys() -> Keyring:
    return Keyring()


@pytest.fixture
def bank(keys: Keyring) -> Iterator[EmbeddedBank]:
    with EmbeddedBank(keys=keys) as served:
        yield served


def _events(folder: Path, kind: str) -> list[dict[str, Any]]:
    lines = (folder / "evidence.ndjson").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def _requirements(text: str) -> str:
    from conformance.catalogue import load

    known = [requirement.id for requirement in load().requirements if requirement.id.startswith("discovery-")]
    for name, real in zip(
        ("discovery-available", "discovery-issuer", "discovery-https", "discovery-jwks"), known, strict=False
    ):
        text = text.replace(f'"{name}"', f'"{real}"')
    return text


def test_a_crash_inside_a_scenario_is_inconclusive_and_the_run_goes_on(
    bank: EmbeddedBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    (scenarios / "test_fabricated.py").write_text(_requirements(_SCENARIOS))
    monkeypatch.setattr("conformance.pytesting.SCENARIOS", scenarios)

    folder = judge(Options(str(bank.profile), folder=tmp_path / "run"))

    judged = {event["id"].rpartition("::")[2]: event for event in _events(folder, "scenario")}
    assert {name: event["verdict"] for name, event in judged.items()} == {
        "test_crashes": "INCONCLUSIVE",
        "test_ends_the_interpreter": "INCONCLUSIVE",
        "test_needs_what_is_not_there": "INCONCLUSIVE",
        "test_passes": "PASSED",
    }
    assert "the suite itself failed: ValueError: a bug of ours" in judged["test_crashes"]["reason"]
    assert "test_fabricated.py" in judged["test_crashes"]["traceback"]
    assert str(tmp_path) not in judged["test_crashes"]["traceback"]
    verdicts = json.loads((folder / "verdicts.json").read_text())
    assert (verdicts["outcome"], verdicts["exit_code"]) == ("incomplete", 3)
    assert not list(folder.glob(".*"))


class _Killer(Silent):
    """Stops the bank when so many scenarios have been judged."""

    def __init__(self, bank: EmbeddedBank, after: int) -> None:
        self._bank = bank
        self._left = after
        self.later: list[tuple[str, Judgement]] = []

    def judged(self, scenario: Scenario, judgement: Judgement) -> None:
        """Count, and stop the bank."""
        if self._left < 0:
            self.later.append((scenario.id, judgement))
        self._left -= 1

    def began(self, scenario: Scenario) -> None:  # noqa: ARG002 (the observer's own signature)
        """Stop the bank before the scenario that comes now."""
        if self._left == 0:
            self._bank.bank.stop()
            self._left -= 1


@pytest.mark.parametrize("after", [0, 30])
def test_a_bank_that_goes_away_is_neither_failed_nor_passed(
    after: int, bank: EmbeddedBank, tmp_path: Path
) -> None:
    killer = _Killer(bank, after)

    folder = judge(Options(str(bank.profile), folder=tmp_path / "run", observer=killer))

    exchanged = {event["number"] for event in _events(folder, "exchange") if event["response"] is not None}
    cited = {event["id"]: event["exchanges"] for event in _events(folder, "scenario")}
    passed = {name for name, judgement in killer.later if judgement.verdict is Verdict.PASSED}
    assert [
        name for name, judgement in killer.later if judgement.verdict in (Verdict.FAILED, Verdict.WARNED)
    ] == []
    assert [name for name in passed if cited[name] and not set(cited[name]) & exchanged] == []
    assert len(killer.later) > 50
    verdicts = json.loads((folder / "verdicts.json").read_text())
    assert (verdicts["outcome"], verdicts["complete"]) == ("incomplete", True)


@pytest.mark.parametrize("place", ["a file", "/proc/nothing/reports", "/dev/null"])
def test_reports_that_cannot_be_written_are_a_mistake_of_usage(
    place: str, bank: EmbeddedBank, tmp_path: Path
) -> None:
    file = tmp_path / "a file"
    file.write_text("")

    with pytest.raises(UsageError, match="--reports"):
        open_run(Options(str(bank.profile), reports=file if place == "a file" else Path(place)))
