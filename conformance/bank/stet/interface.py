"""The face that all STET resources share: routes, headers, bodies, errors and links."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug import Request, Response

from conformance.bank.component import Component
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import Refusal, Refused
from conformance.bank.problems import BearerProblem, ResourceProblem
from conformance.bank.resource_server import AISP, CBPII, DATA, PISP
from conformance.bank.settings import Json
from conformance.bank.stet.call import Call, Handler, StetProblem, Success
from conformance.bank.stet.json_text import read, write
from conformance.bank.stet.members import Members

BASE = "/api/v1"
SERVICES = {AISP: "accounts", PISP: "payments", CBPII: "funds"}
_BODIES = ("application/json", "application/hal+json")
_RANGES = frozenset({*_BODIES, "application/*", "*/*"})
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,70}")
_STATUSES = {
    Refusal.INVALID: 400,
    Refusal.FORBIDDEN: 403,
    Refusal.UNKNOWN: 404,
    Refusal.TOO_MANY: 429,
    Refusal.AUTHENTICATION: 401,
}


@dataclass(frozen=True, slots=True)
class Route:
    """A resource: its path below the base, the scopes that open it, and what answers each method."""

    path: re.Pattern[str]
    scopes: frozenset[str]
    methods: Mapping[str, Handler]

    @property
    def service(self) -> str:
        """`accounts`, `payments` or `funds`."""
        return SERVICES[self.scopes]


class StetInterface(Component):
    """Answers every request to the API host."""

    def answer(self, request: Request) -> Response:
        """The answer, with the request's identifier."""
        time.sleep(self.seconds_of_thought(request))
        answer = self._dispatched(request)
        return self.with_request_id(request, answer)

    def refused_unread(self, request: Request) -> Response:
        """The answer to a request that could not be read to its end, as one with 10 MB of body."""
        status = int(request.environ["bank.refused"])
        return self.with_request_id(request, self.error_answer(request, status, "the request is not read"))

    # what can be asked at all

    def routes(self) -> list[Route]:
        """The resources of STET 1.4.2."""
        accounts, payments, funds = self.bank.stet_accounts, self.bank.stet_payments, self.bank.stet_funds
        return [
            _route("/accounts", AISP, GET=accounts.list_accounts),
            _route("/accounts/([^/]+)/balances", AISP, GET=accounts.balances),
            _route("/accounts/([^/]+)/transactions", AISP, GET=self.bank.stet_transactions.transactions),
            _route("/consents", AISP, PUT=accounts.put_consent),
            _route("/end-user-identity", AISP, GET=accounts.identity),
            _route("/trusted-beneficiaries", AISP, GET=accounts.beneficiaries),
            _route("/funds-confirmations", CBPII, POST=funds.confirm),
            _route("/payment-requests", PISP, GET=payments.list_requests, POST=payments.create),
            _route("/payment-requests/([^/]+)", PISP, GET=payments.read, PUT=payments.cancel),
            _route("/payment-requests/([^/]+)/(?:o-)?confirmation", PISP, POST=payments.confirm),
        ]

    def availability(self, service: str) -> int:
        """200 where a service (`accounts`, `payments`, `funds`) is offered now; else the status of all its calls."""
        return 200

    def seconds_of_thought(self, request: Request) -> float:
        """How long a request waits before anything happens: not at all."""
        return 0

    def date(self) -> datetime:
        """The time of the Date header."""
        return self.clock.now()

    # X-Request-ID: STET 1.4.2, request and all responses

    def with_request_id(self, request: Request, answer: Response) -> Response:
        """The answer with the identifier that the request brought."""
        sent = request.headers.get("X-Request-ID", "")
        echoed = self.echoed_request_id(sent, answer.status_code) if _REQUEST_ID.fullmatch(sent) else None
        if echoed is not None:
            answer.headers["X-Request-ID"] = echoed
        return answer

    def echoed_request_id(self, sent: str, status: int) -> str | None:
        """The identifier of an answer: the one that was sent, whatever the status."""
        return sent

    def request_id_demanded(self) -> bool:
        """Whether a call without X-Request-ID is refused."""
        return self.settings.request_id_demanded

    # bodies: HAL, application/hal+json, UTF-8

    def media_type(self) -> str:
        """The media type of bodies."""
        return "application/hal+json; charset=utf-8"

    def encoded(self, text: str) -> bytes:
        """The bytes of a body."""
        return text.encode("utf-8")

    def href(self, path: str) -> str:
        """The address of a resource in links and in Location: a path on this host, with the base."""
        return f"{BASE}{path}"

    def link(self, path: str) -> Json:
        """A GenericLink."""
        return {"href": self.href(path)}

    def link_to(self, request: Request) -> Json:
        """The link from an answer to its own request."""
        path = request.path.removeprefix(BASE)
        query = {name: value for name, value in request.args.items() if name != "access_token"}
        return self.link(f"{path}?{urlencode(query, quote_via=quote, safe=':')}" if query else path)

    def amount(self, money: Money) -> Json:
        """AmountType: the currency, and a number with exactly the currency's decimals."""
        return {"currency": money.currency, "amount": money.amount}

    # errors: ErrorModel

    def status_of(self, refused: Refused) -> int:
        """The status of what the corporate bank refuses."""
        return _STATUSES[refused.kind]

    def error_model(self, status: int, text: str, path: str) -> Json:
        """The body of a refusal."""
        return {
            "timestamp": self.clock.now().isoformat(timespec="milliseconds"),
            "status": status,
            "error": HTTPStatus(status).phrase,
            "message": text[:140],
            "path": path[:140],
        }

    def error_answer(self, request: Request, status: int, text: str, **headers: str) -> Response:
        """A refusal."""
        body = self.error_model(status, text, request.path)
        return self._response(Success(status, body), self.bank.resource_server.cache_headers() | headers)

    # one call

    def _dispatched(self, request: Request) -> Response:
        if request.path == DATA:
            return self.bank.resource_server.data(request)
        path = request.path.removeprefix(BASE)
        if path != request.path:
            for route in self.routes():
                found = route.path.fullmatch(path)
                if found:
                    return self._served(request, route, "".join(found.groups()))
        return self.error_answer(request, 404, "there is no such resource")

    def _served(self, request: Request, route: Route, resource_id: str) -> Response:
        availability = self.availability(route.service)
        if availability != 200:
            return self.error_answer(request, availability, "the service is not offered")
        method = "GET" if request.method == "HEAD" else request.method
        handler = route.methods.get(method)
        if handler is None:
            return self.error_answer(
                request, 405, "the resource has no such method", Allow=", ".join(route.methods)
            )
        try:
            with self.bank.lock:
                success = handler(self._call(request, route, resource_id))
        except BearerProblem as problem:
            return self.bank.resource_server.bearer_problem_answer(problem)
        except ResourceProblem as problem:
            return self.error_answer(request, problem.status, problem.description)
        except StetProblem as problem:
            return self.error_answer(request, problem.status, problem.text)
        except Refused as refused:
            return self._refusal(request, refused)
        return self._response(success, self.bank.resource_server.cache_headers())

    def _call(self, request: Request, route: Route, resource_id: str) -> Call:
        claims, grant = self.bank.resource_server.admitted(request, route.scopes)
        self._expect_form(request)
        certificate = self.bank.trust.peer(request.environ.get("SSL_CLIENT_CERT"))
        return Call(
            request=request,
            tpp=str(claims["client_id"]),
            user=self.bank.user_of(grant.psu),
            scopes=frozenset(str(claims["scope"]).split()),
            resource_id=resource_id,
            certificate=certificate.thumbprint if certificate else "",
            body=self._body(request),
        )

    def _expect_form(self, request: Request) -> None:
        sent = request.headers.get("X-Request-ID")
        if sent is None and self.request_id_demanded():
            raise StetProblem(400, "X-Request-ID is missing")
        if sent is not None and not _REQUEST_ID.fullmatch(sent):
            raise StetProblem(400, "X-Request-ID: wanted at most 70 printable characters")
        accepted = {kind.partition(";")[0].strip().lower() for kind, q in request.accept_mimetypes if q}
        if request.accept_mimetypes and accepted.isdisjoint(_RANGES):
            raise StetProblem(406, "answers are application/hal+json")

    def _body(self, request: Request) -> Members:
        content = request.get_data()
        self._expect_digest(request, content)
        if request.method not in ("POST", "PUT") or (not content and not request.mimetype):
            return {}
        if request.mimetype not in _BODIES:
            raise StetProblem(415, "the body must be application/json")
        try:
            body = read(content)
        except ValueError:
            raise StetProblem(400, "the body is no JSON in UTF-8") from None
        if not isinstance(body, dict):
            raise StetProblem(400, "the body is no JSON object")
        return body

    def _expect_digest(self, request: Request, content: bytes) -> None:
        algorithm, _, value = request.headers.get("Digest", "").partition("=")
        wanted = base64.b64encode(hashlib.sha256(content).digest())
        if algorithm.upper() == "SHA-256" and not hmac.compare_digest(
            value.encode("latin-1", "replace"), wanted
        ):
            raise StetProblem(400, "Digest is not that of the body")

    def _refusal(self, request: Request, refused: Refused) -> Response:
        status = self.status_of(refused)
        headers = {}
        if status == 401:
            headers["WWW-Authenticate"] = (
                f'Bearer realm="api", error="invalid_token", error_description="{refused.text}"'
            )
        return self.error_answer(request, status, refused.text, **headers)

    def _response(self, success: Success, headers: Mapping[str, str]) -> Response:
        content: Any = b"" if success.body is None else self.encoded(write(success.body))
        answer = Response(content, success.status, dict(headers))
        answer.headers.remove("Content-Type")
        if success.body is not None:
            answer.headers["Content-Type"] = self.media_type()
        if success.location is not None:
            answer.headers["Location"] = success.location
        return answer


def _route(path: str, scopes: frozenset[str], **methods: Handler) -> Route:
    return Route(re.compile(path), scopes, methods)
