"""What a scenario did, as Allure's steps: exchanges, the PSU's part and waiting, in their order."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect
from collections.abc import Iterable, Mapping
from datetime import timedelta

from allure_commons.model2 import Attachment, Parameter, Status, TestStepResult

from conformance.evidence.run import Journey, PsuStep, RecordedExchange, Run, Wait
from conformance.report.journeys import journey_name
from conformance.report.text import inert, milliseconds, one_line, shortened
from conformance.report.verdicts import ScenarioVerdict

_URL = 120
_STATUS = re.compile(r'"(?:paymentInformationStatus|transactionStatus)": *"([A-Z]{4})"')

Happening = RecordedExchange | PsuStep | Journey | Wait


class Attachments:
    """The files beside a result; each result has its own: Allure 3 gives a file to one result only.

    Args:
        owner: uuid of the result.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self.files: dict[str, bytes] = {}

    def add(self, name: str, content: bytes) -> Attachment:
        """One plain text; its file name is the same for the same owner and name."""
        return self._add(name, content, "text/plain", "txt")

    def add_picture(self, name: str, content: bytes) -> Attachment:
        """One picture."""
        return self._add(name, content, "image/png", "png")

    def _add(self, name: str, content: bytes, media_type: str, suffix: str) -> Attachment:
        source = f"{hashlib.sha256(f'{self._owner} {name}'.encode()).hexdigest()[:32]}-attachment.{suffix}"
        self.files[source] = content
        return Attachment(name=name, source=source, type=media_type)


class Steps:
    """Makes the steps of each scenario of a run."""

    def __init__(self) -> None:
        self._contents: dict[int, bytes] = {}
        self._run: Run | None = None
        self._deeds: Mapping[int, list[PsuStep | Journey]] = {}

    def of(
        self, run: Run, scenario: ScenarioVerdict, status: str, attachments: Attachments
    ) -> list[TestStepResult]:
        """The steps of one scenario.

        Args:
            status: Allure's status of the scenario, which the exchange of its finding takes on.
            attachments: takes the files.
        """
        exchanges = [run.exchanges[n] for n in scenario.exchanges if n in run.exchanges]
        events: list[Happening] = [*exchanges, *(wait for wait in run.waits if wait.scenario == scenario.id)]
        for exchange in exchanges:
            events += self._deeds_of(run).get(exchange.number, ())
        cited = scenario.finding.exchange if scenario.finding else None
        steps = []
        for event in sorted(events, key=_position):
            step = self._step(event, run, scenario, attachments)
            cites = isinstance(event, RecordedExchange) and event.number == cited
            step.status = status if cites else Status.PASSED
            steps.append(step)
        return steps

    def _step(
        self, event: Happening, run: Run, scenario: ScenarioVerdict, attachments: Attachments
    ) -> TestStepResult:
        if isinstance(event, PsuStep):
            return _moment(_psu(event), event.at)
        if isinstance(event, Journey):
            return _moment(journey_name(event), run.exchanges[event.exchange].sent)
        if isinstance(event, Wait):
            return _moment(_wait(event), event.at)
        started = milliseconds(event.sent)
        earlier = event.scenario not in (None, scenario.id)
        return TestStepResult(
            name=exchange_name(event) + (" (made earlier in the run, used here)" if earlier else ""),
            stage="finished",
            start=started,
            stop=None if started is None else started + round(event.elapsed_ms),
            parameters=_parameters(event),
            attachments=[
                attachments.add(f"{event.number:04d} request, response and TLS facts", self._content(event)),
                *_seen(event, run, attachments),
            ],
        )

    def _deeds_of(self, run: Run) -> Mapping[int, list[PsuStep | Journey]]:
        if self._run is not run:
            self._run, self._deeds = run, deeds(run)
        return self._deeds

    def _content(self, exchange: RecordedExchange) -> bytes:
        content = self._contents.get(exchange.number)
        if content is None:
            content = self._contents[exchange.number] = inert(exchange_text(exchange)).encode()
        return content


def _seen(exchange: RecordedExchange, run: Run, attachments: Attachments) -> Iterable[Attachment]:
    """What the PSU saw of the page that the exchange brought."""
    shots = (shot for shot in run.screenshots if shot.exchange == exchange.number)
    for count, screenshot in enumerate(shots, 1):
        picture = run.picture(screenshot)
        if picture is not None:
            covered = ", personal data covered" if screenshot.covered else ""
            name = f"{exchange.number:04d} what PSU {screenshot.psu} saw ({count}{covered})"
            yield attachments.add_picture(one_line(name), picture)


