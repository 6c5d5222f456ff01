"""An invented run, realistic enough to look at: the tests of the reports write its evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conformance.catalogue import load
from conformance.catalogue.model import Requirement
from conformance.evidence.stream import EvidenceWriter

TOKEN = "https://sso-cert.bank.example/sgconnect/oauth2/access_token"
AUTHORIZE = "https://sso.bank.example/sgconnect/oauth2/authorize"
DATA = "https://my-api.bank.example/api/v1/data"
START = datetime(2026, 11, 22, 13, 0, 0, 123000, tzinfo=UTC)
TLS = {
    "version": "TLSv1.3",
    "cipher": "TLS_AES_256_GCM_SHA384",
    "server_certificate_sha256": "5e" * 32,
    "client_certificate_sha256": "c1" * 32,
    "client_certificate_requested": True,
    "reused": True,
}

FAILING: dict[str, dict[str, Any]] = {
    "refresh-single-use": {
        "verdict": "FAILED",
        "finding": {
            "expected": "400, error=invalid_grant",
            "received": "200 with a new access token <access_token:5b0c77e1> for a used refresh token",
            "kind": None,
        },
    },
    "discovery-issuer-matches-url": {
        "verdict": "FAILED",
        "finding": {
            "expected": "issuer https://sso.bank.example/sgconnect/oauth2",
            "received": "issuer https://sso.bank.example:443/sgconnect/oauth2",
            "kind": "equivalent-but-not-identical",
        },
    },
    "token-response-headers": {
        "verdict": "WARNED",
        "finding": {"expected": "Pragma: no-cache", "received": "no Pragma header", "kind": None},
    },
    "refresh-reuse-detection": {
        "verdict": "WARNED",
        "finding": {
            "expected": "400, error=invalid_grant for the newest refresh token of the grant",
            "received": "200: the grant lives on after a replay",
            "kind": None,
        },
    },
    "bearer-scope-separation": {
        "verdict": "INCONCLUSIVE",
        "reason": "my-api.bank.example: connection refused",
    },
    "authorization-front-channel-hardening": {
        "verdict": "REVIEW",
        "reason": "a human must judge the screenshot of the login page",
    },
    "token-access-lifetime": {
        "verdict": "SKIPPED",
        "withheld": True,
        "reason": "waiting 599 s was not permitted (--wait)",
    },
    "refresh-revocation-endpoint": {
        "verdict": "SKIPPED",
        "reason": "the discovery document announces no revocation endpoint",
    },
}


JOURNEY = {
    "psu": "treasurer",
    "role": "pisp",
    "means": "3skey",
    "steps": 3,
    "screens": 3,
    "redirects": 1,
    "authentications": 1,
    "fields": 2,
    "seconds": 0.25,
    "own": {"steps": 2, "screens": 2, "redirects": 0, "authentications": 1, "fields": None, "seconds": None},
}
"""The figures of a journey, as the contract of the stream has them."""


@dataclass
class InventedRun:
    """Writes the evidence of a run over the whole catalogue.

    Args:
        failing: for some requirements, members of their first scenario's event.
        scenarios: how many scenarios each requirement has.
        exchanges: how many exchanges each scenario makes.
    """

    failing: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(FAILING))
    scenarios: int = 2
    exchanges: int = 3
    selection: list[str] = field(default_factory=list)
    cut_off: bool = False
    number: int = 0

    def write(self, folder: Path) -> Path:
        """Write `evidence.ndjson` into a folder; returns the folder."""
        requirements = [r for r in load().requirements if not self.selection or r.area in self.selection]
        plan = [(requirement, n) for requirement in requirements for n in range(1, self.scenarios + 1)]
        with EvidenceWriter(folder / "evidence.ndjson") as evidence:
            evidence.header(self._header(plan))
            for index, (requirement, n) in enumerate(plan):
                if self.cut_off and index > len(plan) // 2:
                    return folder
                self._scenario(evidence, requirement, n)
            evidence.footer({"ended": self._time(9), "authentications": 12, "interrupted": False})
        return folder

    def _header(self, plan: list[tuple[Requirement, int]]) -> dict[str, Any]:
        return {
            "suite": {"name": "psd2-conformance", "version": "0.1.0"},
            "target": {
                "name": "Embedded bank",
                "slug": "embedded",
                "environment": "sandbox",
                "profile_sha256": "7d" * 32,
            },
            "catalogue_sha256": load().digest,
            "started": _iso(START),
            "selection": self.selection,
            "environment": {"python": "3.11.7", "openssl": "OpenSSL 3.0.15 3 Sep 2024", "platform": "Linux"},
            "planned": [{"id": scenario_id(r, n), "requirement": r.id} for r, n in plan],
        }

    def _scenario(self, evidence: EvidenceWriter, requirement: Requirement, n: int) -> None:
        name = scenario_id(requirement, n)
        started, numbers = self._time(), []
        for step in range(self.exchanges):
            if step == 0 and requirement.observe == "journey":
                facts = {"psu": "treasurer", "step": "login", "at": self._time(), "scenario": name}
                told = {"deed": "signs with 3skey on the page 'sign'", "shown": "Pay EUR 1.01 to Fournisseur"}
                evidence.psu({**facts, "authentication": n == 1, **(told if n == 1 else {})})
            numbers.append(self._exchange(evidence, name, step))
        if requirement.observe == "journey":
            evidence.write(
                "journey", {**JOURNEY, "exchange": numbers[-1], "scenario": name, "at": self._time()}
            )
        if requirement.observe == "wait":
            waited = {"at": self._time(), "scenario": name, "seconds": 630, "how": "clock-control"}
            evidence.wait({**waited, "reason": "the access token expires 599 s after it was issued"})
        changes = self.failing.get(requirement.id, {}) if n == 1 else {}
        evidence.scenario(self._event(requirement, n, started, numbers, changes))

    def _event(
        self, requirement: Requirement, n: int, started: str, numbers: list[int], changes: dict[str, Any]
    ) -> dict[str, Any]:
        finding = changes.get("finding")
        return {
            "id": scenario_id(requirement, n),
            "requirement": requirement.id,
            "title": requirement.title if n == 1 else f"Positive control of {requirement.id}, number {n}",
            "description": "A leaked token is worthless to the holder of another certificate.",
            "verdict": "PASSED",
            "reason": f"expected {finding['expected']}, received {finding['received']}" if finding else "",
            "withheld": False,
            "exchanges": [1, *numbers[1:]] if n == 2 else numbers,
            "started": started,
            "ended": self._time(),
            "traceback": None,
            **changes,
            "finding": finding and {"exchange": numbers[-1] if numbers else None, **finding},
        }

    def _exchange(self, evidence: EvidenceWriter, scenario: str, step: int) -> int:
        self.number += 1
        method, url, purpose, body = (
            ("GET", f"{AUTHORIZE}?response_type=code&client_id=main-client", "ask for authorization", None),
            (
                "POST",
                TOKEN,
                "refresh the access token",
                f"grant_type=refresh_token&refresh_token={self._secret()}",
            ),
            ("GET", DATA, "call the API with the access token", None),
        )[step % 3]
        answer = f'{{"access_token": "{self._secret()}", "expires_in": 599, "token_type": "Bearer"}}'
        refused = self.number % 41 == 0
        evidence.exchange(
            {
                "number": self.number,
                "scenario": scenario,
                "purpose": purpose,
                "client": "main" if step else None,
                "sent": self._time(),
                "elapsed_ms": 8 + self.number % 17,
                "request": {
                    "method": method,
                    "url": url,
                    "headers": [["Accept", "application/json"]],
                    "body": body,
                },
                "response": None
                if refused
                else {
                    "status": 302 if step % 3 == 0 else 200,
                    "headers": [["Content-Type", "application/json"], ["Cache-Control", "no-store"]],
                    "body": answer,
                    "body_note": None,
                },
                "failure": {"kind": "tls-alert", "detail": "certificate required"} if refused else None,
                "tls": TLS,
                "curl": f'curl --cert "$TPP_MAIN_CERTIFICATE" --key "$TPP_MAIN_KEY" -X {method} "{url}"',
            }
        )
        return self.number

    def _secret(self) -> str:
        return f"<token:{hashlib.sha256(str(self.number).encode()).hexdigest()[:8]}>"

    def _time(self, later: int = 0) -> str:
        return _iso(START + timedelta(milliseconds=25 * self.number, seconds=later))


def scenario_id(requirement: Requirement, n: int) -> str:
    """A scenario's id as pytest gives it."""
    return f"{requirement.area}/test_{requirement.area}.py::test_{requirement.id.replace('-', '_')}[{n}]"


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
