"""Deviants of the sca area: factors left out, codes used twice, payments that are not linked."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.bank.approval import PaymentApproval
from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.corporate.codes import AuthenticationCodes, Challenge, Link
from conformance.bank.corporate.companies import User
from conformance.bank.corporate.execution import Execution
from conformance.bank.corporate.journey import PaymentJourney
from conformance.bank.corporate.orders import Party, PaymentRequest
from conformance.bank.deviants import deviant
from conformance.bank.means import Question
from conformance.bank.sca import SecureAccess
from conformance.bank.sessions import Interaction, PaymentVisit
from conformance.bank.settings import Psu


@deviant(
    "sca-two-factors/1",
    also=(
        "sca-aisp-3skey",
        "sca-aisp-secure-access",
        "sca-cbpii-3skey",
        "sca-cbpii-secure-access",
        "sca-ais-first-access",
        "sca-no-downgrade-by-request",
        "id-token-acr-auth-time",
        "sca-failure-handling",
    ),
)
class IsContentWithThePassword(AuthorizationServer):
    """Goes on to the consent after the password alone."""

    def second_factor_due(self, visit: Interaction, psu: Psu) -> bool:
        return False


@deviant("sca-two-factors/2", also=("sca-failure-handling",))
class TakesAnyPassword(AuthorizationServer):
    """Is content with the device, whatever was typed as the password."""

    def password_matches(self, psu: Psu | None, password: str) -> bool:
        return psu is not None


@deviant("sca-two-factors/3", also=("sca-each-payment",))
class TrustsKnownBrowsers(PaymentApproval):
    """Skips the second factor of a payment in a browser that it remembers."""

    def second_factor_due(self, visit: PaymentVisit, psu: Psu) -> bool:
        return visit.session is None


@deviant("sca-each-payment/1", also=("sca-two-factors",))
class ValidatesByTheSession(PaymentJourney):
    """Executes a further payment of a PSU without authentication."""

    def authentication_needed(self, request: PaymentRequest, user: User) -> bool:
        others = self.domain.payments.everything()
        return not any(self.domain.signatures.already_signed(other, user) for other in others)


@deviant(
    "sca-each-payment/2",
    also=(
        "entitlements-cap",
        "entitlements-double-signature",
        "entitlements-payment-validation-right",
        "entitlements-signatory-groups",
        "pisp-confirmation",
        "sca-dynamic-linking",
        "sca-two-factors",
    ),
)
class ExecutesOnTheWordOfThePisp(Execution):
    """Executes as soon as the PISP confirms."""

    def authorised(self, request: PaymentRequest) -> bool:
        return super().authorised(request) or request.confirmed is not None

    def confirmable(self, request: PaymentRequest) -> bool:
        return True


@deviant("sca-code-one-time/1")
class TakesLoginsTwice(AuthenticationCodes):
    """Takes the code of a login for another login too, as long as it is young."""

    def accepts(self, challenge: Challenge, user: User, link: Link) -> bool:
        logins = challenge.link.purpose == link.purpose == "login"
        young = challenge.user_id == user.user_id and self.alive(challenge)
        return super().accepts(challenge, user, link) or (logins and young)


@deviant("sca-code-one-time/2")
class ApprovesAllAtOnce(SecureAccess):
    """Takes one approval for everything that waits on the device."""

    def decided(self, waiting: Sequence[Question]) -> Sequence[Question]:
        return waiting


@deviant("sca-dynamic-linking/1", also=("sca-pisp-secure-access",))
class AsksToConfirmTheOperation(SecureAccess):
    """Shows no more than a request to confirm the operation."""

    def text(self, challenge: Challenge, caller: str) -> str:
        return "Confirm the operation" if challenge.link.money else super().text(challenge, caller)


@deviant("sca-dynamic-linking/2", also=("sca-pisp-secure-access",))
class ShortensThePayee(AuthenticationCodes):
    """Shows the first digits of the payee's account only."""

    def payee_shown(self, payee: Party) -> str:
        return f"{payee.name} {payee.iban[:12]}..."


@deviant("sca-dynamic-linking/3")
class LinksNothing(AuthenticationCodes):
    """Takes the code of one payment for another."""

    def linked(self, challenge: Challenge, link: Link) -> bool:
        return challenge.link.purpose == link.purpose
