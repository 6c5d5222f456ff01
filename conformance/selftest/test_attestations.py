"""What rests on documents: a statement in the profile makes it REVIEW in every report, and never PASSED by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from conformance.catalogue import Coverage, load
from conformance.catalogue.model import Observation
from conformance.errors import NonConformance, NotApplicable
from conformance.judgement import Ruling, judge
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.runs import CommandRun, run_command
from conformance.selftest.test_checks_interface import call
from conformance.verdict import Verdict

RESTING = [each.id for each in load().requirements if each.observe is Observation.EVIDENCE]
OBSERVED = "discovery-configuration-available"
DIGEST = "ab" * 32
STATED = f"stated by Dominique Exemple on 2026-01-31: It is so. See the folder., document sha256 {DIGEST}"
NOT_STATED = "not assessed: the profile holds no statement (attestations.{})"
ATTESTATION = f"""
[attestations.{{}}]
statement = "It is so.\\nSee the folder."
person = "Dominique Exemple"
date = 2026-01-31
document_sha256 = "{DIGEST}"
"""


@pytest.fixture(scope="module")
def bank() -> Iterator[EmbeddedBank]:
    with EmbeddedBank(keys=shared_keyring()) as running:
        yield running


def judged(bank: EmbeddedBank, folder: Path, *selected: str, stated: bool) -> CommandRun:
    """A run of some requirements, with or without statements."""
    profile = bank.folder / f"{'stated' if stated else 'silent'}.toml"
    statements = "".join(ATTESTATION.format(each) for each in RESTING) if stated else ""
    profile.write_text(bank.profile.read_text(encoding="utf-8") + statements, encoding="utf-8")
    chosen = [word for each in selected for word in ("--select", each)]
    return run_command("run", "--target", str(profile), *chosen, folder=folder)


@pytest.fixture(scope="module")
def stated(bank: EmbeddedBank, tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    """A run whose profile states everything, with one requirement that is observed."""
    return judged(bank, tmp_path_factory.mktemp("stated"), *RESTING, OBSERVED, stated=True)


@pytest.fixture(scope="module")
def silent(bank: EmbeddedBank, tmp_path_factory: pytest.TempPathFactory) -> CommandRun:
    """The same without statements."""
    return judged(bank, tmp_path_factory.mktemp("silent"), *RESTING, OBSERVED, stated=False)


def cases(run: CommandRun) -> dict[str, etree._Element]:
    """The test cases of junit.xml by requirement."""
    found = next(run.folder.glob("reports/*/latest/junit.xml"))
    return {case.get("classname", ""): case for case in etree.parse(found).iter("testcase")}


def results(run: CommandRun) -> dict[str, dict[str, Any]]:
    """Allure's results by requirement."""
    found = [
        json.loads(each.read_bytes())
        for each in run.folder.glob("reports/*/latest/allure-results/*-result.json")
    ]
    suites = [next(label["value"] for label in each["labels"] if label["name"] == "suite") for each in found]
    return dict(zip(suites, found, strict=True))


def test_a_statement_makes_a_review_and_the_run_is_incomplete(stated: CommandRun) -> None:
    text = (resources.files("conformance.report") / "verdicts.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(text)).validate(stated.verdicts)
    entries = {entry["id"]: entry for entry in stated.verdicts["requirements"]}

    assert len(RESTING) == 7
    assert stated.by_requirement == {**dict.fromkeys(RESTING, "REVIEW"), OBSERVED: "PASSED"}
    assert {entries[each]["reason"] for each in RESTING} == {STATED}
    assert {scenario["verdict"] for each in RESTING for scenario in entries[each]["scenarios"]} == {"REVIEW"}
    assert (stated.code, stated.verdicts["exit_code"], stated.verdicts["outcome"]) == (3, 3, "incomplete")
    assert stated.verdicts["counts"]["requirements"]["REVIEW"] == 7


def test_a_review_is_not_passed_in_junit(stated: CommandRun) -> None:
    found = {name: case for name, case in cases(stated).items() if name in RESTING}

    assert len(found) == 7
    for case in found.values():
        skipped = case.find("skipped")
        assert skipped is not None
        assert skipped.get("message") == f"REVIEW: {STATED}"
        assert {child.tag for child in case} == {"properties", "skipped"}
        assert case.find("properties/property[@name='verdict']").get("value") == "REVIEW"  # type: ignore[union-attr]


def test_a_review_is_neither_passed_nor_failed_in_allure(stated: CommandRun) -> None:
    found = results(stated)

    assert {found[each]["status"] for each in RESTING} == {"unknown"}
    assert {found[each]["statusDetails"]["message"] for each in RESTING} == {f"REVIEW: {STATED}"}
    assert all("a human must judge it" in found[each]["descriptionHtml"] for each in RESTING)
    assert found[OBSERVED]["status"] == "passed"


def test_the_terminal_tells_who_stated_what(stated: CommandRun) -> None:
    plain = " ".join(stated.out.split())

    assert "REVIEW (7)" in stated.out
    assert plain.count(STATED) == 7
    assert all(f"\n{each}  {load()[each].level.upper()}  " in stated.out for each in RESTING)
    assert re.search(r"^all areas +1 +- +- +7 +- +- +8$", stated.out, re.MULTILINE)
    assert "Embedded bank: incomplete" in stated.out


def test_without_a_statement_it_is_skipped_with_the_reason(silent: CommandRun) -> None:
    entries = {entry["id"]: entry for entry in silent.verdicts["requirements"]}

    assert silent.by_requirement == {**dict.fromkeys(RESTING, "SKIPPED"), OBSERVED: "PASSED"}
    assert all(entries[each]["reason"] == NOT_STATED.format(each) for each in RESTING)
    assert (silent.code, silent.verdicts["outcome"]) == (0, "conformant")
    assert all(NOT_STATED.format(each) in silent.out for each in RESTING)
    for each in RESTING:
        skipped = cases(silent)[each].find("skipped")
        assert skipped is not None
        assert skipped.get("message") == NOT_STATED.format(each)
        assert results(silent)[each]["status"] == "skipped"


def test_a_run_of_nothing_but_missing_statements_certifies_nothing(
    bank: EmbeddedBank, tmp_path: Path
) -> None:
    run = judged(bank, tmp_path, *RESTING, stated=False)

    assert set(run.by_requirement.values()) == {"SKIPPED"}
    assert (run.code, run.verdicts["outcome"]) == (3, "incomplete")


@pytest.mark.parametrize("requirement", RESTING)
def test_no_scenario_can_pass_or_fail_it_by_itself(requirement: str) -> None:
    entry, ruling = load()[requirement], Ruling()
    deviation = NonConformance(expected="a fallback", received="none", exchange=call())

    assert judge(None, entry, Coverage(requirement), ruling).verdict is Verdict.REVIEW
    assert judge(deviation, entry, Coverage(requirement), ruling).verdict is Verdict.REVIEW
    assert "received none" in judge(deviation, entry, Coverage(requirement), ruling).reason
    assert judge(NotApplicable("no"), entry, Coverage(requirement), ruling).verdict is Verdict.SKIPPED
