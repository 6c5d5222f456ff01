"""The control interface for tests: moves the clock, and plays the PSUs' devices."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

from werkzeug import Request, Response

from conformance.bank.clock import Clock
from conformance.bank.sca import SecureAccess
from conformance.bank.settings import Psu

_LONGEST_STEP = timedelta(days=3660).total_seconds()


class Control:
    """Answers on a listener of its own, below a path that only the tests know.

    Args:
        clock: the bank's.
        devices: the bank's.
    """

    def __init__(self, clock: Clock, devices: SecureAccess) -> None:
        self._clock = clock
        self._devices = devices
        self.prefix = f"/{secrets.token_urlsafe(24)}"

    @property
    def clock_path(self) -> str:
        return f"{self.prefix}/clock"

    def device_path(self, psu: Psu) -> str:
        return f"{self.prefix}/devices/{psu.username}"

    def move_clock(self, request: Request) -> Response:
        """POST {"advance_seconds": N}: 204."""
        seconds = _posted(request).get("advance_seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            return Response("advance_seconds is no number", 400)
        if not 0 <= seconds <= _LONGEST_STEP:
            return Response("the clock only moves forward, by ten years at most", 400)
        self._clock.advance(timedelta(seconds=seconds))
        return Response(status=204)

    def decide(self, request: Request) -> Response:
        """POST {"pin": ..., "decision": "approve" or "refuse"}: 204, 403 or 409."""
        body = _posted(request)
        pin, decision = body.get("pin"), body.get("decision")
        if not isinstance(pin, str) or decision not in ("approve", "refuse"):
            return Response("pin and decision (approve or refuse) are wanted", 400)
        username = request.path.rpartition("/")[2]
        return Response(status=self._devices.decide(username, pin, decision))


def _posted(request: Request) -> dict[str, Any]:
    if request.method != "POST":
        return {}
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
