"""Confirmation of funds in STET 1.4.2: POST /funds-confirmations."""

from __future__ import annotations

from typing import Any

from conformance.bank.component import Component
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import Refused
from conformance.bank.stet import members
from conformance.bank.stet.call import Call, Success


class StetFunds(Component):
    """Tells a CBPII yes or no."""

    def confirm(self, call: Call) -> Success:
        """HalPaymentCoverageReport."""
        self.expect_headers(call)
        body = call.body
        members.text(body, "paymentCoverageRequestId", 35)
        members.optional_text(body, "payee", 70)
        if "instructedAmount" not in body:
            raise self.amount_missing()
        money, iban = members.money(body, "instructedAmount"), members.iban(body, "accountId")
        available = self.available(call, iban, money)
        if not available:
            self.lacking(call, iban, money)
        return Success(self.status(), self.report(call, iban, available=available))

    def available(self, call: Call, iban: str, money: Money) -> bool:
        """The corporate bank's answer."""
        try:
            return self.bank.corporate.funds.confirm(call.tpp, call.user, iban, money)
        except Refused as refused:
            return self.refused(refused)

    def refused(self, refused: Refused) -> bool:
        """What a request that is no good comes to: its refusal, never a yes or no.

        Raises:
            Refused: always here.
        """
        raise refused

    def expect_headers(self, call: Call) -> None:
        """The PSU need not be there: no PSU header is wanted (PSD2 Art. 65(1)).

        Raises:
            StetProblem: never here.
        """

    def amount_missing(self) -> Exception:
        """How a request without amount is refused."""
        return members.wrong("instructedAmount", "an amount with its currency")

    def lacking(self, call: Call, iban: str, money: Money) -> None:
        """What a lack of funds comes to: the answer no, which is a success.

        Raises:
            StetProblem: never here.
        """

    def status(self) -> int:
        """The status of an answer."""
        return 200

    def report(self, call: Call, iban: str, *, available: bool) -> Any:
        """The body: the request as it came, and the result; no amount of the account (PSD2 Art. 65(3))."""
        links = self.bank.resource_server.links(call.request)
        return {"request": self.echo(call.body), "result": self.result(available=available), "_links": links}

    def echo(self, request: members.Members) -> members.Members:
        """The request as it came."""
        return request

    def result(self, *, available: bool) -> object:
        """Yes or no, as a Boolean."""
        return available
