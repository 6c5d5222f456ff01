"""What the bank publishes for everybody: its documentation, and the metadata of production beside the sandbox's."""

from __future__ import annotations

from html import escape

from werkzeug import Request, Response

from conformance.bank.component import Component
from conformance.bank.discovery import Discovery
from conformance.bank.problems import json_answer
from conformance.bank.settings import Json

DEVELOPERS = "/sgconnect/developers"
PRODUCTION = "/sgconnect/production"
PRODUCTION_CONFIGURATION = f"{PRODUCTION}/.well-known/openid-configuration"


class Documentation(Component):
    """The technical specification: public, free, and with everything that a client needs (RTS Art. 30(3))."""

    def page(self, request: Request) -> Response:
        """Answer at the address of the documentation."""
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed", 405, {"Allow": "GET, HEAD"})
        if not self.free_for(request):
            text = '<p class="alert" role="alert">Please sign in with your developer subscription.</p>'
            return self.bank.pages.page("subscribe", "For subscribers", text, status=401)
        if not self.published():
            return self.bank.pages.error("There is no such page.", 404)
        return self.bank.pages.page("developers", "How to use our APIs", self.summary())

    def free_for(self, request: Request) -> bool:
        """Whether the reader may read without a login and without paying: everybody may."""
        return True

    def published(self) -> bool:
        """Whether there is a summary at all."""
        return True

    def summary(self) -> str:
        """Routines, protocols and tools: what was decided once, whatever the metadata says today."""
        metadata = Discovery(self.bank).metadata()
        names = ("issuer", "authorization_endpoint", "token_endpoint", "scopes_supported")
        told = {name: metadata.get(name) for name in names}
        told["discovery"] = f"{self.settings.issuer}/.well-known/openid-configuration"
        rows = "\n".join(
            f"<li>{escape(name)}: <code>{_shown(value)}</code></li>" for name, value in told.items()
        )
        return f"<p>OpenID Connect, mutual TLS with a QWAC, and STET PSD2 API 1.4.2.</p>\n<ul>\n{rows}\n</ul>"


class Production(Component):
    """The metadata of the bank's production, of which this bank is the sandbox (RTS Art. 30(5))."""

    def configuration(self, request: Request) -> Response:
        """Answer at production's discovery URL."""
        if request.method not in ("GET", "HEAD"):
            return Response("method not allowed", 405, {"Allow": "GET, HEAD"})
        return json_answer(self.metadata())

    def metadata(self) -> Json:
        """Those of the reference, whatever the sandbox does, under an issuer of their own."""
        base = f"https://{self.settings.hosts.sso}{PRODUCTION}"
        own = {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
        }
        published = Discovery(self.bank).metadata()
        published.pop("mtls_endpoint_aliases", None)
        return {**published, **own, "grant_types_supported": self.grant_types()}

    def grant_types(self) -> list[str]:
        """The same as in the sandbox."""
        return Discovery(self.bank).grant_types()


def _shown(value: object) -> str:
    return escape(" ".join(map(str, value)) if isinstance(value, list) else str(value))
