"""A TPP at the embedded bank's STET interface: the suite's dialect over a plain connection, or bare requests."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.orders import PaymentRequest
from conformance.exchange import Exchange, Headers
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import Answer, Visitor
from conformance.target.model import Api, Stet
from conformance.xs2a.caller import Terminal
from conformance.xs2a.money import euro
from conformance.xs2a.payment import Creditor, Payment, single
from conformance.xs2a.stet.account_information import StetAccountInformation
from conformance.xs2a.stet.dialect import Stet14
from conformance.xs2a.stet.funds_confirmation import StetFundsConfirmation
from conformance.xs2a.stet.payment_initiation import StetPaymentInitiation

BASE = "/api/v1"
SWITCHES: dict[str, Any] = {
    "base_path": BASE,
    "amounts": "number",
    "date_fields": "date",
    "signature": "none",
    "consent_model": "mixed",
    "pisp_grant": "authorization_code",
}
FOURNISSEUR = Creditor("Fournisseur", "DE89370400440532013000")
AT_HOME = Terminal("192.0.2.7", (("User-Agent", "Firefox"),))


class StetVisitor:
    """A TPP with one token, for one PSU.

    Args:
        visitor: its connections and its PSU's browser.
        scope: of the token.
    """

    def __init__(self, visitor: Visitor, scope: str = "openid api1.v1 api2.v1 api3.v1") -> None:
        self.visitor = visitor
        self.client_id = visitor.client.client_id
        tokens = visitor.tokens(scope=scope)
        self.token: str = tokens["access_token"]
        self.refresh_token: str = tokens["refresh_token"]
        self.exchanges: list[Exchange] = []
        host = visitor.bank.hosts.api
        api = Api(
            base_url=f"https://{host}", probe="/x", dialect="stet-1.4", stet=Stet.model_validate(SWITCHES)
        )
        self._dialect = Stet14(api)

    @property
    def domain(self) -> CorporateBank:
        """The corporate bank behind the interface."""
        return self.visitor.bank.bank.corporate

    def iban(self, account: str) -> str:
        """The IBAN of an account of the seed."""
        return self.domain.directory.accounts[account].iban

    def aisp(self, terminal: Terminal | None = AT_HOME) -> StetAccountInformation:
        """It as an AISP."""
        return self._dialect.account_information(self, self.token, terminal)

    def pisp(self) -> StetPaymentInitiation:
        """It as a PISP."""
        return self._dialect.payment_initiation(self, self.token)

    def cbpii(self) -> StetFundsConfirmation:
        """It as a CBPII."""
        return self._dialect.funds_confirmation(self, self.token)

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
        """Send a request of the dialect."""
        sent = {**headers, **({"Authorization": f"Bearer {token}"} if token else {})}
        start = datetime.now(UTC)
        answer = self.visitor.api.ask(method, url.partition(self.visitor.bank.hosts.api)[2], body, sent)
        self.exchanges.append(
            Exchange(
                number=len(self.exchanges) + 1,
                purpose=purpose,
                client=self.visitor.tpp,
                method=method,
                url=url,
                request_headers=Headers(tuple(sent.items())),
                request_body=body,
                sent=start,
                elapsed=timedelta(seconds=1),
                status=answer.status,
                headers=Headers(tuple(answer.headers.items())),
                body=answer.body,
            )
        )
        return self.exchanges[-1]

    def ask(self, method: str, path: str, body: Any = None, **headers: str | None) -> Answer:
        """A bare request; a header of value None is left out, a body that is no bytes is written as JSON."""
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.token}",
            "X-Request-ID": str(uuid.uuid4()),
            "PSU-IP-Address": "192.0.2.7",
            "Content-Type": None if body is None else "application/json",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (usual | named).items() if value is not None}
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self.visitor.api.ask(method, f"{BASE}{path}", content, sent)

    def payment(self, amount: str = "1.01", debtor: str = "acc-main") -> Payment:
        """A transfer to the supplier."""
        made = single(
            euro(amount),
            FOURNISSEUR,
            created=datetime.now(UTC),
            initiating_party="Exemple TPP SAS",
            success_url="https://tpp.example.com/paid?state=s1",
        )
        return made.having(debtor_iban=self.iban(debtor) if debtor else None)

    def stored(self, resource_id: str) -> PaymentRequest:
        """A payment as the bank keeps it."""
        return self.domain.payments.find(self.client_id, resource_id)

    def sign(self, resource_id: str, user_id: str = "treasurer", account: str = "") -> None:
        """Let a PSU approve a payment, without any page."""
        request, user = self.stored(resource_id), self.domain.directory.user(user_id)
        challenge = self.domain.journey.ask(request.approval, user, account)
        assert challenge is not None
        self.domain.journey.sign(request.approval, user, self.domain.codes.prove(challenge.challenge_id))


@contextmanager
def visiting(
    bank: EmbeddedBank,
    psu: str = "treasurer",
    tpp: str = "main",
    scope: str = "openid api1.v1 api2.v1 api3.v1",
) -> Iterator[StetVisitor]:
    """A TPP whom a PSU has just given a token."""
    visitor = Visitor(bank, tpp, psu)
    try:
        yield StetVisitor(visitor, scope)
    finally:
        visitor.close()


@contextmanager
def bank_without_mistakes() -> Iterator[EmbeddedBank]:
    """A running reference bank; afterwards, no handler of it may have failed."""
    with EmbeddedBank(keys=shared_keyring()) as running:
        yield running
        assert [*_mistakes(running)] == []


def _mistakes(bank: EmbeddedBank) -> Iterable[BaseException]:
    for listener in bank.bank.listeners.values():
        yield from listener.handler_errors
