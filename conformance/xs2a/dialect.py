"""A dialect: how one family of interfaces speaks."""

from __future__ import annotations

from typing import Protocol

from conformance.errors import NotApplicable
from conformance.target.model import Api
from conformance.xs2a.accounts import AccountInformation
from conformance.xs2a.caller import Caller, Terminal
from conformance.xs2a.funds import FundsConfirmation
from conformance.xs2a.payments import PaymentInitiation


class Dialect(Protocol):
    """Gives a TPP in its role, with one token, the face of the bank's API."""

    def account_information(
        self, caller: Caller, token: str | None, terminal: Terminal | None = None
    ) -> AccountInformation:
        """For an AISP.

        Args:
            caller: the TPP.
            token: None sends no token.
            terminal: the PSU's, where the PSU is asking right now.
        """

    def payment_initiation(
        self, caller: Caller, token: str | None, terminal: Terminal | None = None
    ) -> PaymentInitiation:
        """For a PISP."""

    def funds_confirmation(
        self, caller: Caller, token: str | None, terminal: Terminal | None = None
    ) -> FundsConfirmation:
        """For a CBPII, whose customer stands at a till and not at the bank's pages."""


def dialect_of(api: Api) -> Dialect:
    """The dialect that the profile names.

    Raises:
        NotApplicable: it names none.
    """
    match api.dialect:
        case "stet-1.4":
            from conformance.xs2a.stet.dialect import Stet14

            return Stet14(api)
        case None:
            raise NotApplicable("the profile names no dialect of the API")
