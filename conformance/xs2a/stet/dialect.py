"""The dialect STET 1.4 as one thing."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.target.model import Api
from conformance.xs2a.caller import Caller, RequestIds, Signer, Terminal
from conformance.xs2a.stet.account_information import StetAccountInformation
from conformance.xs2a.stet.contracts import Contracts, contracts_of
from conformance.xs2a.stet.funds_confirmation import StetFundsConfirmation
from conformance.xs2a.stet.payment_initiation import StetPaymentInitiation
from conformance.xs2a.stet.requests import Requests, new_request_id


@dataclass(frozen=True)
class Stet14:
    """Speaks STET 1.4.

    Args:
        api: where the bank's API is, and its switches.
        signer: signs messages; None signs none.
        request_ids: gives a new identifier for each request.
    """

    api: Api
    signer: Signer | None = None
    request_ids: RequestIds = new_request_id
    contracts: Contracts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "contracts", contracts_of(self.api.stet))

    def account_information(
        self, caller: Caller, token: str | None, terminal: Terminal | None = None
    ) -> StetAccountInformation:
        """For an AISP."""
        return StetAccountInformation(self._requests(caller, token, terminal), self.contracts)

    def payment_initiation(
        self, caller: Caller, token: str | None, terminal: Terminal | None = None
    ) -> StetPaymentInitiation:
        """For a PISP."""
        return StetPaymentInitiation(self._requests(caller, token, terminal), self.contracts)

    def funds_confirmation(
        self, caller: Caller, token: str | None, terminal: Terminal | None = None
    ) -> StetFundsConfirmation:
        """For a CBPII."""
        return StetFundsConfirmation(self._requests(caller, token, terminal), self.contracts)

    def _requests(self, caller: Caller, token: str | None, terminal: Terminal | None) -> Requests:
        return Requests(self.api, caller, token, terminal, self.signer, self.request_ids)
