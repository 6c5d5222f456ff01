"""Deviants of the sca area: the six journeys, three roles with two means."""

from __future__ import annotations

from werkzeug import Response

from conformance.bank.approval import PaymentApproval
from conformance.bank.authorization_server import FUNDS, INFORMATION, AuthorizationServer
from conformance.bank.corporate.codes import Challenge
from conformance.bank.corporate.companies import Means, User
from conformance.bank.corporate.problems import forbidden
from conformance.bank.deviants import deviant
from conformance.bank.sca import SecureAccess
from conformance.bank.sessions import Interaction, PaymentVisit, Session
from conformance.bank.settings import Client, Psu


@deviant(
    "sca-aisp-secure-access/1",
    also=("authorization-code-flow", "sca-all-procedures-offered"),
)
class KeepsSecureAccessFromAisps(AuthorizationServer):
    """Offers Secure Access in its portal, but not to PSUs whom an AISP sends."""

    def means_offered(self, visit: Interaction, user: User) -> tuple[Means, ...]:
        offered = super().means_offered(visit, user)
        return tuple(
            m for m in offered if m is not Means.SECURE_ACCESS or INFORMATION not in visit.request.scopes
        )


@deviant("sca-aisp-secure-access/2")
class LosesTheRequestMeanwhile(AuthorizationServer):
    """Has forgotten the AISP's request when the PSU comes back from the phone."""

    def arrived(self, visit: Interaction, session: Session) -> Response:
        if visit.means is Means.SECURE_ACCESS and INFORMATION in visit.request.scopes:
            return self.bank.pages.error("This page is no longer valid. Please start again.", 400)
        return super().arrived(visit, session)


@deviant("sca-aisp-3skey/1", also=("sca-all-procedures-offered",))
class Keeps3SKeyFromAisps(AuthorizationServer):
    """Offers only Secure Access to PSUs whom an AISP sends."""

    def means_offered(self, visit: Interaction, user: User) -> tuple[Means, ...]:
        offered = super().means_offered(visit, user)
        return tuple(
            m for m in offered if m is not Means.THREE_S_KEY or INFORMATION not in visit.request.scopes
        )


@deviant("sca-pisp-secure-access/1", also=("sca-pisp-3skey", "sca-each-payment", "sca-two-factors"))
class ValidatesWithThePasswordAlone(PaymentApproval):
    """Takes the login's password as the validation of a payment."""

    def second_factor_due(self, visit: PaymentVisit, psu: Psu) -> bool:
        return False


@deviant("sca-pisp-secure-access/2", also=("sca-dynamic-linking",))
class ShowsNoPaymentOnTheDevice(SecureAccess):
    """Rings the phone without showing a payment on it."""

    def text(self, challenge: Challenge, caller: str) -> str:
        return "Request of Example Bank" if challenge.link.money else super().text(challenge, caller)


@deviant("sca-pisp-3skey/1")
class RefusesSignaturesForPisps(PaymentApproval):
    """Takes a 3SKey signature for a payment in its portal, but not where a PISP initiated it."""

    def accept(self, visit: PaymentVisit, user: User, code: str) -> None:
        if visit.means is Means.THREE_S_KEY:
            raise forbidden("not-accepted", "3SKey is not accepted here")
        super().accept(visit, user, code)


@deviant(
    "sca-cbpii-secure-access/1",
    also=("authorization-scope-encoding", "sca-cbpii-3skey"),
)
class KnowsCbpiisOnPaperOnly(AuthorizationServer):
    """Refuses the scope of CBPIIs."""

    def unknown_scopes(self, client: Client, scopes: tuple[str, ...]) -> set[str]:
        return super().unknown_scopes(client, scopes) | (set(scopes) & {FUNDS})


@deviant("sca-cbpii-secure-access/2", also=("sca-cbpii-3skey",))
class ConsentsToCbpiisByPassword(AuthorizationServer):
    """Asks for no second factor where a CBPII wants a consent."""

    def second_factor_due(self, visit: Interaction, psu: Psu) -> bool:
        return FUNDS not in visit.request.scopes


@deviant("sca-cbpii-3skey/1", also=("sca-all-procedures-offered",))
class Keeps3SKeyFromCbpiis(AuthorizationServer):
    """Offers 3SKey to PSUs whom AISPs and PISPs send only."""

    def means_offered(self, visit: Interaction, user: User) -> tuple[Means, ...]:
        offered = super().means_offered(visit, user)
        return tuple(m for m in offered if m is not Means.THREE_S_KEY or FUNDS not in visit.request.scopes)
