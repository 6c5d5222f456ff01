"""The corporate bank: its directory, books and components, wired from a clock and a seed."""

from __future__ import annotations

import threading
from typing import TypeVar

from conformance.bank.clock import Clock
from conformance.bank.component import Component
from conformance.bank.corporate.acceptance import Acceptance
from conformance.bank.corporate.access import AccessRules
from conformance.bank.corporate.administration import Administration
from conformance.bank.corporate.attempts import Attempts
from conformance.bank.corporate.books import Books
from conformance.bank.corporate.cancellations import Cancellations
from conformance.bank.corporate.codes import AuthenticationCodes
from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.consents import Consents
from conformance.bank.corporate.directory import Directory
from conformance.bank.corporate.entitlements import Entitlements
from conformance.bank.corporate.execution import Execution
from conformance.bank.corporate.funds import FundsConfirmations
from conformance.bank.corporate.journey import PaymentJourney
from conformance.bank.corporate.lifecycle import Lifecycle
from conformance.bank.corporate.payments import PaymentRequests
from conformance.bank.corporate.progress import Progress
from conformance.bank.corporate.reporting import AccountInformation
from conformance.bank.corporate.signatures import Signatures

C = TypeVar("C", bound=DomainComponent)

COMPONENTS: tuple[type[DomainComponent], ...] = (
    Entitlements,
    AccessRules,
    Consents,
    AccountInformation,
    Books,
    FundsConfirmations,
    Attempts,
    AuthenticationCodes,
    Acceptance,
    PaymentRequests,
    Lifecycle,
    Signatures,
    PaymentJourney,
    Cancellations,
    Execution,
    Progress,
)


class CorporateBank:
    """Everything behind the bank's interfaces.

    Args:
        clock: the bank's.
        lock: held by every operation; the bank's own, so that the two never wait for one another.
        *others: subclasses of components, each of which takes its component's place.
        seed: other histories for another one.
    """

    def __init__(
        self,
        clock: Clock,
        lock: threading.RLock | None = None,
        *others: type[Component],
        seed: str = "embedded",
    ) -> None:
        self.clock = clock
        self.lock = lock or threading.RLock()
        self.seed = seed
        self.opened = clock.now().date()
        self.directory = Directory()
        self._others = others
        self._wire_information()
        self._wire_payments()
        self.administration = Administration(self)

    def _wire_information(self) -> None:
        self.books = self._component(Books)
        self.entitlements = self._component(Entitlements)
        self.access = self._component(AccessRules)
        self.consents = self._component(Consents)
        self.information = self._component(AccountInformation)
        self.funds = self._component(FundsConfirmations)
        self.attempts = self._component(Attempts)
        self.codes = self._component(AuthenticationCodes)

    def _wire_payments(self) -> None:
        self.acceptance = self._component(Acceptance)
        self.payments = self._component(PaymentRequests)
        self.lifecycle = self._component(Lifecycle)
        self.signatures = self._component(Signatures)
        self.journey = self._component(PaymentJourney)
        self.cancellations = self._component(Cancellations)
        self.execution = self._component(Execution)
        self.progress = self._component(Progress)

    def _component(self, kind: type[C]) -> C:
        return next((other for other in self._others if issubclass(other, kind)), kind)(self)
