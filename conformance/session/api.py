"""What a TPP asks of the bank's APIs, in the dialect that the profile names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from conformance.exchange import Exchange
from conformance.session.back_channel import PRESENT_AT, BackChannel
from conformance.xs2a.accounts import AccountInformation
from conformance.xs2a.caller import Terminal
from conformance.xs2a.dialect import Dialect, dialect_of
from conformance.xs2a.funds import FundsConfirmation
from conformance.xs2a.payments import PaymentInitiation

PRESENT = Terminal(PRESENT_AT, (("User-Agent", "psd2-conformance"), ("Accept-Language", "en")))
"""The terminal of a PSU who is asking right now; the address is one for documentation (RFC 5737)."""


class ApiClient(BackChannel):
    """A client of the bank's APIs, with any token."""

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
        """Send one request of a dialect exactly as given, and count it among the calls of the run."""
        sent = {**headers, **({} if token is None else {"Authorization": f"Bearer {token}"})}
        answer = self._client.send(method, url, purpose=purpose, headers=sent, body=body)
        self._around.calls.append(answer)
        return answer

    @cached_property
    def dialect(self) -> Dialect:
        """How the bank's APIs speak.

        Raises:
            NotApplicable: the profile names no dialect.
        """
        return dialect_of(self._around.aspsp.api)

    def account_information(self, token: str | None, *, present: bool = False) -> AccountInformation:
        """An AISP's view with a token.

        Args:
            present: whether the PSU is asking right now (RTS, Art. 36(5)).
        """
        return self.dialect.account_information(self, token, PRESENT if present else None)

    def payment_initiation(self, token: str | None, *, present: bool = True) -> PaymentInitiation:
        """A PISP's view with a token."""
        return self.dialect.payment_initiation(self, token, PRESENT if present else None)

    def funds_confirmation(self, token: str | None, *, present: bool = False) -> FundsConfirmation:
        """A CBPII's question with a token.

        Args:
            present: whether the PSU is asking right now, which no bank may demand (PSD2, Art. 65(1)).
        """
        return self.dialect.funds_confirmation(self, token, PRESENT if present else None)
