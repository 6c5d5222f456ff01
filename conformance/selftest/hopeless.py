"""Banks of which a part gives one answer to everything, from a request on, that can be told in the evidence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from werkzeug import Request, Response

from conformance.commands.run import judge
from conformance.evidence.reading import read_run
from conformance.evidence.run import JudgedScenario, Run
from conformance.selftest.embedded import EmbeddedBank
from conformance.setup import Options
from conformance.verdict import Verdict

AREAS = ("sca", "aisp", "pisp", "cbpii", "entitlements", "interface")
PAGE = "<html><head><title>Maintenance</title></head><body>Please come back later.</body></html>"
EMPTY = {"accounts": [], "balances": [], "transactions": [], "_links": {"self": {"href": "/api/v1/accounts"}}}
_MARK = "X-Hopeless"


@dataclass(frozen=True)
class Alike:
    """One answer for every request."""

    status: int
    body: str = ""
    media_type: str = "application/json"
    header: tuple[str, str] = ("Cache-Control", "no-store")

    def answer(self) -> Response:
        """The answer."""
        headers = [self.header, (_MARK, "yes")]
        return Response(self.body, self.status, headers, content_type=self.media_type)


def error(status: int) -> Alike:
    """A refusal in the dialect's own error model."""
    body = {"timestamp": "2026-01-01T00:00:00Z", "status": status, "error": HTTPStatus(status).phrase}
    return Alike(status, json.dumps({**body, "message": "No", "path": "/"}))


ALIKE = {
    "400 as STET has it": error(400),
    "401 invalid_token": Alike(
        401, '{"error":"invalid_token"}', header=("WWW-Authenticate", 'Bearer error="invalid_token"')
    ),
    "403 of a firewall": Alike(403, PAGE, "text/html"),
    "403 as STET has it": error(403),
    "404 as STET has it": error(404),
    "429": Alike(429, PAGE, "text/html"),
    "500": Alike(500, PAGE, "text/html"),
    "200 with nothing in it": Alike(200, "{}"),
    "200 with empty lists": Alike(200, json.dumps(EMPTY), "application/hal+json"),
    "200 with a page": Alike(200, PAGE, "text/html"),
    "204": Alike(204),
    "302 to maintenance": Alike(302, header=("Location", "https://maintenance.example/")),
}


class Spoilt:
    """Has listeners of a bank give one answer to everything, from a request on.

    Args:
        bank: not started yet.
        alike: the answer.
        hosts: names of the listeners.
        after: so many requests are answered as usual before.
        when: which of the others are not.
    """

    def __init__(
        self,
        bank: EmbeddedBank,
        alike: Alike,
        hosts: Collection[str],
        *,
        after: int = 0,
        when: Callable[[Request], bool] = lambda _: True,
    ) -> None:
        self._alike, self._left, self._when = alike, after, when
        self._lock = threading.Lock()
        for name in hosts:
            listener = bank.bank.listeners[name]
            listener.application = self._instead(listener.application)  # type: ignore[method-assign,assignment]

    def _instead(self, own: Callable[[Request], Response]) -> Callable[[Request], Response]:
        return lambda request: self._alike.answer() if self._spoils(request) else own(request)

    def _spoils(self, request: Request) -> bool:
        with self._lock:
            self._left -= 1
            return self._left < 0 and self._when(request)


def stop_after(bank: EmbeddedBank, requests: int) -> None:
    """Have a bank go away after so many answers: the next request is dropped, and nobody listens any more."""
    left, lock = [requests], threading.Lock()

    def counted(own: Callable[[Request], Response], request: Request) -> Response:
        with lock:
            left[0] -= 1
            gone, going = left[0] < 0, left[0] == -1
        if going:  # not with the last answer, which would race with the end of its connection
            threading.Thread(target=bank.bank.stop, daemon=True).start()
        if gone:
            raise ConnectionAbortedError  # none of its listeners outlives the others
        return own(request)

    for name in ("sso", "cert", "api"):
        listener = bank.bank.listeners[name]
        own = listener.application
        listener.application = lambda request, own=own: counted(own, request)  # type: ignore[method-assign,misc]


def evidence_of(bank: EmbeddedBank, folder: Path, select: Collection[str] = AREAS) -> Run:
    """Judge a bank, and read the evidence."""
    options = Options(str(bank.profile), select=tuple(select), folder=folder, slug="target", reporting=False)
    return read_run(judge(options) / "evidence.ndjson")


def having(run: Run, *verdicts: Verdict) -> list[JudgedScenario]:
    """The scenarios with one of the verdicts."""
    return [each for each in run.scenarios if each.verdict in verdicts]


def hopeless(run: Run) -> frozenset[int]:
    """The numbers of the exchanges that brought the one answer, or none at all."""
    return frozenset(
        number
        for number, each in run.exchanges.items()
        if each.response is None or any(_MARK.lower() == name.lower() for name, _ in each.response["headers"])
    )


def dubious(run: Run, *but: str) -> list[str]:
    """What passed although its evidence holds an answer that anybody would have got.

    Args:
        but: names of scenarios that may.
    """
    alike = hopeless(run)
    passed = [each.id for each in having(run, Verdict.PASSED) if alike & set(each.exchanges)]
    return [name for name in passed if not any(each in name for each in but)]
