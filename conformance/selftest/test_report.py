"""The reports say what the evidence says, the same bytes each time, and stay whole whatever a target sent."""

from __future__ import annotations

import hashlib
import io
import json
import time
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree

from conformance.catalogue import load
from conformance.errors import UsageError
from conformance.evidence.reading import read_run
from conformance.evidence.stream import EvidenceWriter
from conformance.report import make_reports
from conformance.report.failure import render_failure
from conformance.report.junit import junit
from conformance.report.summary import findings, plain_summary, print_summary, table
from conformance.report.text import inert
from conformance.report.verdicts import Verdicts, judge
from conformance.selftest.invented import FAILING, InventedRun
from conformance.verdict import Outcome, Verdict

HOSTILE = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with findings of every kind, and its reports."""
    made = InventedRun().write(tmp_path_factory.mktemp("run"))
    make_reports(made)
    return made


@pytest.fixture(scope="module")
def verdicts(folder: Path) -> Verdicts:
    """The verdicts of that run."""
    return judge(read_run(folder / "evidence.ndjson"), load())


def bytes_of(folder: Path) -> dict[str, str]:
    """The digest of every file below a folder, by its relative name."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def schema() -> dict[str, Any]:
    """The published JSON Schema of verdicts.json."""
    text = (resources.files("conformance.report") / "verdicts.schema.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def run_of(tmp_path: Path, changes: dict[str, dict[str, Any]], **settings: Any) -> Verdicts:
    """The verdicts of an invented run."""
    made = InventedRun(failing=changes, **settings).write(tmp_path)
    return judge(read_run(made / "evidence.ndjson"), load())


def test_verdicts_json_holds_every_requirement_and_follows_its_schema(folder: Path) -> None:
    document = json.loads((folder / "verdicts.json").read_bytes())

    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(document)
    assert [entry["id"] for entry in document["requirements"]] == [r.id for r in load().requirements]
    assert document["outcome"] == "not-conformant"
    assert document["exit_code"] == 1
    assert document["complete"] is True
    assert document["authentications"] == 12
    assert document["counts"]["requirements"]["FAILED"] == 2
    assert sum(document["counts"]["scenarios"].values()) == 2 * len(document["requirements"])


def test_a_requirement_shows_its_scenarios_with_finding_and_exchanges(folder: Path) -> None:
    document = json.loads((folder / "verdicts.json").read_bytes())
    entry = next(entry for entry in document["requirements"] if entry["id"] == "discovery-issuer-matches-url")

    assert (entry["area"], entry["level"], entry["verdict"]) == ("discovery", "must", "FAILED")
    first, second = entry["scenarios"]
    assert first["finding"]["kind"] == "equivalent-but-not-identical"
    assert first["finding"]["exchange"] in first["exchanges"]
    assert (second["verdict"], second["finding"]) == ("PASSED", None)
    assert 1 in second["exchanges"]


@pytest.mark.parametrize(
    ("changes", "outcome", "code"),
    [
        ({}, Outcome.CONFORMANT, 0),
        ({"refresh-grant": FAILING["refresh-single-use"]}, Outcome.NOT_CONFORMANT, 1),
        ({"refresh-grant": {"verdict": "INCONCLUSIVE", "reason": "timeout"}}, Outcome.INCOMPLETE, 3),
        ({"refresh-grant": {"verdict": "WARNED", "reason": "advice"}}, Outcome.CONFORMANT, 0),
    ],
)
def test_the_outcome_follows_from_the_verdicts(
    tmp_path: Path, changes: dict[str, dict[str, Any]], outcome: Outcome, code: int
) -> None:
    judged = run_of(tmp_path, changes)

    assert (judged.outcome, judged.exit_code) == (outcome, code)


def test_what_was_planned_and_did_not_run_is_inconclusive(tmp_path: Path) -> None:
    judged = run_of(tmp_path, {}, cut_off=True)

    document = judged.as_json()
    Draft202012Validator(schema()).validate(document)
    assert (document["ended"], document["complete"], document["outcome"]) == (None, False, "incomplete")
    last = document["requirements"][-1]
    assert (last["verdict"], last["reason"]) == (
        "INCONCLUSIVE",
        "it did not run: the run was cut off before it",
    )
    assert "The run was cut off" in plain_summary(judged)


def test_a_selection_is_said_to_be_partial(tmp_path: Path) -> None:
    judged = run_of(tmp_path, {}, selection=["refresh"])

    document = judged.as_json()
    assert document["partial"] is True
    assert {entry["area"] for entry in document["requirements"]} == {"refresh"}
    assert len(document["requirements"]) + len(document["unjudged"]) == len(load().requirements)
    told = {entry["id"]: entry["reason"] for entry in document["unjudged"]}
    outside = [r for r in load().requirements if r.area != "refresh"]
    assert told == {r.id: r.untested or "outside the selection of this run" for r in outside}
    assert "A partial run, of refresh: it certifies nothing else." in plain_summary(judged)


def test_what_is_deliberately_untested_is_listed_with_its_reason(tmp_path: Path) -> None:
    catalogue, reason = load(), "Only the bank itself could see it."
    discovery = catalogue.areas[0]
    untested = replace(discovery.requirements[0], id="discovery-unseen", untested=reason)
    area = replace(discovery, requirements=(*discovery.requirements, untested))
    run = read_run(InventedRun(failing={}).write(tmp_path) / "evidence.ndjson")

    judged = judge(run, replace(catalogue, areas=(area, *catalogue.areas[1:])))

    (entry,) = judged.as_json()["unjudged"]
    assert (entry["id"], entry["reason"], entry["deliberate"]) == ("discovery-unseen", reason, True)
    assert not judged.partial
    assert "Not tested, each with its reason in verdicts.json: discovery-unseen" in plain_summary(judged)


def test_evidence_of_a_requirement_that_is_not_in_the_catalogue_is_refused(tmp_path: Path) -> None:
    path = InventedRun().write(tmp_path) / "evidence.ndjson"
    path.write_bytes(path.read_bytes().replace(b"refresh-grant", b"refresh-fantasy"))

    with pytest.raises(UsageError, match="does not hold: refresh-fantasy"):
        make_reports(tmp_path)


def test_the_same_evidence_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "evidence.ndjson").write_bytes((folder / "evidence.ndjson").read_bytes())

    make_reports(tmp_path)
    once = bytes_of(tmp_path)
    make_reports(tmp_path)

    assert once == bytes_of(tmp_path) == bytes_of(folder)


