"""The PSU's consents: to an AISP for account data, to a CBPII for answers about funds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.bank.corporate.companies import Account, Report, Service, User
from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.problems import forbidden, unknown

if TYPE_CHECKING:
    from conformance.bank.corporate.domain import CorporateBank


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent to account information.

    Args:
        balances: resource ids of accounts; None for all that the user has, also those that come later.
        transactions: the same, for transactions.
        trusted_beneficiaries: whether the list of trusted beneficiaries is included.
        psu_identity: whether the identity of the PSU is included.
    """

    balances: frozenset[str] | None = None
    transactions: frozenset[str] | None = None
    trusted_beneficiaries: bool = True
    psu_identity: bool = True

    def named(self, report: Report) -> frozenset[str] | None:
        """The accounts that it names for a reporting service, None for all."""
        return self.balances if report is Report.BALANCES else self.transactions


EVERYTHING = Consent()


class Consents(DomainComponent):
    """Keeps the consents and enforces them.

    `model` is `redirect` (the PSU decides at the bank alone) or `mixed` (the AISP may also forward a consent).
    """

    model = "mixed"

    def __init__(self, domain: CorporateBank) -> None:
        super().__init__(domain)
        self._information: dict[tuple[str, str], Consent] = {}
        self._funds: set[tuple[str, str, str]] = set()

    @service
    def give(self, tpp: str, user: User, consent: Consent = EVERYTHING) -> None:
        """The PSU consents to account information on the bank's page.

        Raises:
            Refused: the user has no access to the service.
        """
        self.domain.entitlements.expect_service(user, Service.AGGREGATION)
        self._information[tpp, user.user_id] = consent

    @service
    def put(self, tpp: str, user: User, consent: Consent) -> None:
        """The AISP forwards a consent (STET, PUT /consents), which replaces any earlier one.

        Raises:
            Refused: the bank's consent model knows no forwarding, or an account is none of the PSU's.
        """
        self.domain.entitlements.expect_service(user, Service.AGGREGATION)
        if self.model == "redirect":
            raise forbidden("consent-model", "the PSU consents at the bank")
        earlier = self._information.get((tpp, user.user_id))
        if earlier is None:
            raise forbidden("no-consent", "the PSU has not consented to this AISP")
        for resource_id in (consent.balances or frozenset()) | (consent.transactions or frozenset()):
            self._expect_consentable(user, resource_id)
        self._information[tpp, user.user_id] = self.replaced(earlier, consent)

    def replaced(self, earlier: Consent, new: Consent) -> Consent:
        """What holds after a new consent: the new one alone."""
        return new

    def consentable(self, user: User, account: Account) -> bool:
        """Whether an account may stand in the user's consent."""
        return self.domain.entitlements.readable(user, account)

    def consented(self, consent: Consent, account: Account, report: Report) -> bool:
        """Whether a consent covers a reporting service of an account."""
        named = consent.named(report)
        return named is None or account.resource_id in named

    def identity_consented(self, consent: Consent) -> bool:
        """Whether a consent covers the identity of the PSU."""
        return consent.psu_identity

    def of(self, tpp: str, user: User) -> Consent:
        """The consent of a PSU to an AISP.

        Raises:
            Refused: there is none.
        """
        consent = self._information.get((tpp, user.user_id))
        if consent is None:
            raise forbidden("no-consent", "the PSU has not consented to this AISP")
        return consent

    @service
    def give_funds(self, tpp: str, user: User, accounts: list[Account]) -> None:
        """The PSU consents to answers about the funds of accounts (PSD2 Art. 65(1)(b)).

        Raises:
            Refused: the user has no access, or an account is none of his.
        """
        self.domain.entitlements.expect_funds(user)
        for account in accounts:
            self._expect_consentable(user, account.resource_id)
        self._funds |= {(tpp, user.user_id, account.resource_id) for account in accounts}

    def funds_consents(self, tpp: str, user: User, account: Account) -> bool:
        """Whether the PSU consented to this CBPII for this account, and has not withdrawn (Art. 65(1)(b)-(c))."""
        return (tpp, user.user_id, account.resource_id) in self._funds

    def any_information(self, tpp: str, user: User) -> bool:
        """Whether the PSU consented to account information of this TPP."""
        return (tpp, user.user_id) in self._information

    def funds_end(self, tpp: str, user: User) -> bool:
        """Whether a withdrawal ends the answers about funds: at once."""
        return True

    @service
    def withdraw(self, tpp: str, user: User) -> None:
        """The PSU withdraws every consent to a TPP at the bank."""
        self._information.pop((tpp, user.user_id), None)
        if self.funds_end(tpp, user):
            self._funds = {kept for kept in self._funds if kept[:2] != (tpp, user.user_id)}

    def _expect_consentable(self, user: User, resource_id: str) -> None:
        account = self.domain.directory.account(resource_id)
        if account is None or not self.consentable(user, account):
            raise unknown("account")
