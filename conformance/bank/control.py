"""The control interface for tests: moves the clock, plays the PSUs' devices, and is the Administrator."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from conformance.bank.administrator import Administrator, AdministratorProblem
from conformance.bank.corporate.problems import Refused
from conformance.bank.problems import json_answer
from conformance.bank.settings import Psu

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_LONGEST_STEP = timedelta(days=3660).total_seconds()


class Control:
    """Answers on a listener of its own, below a path that only the tests know."""

    def __init__(self, bank: Bank) -> None:
        self._clock = bank.settings.clock
        self._devices = bank.secure_access
        self._administrator = Administrator(bank.corporate)
        self.prefix = f"/{secrets.token_urlsafe(24)}"

    @property
    def clock_path(self) -> str:
        return f"{self.prefix}/clock"

    @property
    def administration_path(self) -> str:
        return f"{self.prefix}/admin"

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

    def device(self, request: Request) -> Response:
        """GET: what the device shows. POST {"pin": ..., "decision": "approve" or "refuse"}: 204, 403, 409 or 423."""
        username = request.path.rpartition("/")[2]
        if request.method == "GET":
            shown = self._devices.state(username)
            return Response(status=404) if shown is None else json_answer(shown)
        body = _posted(request)
        pin, decision = body.get("pin"), body.get("decision")
        if not isinstance(pin, str) or decision not in ("approve", "refuse"):
            return Response("pin and decision (approve or refuse) are wanted", 400)
        return Response(status=self._devices.decide(username, pin, decision))

    def administer(self, request: Request) -> Response:
        """POST {"action": ..., ...}: 204, or 400 and 404 with what is wrong."""
        try:
            self._administrator.act(_posted(request))
        except AdministratorProblem as problem:
            return Response(str(problem), 400)
        except Refused as refused:
            return Response(refused.text, 404)
        return Response(status=204)


def _posted(request: Request) -> dict[str, Any]:
    if request.method != "POST":
        return {}
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
