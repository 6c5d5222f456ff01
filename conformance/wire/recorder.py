"""Where everything that comes from outside enters, is numbered, masked and written to the evidence."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from conformance.clock import Clock
from conformance.exchange import Exchange
from conformance.wire.curl import curl
from conformance.wire.masking import Masking
from conformance.wire.redaction import Redactor

Sink = Callable[[dict[str, Any]], None]
Store = Callable[[str, bytes], None]


class Recorder:
    """Records exchanges and the PSU's steps, under the scenario that is running.

    Args:
        sink: takes one masked event.
        masking: turns an exchange into what evidence may hold.
        clock: says when.
        store: keeps a file beside the evidence, by its name; without one no picture is kept.
    """

    def __init__(self, sink: Sink, masking: Masking, clock: Clock, store: Store | None = None) -> None:
        self.clock = clock
        self.masking = masking
        self.scenario: str | None = None
        self.authentications = 0
        self.by_psu: dict[str, dict[str, int]] = {}
        self.exchanges = 0
        self._cited: list[int] = []
        self._sink = sink
        self._store = store
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    @property
    def redactor(self) -> Redactor:
        """What knows this run's secrets."""
        return self.masking.redactor

    def next_number(self) -> int:
        """The number of the next exchange."""
        with self._lock:
            return next(self._numbers)

    def record(self, exchange: Exchange) -> Exchange:
        """Write one exchange, masked."""
        with self._lock:
            self.exchanges += 1
            self._cited.append(exchange.number)
            self._sink(self._event(exchange))
        return exchange

    def cite(self, *exchanges: Exchange) -> None:
        """Count earlier exchanges as seen by the scenario that is running."""
        self._cited.extend(exchange.number for exchange in exchanges)

    def psu_step(
        self, psu: str, step: str, *, authentication: bool, means: str = "", deed: str = "", shown: str = ""
    ) -> None:
        """Write that the PSU did one step.

        Args:
            authentication: whether it had to authenticate, by its means.
            deed: what it did, in words.
            shown: what its device showed or signed; written where all data are synthetic.
        """
        if authentication:
            self.authentications += 1
            counted = self.by_psu.setdefault(psu, {})
            counted[means] = counted.get(means, 0) + 1
        self._sink(
            {
                "event": "psu",
                "psu": psu,
                "step": step,
                "at": stamp(self.clock.wall()),
                "scenario": self.scenario,
                "authentication": authentication,
                "means": means,
                "deed": deed,
                "shown": self.masking.synthetic_text(shown),
            }
        )

    def journey(self, psu: str, facts: Mapping[str, Any]) -> None:
        """Write what a whole journey asked of a PSU, as figures."""
        self._happened("journey", psu=psu, **facts)

    def screenshot(self, psu: str, exchange: Exchange, picture: bytes, *, covered: bool) -> None:
        """Keep the picture of the page that an exchange brought; equal pictures are one file.

        Args:
            psu: whose page it is.
            exchange: what brought the page.
            picture: PNG.
            covered: whether what may name a person was covered before.
        """
        if self._store is None:
            return
        name = f"screenshots/{hashlib.sha256(picture).hexdigest()[:32]}.png"
        self._store(name, picture)
        self._happened("screenshot", psu=psu, exchange=exchange.number, file=name, covered=covered)

    def blocked(self, psu: str, url: str, kind: str) -> None:
        """Write that a page of the bank asked for something elsewhere, which was not requested."""
        self._happened("blocked", psu=psu, url=self.masking.url(url.partition("?")[0]), kind=kind)

    def returned(self, psu: str, url: str) -> None:
        """Write where a PSU's own browser came back to the TPP."""
        self._happened("returned", psu=psu, url=self.masking.url(url))

    def _happened(self, event: str, **facts: Any) -> None:
        with self._lock:
            self._sink({"event": event, "at": stamp(self.clock.wall()), "scenario": self.scenario, **facts})

    def administered(self, action: str) -> None:
        """Write that rights or accounts were changed at the target, in its own words."""
        self._happened("administration", action=action)

    def waited(self, reason: str, seconds: int, how: str) -> None:
        """Write that time passed: `slept`, or `clock-control`."""
        self._sink(
            {
                "event": "wait",
                "at": stamp(self.clock.wall()),
                "scenario": self.scenario,
                "reason": reason,
                "seconds": seconds,
                "how": how,
            }
        )

    def begin(self, scenario: str) -> None:
        """From now on exchanges belong to this scenario."""
        self.scenario = scenario
        self._cited = []

    def end(self) -> list[int]:
        """The numbers of the exchanges that the scenario did or judged, in order."""
        self.scenario = None
        numbers, self._cited = sorted(set(self._cited)), []
        return numbers

    def _event(self, exchange: Exchange) -> dict[str, Any]:
        masking = self.masking
        request = {
            "method": exchange.method,
            "url": masking.request_url(exchange.url),
            "headers": masking.request_headers(exchange.request_headers),
            "body": masking.request_body(exchange),
        }
        return {
            "event": "exchange",
            "number": exchange.number,
            "scenario": self.scenario,
            "purpose": exchange.purpose,
            "client": exchange.client,
            "sent": stamp(exchange.sent),
            "elapsed_ms": round(exchange.elapsed.total_seconds() * 1000, 2),
            "request": request,
            "response": self._response(exchange),
            "failure": self._failure(exchange),
            "tls": _tls(exchange),
            "curl": curl(request, exchange.client),
        }

    def _response(self, exchange: Exchange) -> dict[str, Any] | None:
        if not exchange.answered:
            return None
        headers = self.masking.headers(exchange.headers)
        body, note = self.masking.response_body(exchange)
        return {"status": exchange.status, "headers": headers, "body": body, "body_note": note}

    def _failure(self, exchange: Exchange) -> dict[str, str] | None:
        if exchange.failure is None:
            return None
        return {"kind": exchange.failure.kind, "detail": self.redactor.mask(exchange.failure.detail)}


def _tls(exchange: Exchange) -> dict[str, Any] | None:
    if exchange.tls is None:
        return None
    return {name: getattr(exchange.tls, name) for name in exchange.tls.__slots__}


def stamp(moment: datetime) -> str:
    """Aware UTC time as RFC 3339 with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
