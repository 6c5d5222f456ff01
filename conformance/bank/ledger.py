"""Accounts, payment requests and funds: what the resources are about."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.bank.component import Component
from conformance.bank.settings import Account, Psu

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A payment request as a PISP posted it."""

    resource_id: str
    client_id: str
    username: str
    amount: Decimal
    currency: str
    creditor_iban: str
    created: str


class Ledger(Component):
    """Keeps what the PSUs own."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._payments: dict[str, PaymentRequest] = {}

    def accounts_of(self, psu: Psu) -> tuple[Account, ...]:
        """The accounts of the PSU's company."""
        return psu.accounts

    def payments_of(self, client_id: str, psu: Psu) -> list[PaymentRequest]:
        """The payment requests that this client posted for this PSU."""
        mine = (client_id, psu.username)
        return [p for p in self._payments.values() if (p.client_id, p.username) == mine]

    def add_payment(
        self, client_id: str, psu: Psu, amount: Decimal, currency: str, creditor_iban: str
    ) -> PaymentRequest:
        """Keep a new payment request."""
        created = self.clock.now().isoformat(timespec="seconds")
        payment = PaymentRequest(
            secrets.token_urlsafe(12), client_id, psu.username, amount, currency, creditor_iban, created
        )
        self._payments[payment.resource_id] = payment
        return payment

    def funds_available(self, psu: Psu, iban: str, amount: Decimal, currency: str) -> bool | None:
        """Whether an account of the PSU covers the amount; None if it is no account of the PSU."""
        for account in self.accounts_of(psu):
            if account.iban == iban:
                return account.currency == currency and account.balance >= amount
        return None
