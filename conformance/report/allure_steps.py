"""What a scenario did, as Allure's steps: exchanges, the PSU's part and waiting, in their order."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect
from collections.abc import Iterable
from datetime import timedelta

from allure_commons.model2 import Attachment, Parameter, Status, TestStepResult

from conformance.evidence.run import Journey, PsuStep, RecordedExchange, Run, Screenshot, Wait
from conformance.report.journeys import journey_name
from conformance.report.text import inert, milliseconds, one_line, shortened
from conformance.report.verdicts import ScenarioVerdict, Verdicts

_URL = 120
_STATUS = re.compile(r'"(?:paymentInformationStatus|transactionStatus)": *"([A-Z]{4})"')

Content = tuple[str, bytes]
Happening = RecordedExchange | PsuStep | Journey | Wait


class Attachments:
    """The files beside the results; each result has its own: Allure 3 gives a file to one result only."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, owner: str, name: str, content: bytes) -> Attachment:
        """One plain text; its file name is the same for the same owner and name."""
        return self._add(owner, name, content, "text/plain", "txt")

    def add_picture(self, owner: str, name: str, content: bytes) -> Attachment:
        """One picture."""
        return self._add(owner, name, content, "image/png", "png")

    def _add(self, owner: str, name: str, content: bytes, media_type: str, suffix: str) -> Attachment:
        source = f"{hashlib.sha256(f'{owner} {name}'.encode()).hexdigest()[:32]}-attachment.{suffix}"
        self.files[source] = content
        return Attachment(name=name, source=source, type=media_type)


class Steps:
    """Makes the steps of each scenario of a run."""

    def __init__(self, verdicts: Verdicts, attachments: Attachments) -> None:
        self._run = verdicts.run
        self._attachments = attachments
        self._contents: dict[int, list[Content]] = {}
        self._pictures: dict[int, list[Screenshot]] = {}
        for screenshot in self._run.screenshots:
            self._pictures.setdefault(screenshot.exchange, []).append(screenshot)
        self._waits: dict[str | None, list[Wait]] = {}
        for wait in self._run.waits:
            self._waits.setdefault(wait.scenario, []).append(wait)
        self._deeds = deeds(self._run)

    def of(self, scenario: ScenarioVerdict, status: str, owner: str) -> list[TestStepResult]:
        """The steps of one scenario.

        Args:
            owner: uuid of the result to which the attachments belong.
            status: Allure's status of the scenario, which the exchange of its finding takes on.
        """
        exchanges = [self._run.exchanges[n] for n in scenario.exchanges if n in self._run.exchanges]
        events: list[Happening] = [*exchanges, *self._waits.get(scenario.id, ())]
        for exchange in exchanges:
            events += self._deeds.get(exchange.number, ())
        events.sort(key=_position)
        cited = scenario.finding.exchange if scenario.finding else None
        steps = [self._step(event, scenario, owner) for event in events]
        for step, event in zip(steps, events, strict=True):
            cites = isinstance(event, RecordedExchange) and event.number == cited
            step.status = status if cites else Status.PASSED
        return steps

    def _step(self, event: Happening, scenario: ScenarioVerdict, owner: str) -> TestStepResult:
        if isinstance(event, PsuStep):
            return _moment(_psu(event), event.at)
        if isinstance(event, Journey):
            return _moment(journey_name(event), self._run.exchanges[event.exchange].sent)
        if isinstance(event, Wait):
            return _moment(_wait(event), event.at)
        step = self._exchange(event, owner)
        if event.scenario not in (None, scenario.id):
            step.name += " (made earlier in the run, used here)"
        return step

    def _exchange(self, exchange: RecordedExchange, owner: str) -> TestStepResult:
        started = milliseconds(exchange.sent)
        contents = self._contents.get(exchange.number)
        if contents is None:
            contents = self._contents[exchange.number] = list(_contents(exchange))
        return TestStepResult(
            name=exchange_name(exchange),
            stage="finished",
            start=started,
            stop=None if started is None else started + round(exchange.elapsed_ms),
            parameters=_parameters(exchange),
            attachments=[
                *(self._attachments.add(owner, *content) for content in contents),
                *self._seen(exchange, owner),
            ],
        )

    def _seen(self, exchange: RecordedExchange, owner: str) -> Iterable[Attachment]:
        """What the PSU saw of the page that the exchange brought."""
        for count, screenshot in enumerate(self._pictures.get(exchange.number, ()), 1):
            picture = self._run.picture(screenshot)
            if picture is not None:
                covered = ", personal data covered" if screenshot.covered else ""
                name = f"{exchange.number:04d} what PSU {screenshot.psu} saw ({count}{covered})"
                yield self._attachments.add_picture(owner, one_line(name), picture)


def exchange_name(exchange: RecordedExchange) -> str:
    """One exchange in a line: `0007 TPP main: refresh the access token: POST https://… -> 200 in 12 ms`."""
    method, url = exchange.request.get("method", ""), str(exchange.request.get("url", ""))
    address = shortened(url.partition("?")[0], _URL) + ("?…" if "?" in url else "")
    took, actor = f"{exchange.elapsed_ms:.0f} ms", f"TPP {exchange.client}: " if exchange.client else ""
    return one_line(
        f"{exchange.number:04d} {actor}{exchange.purpose}: {method} {address} -> {exchange.summary}"
        f"{_payment(exchange)} in {took}"
    )


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


def _contents(exchange: RecordedExchange) -> Iterable[Content]:
    number, tls = f"{exchange.number:04d}", tls_text(exchange)
    yield f"{number} request", inert(request_text(exchange)).encode()
    yield f"{number} response and TLS facts", inert(f"{response_text(exchange)}\nTLS facts\n{tls}").encode()


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