def test_nothing_is_left_beside_the_reports(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "evidence.ndjson",
        "verdicts.json",
        "junit.xml",
        "allure-results",
    }


def test_junit_has_a_suite_per_area_and_a_case_per_scenario(verdicts: Verdicts) -> None:
    root = etree.fromstring(junit(verdicts))

    assert [suite.get("name") for suite in root] == [area.title for area in load().areas]
    wanted = 2 * len(load().requirements)
    assert root.get("tests") == str(len(root.findall("./testsuite/testcase"))) == str(wanted)
    assert (root.get("failures"), root.get("errors"), root.get("skipped")) == ("2", "1", "3")
    assert sum(int(suite.get("tests", "")) for suite in root) == wanted
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("requirement", "child", "said"),
    [
        ("refresh-single-use", "failure", "received  200 with a new access token <access_token:5b0c77e1>"),
        ("bearer-scope-separation", "error", "connection refused"),
        ("refresh-revocation-endpoint", "skipped", None),
        ("token-response-headers", "system-out", "WARNED: expected Pragma: no-cache"),
        ("authorization-front-channel-hardening", "skipped", "a human must judge"),
    ],
)
def test_junit_shows_each_verdict(verdicts: Verdicts, requirement: str, child: str, said: str | None) -> None:
    root = etree.fromstring(junit(verdicts))
    case = next(case for case in root.iter("testcase") if case.get("classname") == requirement)

    element = case.find(child)
    assert element is not None
    assert said is None or said in (element.text or "")
    assert {"failure", "error", "skipped", "system-out"} & {kind.tag for kind in case} == {child}


def test_a_finding_reads_as_the_house_style_says(verdicts: Verdicts) -> None:
    (entry,) = (
        e for e in findings(verdicts, Verdict.FAILED) if e.requirement.id == "discovery-issuer-matches-url"
    )

    assert render_failure(verdicts, entry.requirement, entry.scenario, report="reports/x").splitlines() == [
        "discovery-issuer-matches-url  MUST  "
        "OIDC Discovery 1.0, sections 4.3, 7.2; RFC 8414, section 3.3; RFC 9207, sections 2.3, 2.4",
        "  issuer is the exact prefix of the discovery URL",
        "  expected  issuer https://sso.bank.example/sgconnect/oauth2",
        "  received  issuer https://sso.bank.example:443/sgconnect/oauth2",
        "  kind      equivalent-but-not-identical",
        "  exchange  0021 GET https://my-api.bank.example/api/v1/data -> 200",
        '  repeat    curl --cert "$TPP_MAIN_CERTIFICATE" --key "$TPP_MAIN_KEY" -X GET '
        '"https://my-api.bank.example/api/v1/data"',
        "  report    reports/x",
    ]


