"""Account information in STET 1.4.2: accounts, balances, transactions, consents, identity, beneficiaries."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from conformance.bank.component import Component
from conformance.bank.corporate.access import Access
from conformance.bank.corporate.companies import Account, Report, Service
from conformance.bank.corporate.consents import Consent
from conformance.bank.corporate.history import Entry
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import forbidden, unknown
from conformance.bank.corporate.reporting import Balance, Page, Query
from conformance.bank.settings import Json
from conformance.bank.stet import members
from conformance.bank.stet.call import Call, Success

_BALANCE_NAMES = {"CLBD": "Accounting balance", "XPCD": "Instant balance", "OTHR": "Deferred debit total"}
_LAST_PAGE = 1_000_000
_BENEFICIARIES = (("TB-1", "Fournisseur", "DE89370400440532013000"),)


class StetAccounts(Component):
    """Tells an AISP of accounts."""

    # GET /accounts

    def list_accounts(self, call: Call) -> Success:
        """HalAccounts."""
        accounts = self.bank.corporate.information.accounts(call.access)
        shown = [_present(self.account(call.access, account)) for account in accounts]
        return Success(200, self.account_list(shown, self._list_links(call)))

    def account_list(self, accounts: list[Json], links: Json) -> Any:
        """The body of the list."""
        return {"accounts": accounts, "_links": links}

    def account(self, access: Access, account: Account) -> Json:
        """AccountResource."""
        company = self.bank.corporate.directory.companies[account.company]
        return {
            "resourceId": account.resource_id,
            "bicFi": account.bic,
            "accountId": self.identification(account),
            "name": account.name,
            "linkedAccount": self.linked_account(account),
            "usage": "ORGA",
            "company": {"identification": company.siren, "schemeName": "SREN"},
            "cashAccountType": self.account_type(account),
            "psuStatus": "Attorney",
            "_links": self.account_links(access, account),
        }

    def identification(self, account: Account) -> Json:
        """AccountIdentification: the IBAN, or the masked number of a card."""
        if account.kind == "CARD":
            number = self.bank.corporate.information.card_shown(account.card_number)
            return {"other": {"identification": number, "schemeName": "MPAN"}, "currency": account.currency}
        return {"iban": self.iban_shown(account.iban), "currency": account.currency}

    def iban_shown(self, iban: str) -> str:
        """An IBAN in its electronic form, without spaces."""
        return iban

    def account_type(self, account: Account) -> str | None:
        """The cashAccountType."""
        return account.kind

    def linked_account(self, account: Account) -> str | None:
        """The resource id of the account behind a card, never the card's number."""
        return account.linked_account or None

    def account_links(self, access: Access, account: Account) -> Json | None:
        """Links to what the consent and the PSU's rights open."""
        shown = self.bank.corporate.information.reports_shown(access, account)
        return {report.value: self.account_link(account, report) for report in shown}

    def account_link(self, account: Account, report: Report) -> Json:
        """The link to a reporting service of an account."""
        return self.bank.stet.link(f"/accounts/{account.resource_id}/{report.value}")

    def _list_links(self, call: Call) -> Json:
        consent = self.bank.corporate.consents.of(call.tpp, call.user)
        links = self._links(call)
        if self.bank.corporate.consents.identity_consented(consent):
            links["endUserIdentity"] = self.bank.stet.link("/end-user-identity")
        if consent.trusted_beneficiaries:
            links["beneficiaries"] = self.bank.stet.link("/trusted-beneficiaries")
        return links

    # GET /accounts/{accountResourceId}/balances

    def balances(self, call: Call) -> Success:
        """HalBalances."""
        balances = self.bank.corporate.information.balances(call.access, call.resource_id)
        shown = [_present(self.balance(balance)) for balance in self.balances_shown(balances)]
        return Success(200, {"balances": shown, "_links": self._report_links(call, Report.TRANSACTIONS)})

    def balances_shown(self, balances: list[Balance]) -> list[Balance]:
        """The balances of an account, the accounting one first."""
        return balances

    def balance(self, balance: Balance) -> Json:
        """BalanceResource."""
        return {
            "name": _BALANCE_NAMES[balance.kind],
            "balanceType": balance.kind,
            "balanceAmount": self.balance_amount(balance.money),
            "referenceDate": balance.day.isoformat(),
            "lastChangeDateTime": balance.changed.isoformat(timespec="seconds"),
        }

    def balance_amount(self, money: Money) -> Json:
        """AmountType of a balance, with its sign."""
        return self.bank.stet.amount(money)

    # GET /accounts/{accountResourceId}/transactions

    def transactions(self, call: Call) -> Success:
        """HalTransactions, one page of them."""
        query = self._query(call)
        page = self.bank.corporate.information.transactions(call.access, call.resource_id, query)
        if not page.entries and not query.page:
            self.nothing_found(call)
        entries = [_present(self.entry(entry)) for entry in page.entries]
        links = self._report_links(call, Report.BALANCES) | self.page_links(call, query, page)
        return Success(200, {"transactions": entries, "_links": links})

    def nothing_found(self, call: Call) -> None:
        """What an account without entries comes to: an empty list.

        Raises:
            StetProblem: never here.
        """

    def entry(self, entry: Entry) -> Json:
        """Transaction."""
        amount, sense = self.amount_and_sense(entry.money)
        day = entry.day.isoformat()
        return {
            "resourceId": entry.reference,
            "entryReference": entry.reference,
            "transactionAmount": amount,
            "creditDebitIndicator": sense,
            "status": self.entry_status(entry),
            "bookingDate": None if entry.pending else day,
            "expectedBookingDate": day if entry.pending else None,
            "valueDate": day,
            "bankTransactionCode": {
                "domain": "PMNT",
                "family": "RCDT" if entry.money.positive else "ICDT",
                "subFamily": "ESCT",
            },
            "relatedParties": self.related_parties(entry),
            "remittanceInformation": {"unstructured": [*self.remittance(entry)]},
        }

    def amount_and_sense(self, money: Money) -> tuple[Json, str | None]:
        """The unsigned amount, and the indicator that holds its sense."""
        return self.bank.stet.amount(abs(money)), "CRDT" if money.positive else "DBIT"

    def entry_status(self, entry: Entry) -> str | None:
        """BOOK or PDNG."""
        return "PDNG" if entry.pending else "BOOK"

    def related_parties(self, entry: Entry) -> Json | None:
        """The other party, as the portal shows it."""
        role = "debtor" if entry.money.positive else "creditor"
        account = {"iban": entry.counterparty_iban} if entry.counterparty_iban else None
        return _present({role: {"name": entry.counterparty}, f"{role}Account": account})

    def remittance(self, entry: Entry) -> tuple[str, ...]:
        """What the originator wrote, as it may leave the bank."""
        return entry.remittance

    # the query, and the links between pages

    def period_day(self, name: str, value: str) -> date | None:
        """The day of dateFrom or dateTo.

        Raises:
            Refused: it is no date-time and no date.
        """
        found = members.moment_of(value.replace(" ", "+"))
        if found is None:
            raise members.wrong(name, "a date-time or a date of ISO 8601")
        return found.date()

    def page_links(self, call: Call, query: Query, page: Page) -> Json:
        """first, last, and where there are such pages next and prev."""
        further = query.page + 1
        links = {"first": {}, "last": {"after": page.last_after, "page": further}}
        if page.next_after is not None:
            links["next"] = {"after": page.next_after, "page": further}
        if page.prev_before is not None:
            links["prev"] = {"before": page.prev_before, "page": further}
        return {relation: self.page_link(call, query, position) for relation, position in links.items()}

    def page_link(self, call: Call, query: Query, position: Json) -> Json:
        """The link to a page of the same query.

        Args:
            position: the parameters that name the page.
        """
        filters = {
            "dateFrom": query.start,
            "dateTo": query.end,
            "entryReferenceFrom": query.first_reference,
            "entryReferenceTo": query.last_reference,
        }
        asked = {name: value for name, value in (filters | position).items() if value}
        path = f"/accounts/{call.resource_id}/{Report.TRANSACTIONS.value}"
        return self.bank.stet.link(f"{path}?{urlencode(asked, quote_via=quote)}" if asked else path)

    def _query(self, call: Call) -> Query:
        sent = call.request.args
        days = {name: self.period_day(name, sent[name]) for name in ("dateFrom", "dateTo") if name in sent}
        page = sent.get("page", "0")
        if not (page.isascii() and page.isdigit() and len(page) < 8 and int(page) <= _LAST_PAGE):
            raise members.wrong("page", "a number of a link")
        return Query(
            start=days.get("dateFrom"),
            end=days.get("dateTo"),
            first_reference=_reference(sent.get("entryReferenceFrom", ""), "entryReferenceFrom"),
            last_reference=_reference(sent.get("entryReferenceTo", ""), "entryReferenceTo"),
            after=_reference(sent.get("after", sent.get("afterEntryReference", "")), "after"),
            before=_reference(sent.get("before", ""), "before"),
            page=int(page),
        )

    # PUT /consents

    def put_consent(self, call: Call) -> Success:
        """Access: replaces any earlier consent."""
        consent = Consent(
            balances=self._named(call, "balances"),
            transactions=self._named(call, "transactions"),
            trusted_beneficiaries=members.flag(call.body, "trustedBeneficiaries"),
            psu_identity=members.flag(call.body, "psuIdentity"),
        )
        self.bank.corporate.consents.put(call.tpp, call.user, consent)
        return Success(self.consent_status())

    def consent_status(self) -> int:
        """The status of a consent that was taken."""
        return 201

    def _named(self, call: Call, name: str) -> frozenset[str]:
        return frozenset(self._account_of(call, each).resource_id for each in members.rows(call.body, name))

    def _account_of(self, call: Call, identification: members.Members) -> Account:
        if "iban" in identification:
            account = self.bank.corporate.directory.by_iban(members.text(identification, "iban", 34))
        else:
            number = members.text(members.table(identification, "other"), "identification", 70)
            account = self._card(call, number)
        if account is None:
            raise unknown("account")
        return account

    def _card(self, call: Call, number: str) -> Account | None:
        corporate = self.bank.corporate
        own = corporate.directory.accounts_of(corporate.directory.company_of(call.user))
        shown = corporate.information.card_shown
        return next((a for a in own if a.card_number and shown(a.card_number) == number), None)

    # GET /end-user-identity and /trusted-beneficiaries

    def identity(self, call: Call) -> Success:
        """HalEndUserIdentity."""
        name = self.bank.corporate.information.identity(call.access)
        first, _, last = name.partition(" ")
        body = {
            "connectedPsu": name,
            "connectedPsuFirstName": first,
            "connectedPsuLastName": last or None,
            "_links": self._links(call) | {"parent-list": self.bank.stet.link("/accounts")},
        }
        return Success(200, _present(body))

    def beneficiaries(self, call: Call) -> Success:
        """HalBeneficiaries."""
        corporate = self.bank.corporate
        corporate.entitlements.expect_service(call.user, Service.AGGREGATION)
        if not corporate.consents.of(call.tpp, call.user).trusted_beneficiaries:
            raise forbidden("beneficiaries", "the consent does not include the trusted beneficiaries")
        corporate.access.expect_fresh(call.access)
        corporate.access.count(call.access, "trusted-beneficiaries")
        links = self._links(call) | {"parent-list": self.bank.stet.link("/accounts")}
        return Success(
            200, {"beneficiaries": [_beneficiary(*each) for each in _BENEFICIARIES], "_links": links}
        )

    # links

    def _links(self, call: Call) -> Json:
        return self.bank.resource_server.links(call.request)

    def _report_links(self, call: Call, other: Report) -> Json:
        links = self._links(call) | {"parent-list": self.bank.stet.link("/accounts")}
        account = self.bank.corporate.directory.account(call.resource_id)
        if account is not None and other in self.bank.corporate.information.reports_shown(
            call.access, account
        ):
            links[other.value] = self.account_link(account, other)
        return links


def _reference(value: str, name: str) -> str:
    if len(value) > 40 or not value.isascii():
        raise members.wrong(name, "an entry reference")
    return value


def _beneficiary(identifier: str, name: str, iban: str) -> Json:
    return {
        "id": identifier,
        "isTrusted": True,
        "creditor": {"name": name},
        "creditorAccount": {"iban": iban},
    }


def _present(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}
