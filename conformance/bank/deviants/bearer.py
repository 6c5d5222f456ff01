"""Deviants of the bearer area."""

from __future__ import annotations

from conformance.bank.deviants import deviant
from conformance.bank.resource_server import ResourceServer
from conformance.bank.tokens import Claims


@deviant("bearer-certificate-binding/1")
class ForgetsWhoseToken(ResourceServer):
    """Serves any live token, whichever certificate presents it."""

    def thumbprint_matches(self, token: Claims, presented: str) -> bool:  # noqa: ARG002
        return True
