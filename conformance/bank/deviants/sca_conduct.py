"""Deviants of the sca area: downgrades, failures, idle sessions, needless pages, and the 180 days."""

from __future__ import annotations

from datetime import timedelta

from conformance.bank.approval import PaymentApproval
from conformance.bank.authentication_pages import Detour
from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.corporate.access import Access, AccessRules, Authentication
from conformance.bank.corporate.attempts import Attempts
from conformance.bank.corporate.companies import Means, User
from conformance.bank.corporate.entitlements import Entitlements
from conformance.bank.corporate.journey import PaymentJourney
from conformance.bank.corporate.orders import PaymentRequest
from conformance.bank.deviants import deviant
from conformance.bank.sessions import TPP_CHANNEL, Interaction, PaymentVisit, Session
from conformance.bank.settings import Psu


@deviant("sca-no-downgrade-by-request/1")
class LetsTheTppChoose(AuthorizationServer):
    """Takes a password alone where the TPP does not ask for L1."""

    def second_factor_due(self, visit: Interaction, psu: Psu) -> bool:
        return "L1" in visit.request.acr_values


@deviant("sca-no-downgrade-by-request/2")
class TrustsThePortal(AuthorizationServer):
    """Takes a session of its portal that a password alone began for one with strong authentication."""

    def strong_enough(self, session: Session) -> bool:
        return True


@deviant("sca-failure-handling/1")
class TellsWhatWasWrong(Attempts):
    """Says whether the login or the password was wrong."""

    def message(self, *, known: bool, element: str) -> str:
        return f"Wrong {element}." if known else "There is no such user."


@deviant("sca-failure-handling/2")
class CountsInThePortalOnly(Attempts):
    """Lets anybody try as often as they like on a journey that a TPP began."""

    def counted(self, username: str, channel: str) -> bool:
        return channel != TPP_CHANNEL


@deviant("sca-failure-handling/3")
class CountsEachBrowserAlone(Attempts):
    """Counts the failures of each browser for itself."""

    def key(self, username: str, browser: str, channel: str) -> str:
        return f"{username} {browser}"


@deviant("sca-session-inactivity/1")
class WaitsForAnHour(AuthorizationServer):
    """Takes the consent of a PSU who was away for long."""

    def active(self, session: Session) -> bool:
        return self.clock.now() <= session.seen + timedelta(hours=1)


@deviant("sca-homogeneous-journey/1", also=("sca-pisp-secure-access", "sca-single-authentication"))
class AsksForTheSegment(PaymentApproval):
    """Asks which kind of customer the PSU is, and for the account once more."""

    def detours(self, visit: PaymentVisit) -> tuple[Detour, ...]:
        field = '<label for="iban">Your account</label><input id="iban" name="iban">'
        return (Detour("segment", "Which customer are you?", "Type your account.", field),)


@deviant("sca-homogeneous-journey/2", also=("sca-pisp-secure-access", "sca-single-authentication"))
class AsksWhetherThePsuConsents(PaymentApproval):
    """Asks the PSU to confirm that it consents to the TPP."""

    def detours(self, visit: PaymentVisit) -> tuple[Detour, ...]:
        return (Detour("confirm", "Do you consent?", f"Confirm that you consent to {visit.caller}."),)


@deviant(
    "sca-homogeneous-journey/3",
    also=("sca-pisp-3skey", "sca-pisp-secure-access", "sca-single-authentication", "sca-dynamic-linking"),
)
class AuthenticatesTwiceForPisps(PaymentApproval):
    """Asks for two authentications where its own channel asks for one."""

    def authentications(self, visit: PaymentVisit) -> int:
        return 2 if visit.channel == TPP_CHANNEL else super().authentications(visit)


@deviant(
    "sca-single-authentication/1",
    also=("sca-homogeneous-journey", "sca-pisp-3skey", "sca-pisp-secure-access", "sca-dynamic-linking"),
)
class AuthenticatesLoginAndPayment(PaymentJourney):
    """Asks for one authentication for the login and for another for the payment."""

    def authentications(self, request: PaymentRequest) -> int:
        return 2


@deviant("sca-ais-first-access/1")
class NeverAsksAgain(AccessRules):
    """Lets an AISP refresh and read for ten years after one authentication."""

    exemption = timedelta(days=3650)


@deviant("sca-ais-first-access/2")
class LendsAuthentications(AccessRules):
    """Lets an AISP profit from the authentication that the PSU gave another."""

    def counts_for(self, authentication: Authentication, access: Access) -> bool:
        return authentication.user_id == access.user.user_id


@deviant("sca-ais-exemption-180-days/1", also=("refresh-long-lived",))
class AsksEvery90Days(AccessRules):
    """Keeps to the rule that was in force before 25 July 2023."""

    exemption = timedelta(days=90)


@deviant("sca-ais-exemption-180-days/2", also=("refresh-survives-certificate-renewal",))
class AsksAgainForANewQwac(AccessRules):
    """Counts an authentication only for the QWAC over which the AISP came for its tokens first."""

    def counts_for(self, authentication: Authentication, access: Access) -> bool:
        known = {authentication.certificate, access.certificate} - {""}
        return super().counts_for(authentication, access) and len(known) < 2


@deviant("sca-all-procedures-offered/1")
class ChoosesForThePsu(AuthorizationServer):
    """Preselects one means on the way of a TPP, without a way to change it."""

    def means_offered(self, visit: Interaction, user: User) -> tuple[Means, ...]:
        return super().means_offered(visit, user)[:1]


@deviant("sca-all-procedures-offered/2")
class HidesTheApp(Entitlements):
    """Offers the app in its own channel only, to whoever has a token too."""

    def means_offered(self, user: User, channel: str) -> tuple[Means, ...]:
        offered = super().means_offered(user, channel)
        return offered[-1:] if channel == TPP_CHANNEL else offered
