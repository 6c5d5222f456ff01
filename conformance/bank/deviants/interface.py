"""Deviants of the interface area: roles, availability, identifiers, clock, media type."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from werkzeug import Request

from conformance.bank.deviants import deviant
from conformance.bank.stet.interface import StetInterface

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@deviant(
    "interface-three-roles/1",
    also=("entitlements-account-rights", "sca-cbpii-3skey", "sca-cbpii-secure-access"),
)
class ConfirmsNoFunds(StetInterface):
    """Offers no confirmation of funds."""

    def availability(self, service: str) -> int:
        return 404 if service == "funds" else 200


@deviant(
    "interface-three-roles/2",
    also=("interface-availability", "bearer-api-call", "entitlements-geographic-scope"),
)
class TakesNoPayments(StetInterface):
    """Answers 501 to payment initiation."""

    def availability(self, service: str) -> int:
        return 501 if service == "payments" else 200


@deviant("interface-availability/1")
class HangsOnEntries(StetInterface):
    """Hangs for 40 seconds on a request for entries; on the first alone, so that a trial comes to its end."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self._hung = False

    def seconds_of_thought(self, request: Request) -> float:
        hangs = request.path.endswith("/transactions") and not self._hung
        self._hung = self._hung or hangs
        return 40 if hangs else 0


@deviant("interface-availability/2")
class ClosesInOfficeHours(StetInterface):
    """Answers 503 to everything."""

    def availability(self, service: str) -> int:
        return 503


@deviant("interface-request-correlation/1")
class NumbersAnswersAnew(StetInterface):
    """Generates an X-Request-ID of its own."""

    def echoed_request_id(self, sent: str, status: int) -> str | None:
        return str(uuid.uuid4())


@deviant("interface-request-correlation/2")
class ForgetsWhatItRefused(StetInterface):
    """Returns the X-Request-ID on success and not on errors."""

    def echoed_request_id(self, sent: str, status: int) -> str | None:
        return sent if status < 400 else None


@deviant("interface-request-correlation/3")
class RunsFast(StetInterface):
    """Dates its answers ten minutes ahead."""

    def date(self) -> datetime:
        return super().date() + timedelta(minutes=10)


@deviant("interface-media-type/1")
class ServesPages(StetInterface):
    """Serves its JSON as text/html."""

    def media_type(self) -> str:
        return "text/html; charset=utf-8"


@deviant("interface-media-type/2")
class WritesLatin(StetInterface):
    """Encodes accents in ISO 8859-1 and declares UTF-8."""

    def encoded(self, text: str) -> bytes:
        return text.encode("latin-1", "replace")
