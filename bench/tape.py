"""Records what a run sends, so that a bare script can send the same."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from bench.script import files_of
from conformance.commands.run import judge
from conformance.exchange import Exchange
from conformance.running import Running
from conformance.setup import Options


class Tape:
    """The exchanges of a run, unmasked and in order, with what happened between them."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def attach(self, running: Running) -> None:
        """Listen to a run that has not begun."""
        recorder, profile = running.recorder, running.target.profile
        record, waited, did_step = recorder.record, recorder.waited, recorder.psu_step

        def on_exchange(exchange: Exchange) -> Exchange:
            self.entries.append(_entry(exchange))
            return record(exchange)

        def on_wait(reason: str, seconds: int, how: str) -> None:
            self.entries.append({"kind": "clock", "seconds": seconds})
            waited(reason, seconds, how)

        def on_step(
            psu: str, step: str, *, authentication: bool, means: str = "", deed: str = "", shown: str = ""
        ) -> None:
            device, journey = profile.psu[psu].device, profile.psu[psu].journey
            if device and device.url and any(entry.page == step and entry.device for entry in journey):
                self.entries.append({"kind": "device", "url": str(device.url), "pin": str(device.pin)})
            did_step(psu, step, authentication=authentication, means=means, deed=deed, shown=shown)

        recorder.record = on_exchange  # type: ignore[method-assign]
        recorder.waited = on_wait  # type: ignore[method-assign]
        recorder.psu_step = on_step  # type: ignore[method-assign]


def record_run(profile: Path) -> list[dict[str, Any]]:
    """Judge a target and return what was sent."""
    tape = Tape()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
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
        "answer": {
            "headers": list(exchange.headers.pairs),
            "body": base64.b64encode(exchange.body).decode(),
        },
    }


def save(entries: list[dict[str, Any]], path: Path) -> None:
    """Write the tape where only its owner reads it; it holds secrets of a bank that lives as long as the bench."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(entries), encoding="utf-8")
