"""The register of companies, users and accounts."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.bank.corporate.companies import Account, Company, User
from conformance.bank.corporate.problems import unknown


class Directory:
    """Finds companies, users and accounts; it decides nothing."""

    def __init__(self) -> None:
        self.companies: dict[str, Company] = {}
        self.users: dict[str, User] = {}
        self.accounts: dict[str, Account] = {}
        self._by_iban: dict[str, Account] = {}
        self._by_username: dict[str, User] = {}

    def add_company(self, company: Company) -> Company:
        """Open a contract."""
        self.companies[company.company_id] = company
        return company

    def add_user(self, user: User) -> User:
        """Add a user to a company's subscription."""
        self.users[user.user_id] = user
        self._by_username[user.username] = user
        return user

    def add_account(self, account: Account) -> Account:
        """Add an account to a company's subscription."""
        self.accounts[account.resource_id] = account
        if account.iban:
            self._by_iban[account.iban] = account
        return account

    def user(self, user_id: str) -> User:
        """A user by the bank's own name for him.

        Raises:
            Refused: there is none.
        """
        if user_id not in self.users:
            raise unknown("user")
        return self.users[user_id]

    def login(self, username: str) -> User | None:
        """The user behind a login."""
        return self._by_username.get(username)

    def account(self, resource_id: str) -> Account | None:
        """An account by its resource id."""
        return self.accounts.get(resource_id)

    def by_iban(self, iban: str) -> Account | None:
        """An account of this bank by its IBAN; cards have none of their own."""
        return self._by_iban.get(iban)

    def company_of(self, user: User) -> Company:
        """The company of a user."""
        return self.companies[user.company]

    def accounts_of(self, company: Company) -> Iterator[Account]:
        """The accounts of a company's subscription, in the order in which they came."""
        return (account for account in self.accounts.values() if account.company == company.company_id)
