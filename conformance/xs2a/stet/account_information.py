"""Account information in STET: three lists, and what belongs to the PSU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from conformance.errors import NotApplicable
from conformance.xs2a.accounts import (
    AccessConsented,
    Account,
    Balance,
    Beneficiary,
    Entry,
    Identity,
    Period,
)
from conformance.xs2a.answer import Answer, Contract, One, Page
from conformance.xs2a.links import Link
from conformance.xs2a.paging import LONGEST, Walk, walk
from conformance.xs2a.stet import readers
from conformance.xs2a.stet.contracts import Contracts
from conformance.xs2a.stet.requests import Requests

T = TypeVar("T")
_ACCOUNTS = readers.listed("accounts", readers.account)
_BALANCES = readers.listed("balances", readers.balance)
_ENTRIES = readers.listed("transactions", readers.entry)
_BENEFICIARIES = readers.listed("beneficiaries", readers.beneficiary)


class StetAccountInformation:
    """An AISP's requests with one token."""

    def __init__(self, requests: Requests, contracts: Contracts) -> None:
        self._requests = requests
        self._contracts = contracts
        self._listed: Page[Account] | None = None

    def accounts(self) -> Page[Account]:
        """GET /accounts."""
        self._listed = self._open_accounts(self._requests.url("accounts"))
        return self._listed

    def account_named(self, resource_id: str) -> Account:
        """An account of which only the identifier is known; nothing is sent."""
        links = {
            relation: self._requests.link(relation, "accounts", resource_id, relation)
            for relation in ("balances", "transactions")
        }
        return Account(resource_id, links=links)

    def balances(self, account: Account) -> Page[Balance]:
        """Follow the account's link `balances`."""
        url = self._requests.followed(_offered(account, "balances"))
        return self._page(url, "list the balances of an account", self._contracts.balances, _BALANCES)

    def transactions(
        self, account: Account, period: Period | None = None, *, query: Mapping[str, str] | None = None
    ) -> Page[Entry]:
        """Follow the account's link `transactions`; dateFrom is included, dateTo is not."""
        url = self._requests.followed(_offered(account, "transactions"))
        return self._open_entries(_with_query(url, {**_dates(period), **(query or {})}))

    def all_accounts(self, first: Page[Account] | None = None) -> Walk[Account]:
        """Follow next from the first page of the list of accounts."""
        return walk(first or self.accounts(), self._open_accounts, self._requests.api.base_url)

    def all_transactions(self, first: Page[Entry], *, longest: int = LONGEST) -> Walk[Entry]:
        """Follow next from a page of entries."""
        return walk(first, self._open_entries, self._requests.api.base_url, longest=longest)

    def back(self, last: Page[Entry], *, longest: int = LONGEST) -> Walk[Entry]:
        """Follow prev from a page of entries."""
        origin = self._requests.api.base_url
        return walk(last, self._open_entries, origin, relation="prev", longest=longest)

    def follow(self, page: Page[Entry], relation: str) -> Page[Entry] | None:
        """The page to which a link leads."""
        link = page.links.get(relation)
        return self._open_entries(self._requests.followed(link)) if link else None

    def parent(self, page: Answer) -> Page[Account] | None:
        """Follow parent-list."""
        link = page.links.get("parent-list")
        return self._open_accounts(self._requests.followed(link)) if link else None

    def identity(self) -> One[Identity]:
        """GET /end-user-identity, by the link of the list of accounts where one was read."""
        url = self._from_list("endUserIdentity", "end-user-identity")
        exchange = self._requests.get(url, "read who is connected")
        return One(exchange, self._contracts.identity, readers.identity)

    def beneficiaries(self) -> Page[Beneficiary]:
        """GET /trusted-beneficiaries, by the link of the list of accounts where one was read."""
        url = self._from_list("beneficiaries", "trusted-beneficiaries")
        return self._page(
            url, "list the trusted beneficiaries", self._contracts.beneficiaries, _BENEFICIARIES
        )

    def forward_consent(self, access: AccessConsented, *, without: str | None = None) -> Answer:
        """PUT /consents, which replaces any earlier consent.

        Raises:
            NotApplicable: the profile names another model of consent.
        """
        if self._requests.api.stet.consent_model != "mixed":
            raise NotApplicable("consent is not forwarded at this bank (consent_model)")
        members = {name: value for name, value in _access(access).items() if name != without}
        url = self._requests.url("consents")
        exchange = self._requests.send("PUT", url, members, purpose="forward the PSU's consent")
        return Answer(exchange, self._contracts.consent)

    def _open_accounts(self, url: str) -> Page[Account]:
        return self._page(url, "list the accounts", self._contracts.accounts, _ACCOUNTS)

    def _open_entries(self, url: str) -> Page[Entry]:
        return self._page(url, "list the entries of an account", self._contracts.transactions, _ENTRIES)

    def _page(
        self, url: str, purpose: str, contract: Contract, reader: Callable[[Answer], tuple[T, ...]]
    ) -> Page[T]:
        return Page(self._requests.get(url, purpose), contract, reader)

    def _from_list(self, relation: str, resource: str) -> str:
        link = self._listed.links.get(relation) if self._listed else None
        return self._requests.followed(link) if link else self._requests.url(resource)


def _offered(account: Account, relation: str) -> Link:
    if relation not in account.links:
        raise NotApplicable(f"the account offers no link {relation}")
    return account.links[relation]


def _dates(period: Period | None) -> dict[str, str]:
    """dateFrom is included and dateTo excluded (Part 2, section 4.4.5), both as date-time at midnight UTC."""
    found = {}
    if period and period.first:
        found["dateFrom"] = f"{period.first.isoformat()}T00:00:00Z"
    if period and period.last:
        found["dateTo"] = f"{(period.last + timedelta(days=1)).isoformat()}T00:00:00Z"
    return found


def _with_query(url: str, query: Mapping[str, str]) -> str:
    if not query:
        return url
    text = urlencode(query, quote_via=quote, safe=":")
    return f"{url}{'&' if '?' in url else '?'}{text}"


def _access(access: AccessConsented) -> dict[str, Any]:
    return {
        "balances": [{"iban": iban} for iban in access.balances],
        "transactions": [{"iban": iban} for iban in access.transactions],
        "trustedBeneficiaries": access.beneficiaries,
        "psuIdentity": access.identity,
    }
