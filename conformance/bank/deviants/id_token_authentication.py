"""Deviants of the ID token area: how the PSU was authenticated."""

from __future__ import annotations

from werkzeug import Response

from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.deviants import deviant
from conformance.bank.deviants.consequences import BROKEN_JOURNEYS
from conformance.bank.sessions import Interaction
from conformance.bank.settings import Psu


@deviant(
    "id-token-acr-auth-time/1",
    also=(
        *BROKEN_JOURNEYS,
        "sca-ais-first-access",
        "sca-failure-handling",
        "sca-no-downgrade-by-request",
        "sca-two-factors",
    ),
)
class CallsAPasswordStrong(AuthorizationServer):
    """Signs a PSU in with its password only, and reports the strong class."""

    def password_accepted(self, interaction: Interaction, psu: Psu) -> Response:
        return self.authenticated(interaction, psu, self.context_reached(second_factor=True))
