"""Nothing secret or personal in any byte that a run writes or prints."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.runs import CommandRun, run_command

SHORTEST = 4
FLOW = ("discovery", "authorization", "token", "refresh", "bearer", "id_token")
EVERYTHING = ()


@pytest.fixture(
    scope="module",
    params=[
        (None, EVERYTHING),
        ("token-response-members/3", EVERYTHING),
        ("bearer-token-confidential/1", FLOW),
        ("authorization-code-flow/1", EVERYTHING),
    ],
    ids=lambda param: str(param[0]),
)
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[CommandRun, set[str]]:
    """A run against the reference bank and against banks that put tokens where nobody expects them."""
    deviant, areas = request.param
    words = [word for area in areas for word in ("--select", area)]
    with EmbeddedBank(deviant) as bank:
        target = str(bank.profile)
        run = run_command("run", "--target", target, *words, folder=tmp_path_factory.mktemp("leaks"))
        return run, bank.secrets()


def forms(secret: str) -> Iterator[bytes]:
    """How a secret may hide: raw, URL-encoded, base64, JSON-escaped."""
    raw = secret.encode()
    yield raw
    yield quote(secret, safe="").encode()
    yield quote_plus(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    if len(raw) >= 6:
        yield base64.b64encode(raw)
        yield base64.urlsafe_b64encode(raw).rstrip(b"=")


def test_the_run_wrote_evidence_and_reports(judged: tuple[CommandRun, set[str]]) -> None:
    """A search through nothing finds nothing."""
    run, secrets = judged
    names = {path.name for path in run.written}

    assert {"evidence.ndjson", "verdicts.json", "junit.xml"} <= names
    assert any("allure-results" in path.parts for path in run.written)
    assert len([secret for secret in secrets if len(secret) >= SHORTEST]) > 20


def test_no_secret_stands_in_any_file(judged: tuple[CommandRun, set[str]]) -> None:
    """Tokens, codes, cookies, credentials, keys, names, IBANs, balances: in no encoding, in no attachment."""
    run, secrets = judged

    assert leaked(_everything(run), secrets) == []


def test_no_secret_stands_on_the_terminal(judged: tuple[CommandRun, set[str]]) -> None:
    """Neither in progress nor in the summary."""
    run, secrets = judged

    assert leaked((run.out + run.err).encode(), secrets) == []


def test_synthetic_data_lift_the_mask_of_personal_data_only(tmp_path: Path) -> None:
    """The profile may call accounts and names synthetic; tokens, codes and credentials stay masked."""
    with EmbeddedBank() as bank:
        run = run_command(
            "run", "--target", str(bank.profile), "--set", "synthetic_data=true", folder=tmp_path
        )
        issued = {*bank.bank.handed_out, *(psu.password for psu in bank.psus.values())}
        iban = bank.bank.corporate.directory.accounts["acc-main"].iban
    contents = _everything(run)

    assert iban.encode() in contents
    assert leaked(contents, issued) == []


def test_the_search_finds_what_has_leaked() -> None:
    """In every encoding, inside longer words, and with blanks in it."""
    text = b'x=abcdSECRETvalue-1efg&name=Jos%C3%A9+Test "Ann Example" U0VDUkVUdmFsdWUtMg'

    assert leaked(text, {"SECRETvalue-1", "Ann Example", "SECRETvalue-2", "another", "Jos\u00e9 Test"}) == [
        "Ann…",
        "Jos…",
        "SEC…",
        "SEC…",
    ]


def leaked(contents: bytes, secrets: set[str]) -> list[str]:
    """The first letters of every secret that stands in the contents, in any form.

    A form without blanks and quotes lies inside one word, so it is looked for among the different words only.
    """
    words = b"\n".join(set(_WORD.findall(contents)))
    found = [
        secret
        for secret in _searchable(secrets)
        if any(form in (words if _WORD.fullmatch(form) else contents) for form in forms(secret))
    ]
    return sorted(f"{secret[:3]}…" for secret in found)


_WORD = re.compile(rb"[A-Za-z0-9_.~+/=%-]{4,}")


def _searchable(secrets: set[str]) -> list[str]:
    return [secret for secret in secrets if len(secret) >= SHORTEST]


def _everything(run: CommandRun) -> bytes:
    """Every byte that a run wrote; what is a link to the same bytes is read once."""
    unique = {path.stat().st_ino: path for path in run.written}
    return b"\n".join(path.read_bytes() for path in unique.values())
