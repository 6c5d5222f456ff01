"""A bank that answers API calls as it is told, without a wire, and the bodies that STET's notes show."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from conformance.exchange import Exchange, Failure, FailureKind, Headers
from conformance.target.model import Api, Stet
from conformance.xs2a.caller import Terminal
from conformance.xs2a.money import euro
from conformance.xs2a.payment import Creditor, Payment, single
from conformance.xs2a.stet.account_information import StetAccountInformation
from conformance.xs2a.stet.dialect import Stet14
from conformance.xs2a.stet.funds_confirmation import StetFundsConfirmation
from conformance.xs2a.stet.payment_initiation import StetPaymentInitiation

BASE = "https://api.bank.example"
HAL = "application/hal+json; charset=utf-8"
FRENCH = "FR7630006000011234567890189"
GERMAN = "DE89370400440532013000"
NOW = datetime(2025, 1, 31, 10, tzinfo=UTC)
CREDITOR = Creditor("Fournisseur", GERMAN)


@dataclass
class Reply:
    """One answer; a body that is no text or bytes is written as JSON."""

    body: Any = b""
    status: int = 200
    media_type: str = HAL
    headers: Mapping[str, str] = field(default_factory=dict)


Script = Callable[[Exchange], Reply | None]


class Bank:
    """Answers by paths, or by a function of the request; None is a connection that ends."""

    client_id = "client-1"

    def __init__(self, *replies: Reply | None, script: Script | None = None) -> None:
        self._replies = list(replies)
        self._script = script or (lambda _: self._replies.pop(0))
        self.exchanges: list[Exchange] = []
        self.tokens: list[str | None] = []

    def call_api(
        self,
        method: str,
        url: str,
        *,
        token: str | None,
        headers: Mapping[str, str],
        body: bytes | None,
        purpose: str,
    ) -> Exchange:
        """Answer as scripted, with the request's identifier."""
        self.tokens.append(token)
        sent: dict[str, Any] = {
            "number": len(self.exchanges) + 1,
            "purpose": purpose,
            "client": "main",
            "method": method,
        }
        sent |= {"url": url, "request_headers": Headers(tuple(headers.items())), "request_body": body}
        sent |= {"sent": NOW, "elapsed": timedelta()}
        reply = self._script(Exchange(**sent))
        self.exchanges.append(Exchange(**sent, **_answer(reply, headers["X-Request-ID"])))
        return self.exchanges[-1]

    @property
    def urls(self) -> list[str]:
        """What was asked for, in order."""
        return [each.url for each in self.exchanges]

    @property
    def sent(self) -> Any:
        """The JSON of the last request."""
        return json.loads(self.exchanges[-1].request_body or b"null")


def _answer(reply: Reply | None, request_id: str) -> dict[str, Any]:
    if reply is None:
        return {"failure": Failure(FailureKind.CONNECTION_CLOSED, "ended")}
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    pairs = {"X-Request-ID": request_id, "Content-Type": reply.media_type, **reply.headers}
    return {"status": reply.status, "headers": Headers(tuple(pairs.items())), "body": body}


def dialect(**switches: Any) -> Stet14:
    """STET with switches."""
    return Stet14(Api(base_url=BASE, probe="/v1/accounts", dialect="stet-1.4", stet=Stet(**switches)))


def aisp(bank: Bank, terminal: Terminal | None = None, **switches: Any) -> StetAccountInformation:
    """An AISP at the bank."""
    return dialect(**switches).account_information(bank, "token-1", terminal)


def pisp(bank: Bank, **switches: Any) -> StetPaymentInitiation:
    """A PISP at the bank."""
    return dialect(**switches).payment_initiation(bank, "token-1")


def cbpii(bank: Bank, **switches: Any) -> StetFundsConfirmation:
    """A CBPII at the bank."""
    return dialect(**switches).funds_confirmation(bank, "token-1")


def links(**hrefs: str) -> dict[str, Any]:
    """The member `_links`; an underscore stands for a hyphen."""
    return {name.replace("_", "-"): {"href": href} for name, href in hrefs.items()}


def accounts() -> dict[str, Any]:
    """The list of accounts of the notes."""
    own = links(balances="/v1/accounts/ACC-0001/balances", transactions="/v1/accounts/ACC-0001/transactions")
    account = {
        "resourceId": "ACC-0001",
        "bicFi": "AGRIFRPPXXX",
        "accountId": {"iban": FRENCH, "currency": "EUR"},
        "name": "Compte courant SARL Exemple",
        "usage": "ORGA",
        "cashAccountType": "CACC",
        "company": {"identification": "123456789", "schemeName": "SREN"},
        "psuStatus": "Attorney",
        "_links": own,
    }
    return {
        "accounts": [account],
        "_links": links(self="/v1/accounts", endUserIdentity="/v1/end-user-identity"),
    }


def balances(amount: Any = 1500.25) -> dict[str, Any]:
    """The balances of the notes."""
    balance = {
        "name": "Solde comptable",
        "balanceType": "CLBD",
        "balanceAmount": {"currency": "EUR", "amount": amount},
        "referenceDate": "2025-01-31",
    }
    own = links(self="/v1/accounts/ACC-0001/balances", parent_list="/v1/accounts")
    return {"balances": [balance], "_links": own}


def entry(number: int = 1001, **changed: Any) -> dict[str, Any]:
    """An entry of the notes."""
    return {
        "resourceId": f"TX-{number}",
        "entryReference": str(number),
        "transactionAmount": {"currency": "EUR", "amount": 12.5},
        "creditDebitIndicator": "DBIT",
        "status": "BOOK",
        "bookingDate": "2025-01-30",
        "remittanceInformation": {"unstructured": ["FACTURE 42"]},
        **changed,
    }


def transactions(*entries: Mapping[str, Any], **more: str) -> dict[str, Any]:
    """A page of entries; further links by relation."""
    own = links(self="/v1/accounts/ACC-0001/transactions", parent_list="/v1/accounts", **more)
    return {"transactions": list(entries or [entry()]), "_links": own}


def creation() -> dict[str, Any]:
    """The answer to a new payment."""
    return {
        "appliedAuthenticationApproach": "REDIRECT",
        "nonce": "n-0S6",
        "_links": links(consentApproval="https://bank.example/approve/PR-1"),
    }


CREATED = Reply(creation(), 201, headers={"Location": "/v1/payment-requests/PR-1"})


def payment_state(sent: Mapping[str, Any], status: str = "ACTC", **changed: Any) -> dict[str, Any]:
    """A payment as the bank holds it."""
    own = links(request="/v1/payment-requests/PR-1", confirmation="/v1/payment-requests/PR-1/confirmation")
    stored = {**sent, "resourceId": "PR-1", "paymentInformationStatus": status, **changed}
    return {"paymentRequest": stored, "_links": own}


def a_payment(amount: str = "1.01", execute_on: date = date(2025, 2, 1)) -> Payment:
    """The transfer of the notes."""
    return single(
        euro(amount),
        CREDITOR,
        created=NOW,
        initiating_party="Suite PISP",
        success_url="https://tpp.example/ok?state=s1",
        remittance="TEST 1",
        execute_on=execute_on,
    ).having(debtor_iban=FRENCH, failure_url="https://tpp.example/nok?state=s1")


def refusal(status: int, message: str = "no") -> Reply:
    """A refusal in STET's error model."""
    body = {
        "timestamp": "2025-01-31T10:00:00Z",
        "status": status,
        "error": "X",
        "message": message,
        "path": "/v1",
    }
    return Reply(body, status, "application/json")
