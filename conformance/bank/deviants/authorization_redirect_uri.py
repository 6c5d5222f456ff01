"""Deviants of the authorization area: whom the bank sends browsers back to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlsplit

from conformance.bank.authorization_request import RedirectProblem
from conformance.bank.authorization_response import Parameters
from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.deviants import deviant
from conformance.bank.deviants.consequences import BROKEN_JOURNEYS
from conformance.bank.settings import Client


@deviant("authorization-redirect-uri-unregistered/1")
class RedirectsAnywhereOnTheHost(AuthorizationServer):
    """Redirects to any URI on a registered host."""

    def redirect_uri_registered(self, client: Client, uri: str) -> bool:
        hosts = {urlsplit(registered).netloc for registered in client.redirect_uris}
        return urlsplit(uri).netloc in hosts


@deviant("authorization-redirect-uri-unregistered/2")
class TellsErrorsToStrangers(AuthorizationServer):
    """Redirects the error to the URI that is not registered."""

    def unregistered_redirect_uri(self, client: Client, uri: str, state: str | None) -> NoReturn:
        raise RedirectProblem("invalid_request", "redirect_uri is not registered", uri, state)


@deviant("authorization-redirect-uri-unregistered/3")
class ReplacesRedirectUri(AuthorizationServer):
    """Takes the first registered URI in place of one that is not, and carries on."""

    def unregistered_redirect_uri(self, client: Client, uri: str, state: str | None) -> str:
        return client.redirect_uris[0]


@deviant("authorization-redirect-uri-exact/1")
class ComparesBeginnings(AuthorizationServer):
    """Accepts whatever begins with a registered URI."""

    def redirect_uri_registered(self, client: Client, uri: str) -> bool:
        return uri.startswith(client.redirect_uris)


@deviant("authorization-redirect-uri-exact/2")
class ComparesByPattern(AuthorizationServer):
    """Accepts a host that only begins with the registered one, by a careless regular expression."""

    def redirect_uri_registered(self, client: Client, uri: str) -> bool:
        patterns = (
            re.escape(registered).replace(re.escape(host := urlsplit(registered).netloc), f"{host}.*")
            for registered in client.redirect_uris
        )
        return any(re.fullmatch(pattern, uri) for pattern in patterns)


@deviant("authorization-redirect-uri-exact/3")
class IgnoresAddedQueries(AuthorizationServer):
    """Compares redirect URIs without their query."""

    def redirect_uri_registered(self, client: Client, uri: str) -> bool:
        return uri in client.redirect_uris or uri.partition("?")[0] in client.redirect_uris


@deviant("authorization-redirect-uri-encoding/1", also=BROKEN_JOURNEYS)
class ComparesEncodedRedirectUris(AuthorizationServer):
    """Compares redirect_uri as it was encoded, so that only unencoded ones are accepted."""

    def decode(self, name: str, raw: str) -> str:
        return raw if name == "redirect_uri" else super().decode(name, raw)


@deviant("authorization-redirect-uri-encoding/2")
class DropsQueries(AuthorizationServer):
    """Drops the query of a registered URI when it appends the response."""

    def with_parameters(self, uri: str, parameters: Parameters, separator: str) -> str:
        return super().with_parameters(uri.partition("?")[0], parameters, separator)


@deviant("authorization-client-id-invalid/1")
class TellsErrorsOfUnknownClients(AuthorizationServer):
    """Redirects the error of an unknown client to a URI that nobody has verified."""

    def unknown_client(self, sent: Mapping[str, str]) -> NoReturn:
        uri = sent.get("redirect_uri", "")
        raise RedirectProblem("unauthorized_client", "the client is unknown", uri, sent.get("state"))
