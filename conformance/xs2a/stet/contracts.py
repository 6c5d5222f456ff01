"""What STET says of the answers to each operation, with the switches of the profile applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.target.model import Stet
from conformance.xs2a.answer import Contract
from conformance.xs2a.stet.schemas import accounts, payments
from conformance.xs2a.stet.schemas.primitives import DIALECT, ERROR, Primitives

_PLAIN = "application/json"


@dataclass(frozen=True)
class Contracts:
    """One contract for each operation."""

    accounts: Contract
    balances: Contract
    transactions: Contract
    consent: Contract
    identity: Contract
    beneficiaries: Contract
    funds: Contract
    creation: Contract
    payment: Contract
    confirmation: Contract
    cancellation: Contract

    @property
    def all(self) -> tuple[Contract, ...]:
        """Every contract."""
        return tuple(vars(self).values())


def contracts_of(stet: Stet) -> Contracts:
    """The contracts under the switches of a profile; made once for each set of switches."""
    return _contracts(stet.model_dump_json())


@lru_cache(maxsize=16)
def _contracts(switches: str) -> Contracts:
    stet = Stet.model_validate_json(switches)
    kinds = Primitives(stet)
    made = _Maker(stet.media_type.partition(";")[0].strip().lower())
    created = (stet.create_status, {200: 201, 201: 200}[stet.create_status])
    creation = payments.hal_payment_request_creation(kinds)
    payment = payments.hal_payment_request(kinds)
    return Contracts(
        accounts=made.list("GET /accounts", accounts.hal_accounts(kinds)),
        balances=made.list("GET /accounts/{accountResourceId}/balances", accounts.hal_balances(kinds)),
        transactions=made.list(
            "GET /accounts/{accountResourceId}/transactions", accounts.hal_transactions(kinds)
        ),
        consent=made.one("PUT /consents", None, created),
        identity=made.one("GET /end-user-identity", accounts.hal_end_user_identity()),
        beneficiaries=made.list("GET /trusted-beneficiaries", accounts.hal_beneficiaries()),
        funds=made.one("POST /funds-confirmations", payments.hal_payment_coverage_report(kinds)),
        creation=made.one("POST /payment-requests", creation, created),
        payment=made.one("GET /payment-requests/{paymentRequestResourceId}", payment),
        confirmation=made.one("POST /payment-requests/{paymentRequestResourceId}/confirmation", payment),
        cancellation=made.one("PUT /payment-requests/{paymentRequestResourceId}", creation),
    )


@dataclass(frozen=True)
class _Maker:
    media_type: str

    def one(
        self, operation: str, schema: Mapping[str, Any] | None, statuses: tuple[int, ...] = (200,)
    ) -> Contract:
        return self._contract(operation, schema, statuses[:1], statuses[1:])

    def list(self, operation: str, schema: Mapping[str, Any]) -> Contract:
        return self._contract(operation, schema, (200, 204), ())

    def _contract(
        self,
        operation: str,
        schema: Mapping[str, Any] | None,
        statuses: tuple[int, ...],
        tolerated: tuple[int, ...],
    ) -> Contract:
        return Contract(
            operation=operation,
            statuses=statuses,
            schema=None if schema is None else {"$schema": DIALECT, **schema},
            error=ERROR,
            media_type=self.media_type,
            tolerated=tolerated,
            tolerated_media_types=() if self.media_type == _PLAIN else (_PLAIN,),
        )
