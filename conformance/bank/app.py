"""The bank: its components, wired from what it is handed, and its listeners."""

from __future__ import annotations

import re
import ssl
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Self, TypeVar

from werkzeug import Request, Response

from conformance.bank import discovery
from conformance.bank.approval import APPROVALS, PaymentApproval
from conformance.bank.authentication_pages import AuthenticationPages
from conformance.bank.authorization_server import AuthorizationServer
from conformance.bank.component import Component
from conformance.bank.control import Control
from conformance.bank.corporate import domain
from conformance.bank.corporate.companies import Means, User
from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.seed import open_bank
from conformance.bank.discovery import Discovery
from conformance.bank.id_tokens import IdTokens
from conformance.bank.listener import Listener, Listeners
from conformance.bank.means import StrongMeans
from conformance.bank.pages import Pages
from conformance.bank.payment_pages import PaymentPages
from conformance.bank.portal import PORTAL, Portal
from conformance.bank.publications import DEVELOPERS, PRODUCTION_CONFIGURATION, Documentation, Production
from conformance.bank.resource_server import ResourceServer
from conformance.bank.revocation import RevocationEndpoint
from conformance.bank.sca import SecureAccess
from conformance.bank.sessions import Sessions
from conformance.bank.settings import HANDSHAKES, Psu, Settings
from conformance.bank.stet.accounts import StetAccounts
from conformance.bank.stet.funds import StetFunds
from conformance.bank.stet.interface import StetInterface
from conformance.bank.stet.payments import StetPayments
from conformance.bank.stet.transactions import StetTransactions
from conformance.bank.three_skey import ThreeSKey
from conformance.bank.token_endpoint import TokenEndpoint
from conformance.bank.tokens import Tokens
from conformance.bank.trust import Trust

C = TypeVar("C", bound=Component)
Answer = Callable[[Request], Response]

COMPONENTS: tuple[type[Component], ...] = (
    Trust,
    Discovery,
    Documentation,
    Production,
    AuthorizationServer,
    PaymentApproval,
    Portal,
    Pages,
    AuthenticationPages,
    PaymentPages,
    SecureAccess,
    ThreeSKey,
    TokenEndpoint,
    RevocationEndpoint,
    Tokens,
    IdTokens,
    ResourceServer,
    StetInterface,
    StetAccounts,
    StetTransactions,
    StetPayments,
    StetFunds,
    *domain.COMPONENTS,
)


class Bank:
    """An ASPSP with an authorization server, a certificate host and an API.

    Args:
        settings: everything that it is handed.
        *others: subclasses of components, each of which takes its component's place.
    """

    def __init__(self, settings: Settings, *others: type[Component]) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.handed_out: deque[str] = deque(maxlen=20_000)  # secrets, for the leak tests
        self._others = others
        self.corporate = self._corporate()
        self.trust = self._component(Trust)
        self.tokens = self._component(Tokens)
        self.id_tokens = self._component(IdTokens)
        self.discovery = self._component(Discovery)
        self.documentation = self._component(Documentation)
        self.production = self._component(Production)
        self._wire_journeys()
        self.token_endpoint = self._component(TokenEndpoint)
        self.revocation_endpoint = self._component(RevocationEndpoint)
        self.resource_server = self._component(ResourceServer)
        self.stet = self._component(StetInterface)
        self.stet_accounts = self._component(StetAccounts)
        self.stet_transactions = self._component(StetTransactions)
        self.stet_payments = self._component(StetPayments)
        self.stet_funds = self._component(StetFunds)
        self.control = Control(self)
        self.listeners = self._listeners()
        self._route()

    def _component(self, kind: type[C]) -> C:
        return next((other for other in self._others if issubclass(other, kind)), kind)(self)

    def _wire_journeys(self) -> None:
        self.sessions = Sessions(self.settings.clock)
        self.pages = self._component(Pages)
        self.authentication_pages = self._component(AuthenticationPages)
        self.payment_pages = self._component(PaymentPages)
        self.secure_access = self._component(SecureAccess)
        self.three_skey = self._component(ThreeSKey)
        self.means: dict[Means, StrongMeans] = {
            Means.SECURE_ACCESS: self.secure_access,
            Means.THREE_S_KEY: self.three_skey,
        }
        self.authorization_server = self._component(AuthorizationServer)
        self.payment_approval = self._component(PaymentApproval)
        self.portal = self._component(Portal)

    def _corporate(self) -> CorporateBank:
        usernames = {psu.user_id: psu.username for psu in self.settings.psus.values()}
        return open_bank(CorporateBank(self.settings.clock, self.lock, *self._others), usernames)

    def user_of(self, psu: Psu) -> User:
        """What the corporate bank knows of a PSU."""
        return self.corporate.directory.user(psu.user_id)

    def _listeners(self) -> Listeners:
        hosts = self.settings.hosts
        certificate_host = min(
            self.token_endpoint.handshake("cert"), self.revocation_endpoint.handshake("cert"), key=_demand
        )
        return Listeners(
            sso=self._listener(hosts.sso, ssl.CERT_NONE, self._no_page),
            cert=self._listener(hosts.cert, certificate_host, self.resource_server.unknown),
            api=self._api_listener(hosts.api),
            control=Listener(),
        )

    def _api_listener(self, host: str) -> Listener:
        return Listener(
            self.settings.tls(host, self.resource_server.handshake()),
            now=self.stet.date,
            latency=self.settings.latency,
            unknown=self.stet.answer,
            unreadable=self.stet.refused_unread,
        )

    def _listener(self, host: str, handshake: ssl.VerifyMode, unknown: Answer) -> Listener:
        return Listener(
            self.settings.tls(host, handshake),
            now=self.settings.clock.now,
            latency=self.settings.latency,
            unknown=unknown,
        )

    def _route(self) -> None:
        self._route_browser_host()
        self._route_certificate_hosts()
        control = self.listeners["control"]
        control.route(self.control.clock_path, self.control.move_clock)
        control.route(self.control.administration_path, self.control.administer)
        for psu in self.settings.psus.values():
            control.route(self.control.device_path(psu), self.control.device)

    def _route_browser_host(self) -> None:
        sso = self.listeners["sso"]
        sso.route(discovery.CONFIGURATION, self.discovery.configuration)
        sso.route(discovery.JWK_SET, self.discovery.keys)
        sso.route(PRODUCTION_CONFIGURATION, self.production.configuration)
        sso.route(DEVELOPERS, self.documentation.page)
        sso.route(discovery.AUTHORIZE, self.authorization_server.authorize)
        sso.route(re.compile(rf"{APPROVALS}/[^/]+$"), self.payment_approval.open)
        sso.route(PORTAL, self.portal.open)
        for journey in (self.authorization_server, self.payment_approval, self.portal):
            for step in journey.steps():
                sso.route(f"{journey.base}/{step}", partial(journey.answer, step=step))

    def _route_certificate_hosts(self) -> None:
        for name in self.token_endpoint.hosts():
            self.listeners[name].route(discovery.TOKEN, self._token_answer(name))
        for name in self.revocation_endpoint.hosts():
            self.listeners[name].route(discovery.REVOKE, self.revocation_endpoint.answer)

    def _token_answer(self, host: str) -> Answer:
        return lambda request: self.token_endpoint.answer(request, host)

    def _no_page(self, _: Request) -> Response:
        return self.pages.error("There is no such page.", 404)

    def start(self) -> None:
        """Listen."""
        self.listeners.start()

    def stop(self) -> None:
        """Stop listening, and end every connection."""
        self.listeners.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _demand(mode: ssl.VerifyMode) -> int:
    return HANDSHAKES.index(mode)
