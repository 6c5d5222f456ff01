"""What Allure shows around the results: categories, environment and executor."""

from __future__ import annotations

import json
from collections.abc import Mapping

from conformance.report.text import inert
from conformance.report.verdicts import Verdicts

_SPACE = "\\ "
CATEGORIES = (
    ("FAILED: observed, against a MUST", "failed", "FAILED"),
    ("WARNED: observed, against a SHOULD or an advice", "broken", "WARNED"),
    ("INCONCLUSIVE: applies, but could not be observed", "broken", "INCONCLUSIVE"),
    ("REVIEW: recorded, a human must judge", "unknown", "REVIEW"),
    ("SKIPPED: applies, but looking was not permitted", "skipped", "SKIPPED, withheld"),
    ("SKIPPED: does not apply to this target", "skipped", "SKIPPED, not applicable"),
)


def context_files(verdicts: Verdicts) -> dict[str, bytes]:
    """The files by name."""
    return {
        "categories.json": _json(categories()),
        "environment.properties": _properties(_environment(verdicts)),
        "executor.json": _json(_executor(verdicts)),
    }


def categories() -> list[dict[str, object]]:
    """Allure's categories, one per verdict that is not PASSED."""
    return [
        {"name": name, "matchedStatuses": [status], "messageRegex": f"^{message}[\\s\\S]*"}
        for name, status, message in CATEGORIES
    ]


def _environment(verdicts: Verdicts) -> dict[str, str]:
    header = verdicts.run.header
    machine = header.environment
    selection = ", ".join(header.selection) or "the whole catalogue"
    return {
        "Outcome": str(verdicts.outcome) + ("" if verdicts.run.complete else " (the run was cut off)"),
        "Target": header.target.get("name", ""),
        "Target environment": header.target.get("environment", ""),
        "Requirements judged": f"{len(verdicts.requirements)}, {_partial(verdicts)}",
        "PSU authentications": str(verdicts.run.authentications),
        "Exchanges": str(len(verdicts.run.exchanges)),
        "Selection": selection,
        "Started": header.started,
        "Ended": verdicts.run.footer.ended if verdicts.run.footer else "cut off",
        "Suite": f"{header.suite.get('name', '')} {header.suite.get('version', '')}",
        "Python": machine.get("python", ""),
        "OpenSSL": machine.get("openssl", ""),
        "Platform": machine.get("platform", ""),
        "Profile SHA-256": header.target.get("profile_sha256", ""),
        "Catalogue SHA-256": header.catalogue_sha256,
    }


def _partial(verdicts: Verdicts) -> str:
    return "a partial run" if verdicts.partial else "the whole catalogue"


def _executor(verdicts: Verdicts) -> dict[str, str]:
    header = verdicts.run.header
    target = inert(header.target.get("name", ""))
    return {
        "name": inert(f"{header.suite.get('name', '')} {header.suite.get('version', '')}"),
        "type": "psd2-conformance",
        "buildName": inert(f"{target}, {header.started}: {verdicts.outcome}"),
        "reportName": f"PSD2 conformance of {target}: {verdicts.outcome}",
    }


def _properties(entries: Mapping[str, str]) -> bytes:
    return "".join(
        f"{key.replace(' ', _SPACE)}={_property(value)}\n" for key, value in entries.items()
    ).encode("ascii")


def _property(value: str) -> str:
    """A value as Java's Properties read it: one line of ASCII, a backslash doubled."""
    line = " ".join(inert(value).split()).replace("\\", "\\\\")
    units = line.encode("utf-16-be")
    codes = [int.from_bytes(units[n : n + 2], "big") for n in range(0, len(units), 2)]
    return "".join(chr(code) if code < 0x80 else f"\\u{code:04x}" for code in codes)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode("ascii") + b"\n"
