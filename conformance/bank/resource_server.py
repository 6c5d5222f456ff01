"""The API's resources: the probe of the document, accounts, payment requests, funds confirmations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from werkzeug import Request, Response

from conformance.bank.bearer import ROLE_OF_SCOPE, BearerCalls
from conformance.bank.problems import NO_STORE, BearerProblem, ResourceProblem, json_answer
from conformance.bank.settings import Json
from conformance.bank.tokens import Claims, Grant

DATA = "/api/v1/data"
ACCOUNTS = "/api/v1/accounts"
PAYMENTS = "/api/v1/payment-requests"
FUNDS = "/api/v1/funds-confirmations"

AISP = frozenset({"api1.v1"})
PISP = frozenset({"api2.v1"})
CBPII = frozenset({"api3.v1"})
ANY_SERVICE = frozenset(ROLE_OF_SCOPE)

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,5})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")


class ResourceServer(BearerCalls):
    """Serves the resources."""

    def data(self, request: Request) -> Response:
        """The document's own example: GET /api/v1/data."""
        return self._serve(request, {"GET": (ANY_SERVICE, self._data)})

    def accounts(self, request: Request) -> Response:
        """The accounts of the PSU, for account information."""
        return self._serve(request, {"GET": (AISP, self._accounts)})

    def payment_requests(self, request: Request) -> Response:
        """The payment requests of the client, for payment initiation."""
        return self._serve(request, {"GET": (PISP, self._payments)})

    def funds_confirmations(self, request: Request) -> Response:
        """Whether an amount is available, for card-based instruments."""
        return self._serve(request, {"POST": (CBPII, self._funds)})

    def unknown(self, request: Request) -> Response:
        """There is no such resource."""
        return json_answer({"error": "not_found"}, 404, NO_STORE)

    def _serve(self, request: Request, methods: dict[str, tuple[frozenset[str], Resource]]) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            allowed = ", ".join(methods)
            return json_answer({"error": "method_not_allowed"}, 405, NO_STORE | {"Allow": allowed})
        scopes, resource = methods[method]
        try:
            with self.bank.lock:
                claims, grant = self.admitted(request, scopes)
                status, body = resource(request, claims, grant)
        except BearerProblem as problem:
            return self.bearer_problem_answer(problem)
        except ResourceProblem as problem:
            refusal = {"error": problem.error, "error_description": problem.description}
            return json_answer(refusal, problem.status, NO_STORE)
        return json_answer(body | {"_links": self.links(request)}, status, self.cache_headers())

    def links(self, request: Request) -> Json:
        """Where the resource is found; never with the token (RFC 6750, section 5.3)."""
        return {"self": {"href": request.path}}

    def cache_headers(self) -> dict[str, str]:
        """Nobody stores what is the PSU's (RFC 6750, section 5.3)."""
        return NO_STORE

    def _data(self, _: Request, claims: Claims, grant: Grant) -> tuple[int, Json]:
        return 200, {"owner": grant.psu.name, "scope": claims["scope"]}

    def _accounts(self, _: Request, __: Claims, grant: Grant) -> tuple[int, Json]:
        listed = self.bank.corporate.entitlements.listed(self.bank.user_of(grant.psu))
        return 200, {
            "accounts": [{"resourceId": a.resource_id, "accountId": {"iban": a.iban}} for a in listed]
        }

    def _payments(self, _: Request, claims: Claims, __: Grant) -> tuple[int, Json]:
        found = self.bank.corporate.payments.all_of(claims["client_id"])
        return 200, {"paymentRequests": [payment.resource_id for payment in found]}

    def _funds(self, request: Request, _: Claims, grant: Grant) -> tuple[int, Json]:
        body = _body(request)
        amount, currency = _amount(body, "instructedAmount")
        account = self.bank.corporate.directory.by_iban(_iban(body, "accountId"))
        if account is None or account.company != grant.psu.company or account.currency != currency:
            raise ResourceProblem(404, "account_unknown", "the account is none of the PSU's")
        return 200, {"result": self.bank.corporate.books.available(account).amount >= amount}


Resource = Callable[[Request, Claims, Grant], tuple[int, Json]]


def _body(request: Request) -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise ResourceProblem(415, "unsupported_media_type", "the body must be application/json")
    try:
        body = json.loads(request.get_data().decode("utf-8"))
    except (ValueError, RecursionError):
        raise ResourceProblem(400, "invalid_body", "the body is no JSON") from None
    if not isinstance(body, dict):
        raise ResourceProblem(400, "invalid_body", "the body is no JSON object")
    return body


def _amount(body: dict[str, Any], member: str) -> tuple[Decimal, str]:
    found = body.get(member)
    amount, currency = (
        (found.get("amount"), found.get("currency")) if isinstance(found, dict) else (None, None)
    )
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount) or not isinstance(currency, str):
        raise ResourceProblem(400, "invalid_body", f"{member} holds no amount and currency")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ResourceProblem(400, "invalid_body", f"{member}.currency is no currency code")
    return Decimal(amount), currency


def _iban(body: dict[str, Any], member: str) -> str:
    found = body.get(member)
    iban = found.get("iban") if isinstance(found, dict) else None
    if not isinstance(iban, str) or not _IBAN.fullmatch(iban):
        raise ResourceProblem(400, "invalid_body", f"{member} holds no IBAN")
    return iban
