"""Deviants of the interface area: roles, availability, identifiers, clock, media type."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from werkzeug import Request

from conformance.bank.authorization_server import INITIATION
from conformance.bank.deviants import deviant
from conformance.bank.discovery import Discovery
from conformance.bank.publications import Documentation, Production
from conformance.bank.stet.interface import StetInterface

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@deviant(
    "interface-three-roles/1",
    also=("cbpii-positive-answer", "sca-cbpii-3skey", "sca-cbpii-secure-access"),
)
class ConfirmsNoFunds(StetInterface):
    """Offers no confirmation of funds."""

    def availability(self, service: str) -> int:
        return 404 if service == "funds" else 200


@deviant(
    "interface-three-roles/2",
    also=("interface-availability", "bearer-api-call", "pisp-initiate"),
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


@deviant("interface-sandbox-equivalent/1", also=("discovery-client-auth-methods",))
class HandsOutKeys(Discovery):
    """Has the clients of its sandbox authenticate with a secret, those of production with a certificate."""

    def authentication_methods(self) -> list[str]:
        return ["client_secret_post"]


@deviant("interface-sandbox-equivalent/2")
class KeepsPaymentsOutOfTheSandbox(Discovery):
    """Offers account information and funds in its sandbox, and payments in production only."""

    def scopes(self) -> list[str]:
        return [scope for scope in super().scopes() if scope != INITIATION]


@deviant("interface-sandbox-equivalent/3")
class GrantsMoreInProduction(Production):
    """Publishes a grant for production that its sandbox does not know."""

    def grant_types(self) -> list[str]:
        return [*super().grant_types(), "client_credentials"]


@deviant("interface-documentation-public/1")
class SellsItsDocumentation(Documentation):
    """Shows its documentation to subscribers who are signed in."""

    def free_for(self, request: Request) -> bool:
        return "Authorization" in request.headers


@deviant("interface-documentation-public/2")
class PublishesNoSummary(Documentation):
    """Publishes no summary."""

    def published(self) -> bool:
        return False


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
