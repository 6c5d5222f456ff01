"""A PISP at work: payments of the profile's accounts, initiated, approved by PSUs and confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cryptography.x509.oid import NameOID

from conformance.errors import NotApplicable, Unobservable
from conformance.exchange import Exchange
from conformance.oauth.approval import without_query
from conformance.oauth.landing import Landing
from conformance.psu.agent import Browser
from conformance.psu.conduct import AS_EXPECTED, Conduct
from conformance.session.psu import Psu
from conformance.session.tpp import Tpp
from conformance.target.model import Accounts
from conformance.xs2a.answer import One
from conformance.xs2a.money import Money
from conformance.xs2a.payment import Creditor, Defect, Payment, single
from conformance.xs2a.payments import Initiated, PaymentState

_AMOUNT = Money(Decimal("1.01"), "EUR")


@dataclass(frozen=True)
class Order:
    """A payment from its initiation on, with everything that was seen of it.

    Args:
        payment: what was asked for.
        psu: in whose name.
        created: the bank's answer to it.
        landings: where the browsers of those who approved came to rest, in order.
        states: as it was read or confirmed, in order.
    """

    payment: Payment
    psu: Psu
    created: One[Initiated]
    landings: tuple[Landing, ...] = ()
    states: tuple[One[PaymentState], ...] = ()

    @property
    def landing(self) -> Landing:
        """Where the last approval ended.

        Raises:
            Unobservable: nobody was sent to approve.
        """
        if not self.landings:
            raise Unobservable("nobody was sent to approve the payment")
        return self.landings[-1]

    @property
    def state(self) -> One[PaymentState]:
        """As it was read last.

        Raises:
            Unobservable: it was never read.
        """
        if not self.states:
            raise Unobservable("the payment was not read")
        return self.states[-1]

    @property
    def reported_success(self) -> bool:
        """Whether the PSU was sent back to the address for a success rather than that for a refusal."""
        return self.landing.arrived == without_query(self.payment.success_url)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All of it, for the report."""
        walked = (exchange for landing in self.landings for exchange in landing.exchanges)
        return self.created.exchange, *walked, *(state.exchange for state in self.states)


class Pisp:
    """Initiates payments in the name of PSUs, and sends them to approve.

    Args:
        tpp: in the role of a PISP.
        accounts: who pays and is paid.
    """

    def __init__(self, tpp: Tpp, accounts: Accounts) -> None:
        if "pisp" not in tpp.roles:
            raise NotApplicable(f"the profile gives TPP {tpp.name} no role pisp")
        self.tpp = tpp
        self._accounts = accounts
        self._seen: dict[str, list[One[PaymentState]]] = {}

    @property
    def histories(self) -> tuple[tuple[One[PaymentState], ...], ...]:
        """Every payment of the run as it was read or confirmed, each in order."""
        return tuple(map(tuple, self._seen.values()))

    @property
    def creditor(self) -> Creditor:
        """Who is paid.

        Raises:
            NotApplicable: the profile names nobody.
        """
        found = self._accounts.creditor
        if found is None:
            raise NotApplicable("the profile names no account to credit (accounts.creditor)")
        return Creditor(str(found.name), str(found.iban), found.bic)

    def debtor_of(self, psu: Psu) -> str:
        """The account that a PSU's payments debit.

        Raises:
            NotApplicable: the profile names none.
        """
        found = psu.profile.debtor or self._accounts.debtor
        if found is None:
            raise NotApplicable("the profile names no account to debit (accounts.debtor)")
        return str(found)

    def payment(self, psu: Psu, money: Money = _AMOUNT, *, remittance: str = "psd2-conformance") -> Payment:
        """A transfer of today, from the PSU's account to the creditor of the profile."""
        payment = single(
            money,
            self.creditor,
            created=self.tpp.now,
            initiating_party=self.initiating_party,
            success_url=self.tpp.redirect_uri,
            remittance=remittance,
        )
        return payment.having(debtor_iban=self.debtor_of(psu), failure_url=self._failure_url)

    @property
    def initiating_party(self) -> str:
        """The TPP's name as its QWAC states it."""
        identity = self.tpp.profile.identity
        names = (
            identity.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME) if identity else []
        )
        return str(names[0].value) if names else self.tpp.name

    def initiate(self, payment: Payment, psu: Psu, *, defect: Defect | None = None) -> Order:
        """Ask the bank to pay."""
        return Order(payment, psu, self.tpp.payments_of(psu).initiate(payment, defect=defect))

    def approve(
        self,
        order: Order,
        psu: Psu | None = None,
        browser: Browser | None = None,
        *,
        conduct: Conduct = AS_EXPECTED,
    ) -> Order:
        """Send a PSU to approve, the one in whose name it is where no other is given.

        Raises:
            Unobservable: the bank refused the payment, or offers no approval.
        """
        url, ends = _approval_url(order), _report_urls(order.payment)
        landing = (psu or order.psu).approve(url, ends, browser, conduct=conduct)
        return _having(order, landings=(*order.landings, landing))

    def look(self, order: Order, browser: Browser) -> Landing:
        """Open the approval of a payment, and do nothing there.

        Raises:
            Unobservable: the bank refused the payment, or offers no approval.
        """
        return order.psu.look_at_approval(_approval_url(order), _report_urls(order.payment), browser)

    def read(self, order: Order) -> Order:
        """Read the payment as the bank holds it now."""
        return self._remember(order, self.tpp.payments_of(order.psu).read(order.created))

    def confirm(self, order: Order, *, regardless: bool = False) -> Order:
        """Tell the bank that the PSU came back; nothing is sent where it asks for no confirmation."""
        if not regardless and not order.state.item.confirmable:
            return order
        api = self.tpp.payments_of(order.psu)
        state = api.confirm(order.state, nonce=order.created.item.nonce, regardless=regardless)
        return self._remember(order, state)

    def pay(
        self,
        payment: Payment,
        psu: Psu,
        browser: Browser | None = None,
        *,
        conduct: Conduct = AS_EXPECTED,
    ) -> Order:
        """Initiate, have the PSU approve, read, confirm where the bank asks for it, and read again."""
        order = self.read(self.approve(self.initiate(payment, psu), browser=browser, conduct=conduct))
        confirmed = self.confirm(order)
        return order if confirmed is order else self.read(confirmed)

    def cancel(self, order: Order, *, reason: str = "DS02") -> One[Initiated]:
        """Ask for the payment not to be executed."""
        return self.tpp.payments_of(order.psu).cancel(order.state, reason=reason)

    def _remember(self, order: Order, state: One[PaymentState]) -> Order:
        if state.exchange.succeeded and state.members:
            self._seen.setdefault(order.payment.reference, []).append(state)
        return _having(order, states=(*order.states, state))

    @property
    def _failure_url(self) -> str:
        uris = self.tpp.profile.redirect_uris
        return uris[1] if len(uris) > 1 else uris[0]


def _approval_url(order: Order) -> str:
    url = order.created.item.approval_url
    if url is None:
        raise Unobservable(f"{order.created.exchange.purpose}: the bank offers no approval")
    return url


def _report_urls(payment: Payment) -> tuple[str, ...]:
    return (payment.success_url, *((payment.failure_url,) if payment.failure_url else ()))


def _having(
    order: Order,
    *,
    landings: tuple[Landing, ...] | None = None,
    states: tuple[One[PaymentState], ...] | None = None,
) -> Order:
    return Order(
        order.payment,
        order.psu,
        order.created,
        order.landings if landings is None else landings,
        order.states if states is None else states,
    )
