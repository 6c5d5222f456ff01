"""Account information in STET 1.4.2: accounts, balances, consents, identity, beneficiaries."""

from __future__ import annotations

from typing import Any

from conformance.bank.component import Component
from conformance.bank.corporate.access import Access
from conformance.bank.corporate.companies import Account, Report, Service
from conformance.bank.corporate.consents import Consent
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import forbidden, unknown
from conformance.bank.corporate.reporting import Balance
from conformance.bank.settings import Json
from conformance.bank.stet import members
from conformance.bank.stet.call import Call, Success

_BALANCE_NAMES = {"CLBD": "Accounting balance", "XPCD": "Instant balance", "OTHR": "Deferred debit total"}
_BENEFICIARIES = (("TB-1", "Fournisseur", "DE89370400440532013000"),)


class StetAccounts(Component):
    """Tells an AISP of accounts."""

    # GET /accounts

    def list_accounts(self, call: Call) -> Success:
        """HalAccounts."""
        accounts = self.bank.corporate.information.accounts(call.access)
        shown = [present(self.account(call.access, account)) for account in accounts]
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
        shown = [present(self.balance(balance)) for balance in self.balances_shown(balances)]
        return Success(200, {"balances": shown, "_links": self.report_links(call, Report.TRANSACTIONS)})

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
        return Success(200, present(body))

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

    def report_links(self, call: Call, other: Report) -> Json:
        """The links of a reporting service: to itself, to the accounts, and to the other service."""
        links = self._links(call) | {"parent-list": self.bank.stet.link("/accounts")}
        account = self.bank.corporate.directory.account(call.resource_id)
        if account is not None and other in self.bank.corporate.information.reports_shown(
            call.access, account
        ):
            links[other.value] = self.account_link(account, other)
        return links


def _beneficiary(identifier: str, name: str, iban: str) -> Json:
    return {
        "id": identifier,
        "isTrusted": True,
        "creditor": {"name": name},
        "creditorAccount": {"iban": iban},
    }


def present(body: Json) -> Json:
    """The members that have a value."""
    return {name: value for name, value in body.items() if value is not None}
