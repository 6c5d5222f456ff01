"""Records what a run sends, so that a bare script can send the same."""

from __future__ import annotations

import base64
import json
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests

from bench.script import files_of
from conformance.commands.run import judge
from conformance.exchange import Exchange
from conformance.running import Running
from conformance.setup import Options


class Tape:
    """The exchanges of a run, unmasked and in order, with what moved the bank's clock, phones and rights between."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def attach(self, running: Running) -> None:
        """Listen to a run that has not begun."""
        recorder = running.recorder
        record = recorder.record

        def on_exchange(exchange: Exchange) -> Exchange:
            self.entries.append(_entry(exchange))
            return record(exchange)

        recorder.record = on_exchange  # type: ignore[method-assign]

    def listening(self) -> AbstractContextManager[Any]:
        """Hear the calls of the bank's control port too, which are plain HTTP and no exchanges with the bank."""
        request = requests.Session.request

        def heard(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
            path = urlsplit(url).path.split("/", 2)[2]  # what comes before is each bank's own secret
            sent = {"method": method, "path": path, "json": options.get("json")}
            self.entries.append({"kind": "control", **sent})
            return request(session, method, url, **options)

        return patch.object(requests.Session, "request", heard)


def record_run(profile: Path) -> list[dict[str, Any]]:
    """Judge a target and return what was sent."""
    tape = Tape()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, tape.listening():
        judge(Options(str(profile), folder=Path(folder), reporting=False), prepare=tape.attach)
    return [{"kind": "bank", "files": files_of(profile.parent)}, *tape.entries]


def _entry(exchange: Exchange) -> dict[str, Any]:
    return {
        "kind": "exchange",
        "client": exchange.client,
        "reused": bool(exchange.tls and exchange.tls.reused),
        "method": exchange.method,
        "url": exchange.url,
        "headers": [pair for pair in exchange.request_headers.pairs if pair[0].lower() != "content-length"],
        "body": None if exchange.request_body is None else base64.b64encode(exchange.request_body).decode(),
        "status": exchange.status,
        "answer": {
            "headers": list(exchange.headers.pairs),
            "body": base64.b64encode(exchange.body).decode(),
        },
    }


def save(entries: list[dict[str, Any]], path: Path) -> None:
    """Write the tape where only its owner reads it; it holds secrets of a bank that lives as long as the bench."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(entries), encoding="utf-8")
