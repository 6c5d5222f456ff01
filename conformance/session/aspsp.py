"""The ASPSP under test, as its documentation and its metadata describe it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.authorization import AuthorizationResponse
from conformance.oauth.discovery import Configuration, issuer_of
from conformance.oauth.landing import Landing
from conformance.session.journeys import figures
from conformance.target.model import Api, AuthorizationServer, Profile
from conformance.wire.client import Client
from conformance.wire.recorder import Recorder

_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Environments:
    """The metadata of a bank's two environments."""

    sandbox: Exchange
    production: Exchange


class Aspsp:
    """The bank: what it documents, and what it publishes.

    Args:
        profile: the target profile.
        anonymous: a client without certificate.
        recorder: where exchanges are cited.
    """

    def __init__(self, profile: Profile, anonymous: Client, recorder: Recorder) -> None:
        self.profile = profile
        self.anonymous = anonymous
        self._recorder = recorder
        self._configuration: Configuration | None = None
        self._keys: Exchange | None = None
        self._other_environment: Exchange | None = None
        self._redirects: list[AuthorizationResponse] = []

    @property
    def documented(self) -> AuthorizationServer:
        """What the bank's documentation says of its authorization server."""
        return self.profile.authorization_server

    @property
    def api(self) -> Api:
        """What the bank's documentation says of its APIs."""
        return self.profile.api

    @cached_property
    def documented_issuer(self) -> str:
        """The issuer to which the documented discovery URL belongs."""
        return issuer_of(self.documented.discovery_url)

    @property
    def portal(self) -> str:
        """Where the bank's own channel begins.

        Raises:
            NotApplicable: the profile does not name it.
        """
        if self.profile.published.portal_url is None:
            raise NotApplicable(
                "the profile does not say where the bank's own channel begins (published.portal_url)"
            )
        return self.profile.published.portal_url

    def fetch_configuration(self) -> Exchange:
        """GET the discovery URL, anonymously, without following a redirect."""
        headers = {"Accept": "application/json"}
        purpose = "fetch the discovery document"
        answer = self.anonymous.get(self.documented.discovery_url, purpose=purpose, headers=headers)
        if self.profile.waiting.clock_control and answer.date:
            self._recorder.clock.meet(answer.date)
        return answer

    def time_there(self) -> datetime | None:
        """The time at the target as its answers tell it; None where they do not."""
        return self.visit(self.documented.discovery_url, "see what time it is at the bank").date

    def documentation(self) -> Exchange:
        """The page of its documentation, as anybody who follows its redirects finds it; fetched when it is asked for.

        Raises:
            NotApplicable: the profile does not name it.
        """
        url = self.profile.published.documentation_url
        if url is None:
            raise NotApplicable("the profile names no documentation (published.documentation_url)")
        client, purpose = self.anonymous.fresh(), "read the documentation as anybody can"
        page = client.get(url, purpose=purpose)
        for _ in range(_MOST_REDIRECTS):
            following = _target_of(page)
            if following is None:
                break
            page = client.get(following, purpose=purpose)
        return page

    def environments(self) -> Environments:
        """The metadata of sandbox and production; that of the other environment is fetched once.

        Raises:
            NotApplicable: the profile names one of the two only.
        """
        published, here = self.profile.published, self.profile.environment
        url = published.production_discovery_url if here == "sandbox" else published.sandbox_discovery_url
        there = "production" if here == "sandbox" else "sandbox"
        if url is None:
            raise NotApplicable(f"only the {here} is known (published.{there}_discovery_url)")
        own = self.configuration.exchange
        if self._other_environment is None:
            self._other_environment = self.visit(url, f"fetch the discovery document of {there}")
        other = self._other_environment
        self._recorder.cite(other)
        return Environments(own, other) if here == "sandbox" else Environments(other, own)

    def visit(self, url: str, purpose: str) -> Exchange:
        """GET a published URL as it stands, anonymously, without following a redirect."""
        return self.anonymous.get(url, purpose=purpose)

    @property
    def configuration(self) -> Configuration:
        """The metadata, fetched once in a run.

        Raises:
            Unobservable: there is no usable document.
        """
        if self._configuration is None:
            exchange = self.fetch_configuration()
            self._configuration = Configuration(exchange, exchange.members if exchange.succeeded else {})
        self._recorder.cite(self._configuration.exchange)
        if not self._configuration.members:
            raise Unobservable(f"no discovery document: {self._configuration.exchange.summary}")
        return self._configuration

    def fetch_keys(self) -> Exchange:
        """GET jwks_uri, anonymously; once in a run."""
        if self._keys is None:
            uri = self.configuration.https_url("jwks_uri")
            self._keys = self.anonymous.get(
                uri, purpose="fetch the JWK Set", headers={"Accept": "application/json"}
            )
        self._recorder.cite(self._keys)
        return self._keys

    @property
    def keys(self) -> list[dict[str, Any]]:
        """The published keys.

        Raises:
            Unobservable: there is no key set.
        """
        exchange = self.fetch_keys()
        keys = exchange.members.get("keys")
        if not exchange.succeeded or not isinstance(keys, list):
            raise Unobservable(f"no JWK Set: {exchange.summary}")
        return [key for key in keys if isinstance(key, dict)]

    @property
    def token_endpoint(self) -> str:
        """The effective token endpoint: the alias for mutual TLS, else the documented, else the published one.

        The order of `discovery-mtls-token-endpoint`; RFC 8705 section 5.
        """
        alias = self._configuration.alias("token_endpoint") if self._configuration else None
        return alias or self.documented.token_endpoint or self.configuration.url("token_endpoint")

    @property
    def token_endpoint_on_browser_host(self) -> str:
        """The path of the token endpoint on the host of the authorization endpoint."""
        path = urlsplit(self.token_endpoint).path
        host = urlsplit(self.configuration.url("authorization_endpoint")).netloc
        return f"https://{host}{path}"

    @property
    def revocation_endpoint(self) -> str | None:
        """The revocation endpoint, its alias for mutual TLS first; None where none is published."""
        alias = self.configuration.alias("revocation_endpoint")
        published = self.configuration.members.get("revocation_endpoint")
        return alias or (published if isinstance(published, str) else None)

    @property
    def page_hosts(self) -> frozenset[str]:
        """The hosts on which the bank shows pages to a PSU."""
        urls = [self.documented.discovery_url]
        if self._configuration:
            endpoint = self._configuration.members.get("authorization_endpoint")
            urls += [endpoint] if isinstance(endpoint, str) else []
        urls += [self.profile.published.portal_url or ""]
        hosts = {urlsplit(url).hostname or "" for url in urls}
        return frozenset(hosts | set(self.documented.page_hosts)) - {""}

    def saw(self, landing: Landing) -> Landing:
        """Remember the redirect with which a browser was sent back, and give its landing on."""
        if landing.response:
            self._redirects.append(landing.response)
        return landing

    def walked(self, psu: str, means: str, landing: Landing) -> Landing:
        """Write the figures of a PSU's journey, remember where it led, and give its landing on."""
        facts = figures(landing, self.profile, means)
        if facts is not None:
            self._recorder.journey(psu, facts)
        return self.saw(landing)

    @property
    def codes_seen(self) -> tuple[AuthorizationResponse, ...]:
        """Every redirect of this run that carried an authorization code, in order."""
        found = tuple(response for response in self._redirects if response.get("code"))
        self._recorder.cite(*(response.exchange for response in found))
        return found


def _target_of(page: Exchange) -> str | None:
    location = page.headers.get("Location")
    if page.status not in _REDIRECTS or location is None:
        return None
    try:
        return urljoin(page.url, location)
    except ValueError:
        return None
