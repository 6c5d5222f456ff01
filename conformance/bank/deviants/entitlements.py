"""Deviants of the entitlements area: subscription, means, services."""

from __future__ import annotations

from werkzeug import Response

from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.corporate.companies import Company, Means, Service, User
from conformance.bank.corporate.entitlements import Entitlements
from conformance.bank.deviants import deviant
from conformance.bank.sessions import Interaction
from conformance.bank.settings import Psu
from conformance.bank.stet.call import StetProblem


@deviant("entitlements-subscription-required/1")
class AsksForNoSubscription(Entitlements):
    """Shows the accounts of companies that never subscribed."""

    def subscribed(self, company: Company) -> bool:
        return True


@deviant("entitlements-subscription-required/2")
class EndsOnABlankPage(AuthorizationServer):
    """Leaves users of companies that never subscribed on a blank page."""

    def turned_away(self, visit: Interaction, reason: str) -> Response:
        if "subscribed" in reason:
            return Response("", 200, {"Content-Type": "text/html; charset=utf-8"})
        return super().turned_away(visit, reason)


@deviant("entitlements-subscription-required/3", also=("interface-availability",))
class BreaksAfterTheConsent(Entitlements):
    """Issues tokens to companies that never subscribed, and answers 500 to every call with them."""

    def expect_access(self, user: User) -> None:
        if self.domain.directory.company_of(user).subscribed:
            super().expect_access(user)
            return
        known = (each.tpp for each in self.domain.access.authentications())
        if any(self.domain.consents.any_information(tpp, user) for tpp in known):
            raise StetProblem(500, "unexpected error")


@deviant("entitlements-strong-authentication-required/1")
class TakesAPasswordForStrong(Entitlements):
    """Falls back to the password where there is nothing else."""

    def strong(self, user: User) -> bool:
        return bool(user.means)


@deviant("entitlements-strong-authentication-required/2")
class EnrolsOnThePassword(AuthorizationServer):
    """Enrols a new phone within the journey, for who knows the password."""

    def without_means(self, visit: Interaction, psu: Psu) -> Response:
        self.bank.user_of(psu).means |= {Means.SECURE_ACCESS}
        return self.not_asked(visit, psu)


@deviant("entitlements-ais-only-user/1")
class AggregationCoversInitiation(Entitlements):
    """Treats the grant of aggregation as covering both services."""

    def granted(self, user: User, service: Service) -> bool:
        return super().granted(user, service) or super().granted(user, Service.AGGREGATION)


@deviant("entitlements-pis-only-user/1", also=("entitlements-withdrawal",))
class InitiationCoversAggregation(Entitlements):
    """Returns accounts to an AISP for users who may only pay."""

    def granted(self, user: User, service: Service) -> bool:
        return super().granted(user, service) or super().granted(user, Service.INITIATION)


@deviant(
    "entitlements-no-service-user/1",
    also=("entitlements-ais-only-user", "entitlements-pis-only-user", "entitlements-withdrawal"),
)
class LooksAtTheCompanyAlone(Entitlements):
    """Checks the company's subscription and not the user's grant."""

    def granted(self, user: User, service: Service) -> bool:
        return True
