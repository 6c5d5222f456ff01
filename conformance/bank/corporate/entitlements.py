"""What a company's user may do through TPPs: subscription, means, services, accounts, reporting services.

Source: How to use our APIs, PSU Prerequisites.
"""

from __future__ import annotations

from collections.abc import Iterable

from conformance.bank.corporate.companies import (
    Account,
    Company,
    Means,
    PaymentRight,
    Report,
    Rights,
    Service,
    User,
)
from conformance.bank.corporate.component import DomainComponent
from conformance.bank.corporate.problems import forbidden, unknown

COVERED = frozenset({"BE", "DE", "FR"})
STRONG = frozenset({Means.SECURE_ACCESS, Means.THREE_S_KEY})


class Entitlements(DomainComponent):
    """Decides by the rights that the Administrator gave, as they are now."""

    def rights(self, user: User) -> Rights:
        """The rights that count: those of this moment, not those of the day of consent."""
        return user.rights

    def active(self, user: User) -> bool:
        """Whether the user still belongs to the subscription; his grants die with it."""
        return user.active

    def subscribed(self, company: Company) -> bool:
        """Whether the company's contract has the amendment (Client subscription)."""
        return company.subscribed

    def strong(self, user: User) -> bool:
        """Whether the user has a strong means (Strong Authentication)."""
        return bool(self.means_offered(user, "tpp"))

    def means_offered(self, user: User, channel: str) -> tuple[Means, ...]:
        """The strong means that a PSU may choose from: all that he has, in every channel (RTS Art. 30(2)).

        Args:
            channel: `tpp`, or `portal` for the bank's own.
        """
        return tuple(means for means in Means if means in user.means & STRONG)

    def granted(self, user: User, service: Service) -> bool:
        """Whether the Administrator granted the user this service (User Access)."""
        return service in self.rights(user).services

    def funds_granted(self, user: User) -> bool:
        """Whether the user may consent to funds confirmations: with either service."""
        return any(self.granted(user, service) for service in Service)

    def in_scope(self, account: Account) -> bool:
        """Whether the account belongs to the geographic scope covered."""
        return account.country in COVERED

    def implemented(self, company: Company) -> Iterable[Account]:
        """The accounts that are accessible automatically: every one of the subscription, also the new ones."""
        return self.domain.directory.accounts_of(company)

    def visible(self, user: User, account: Account) -> bool:
        """Whether the user may see an account of his company (access to accounts)."""
        allowed = self.rights(user).accounts
        return allowed is None or account.resource_id in allowed

    def listed(self, user: User) -> list[Account]:
        """The accounts that a TPP sees of a user."""
        found = self.implemented(self.domain.directory.company_of(user))
        return [a for a in found if self.in_scope(a) and not a.closed and self.visible(user, a)]

    def readable(self, user: User, account: Account) -> bool:
        """Whether the user may use this account's identifier: only his own company's that he sees."""
        return account.company == user.company and self.visible(user, account) and self.in_scope(account)

    def may_report(self, user: User, account: Account, report: Report) -> bool:
        """Whether the user has a reporting service of an account (reporting services)."""
        return report in self.rights(user).reports_on(account)

    def payment_right(self, user: User, account: Account) -> PaymentRight:
        """What the user may do with payments of this account, not of the company."""
        return self.rights(user).payment_on(account)

    def portal_accounts(self, user: User) -> list[Account]:
        """The accounts that the user sees in the bank's own channel."""
        found = self.domain.directory.accounts_of(self.domain.directory.company_of(user))
        return [account for account in found if not account.closed and self.visible(user, account)]

    def expect_access(self, user: User) -> None:
        """Refuse who can use no service of TPPs at all.

        Raises:
            Refused: the user was removed, his company has not subscribed, or he has no strong means.
        """
        if not self.active(user):
            raise forbidden("user-removed", "the user no longer belongs to the subscription")
        if not self.subscribed(self.domain.directory.company_of(user)):
            raise forbidden("not-subscribed", "the company has not subscribed to the service for TPPs")
        if not self.strong(user):
            raise forbidden("no-strong-means", "the service needs a means of strong authentication")

    def expect_service(self, user: User, service: Service) -> None:
        """Refuse a user without a service.

        Raises:
            Refused: he has no access at all, or the Administrator has not granted him this service.
        """
        self.expect_access(user)
        if not self.granted(user, service):
            raise forbidden("service-not-granted", f"the Administrator has not granted {service.value}")

    def expect_funds(self, user: User) -> None:
        """Refuse a user without any service, for funds confirmations.

        Raises:
            Refused: he has no access at all, or neither service.
        """
        self.expect_access(user)
        if not self.funds_granted(user):
            raise forbidden("service-not-granted", "the Administrator has granted none of the services")

    def account_for(self, user: User, resource_id: str) -> Account:
        """The account of a user by its resource id.

        Raises:
            Refused: there is none, or it is none of his: the text is the same.
        """
        account = self.domain.directory.account(resource_id)
        if account is None or account.closed or not self.readable(user, account):
            raise unknown("account")
        return account
