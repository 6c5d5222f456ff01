"""Evidence survives a killed process and hostile text, and reads back as it was written."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.evidence.reading import read_run
from conformance.evidence.stream import EvidenceWriter
from conformance.verdict import Verdict

HEADER: dict[str, Any] = {
    "suite": {"name": "psd2-conformance", "version": "0.1.0"},
    "target": {
        "name": "Embedded bank",
        "slug": "embedded",
        "environment": "sandbox",
        "profile_sha256": "ab" * 32,
    },
    "catalogue_sha256": "cd" * 32,
    "started": "2026-11-22T13:00:00.123Z",
    "selection": [],
    "environment": {"python": "3.11.7", "openssl": "OpenSSL 3.0.15", "platform": "Linux"},
    "planned": [{"id": "a.py::test_a", "requirement": "refresh-grant"}],
}
EXCHANGE: dict[str, Any] = {
    "number": 1,
    "scenario": "a.py::test_a",
    "purpose": "refresh the access token",
    "client": "main",
    "sent": "2026-11-22T13:00:01.000Z",
    "elapsed_ms": 12.3,
    "request": {
        "method": "POST",
        "url": "https://bank.example/token",
        "headers": [["Accept", "*/*"]],
        "body": None,
    },
    "response": {"status": 200, "headers": [], "body": "{}", "body_note": None},
    "failure": None,
    "tls": None,
    "curl": "curl https://bank.example/token",
}
SCENARIO: dict[str, Any] = {
    "id": "a.py::test_a",
    "requirement": "refresh-grant",
    "title": "A",
    "description": "",
    "verdict": "FAILED",
    "reason": "expected 200, received 400",
    "withheld": False,
    "finding": {"expected": "200", "received": "400", "exchange": 1, "kind": None},
    "exchanges": [1],
    "started": "2026-11-22T13:00:01.000Z",
    "ended": "2026-11-22T13:00:02.000Z",
    "traceback": None,
}


def written(path: Path) -> Path:
    """A run of one scenario, to its end."""
    with EvidenceWriter(path) as evidence:
        evidence.header(HEADER)
        evidence.exchange(EXCHANGE)
        evidence.psu(
            {
                "psu": "treasurer",
                "step": "login",
                "at": "t",
                "scenario": "a.py::test_a",
                "authentication": True,
            }
        )
        evidence.wait({"at": "t", "scenario": None, "reason": "expiry", "seconds": 630, "how": "slept"})
        evidence.scenario(SCENARIO)
        evidence.footer({"ended": "2026-11-22T13:00:03.000Z", "authentications": 1, "interrupted": False})
    return path


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    run = read_run(written(tmp_path / "deep" / "evidence.ndjson"))

    assert run.complete
    assert run.header.target["slug"] == "embedded"
    assert run.header.planned[0].requirement == "refresh-grant"
    assert run.exchanges[1].call == "POST https://bank.example/token"
    assert run.exchanges[1].summary == "200"
    assert run.by_id["a.py::test_a"].verdict is Verdict.FAILED
    assert run.by_id["a.py::test_a"].finding is not None
    assert (run.psu[0].psu, run.psu[0].position, run.waits[0].seconds) == ("treasurer", 2, 630)
    assert run.authentications == 1


def test_every_event_is_on_the_disk_before_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "evidence.ndjson"
    evidence = EvidenceWriter(path)

    evidence.header(HEADER)
    after_one = path.read_bytes()
    evidence.exchange({**EXCHANGE, "curl": "x" * 300_000})
    after_two = path.read_bytes()
    evidence.close()

    assert after_one.count(b"\n") == 1
    assert after_two.count(b"\n") == 2
    assert after_two.endswith(b"}\n")


def test_a_killed_process_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "evidence.ndjson"
    program = (
        "import os, sys, json; from pathlib import Path\n"
        "from conformance.evidence.stream import EvidenceWriter\n"
        "evidence = EvidenceWriter(Path(sys.argv[1])); evidence.header(json.loads(sys.argv[2]))\n"
        "evidence.exchange(json.loads(sys.argv[3])); os.kill(os.getpid(), 9)\n"
    )

    subprocess.run(
        [sys.executable, "-c", program, path, json.dumps(HEADER), json.dumps(EXCHANGE)], check=False
    )

    run = read_run(path)
    assert list(run.exchanges) == [1]
    assert not run.complete


def test_a_torn_last_line_takes_only_itself(tmp_path: Path) -> None:
    content = written(tmp_path / "evidence.ndjson").read_bytes()
    lines = content.splitlines(keepends=True)
    torn = tmp_path / "torn.ndjson"

    for cut in range(1, len(lines[-1]) - 1, 7):
        torn.write_bytes(b"".join(lines[:-1]) + lines[-1][:cut])
        run = read_run(torn)
        assert run.footer is None
        assert len(run.scenarios) == 1


def test_without_a_footer_the_steps_themselves_are_counted(tmp_path: Path) -> None:
    lines = written(tmp_path / "evidence.ndjson").read_bytes().splitlines(keepends=True)
    (tmp_path / "evidence.ndjson").write_bytes(b"".join(lines[:-1]))

    assert read_run(tmp_path / "evidence.ndjson").authentications == 1


def test_kinds_of_a_later_version_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "evidence.ndjson")
    with EvidenceWriter(path) as evidence:
        evidence.write("attestation", {"by": "auditor"})

    assert read_run(path).other == ({"event": "attestation", "by": "auditor"},)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"hello\nworld\n",
        b"[1]\n",
        b'{"event":"footer"}\n',
        b'{"event":"header","format":2}\n',
        b'{"event":"header","format":1}\n',
        b'{"event":"header","format":1,"suite":1,"target":{},"catalogue_sha256":"","started":"","planned":[]}\n',
        b"\x89PNG\r\n\x1a\n\x00",
        b"\xff\xfe{\n}\n",
        b"[" * 100_000 + b"\n",
    ],
)
def test_what_is_no_evidence_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "evidence.ndjson").write_bytes(content)

    with pytest.raises(UsageError, match=r"evidence\.ndjson: "):
        read_run(tmp_path / "evidence.ndjson")


def test_a_verdict_that_does_not_exist_is_no_evidence(tmp_path: Path) -> None:
    with EvidenceWriter(tmp_path / "evidence.ndjson") as evidence:
        evidence.header(HEADER)
        evidence.scenario({**SCENARIO, "verdict": "FINE"})

    with pytest.raises(UsageError, match="FINE"):
        read_run(tmp_path / "evidence.ndjson")


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_run(tmp_path / "evidence.ndjson")


@settings(deadline=None, derandomize=True)
@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
def test_hostile_text_stays_inert_on_the_disk_and_survives(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("evidence") / "evidence.ndjson"

    with EvidenceWriter(path) as evidence:
        evidence.header(HEADER)
        evidence.exchange({**EXCHANGE, "response": {"status": 200, "headers": [[text, text]], "body": text}})

    content = path.read_bytes()
    assert content.isascii()
    assert all(byte >= 0x20 or byte == 0x0A for byte in content)
    response = read_run(path).exchanges[1].response
    assert response is not None
    assert response["body"] == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def test_writing_and_reading_cost_little(tmp_path: Path) -> None:
    path = tmp_path / "evidence.ndjson"

    begun = time.perf_counter()
    with EvidenceWriter(path) as evidence:
        evidence.header(HEADER)
        for number in range(1, 601):
            evidence.exchange({**EXCHANGE, "number": number})
    run = read_run(path)

    assert len(run.exchanges) == 600
    assert time.perf_counter() - begun < 0.5