def exchange_name(exchange: RecordedExchange) -> str:
    """One exchange in a line: `0007 TPP main: refresh the access token: POST https://… -> 200 in 12 ms`."""
    method, url = exchange.request.get("method", ""), str(exchange.request.get("url", ""))
    address = shortened(url.partition("?")[0], _URL) + ("?…" if "?" in url else "")
    took, actor = f"{exchange.elapsed_ms:.0f} ms", f"TPP {exchange.client}: " if exchange.client else ""
    return one_line(
        f"{exchange.number:04d} {actor}{exchange.purpose}: {method} {address} -> {exchange.summary}"
        f"{_payment(exchange)} in {took}"
    )


def exchange_text(exchange: RecordedExchange) -> str:
    """The request, what came back, and what was seen of the connection."""
    parts = ("REQUEST", request_text), ("RESPONSE", response_text), ("TLS FACTS", tls_text)
    return "\n".join(f"{title}\n\n{text(exchange)}" for title, text in parts)


def _payment(exchange: RecordedExchange) -> str:
    """What the bank says of a payment, in its code (ISO 20022)."""
    body = (exchange.response or {}).get("body")
    found = _STATUS.search(body) if isinstance(body, str) else None
    return f" (payment {found[1]})" if found else ""


def request_text(exchange: RecordedExchange) -> str:
    """The request as it was sent, and the command that repeats it."""
    request = exchange.request
    lines = [exchange.call, *_headers(request.get("headers"))]
    if request.get("body"):
        lines += ["", str(request["body"])]
    if exchange.curl:
        lines += ["", "Repeat it:", exchange.curl]
    return "\n".join(lines) + "\n"


def response_text(exchange: RecordedExchange) -> str:
    """The answer as it was received, or what stood in its place."""
    response = exchange.response
    if response is None:
        failure = exchange.failure or {}
        return f"No answer: {failure.get('kind', 'unknown')}\n{failure.get('detail', '')}\n"
    lines = [f"HTTP status {response.get('status')}", *_headers(response.get("headers"))]
    if response.get("body"):
        lines += ["", str(response["body"])]
    if response.get("body_note"):
        lines += ["", f"({response['body_note']})"]
    return "\n".join(lines) + "\n"


def tls_text(exchange: RecordedExchange) -> str:
    """What was seen of the connection, a fact to a line."""
    facts = exchange.tls or {"TLS connection": "nothing was seen of it"}
    return "".join(f"{name.replace('_', ' ')}: {_fact(value)}\n" for name, value in facts.items())


def _parameters(exchange: RecordedExchange) -> list[Parameter]:
    tls = exchange.tls or {}
    connection = ", ".join(str(tls[name]) for name in ("version", "cipher") if tls.get(name))
    return [
        Parameter(name="TPP certificate offered", value=one_line(exchange.client or "none")),
        Parameter(name="TLS", value=one_line(connection or "nothing was seen of the connection")),
    ]


def _fact(value: object) -> str:
    if value is None:
        return "not seen"
    return str(value) if not isinstance(value, bool) else "yes" if value else "no"


def _headers(headers: object) -> list[str]:
    if not isinstance(headers, list):
        return []
    return [": ".join(map(str, pair)) for pair in headers if isinstance(pair, list)]


def deeds(run: Run) -> dict[int, list[PsuStep | Journey]]:
    """What PSUs did, and how their journeys ended, by the number of the exchange that came of it."""
    found: dict[int, list[PsuStep | Journey]] = {}
    exchanges = sorted(run.exchanges.values(), key=_position)
    places = [exchange.position for exchange in exchanges]
    for step in run.psu:
        at = bisect(places, step.position)
        near = (*exchanges[at : at + 1], *exchanges[max(0, at - 1) : at])
        came = next((each.number for each in near if each.scenario == step.scenario), None)
        if came is not None:
            found.setdefault(came, []).append(step)
    for journey in run.journeys:
        if journey.exchange in run.exchanges:
            found.setdefault(journey.exchange, []).append(journey)
    return found


def _psu(event: PsuStep) -> str:
    counted = " (counted as an authentication)" if event.authentication else ""
    shown = f", which shows: {event.shown}" if event.shown else ""
    return one_line(f"PSU {event.psu} {event.deed or f'is at {event.step!r}'}{shown}{counted}")


def _wait(event: Wait) -> str:
    duration = timedelta(seconds=round(event.seconds))
    how = "the target's clock was moved" if event.how == "clock-control" else event.how
    return one_line(f"Let {duration} (h:mm:ss) pass, {how}: {event.reason}")


def _moment(name: str, at: str) -> TestStepResult:
    moment = milliseconds(at)
    return TestStepResult(name=name, stage="finished", start=moment, stop=moment)


def _position(event: Happening) -> int:
    return event.position
