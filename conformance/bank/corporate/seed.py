"""The companies, accounts and users with which the bank opens."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.bank.corporate.companies import (
    ANY_TWO,
    NO_PAYMENT,
    Account,
    Company,
    Means,
    PaymentRight,
    Report,
    Rights,
    Service,
    Signature,
    User,
)
from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.identifiers import own_iban
from conformance.bank.corporate.money import Money

CAP = Money.of("1000.00")
DAY_CAP = Money.of("1500.00")
PHONE = frozenset({Means.SECURE_ACCESS})
TOKEN = frozenset({Means.THREE_S_KEY})

COMPANIES = (
    Company("meridian", "Méridienne Exemple SARL", "998877660"),
    Company("harbour", "Harbour Example BV", "998877661"),
    Company("orchard", "Verger Exemple SA", "998877662", subscribed=False),
)

_A_AND_B = (("A", "B"),)
# resource id, company, country, number, opening, currency, history (days, an entry every so many), combinations
_ACCOUNTS: tuple[tuple[str, str, str, int, str, str, tuple[int, int], tuple[tuple[str, str], ...]], ...] = (
    ("acc-main", "meridian", "FR", 1001, "184250.75", "EUR", (1095, 1), ANY_TWO),
    ("acc-second", "meridian", "FR", 1002, "9310.20", "EUR", (400, 3), ANY_TWO),
    ("acc-groups", "meridian", "FR", 1003, "52000.00", "EUR", (120, 3), _A_AND_B),
    ("acc-empty", "meridian", "FR", 1004, "0.00", "EUR", (0, 1), ANY_TWO),
    ("acc-usd", "meridian", "FR", 1005, "75000.10", "USD", (365, 3), ANY_TWO),
    ("acc-jpy", "meridian", "FR", 1006, "3200000", "JPY", (365, 3), ANY_TWO),
    ("acc-berlin", "meridian", "DE", 1007, "20480.40", "EUR", (365, 3), ANY_TWO),
    ("acc-geneva", "meridian", "CH", 1008, "61000.05", "CHF", (365, 3), ANY_TWO),
    ("acc-harbour", "harbour", "BE", 2001, "40100.60", "EUR", (365, 3), ANY_TWO),
    ("acc-orchard", "orchard", "FR", 3001, "15000.00", "EUR", (365, 3), ANY_TWO),
)


def accounts() -> list[Account]:
    """The accounts, and the card of the first one."""
    found = [
        Account(
            resource_id=key,
            company=company,
            iban=own_iban(country, number),
            name=f"{currency} account {number}",
            country=country,
            opening=Money.of(opening, currency),
            history=history,
            combinations=combinations,
        )
        for key, company, country, number, opening, currency, history, combinations in _ACCOUNTS
    ]
    return [*found, _card()]


def users(usernames: Mapping[str, str]) -> list[User]:
    """The users; the username is the bank's own name for them where none is given."""
    people = [*_signatories(), *_restricted()]
    for user in people:
        user.username = usernames.get(user.user_id, user.user_id)
    return people


def open_bank(domain: CorporateBank, usernames: Mapping[str, str] | None = None) -> CorporateBank:
    """Fill a corporate bank.

    Args:
        usernames: what users type at login, by the bank's own name for them.
    """
    for company in COMPANIES:
        domain.directory.add_company(
            Company(company.company_id, company.name, company.siren, company.subscribed)
        )
    for account in accounts():
        domain.directory.add_account(account)
        domain.books.open_page(account)
    for user in users(usernames or {}):
        domain.directory.add_user(user)
    return domain


def _card() -> Account:
    return Account(
        resource_id="acc-card",
        company="meridian",
        iban="",
        name="Business card",
        country="FR",
        opening=Money.of("-1240.35"),
        kind="CARD",
        linked_account="acc-main",
        card_number="4970101234567893",
        history=(60, 3),
    )


def _user(
    user_id: str, name: str, rights: Rights, means: frozenset[Means], company: str = "meridian"
) -> User:
    return User(user_id, company, user_id, name, means, rights)


def _signatories() -> list[User]:
    treasurer = _user("treasurer", "Camille Exemple", Rights(), PHONE)
    treasurer.administrator = True
    capped = Rights(payment=PaymentRight(cap=CAP))
    day_capped = Rights(payment=PaymentRight(cap=CAP, day_cap=DAY_CAP))
    return [
        treasurer,
        _user("accountant", "Dominique Exemple", Rights(), PHONE | TOKEN),
        _user("keyholder", "Andrea Exemple", Rights(), TOKEN),
        _user("capped", "Alix Exemple", capped, PHONE),
        _user("day-capped", "Sacha Exemple", day_capped, PHONE),
        _user("first-signer", "Claude Exemple", _double("A"), PHONE),
        _user("second-signer", "Maxime Exemple", _double("B"), TOKEN),
        _user("wrong-signer", "Noa Exemple", _double("A"), PHONE),
        _user("clerk", "Robin Exemple", Rights(payment=PaymentRight(validation=False)), PHONE),
    ]


def _double(group: str) -> Rights:
    return Rights(payment=PaymentRight(signature=Signature.DOUBLE, group=group))


def _restricted() -> list[User]:
    aggregation, initiation = frozenset({Service.AGGREGATION}), frozenset({Service.INITIATION})
    balances = {"acc-main": frozenset({Report.BALANCES}), "acc-second": frozenset({Report.TRANSACTIONS})}
    second_only = {"acc-second": PaymentRight()}
    return [
        _user("reader", "Lou Exemple", Rights(payment=NO_PAYMENT), PHONE),
        _user("one-account-payer", "Eden Exemple", Rights(payment=NO_PAYMENT, payments=second_only), PHONE),
        _user("ais-only", "Ange Exemple", Rights(services=aggregation), PHONE),
        _user("pis-only", "Charlie Exemple", Rights(services=initiation), PHONE),
        _user("no-service", "Morgan Exemple", Rights(services=frozenset()), PHONE),
        _user("one-account", "Yael Exemple", Rights(accounts=frozenset({"acc-main"})), PHONE),
        _user("one-report", "Gwen Exemple", Rights(reports=balances), PHONE),
        _user("weak", "Lee Exemple", Rights(), frozenset({Means.PASSWORD})),
        _user("outsider", "Kim Example", Rights(), PHONE, "harbour"),
        _user("unsubscribed", "Val Exemple", Rights(), PHONE, "orchard"),
    ]
