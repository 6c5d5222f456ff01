"""What tests change of a company's subscription, in the words of `corporate.administration`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.bank.corporate.companies import (
    Account,
    Company,
    Means,
    PaymentRight,
    Report,
    Service,
    Signature,
    User,
)
from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.identifiers import BICS, own_iban
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.problems import unknown

Body = dict[str, Any]


class AdministratorProblem(ValueError):
    """An order that cannot be understood; the text says what is wanted."""


class Administrator:
    """Carries out orders in JSON; users and accounts go by the bank's own names, as `capped` and `acc-main`.

    Args:
        domain: the bank behind the interfaces.
    """

    def __init__(self, domain: CorporateBank) -> None:
        self._domain = domain
        self._actions: dict[str, Callable[[Body], object]] = {
            "subscribe": self._subscribe,
            "grant": lambda body: self._office.grant(self._user(body), _service(body)),
            "withdraw": lambda body: self._office.withdraw(self._user(body), _service(body)),
            "withdraw_consents": self._withdraw_consents,
            "show_accounts": self._show_accounts,
            "hide_account": lambda body: self._office.hide_account(self._user(body), self._account(body)),
            "allow_reports": self._allow_reports,
            "set_payment_right": self._set_payment_right,
            "set_means": self._set_means,
            "remove_user": lambda body: self._office.remove_user(self._user(body)),
            "restore_user": self._restore_user,
            "open_account": self._open_account,
            "close_account": lambda body: self._office.close_account(self._account(body)),
            "receive": self._receive,
        }

    @property
    def _office(self) -> Any:
        return self._domain.administration

    def act(self, body: Body) -> None:
        """Carry out one order.

        Raises:
            AdministratorProblem: the order is none.
            Refused: it names a company, user or account that is not there.
        """
        action = self._actions.get(_text(body, "action"))
        if action is None:
            raise AdministratorProblem(f"action: wanted one of {', '.join(self._actions)}")
        try:
            action(body)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise AdministratorProblem(f"the order cannot be understood: {error}") from None

    def _subscribe(self, body: Body) -> None:
        company = self._domain.directory.companies.get(_text(body, "company"))
        if company is None:
            raise unknown("company")
        self._office.subscribe(company, subscribed=bool(body.get("subscribed", True)))

    def _withdraw_consents(self, body: Body) -> None:
        self._domain.consents.withdraw(_text(body, "client_id"), self._user(body))

    def _show_accounts(self, body: Body) -> None:
        names = body.get("accounts")
        shown = None if names is None else frozenset(self._named(name).resource_id for name in names)
        self._office.show_accounts(self._user(body), shown)

    def _allow_reports(self, body: Body) -> None:
        reports = frozenset(Report(name) for name in body["reports"])
        self._office.allow_reports(self._user(body), self._account(body), reports)

    def _set_payment_right(self, body: Body) -> None:
        account = self._account(body) if "account" in body else None
        self._office.set_payment_right(self._user(body), _payment_right(body), account)

    def _set_means(self, body: Body) -> None:
        self._office.set_means(self._user(body), frozenset(Means(name) for name in body["means"]))

    def _restore_user(self, body: Body) -> None:
        self._user(body).active = True

    def _open_account(self, body: Body) -> None:
        company = self._domain.directory.companies.get(_text(body, "company"))
        if company is None:
            raise unknown("company")
        if _text(body, "account") in self._domain.directory.accounts:
            raise AdministratorProblem("account: there is one of this name")
        self._office.open_account(_new_account(company, body))

    def _receive(self, body: Body) -> None:
        account = self._account(body)
        money = Money.of(_text(body, "amount"), body.get("currency", account.currency))
        if not money.positive or money.currency != account.currency:
            raise AdministratorProblem("amount: wanted a positive one in the account's currency")
        self._office.receive(account, money, body.get("debtor", "Payer"), body.get("remittance", ""))

    def _user(self, body: Body) -> User:
        return self._domain.directory.user(_text(body, "user"))

    def _account(self, body: Body) -> Account:
        return self._named(_text(body, "account"))

    def _named(self, name: str) -> Account:
        directory = self._domain.directory
        account = directory.account(name) or directory.by_iban(name)
        if account is None:
            raise unknown("account")
        return account


def _text(body: Body, member: str) -> str:
    value = body.get(member)
    if not isinstance(value, str):
        raise AdministratorProblem(f"{member}: wanted text")
    return value


def _service(body: Body) -> Service:
    return Service(_text(body, "service"))


def _payment_right(body: Body) -> PaymentRight:
    def money(member: str) -> Money | None:
        return Money.of(body[member], body.get("currency", "EUR")) if body.get(member) is not None else None

    return PaymentRight(
        entry=bool(body.get("entry", True)),
        validation=bool(body.get("validation", True)),
        signature=Signature(body.get("signature", "single")),
        cap=money("cap"),
        day_cap=money("day_cap"),
        group=body.get("group", "A"),
    )


def _new_account(company: Company, body: Body) -> Account:
    country, number = body.get("country", "FR"), int(body["number"])
    if country not in BICS:
        raise AdministratorProblem(f"country: wanted one of {', '.join(BICS)}")
    return Account(
        resource_id=_text(body, "account"),
        company=company.company_id,
        iban=own_iban(country, number),
        name=body.get("name", f"Account {number}"),
        country=country,
        opening=Money.of(body.get("opening", "0.00"), body.get("currency", "EUR")),
    )
