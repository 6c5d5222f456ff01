"""Allure's results let an auditor find his way: area, requirement, clause, what was seen, how to repeat it."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.catalogue import load
from conformance.evidence.reading import read_run
from conformance.report.allure import Results
from conformance.report.html import make_html, without_analytics
from conformance.report.verdicts import judge
from conformance.selftest.invented import InventedRun, scenario_id


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All files of `allure-results/` of an invented run."""
    folder = InventedRun().write(tmp_path_factory.mktemp("run"))
    return Results().all(judge(read_run(folder / "evidence.ndjson"), load()))


@pytest.fixture(scope="module")
def results(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """The results by the id of their scenario."""
    return results_in(files)


def results_in(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """The results among files, by the id of their scenario."""
    read = [json.loads(content) for name, content in files.items() if name.endswith("-result.json")]
    return {result["fullName"]: result for result in read}


def of(results: dict[str, dict[str, Any]], requirement: str, n: int = 1) -> dict[str, Any]:
    """The result of one scenario."""
    return results[scenario_id(load()[requirement], n)]


def labels(result: dict[str, Any]) -> dict[str, list[str]]:
    """The labels of a result by name."""
    named: dict[str, list[str]] = {}
    for label in result["labels"]:
        named.setdefault(label["name"], []).append(label["value"])
    return named


def test_there_is_a_result_for_each_scenario(results: dict[str, dict[str, Any]]) -> None:
    assert len(results) == 2 * len(load().requirements)


def test_epic_feature_and_story_are_area_requirement_and_clauses(results: dict[str, dict[str, Any]]) -> None:
    named = labels(of(results, "refresh-single-use"))

    assert named["epic"] == named["parentSuite"] == ["Refresh token"]
    assert named["feature"] == ["refresh-single-use: A used refresh token is disabled"]
    assert named["story"][0].endswith("RFC 6749, sections 5.2, 6; RFC 9700, section 4.14.2")
    assert named["suite"] == ["refresh-single-use"]
    assert named["severity"] == ["blocker"]
    assert named["tag"] == ["MUST", "FAILED"]


def test_clauses_are_linked(results: dict[str, dict[str, Any]]) -> None:
    assert of(results, "refresh-single-use")["links"] == [
        {
            "type": "link",
            "url": "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
            "name": "RFC 6749, sections 5.2, 6",
        },
        {
            "type": "link",
            "url": "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2",
            "name": "RFC 9700, section 4.14.2",
        },
    ]


@pytest.mark.parametrize(
    ("requirement", "status", "category"),
    [
        ("refresh-single-use", "failed", "FAILED: observed, against a MUST"),
        ("token-response-headers", "broken", "WARNED: observed, against a SHOULD or an advice"),
        ("bearer-scope-separation", "broken", "INCONCLUSIVE: applies, but could not be observed"),
        ("authorization-front-channel-hardening", "unknown", "REVIEW: recorded, a human must judge"),
        ("token-access-lifetime", "skipped", "SKIPPED: applies, but looking was not permitted"),
        ("refresh-revocation-endpoint", "skipped", "SKIPPED: does not apply to this target"),
    ],
)
def test_each_verdict_has_its_own_category_and_only_a_must_is_red(
    files: dict[str, bytes], results: dict[str, dict[str, Any]], requirement: str, status: str, category: str
) -> None:
    result = of(results, requirement)
    message = result["statusDetails"]["message"]
    fitting = [
        entry["name"]
        for entry in json.loads(files["categories.json"])
        if result["status"] in entry["matchedStatuses"] and re.fullmatch(entry["messageRegex"], message)
    ]

    assert (result["status"], fitting) == (status, [category])


def test_a_passed_scenario_is_in_no_category(results: dict[str, dict[str, Any]]) -> None:
    result = of(results, "refresh-grant")

    assert result["status"] == "passed"
    assert "statusDetails" not in result


def test_the_description_says_what_was_expected_received_and_how_to_repeat_it(
    results: dict[str, dict[str, Any]],
) -> None:
    html = of(results, "refresh-single-use")["descriptionHtml"]

    for part in (
        "<strong>Expected:</strong> 400, error=invalid_grant",
        "<strong>Received:</strong> 200 with a new access token &lt;access_token:5b0c77e1&gt;",
        "<strong>Repeat it with:</strong> <code>curl --cert",
        "Once a refresh token has been exchanged, presenting it again is refused",
        "1. Refresh with RT1 (get RT2).",
        "<strong>It passes when:</strong> Both repeats answer 400",
        'href="https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2"',
    ):
        assert part in html


def test_steps_are_the_psu_and_the_exchanges_in_their_order(results: dict[str, dict[str, Any]]) -> None:
    steps = of(results, "refresh-single-use")["steps"]

    exchanges = [step["name"][:4] for step in steps if step["name"][:4].isdigit()]
    assert steps[0]["name"] == (
        "PSU treasurer signs with 3skey on the page 'sign', which shows: Pay EUR 1.01 to Fournisseur "
        "(counted as an authentication)"
    )
    assert exchanges == sorted(exchanges)
    assert re.fullmatch(
        r"\d{4} TPP main: refresh the access token: "
        r"POST https://sso-cert\.bank\.example/sgconnect/oauth2/access_token -> 200 in \d+ ms",
        steps[2]["name"],
    )
    assert steps[4]["name"] == (
        "The journey of PSU treasurer is over (pisp, 3skey): 3 steps, 3 screens, 1 authentication, "
        "2 fields to fill, 1 redirect, 0.2 s; in the bank's own channel: 2 steps, 2 screens, "
        "1 authentication, 0 redirects"
    )
    assert [step["status"] for step in steps] == ["passed", "passed", "passed", "failed", "passed"]


def test_what_a_psu_did_stands_in_every_scenario_that_uses_what_came_of_it(tmp_path: Path) -> None:
    changes = {"refresh-chain": {"exchanges": [1, 2, 3]}}
    folder = InventedRun(failing=changes, selection=["refresh"]).write(tmp_path)
    found = results_in(Results().all(judge(read_run(folder / "evidence.ndjson"), load())))

    first, user = of(found, "refresh-grant"), of(found, "refresh-chain")

    names = [step["name"] for step in first["steps"]]
    assert [name.partition(" treasurer ")[0] for name in names] == ["PSU", *names[1:4], "The journey of PSU"]
    assert [
        step["name"].removesuffix(" (made earlier in the run, used here)") for step in user["steps"]
    ] == names


def test_waiting_is_a_step_too(results: dict[str, dict[str, Any]]) -> None:
    names = [step["name"] for step in of(results, "bearer-expired-token")["steps"]]

    assert names[-1].startswith("Let 0:10:30 (h:mm:ss) pass, the target's clock was moved: ")


def test_an_exchange_of_an_earlier_scenario_is_cited_as_such(results: dict[str, dict[str, Any]]) -> None:
    first = of(results, "token-code-exchange", 2)["steps"][0]

    assert first["name"].startswith("0001 ask for authorization: GET ")
    assert first["name"].endswith("(made earlier in the run, used here)")


def test_request_answer_and_tls_facts_are_attached_to_each_exchange(
    files: dict[str, bytes], results: dict[str, dict[str, Any]]
) -> None:
    (attached,) = of(results, "refresh-single-use")["steps"][2]["attachments"]
    request, _, rest = files[attached["source"]].decode().partition("RESPONSE\n\n")
    response, _, tls = rest.partition("TLS FACTS\n\n")

    assert attached["name"].endswith(" request, response and TLS facts")
    assert request.startswith(
        "REQUEST\n\nPOST https://sso-cert.bank.example/sgconnect/oauth2/access_token\nAccept: "
    )
    assert "grant_type=refresh_token&refresh_token=<token:" in request
    assert "Repeat it:\ncurl --cert" in request
    assert response.startswith("HTTP status 200\nContent-Type: application/json\n")
    assert "version: TLSv1.3\n" in tls
    assert "client certificate requested: yes\n" in tls


def test_every_attachment_belongs_to_one_result_and_none_is_left_over(
    files: dict[str, bytes], results: dict[str, dict[str, Any]]
) -> None:
    sources = [
        attachment["source"]
        for result in results.values()
        for step in result["steps"]
        for attachment in step.get("attachments", ())
    ]

    assert len(set(sources)) == len(sources)
    assert set(sources) == {name for name in files if "-attachment." in name}


def test_a_refusal_of_the_connection_says_so(
    files: dict[str, bytes], results: dict[str, dict[str, Any]]
) -> None:
    steps = [step for result in results.values() for step in result["steps"] if "no answer" in step["name"]]

    assert "-> no answer (tls-alert) in " in steps[0]["name"]
    content = files[steps[0]["attachments"][0]["source"]]
    assert b"RESPONSE\n\nNo answer: tls-alert\ncertificate required\n" in content


def test_history_follows_the_target_and_the_scenario_not_the_run(tmp_path: Path) -> None:
    ids = []
    for name, started in (("one", b"2026-11-22T13:00:00.123Z"), ("two", b"2026-11-23T13:00:00.123Z")):
        path = InventedRun().write(tmp_path / name) / "evidence.ndjson"
        path.write_bytes(path.read_bytes().replace(b"2026-11-22T13:00:00.123Z", started))
        made = Results().all(judge(read_run(path), load()))
        read = [json.loads(content) for key, content in made.items() if key.endswith("-result.json")]
        ids.append({r["fullName"]: (r["historyId"], r["testCaseId"], r["uuid"]) for r in read})

    assert all(ids[0][name][:2] == ids[1][name][:2] for name in ids[0])
    assert all(ids[0][name][2] != ids[1][name][2] for name in ids[0])
    assert len({entry[0] for entry in ids[0].values()}) == len(ids[0])


def test_environment_and_executor_are_filled(files: dict[str, bytes]) -> None:
    environment = files["environment.properties"].decode("ascii")
    executor = json.loads(files["executor.json"])

    for line in (
        "Outcome=not-conformant",
        "Target=Embedded bank",
        "Target\\ environment=sandbox",
        "PSU\\ authentications=12",
        "Python=3.11.7",
        "OpenSSL=OpenSSL 3.0.15 3 Sep 2024",
        f"Catalogue\\ SHA-256={load().digest}",
    ):
        assert f"{line}\n" in environment
    assert executor["reportName"] == "PSD2 conformance of Embedded bank: not-conformant"


TRACKER = b"""<html><body><script src="app.js"></script>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-X"></script>
<script>
    window.dataLayer = window.dataLayer || [];
    gtag('js', new Date());
</script>
<p>report</p></body></html>
"""


def test_analytics_are_cut_out_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(TRACKER)

    assert without_analytics(tmp_path) == ""

    assert (tmp_path / "index.html").read_bytes() == (
        b'<html><body><script src="app.js"></script>\n<p>report</p></body></html>\n'
    )


def test_analytics_that_cannot_be_cut_out_are_refused(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_bytes(b"fetch('https://www.google-analytics.com/')")

    assert "app.js" in without_analytics(tmp_path)


def allure_command(folder: Path, version: str) -> Path:
    """A stand-in for Allure's command line: it writes a page with a tracker, and its arguments beside it."""
    command = folder / "allure"
    command.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys\n"
        f"if sys.argv[1] == '--version': print({version!r}); sys.exit()\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--output') + 1]); out.mkdir()\n"
        f"(out / 'index.html').write_bytes({TRACKER!r})\n"
        "(out / 'arguments.txt').write_text(' '.join(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return command


@pytest.mark.parametrize(("version", "argument"), [("2.46.1", "--single-file"), ("3.18.0", "--config")])
def test_either_allure_makes_the_page(tmp_path: Path, version: str, argument: str) -> None:
    run = tmp_path / "run"
    (run / "allure-results").mkdir(parents=True)

    made = make_html(run, str(allure_command(tmp_path, version)))

    assert (made.page, made.reason) == (run / "allure-report" / "index.html", "")
    assert b"googletagmanager" not in (run / "allure-report" / "index.html").read_bytes()
    assert argument in (run / "allure-report" / "arguments.txt").read_text(encoding="utf-8")
    assert {path.name for path in run.iterdir()} == {"allure-results", "allure-report"}


def test_without_allure_there_is_a_reason_and_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert make_html(tmp_path).reason == "no Allure command was found on the path"


def test_an_allure_that_fails_is_a_reason_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "allure-results").mkdir()
    command = tmp_path / "allure"
    command.write_text("#!/bin/sh\necho '\033[31mno Java\033[39m' >&2; exit 1\n", encoding="utf-8")
    command.chmod(0o755)

    made = make_html(tmp_path, str(command))

    assert (made.page, made.reason) == (None, f"{command} failed: no Java")
    assert {path.name for path in tmp_path.iterdir()} == {"allure-results", "allure"}
