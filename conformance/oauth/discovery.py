"""OpenID Connect Discovery 1.0: the configuration document, as far as a client relies on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.errors import Unobservable
from conformance.exchange import Exchange

SUFFIX = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Configuration:
    """The metadata of an authorization server.

    Args:
        exchange: where it was fetched.
        members: the JSON object.
    """

    exchange: Exchange
    members: dict[str, Any]

    def url(self, name: str) -> str:
        """A member that is a URL.

        Raises:
            Unobservable: it is absent or no text.
        """
        value = self.members.get(name)
        if not isinstance(value, str):
            raise Unobservable(f"the discovery document has no {name}")
        return value

    def https_url(self, name: str) -> str:
        """A member that is an https URL.

        Raises:
            Unobservable: it is absent or something else.
        """
        value = self.url(name)
        if not value.lower().startswith("https://"):
            raise Unobservable(f"the {name} of the discovery document is no https URL")
        return value

    def alias(self, name: str) -> str | None:
        """The endpoint that metadata names for mutual TLS, RFC 8705 section 5."""
        aliases = self.members.get("mtls_endpoint_aliases")
        value = aliases.get(name) if isinstance(aliases, dict) else None
        return value if isinstance(value, str) else None

    def listed(self, name: str) -> tuple[str, ...]:
        """A member that is an array of strings; empty where it is absent or something else."""
        value = self.members.get(name)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def issuer_of(discovery_url: str) -> str:
    """The issuer whose document stands at the URL, OpenID Connect Discovery 1.0 section 4."""
    return discovery_url.removesuffix(SUFFIX)
