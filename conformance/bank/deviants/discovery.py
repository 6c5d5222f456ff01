"""Deviants of the discovery area: the document, its issuer and its endpoints."""

from __future__ import annotations

from werkzeug import Request, Response

from conformance.bank.deviants import deviant
from conformance.bank.deviants.consequences import BROKEN_JOURNEYS
from conformance.bank.discovery import AUTHORIZE, TOKEN, Discovery
from conformance.bank.settings import REALM, Json

# redirects and ID tokens keep the right name, which now is another than the metadata's
_NAMED_OTHERWISE = ("authorization-response-iss", "id-token-iss")


@deviant("discovery-configuration-available/1")
class ServesAPortalPage(Discovery):
    """Answers at the discovery URL with the portal's page for what it does not find."""

    def configuration(self, request: Request) -> Response:
        return self.bank.pages.error("There is no such page.", 404)


@deviant("discovery-configuration-available/2")
class AsksWhoReadsTheDocument(Discovery):
    """Demands HTTP authentication at the discovery URL."""

    def configuration(self, request: Request) -> Response:
        return Response("who are you?", 401, {"WWW-Authenticate": 'Basic realm="portal"'})


@deviant("discovery-configuration-available/3")
class MovedElsewhere(Discovery):
    """Redirects from the discovery URL to an unrelated host, for ever."""

    def configuration(self, request: Request) -> Response:
        return Response(status=301, headers={"Location": "https://portal.example.net/developers"})


@deviant("discovery-content-type/1")
class CallsTheDocumentText(Discovery):
    """Types the configuration document as text/html."""

    def media_type(self) -> str:
        return "text/html"


@deviant("discovery-authorization-endpoint/1", also=("discovery-required-members",))
class SpellsTheEndpointItsOwnWay(Discovery):
    """Names the endpoint authorizationEndpoint."""

    def metadata(self) -> Json:
        document = super().metadata()
        return document | {"authorizationEndpoint": document.pop("authorization_endpoint")}


@deviant("discovery-authorization-endpoint/2")
class SendsThePsuOverAnOpenLine(Discovery):
    """Publishes an http URL as authorization_endpoint."""

    def authorization_endpoint(self) -> str:
        return f"http://{self.settings.hosts.sso}{AUTHORIZE}"


@deviant("discovery-authorization-endpoint/3", also=BROKEN_JOURNEYS)
class PointsToNothing(Discovery):
    """Publishes an authorization_endpoint at which nothing is served."""

    def authorization_endpoint(self) -> str:
        return f"https://{self.settings.hosts.sso}{REALM}/login/authorize"


@deviant("discovery-issuer-matches-url/1", also=_NAMED_OTHERWISE)
class NamesThePort(Discovery):
    """Publishes the issuer with the explicit port that the discovery URL does not have."""

    def issuer(self) -> str:
        return f"https://{self.settings.hosts.sso}:443{REALM}"


@deviant("discovery-issuer-matches-url/2", also=_NAMED_OTHERWISE)
class NamesAnInternalHost(Discovery):
    """Publishes an issuer on an internal host."""

    def issuer(self) -> str:
        return f"https://sso-node-3.internal{REALM}"


@deviant("discovery-issuer-form/1", also=("discovery-issuer-matches-url", *_NAMED_OTHERWISE))
class AddsAQueryToItsName(Discovery):
    """Publishes an issuer with a query."""

    def issuer(self) -> str:
        return f"{self.settings.issuer}?realm=psd2"


@deviant("discovery-required-members/1", also=("discovery-jwks",))
class HidesItsKeys(Discovery):
    """Leaves jwks_uri out."""

    def metadata(self) -> Json:
        document = super().metadata()
        del document["jwks_uri"]
        return document


@deviant("discovery-required-members/2")
class WritesAListAsText(Discovery):
    """Publishes response_types_supported as text instead of an array."""

    def response_types(self) -> object:
        return "code"


@deviant("discovery-required-members/3")
class PublishesAnEmptyList(Discovery):
    """Publishes a list without values instead of leaving it out."""

    def metadata(self) -> Json:
        return super().metadata() | {"ui_locales_supported": []}


@deviant("discovery-mtls-token-endpoint/1")
class ForgetsTheCertificateHost(Discovery):
    """Publishes a token endpoint on the browser host alone, and no word of the certificate host."""

    def token_endpoints(self) -> Json:
        return {"token_endpoint": f"https://{self.settings.hosts.sso}{TOKEN}"}


# what posts codes there finds no endpoint at all
@deviant(
    "discovery-mtls-token-endpoint/2",
    also=(*BROKEN_JOURNEYS, "token-code-exchange"),
)
class NamesAHostThatAsksNothing(Discovery):
    """Names an endpoint for mutual TLS on a host that asks for no certificate."""

    def token_endpoints(self) -> Json:
        alias = {"token_endpoint": f"https://{self.settings.hosts.sso}{TOKEN}"}
        return super().token_endpoints() | {"mtls_endpoint_aliases": alias}
