"""Confirmation of funds in STET."""

from __future__ import annotations

import secrets
from typing import Any

from conformance.xs2a.answer import Answer, One
from conformance.xs2a.funds import FundsAnswer, FundsDefect
from conformance.xs2a.money import Money
from conformance.xs2a.reading import flag, table
from conformance.xs2a.stet.contracts import Contracts
from conformance.xs2a.stet.payment_request import amount_of
from conformance.xs2a.stet.requests import Requests


class StetFundsConfirmation:
    """A CBPII's requests with one token."""

    def __init__(self, requests: Requests, contracts: Contracts) -> None:
        self._requests = requests
        self._contracts = contracts

    def ask(
        self, iban: str, money: Money, *, payee: str | None = None, defect: FundsDefect | None = None
    ) -> One[FundsAnswer]:
        """POST /funds-confirmations."""
        submitted = self._request(iban, money, payee, defect)
        exchange = self._requests.send(
            "POST",
            self._requests.url("funds-confirmations"),
            submitted,
            purpose="ask whether funds are there",
        )

        def read(answer: Answer) -> FundsAnswer:
            return FundsAnswer(flag(answer.members, "result"), table(answer.members, "request"), submitted)

        return One(exchange, self._contracts.funds, read)

    def _request(
        self, iban: str, money: Money, payee: str | None, defect: FundsDefect | None
    ) -> dict[str, Any]:
        members = {
            "paymentCoverageRequestId": f"C{secrets.token_hex(12).upper()}",
            "payee": payee,
            "instructedAmount": amount_of(money, self._requests.api.stet),
            "accountId": {"iban": iban},
        }
        left_out = {FundsDefect.NO_AMOUNT: "instructedAmount", FundsDefect.NO_ACCOUNT: "accountId"}
        return {
            name: value
            for name, value in members.items()
            if value is not None and (defect is None or name != left_out[defect])
        }
