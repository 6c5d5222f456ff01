"""What the Administrator and the bank change while it runs: rights, subscriptions, accounts, users."""

from __future__ import annotations

from dataclasses import replace

from conformance.bank.corporate.books import Transfer
from conformance.bank.corporate.companies import (
    Account,
    Company,
    Means,
    PaymentRight,
    Report,
    Service,
    User,
)
from conformance.bank.corporate.component import DomainComponent, service
from conformance.bank.corporate.money import Money


class Administration(DomainComponent):
    """Changes what the bank knows; each change holds from that moment on."""

    @service
    def subscribe(self, company: Company, *, subscribed: bool = True) -> None:
        """Add the amendment for TPPs to a company's contract, or end it."""
        company.subscribed = subscribed

    @service
    def grant(self, user: User, granted: Service) -> None:
        """Grant a user a service."""
        self._change(user, services=user.rights.services | {granted})

    @service
    def withdraw(self, user: User, withdrawn: Service) -> None:
        """Withdraw a service from a user."""
        self._change(user, services=user.rights.services - {withdrawn})

    @service
    def show_accounts(self, user: User, resource_ids: frozenset[str] | None) -> None:
        """Let a user see these accounts, or with None all of the subscription."""
        self._change(user, accounts=resource_ids)

    @service
    def hide_account(self, user: User, account: Account) -> None:
        """Withdraw the right to an account from a user."""
        seen = user.rights.accounts
        every = {known.resource_id for known in self.domain.directory.accounts_of(self._company(user))}
        self._change(user, accounts=frozenset(every if seen is None else seen) - {account.resource_id})

    @service
    def allow_reports(self, user: User, account: Account, reports: frozenset[Report]) -> None:
        """Set the reporting services of an account that a user has."""
        self._change(user, reports={**user.rights.reports, account.resource_id: reports})

    @service
    def set_payment_right(self, user: User, right: PaymentRight, account: Account | None = None) -> None:
        """Set what a user may do with payments, of one account or of all that have no right of their own."""
        if account is None:
            self._change(user, payment=right)
        else:
            self._change(user, payments={**user.rights.payments, account.resource_id: right})

    @service
    def set_means(self, user: User, means: frozenset[Means]) -> None:
        """Equip a user with means of authentication."""
        user.means = means

    @service
    def remove_user(self, user: User) -> None:
        """Remove a user from the subscription."""
        user.active = False

    @service
    def open_account(self, account: Account) -> Account:
        """Add an account to a company's subscription; who may see all accounts sees it at once."""
        self.domain.directory.add_account(account)
        self.domain.books.open_page(account)
        return account

    @service
    def close_account(self, account: Account) -> None:
        """Close an account; what it holds stays on it."""
        account.closed = True

    @service
    def receive(self, account: Account, money: Money, debtor: str, remittance: str = "") -> None:
        """Let money from another bank arrive."""
        transfer = Transfer(money, None, account, debtor, account.name, account.iban, (remittance,))
        self.domain.books.book(transfer, self.clock.now().date())

    def _change(self, user: User, **changes: object) -> None:
        user.rights = replace(user.rights, **changes)  # type: ignore[arg-type]

    def _company(self, user: User) -> Company:
        return self.domain.directory.company_of(user)