def test_the_summary_counts_by_area_and_names_the_files(verdicts: Verdicts, tmp_path: Path) -> None:
    rows = table(verdicts)
    text = plain_summary(verdicts, folder=tmp_path)

    areas, every = [len(area.requirements) for area in load().areas], len(load().requirements)
    assert [row.total for row in rows] == [*areas, every]
    assert "FAILED (2)" in text
    assert f"  verdicts          {tmp_path / 'verdicts.json'}" in text
    counts = f"{every} requirements, {2 * every} scenarios, {6 * every} exchanges"
    assert f"{counts}, 12 authentications by a PSU" in text
    assert "Embedded bank: not-conformant (at least one MUST failed)" in text
    assert len({len(line) for line in text.splitlines()[: len(areas) + 2]}) == 1


def test_one_reason_that_many_share_is_said_once(tmp_path: Path) -> None:
    down = {"verdict": "INCONCLUSIVE", "reason": "my-api.bank.example: connection refused"}
    judged = run_of(tmp_path, {r.id: down for r in load().areas[4].requirements})

    text = plain_summary(judged)

    assert text.count("connection refused") == 1
    assert "bearer-api-call, bearer-requires-qwac, bearer-certificate-binding and 6 more: " in text


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """As a terminal does."""
        return True


def test_a_terminal_gets_colours_and_the_same_facts(
    verdicts: Verdicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, plain = Terminal(), io.StringIO()

    print_summary(verdicts, terminal)
    print_summary(verdicts, plain)

    assert "\x1b[" in terminal.getvalue()
    assert "\x1b" not in plain.getvalue()
    assert "not-conformant (at least one MUST failed)" in terminal.getvalue()
    assert "expected  400, error=invalid_grant" in terminal.getvalue()


def test_what_acts_on_a_terminal_is_spelled_out() -> None:
    assert inert("\x1b]0;title\x07\u202eevil\ud800\x00\r") == "\\x1b]0;title\\x07\\u202eevil\\ud800\\x00\\x0d"
    assert inert("Straße, 中文, 🏦, tab\tand\nline") == "Straße, 中文, 🏦, tab\tand\nline"


def hostile_run(path: Path, text: str) -> Path:
    """A run of one failed scenario in which every text from outside is hostile."""
    requirement = "refresh-grant"
    run = InventedRun(failing={})
    with EvidenceWriter(path / "evidence.ndjson") as evidence:
        header = run._header([(load()[requirement], 1)])
        header["target"]["name"] = text
        evidence.header(header)
        exchange = {
            "number": 1,
            "purpose": text,
            "client": text,
            "sent": text,
            "scenario": "s",
            "elapsed_ms": 1,
        }
        request = {"method": text, "url": text, "headers": [[text, text]], "body": text}
        response = {"status": 200, "headers": [[text, text]], "body": text, "body_note": text}
        evidence.exchange(
            {**exchange, "request": request, "response": response, "tls": {text: text}, "curl": text}
        )
        evidence.psu({"psu": text, "step": text, "at": text, "scenario": "s"})
        evidence.wait({"at": text, "scenario": "s", "reason": text, "seconds": 1, "how": text})
        told = {"id": "s", "requirement": requirement, "title": text, "description": text, "reason": text}
        finding = {"expected": text, "received": text, "exchange": 1, "kind": text}
        facts = {"started": text, "ended": text, "exchanges": [1], "traceback": text}
        evidence.scenario({**told, **facts, "verdict": "FAILED", "finding": finding})
    return path


@settings(deadline=None, derandomize=True, max_examples=60)
@given(text=HOSTILE)
def test_hostile_text_breaks_no_report(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = hostile_run(tmp_path_factory.mktemp("hostile"), text)

    judged = make_reports(folder)

    etree.fromstring((folder / "junit.xml").read_bytes())
    Draft202012Validator(schema()).validate(json.loads((folder / "verdicts.json").read_bytes()))
    for path in (folder / "allure-results").iterdir():
        content = path.read_bytes().decode()
        assert path.suffix != ".json" or json.loads(content) is not None
        assert inert(content) == content
    summary = plain_summary(judged)
    assert inert(summary) == summary


def test_reports_of_a_large_run_are_quick(tmp_path: Path) -> None:
    folder = InventedRun(exchanges=4).write(tmp_path)

    begun = time.process_time()
    made = make_reports(folder)

    assert len(made.run.exchanges) == 2 * 4 * len(load().requirements)
    assert time.process_time() - begun < 1.5
