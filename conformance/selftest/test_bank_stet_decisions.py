"""Every decision of the bank's STET interface is one method: a bank that takes it otherwise shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from werkzeug import Request

from conformance.bank.problems import ResourceProblem
from conformance.bank.stet.call import StetProblem
from conformance.selftest.bank_fixtures import bank
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import Answer
from conformance.selftest.stet_visitor import StetVisitor, visiting
from conformance.selftest.test_bank_stet_requests import payment

__all__ = ["bank"]

Probe = Callable[[StetVisitor], Answer]
Sign = Callable[[Answer], bool]


@pytest.fixture(scope="module")
def tpp(bank: EmbeddedBank) -> Iterator[StetVisitor]:
    """A TPP with a token for everything."""
    with visiting(bank) as visitor:
        yield visitor


def get(path: str) -> Probe:
    """Read a resource."""
    return lambda tpp: tpp.ask("GET", path)


def create(tpp: StetVisitor) -> Answer:
    """Initiate a payment."""
    return tpp.ask("POST", "/payment-requests", payment(tpp))


def create_without(member: str) -> Probe:
    """Initiate a payment in which something is missing."""

    def probe(tpp: StetVisitor) -> Answer:
        return tpp.ask(
            "POST",
            "/payment-requests",
            {name: value for name, value in payment(tpp).items() if name != member},
        )

    return probe


def read_back(tpp: StetVisitor) -> Answer:
    """Initiate a payment and read it."""
    return tpp.visitor.call(tpp.token, create(tpp).headers["location"])


def funds(amount: str = "1.00", iban: str = "", without: str = "") -> Probe:
    """Ask for funds."""

    def probe(tpp: StetVisitor) -> Answer:
        body = {
            "paymentCoverageRequestId": "C-1",
            "accountId": {"iban": iban or tpp.iban("acc-second")},
            "instructedAmount": {"currency": "EUR", "amount": amount},
        }
        return tpp.ask(
            "POST", "/funds-confirmations", {name: value for name, value in body.items() if name != without}
        )

    return probe


def fail(status: int) -> Callable[..., Any]:
    """A decision that refuses."""

    def decide(*_: object, **__: object) -> Any:
        raise StetProblem(status, "refused")

    return decide


def holding(text: str) -> Sign:
    """The answer holds a text."""
    return lambda answer: text in answer.body.decode("latin-1")


def status(wanted: int) -> Sign:
    """The answer has a status."""
    return lambda answer: answer.status == wanted


ACCOUNTS, BALANCES = get("/accounts"), get("/accounts/acc-main/balances")
ENTRIES, EMPTY = get("/accounts/acc-main/transactions"), get("/accounts/acc-empty/transactions")

DECISIONS: dict[str, tuple[str, str, Callable[..., Any], Probe, Sign]] = {
    "a bare array": (
        "stet_accounts",
        "account_list",
        lambda accounts, _: accounts,
        ACCOUNTS,
        lambda a: a.text[0] == "[",
    ),
    "no account type": (
        "stet_accounts",
        "account_type",
        lambda _: None,
        ACCOUNTS,
        lambda a: "cashAccountType" not in a.text,
    ),
    "no links": (
        "stet_accounts",
        "account_links",
        lambda *_: None,
        ACCOUNTS,
        lambda a: "/balances" not in a.text,
    ),
    "spaces": (
        "stet_accounts",
        "iban_shown",
        lambda iban: f"{iban[:4]} {iban[4:]}",
        ACCOUNTS,
        holding("FR76 9"),
    ),
    "an internal host": (
        "stet_accounts",
        "account_link",
        lambda *_: {"href": "http://intern/x"},
        ACCOUNTS,
        holding("//intern"),
    ),
    "no base path": ("stet", "href", lambda path: path, ACCOUNTS, holding('"href":"/accounts')),
    "a card number": (
        "stet_accounts",
        "linked_account",
        lambda a: a.card_number,
        ACCOUNTS,
        holding("4970101234"),
    ),
    "no booked balance": (
        "stet_accounts",
        "balances_shown",
        lambda found: found[1:],
        BALANCES,
        lambda a: "CLBD" not in a.text,
    ),
    "no currency": (
        "stet_accounts",
        "balance_amount",
        lambda money: {"amount": money.amount},
        BALANCES,
        lambda a: "currency" not in a.text,
    ),
    "a negative amount": (
        "stet_transactions",
        "amount_and_sense",
        lambda money: ({"currency": money.currency, "amount": money.amount}, "CRDT"),
        ENTRIES,
        holding('"amount":-'),
    ),
    "no entry status": (
        "stet_transactions",
        "entry_status",
        lambda _: None,
        ENTRIES,
        lambda a: "BOOK" not in a.text,
    ),
    "404 for no entries": ("stet_transactions", "nothing_found", fail(404), EMPTY, status(404)),
    "garbage as a date": (
        "stet_transactions",
        "period_day",
        lambda *_: None,
        get("/accounts/acc-main/transactions?dateFrom=x"),
        status(200),
    ),
    "no counterparty": (
        "stet_transactions",
        "related_parties",
        lambda _: None,
        ENTRIES,
        lambda a: "relatedParties" not in a.text,
    ),
    "other remittance": (
        "stet_transactions",
        "remittance",
        lambda _: ("4970101234567893",),
        ENTRIES,
        holding("49701012"),
    ),
    "a loop of pages": (
        "stet_transactions",
        "page_links",
        lambda *_: {"next": {"href": "/api/v1/accounts/acc-main/transactions"}},
        ENTRIES,
        lambda a: a.json()["_links"]["next"]["href"].endswith("transactions"),
    ),
    "200 for a creation": ("stet_payments", "creation_status", lambda: 200, create, status(200)),
    "no location": (
        "stet_payments",
        "location",
        lambda _: None,
        create,
        lambda a: "location" not in a.headers,
    ),
    "a foreign approval": (
        "stet_payments",
        "approval_url",
        lambda _: "http://intern/",
        create,
        holding("intern"),
    ),
    "500 without creditor": (
        "stet_payments",
        "creditor_missing",
        lambda: ResourceProblem(500, "x", "x"),
        create_without("beneficiary"),
        status(500),
    ),
    "a rounded amount": (
        "stet_payments",
        "amount_read_back",
        lambda sent, _: sent | {"amount": Decimal("1.0")},
        read_back,
        holding('"amount":1.0}'),
    ),
    "cut remittance": ("stet_payments", "remittance_read_back", lambda _: ["T"], read_back, holding('["T"]')),
    "another creditor": (
        "stet_payments",
        "beneficiary_read_back",
        lambda _: {"creditor": {"name": "X"}},
        read_back,
        holding('{"creditor":{"name":"X"}}'),
    ),
    "a balance for yes": (
        "stet_payments",
        "funds_shown",
        lambda _: Decimal("7.00"),
        read_back,
        holding('"fundsAvailability":7.00'),
    ),
    "a fee": ("stet_payments", "charges_shown", lambda _: {"amount": 1}, read_back, holding('"charges":{')),
    "yes as text": ("stet_funds", "result", lambda **_: "true", funds(), holding('"result":"true"')),
    "201 for an answer": ("stet_funds", "status", lambda: 201, funds(), status(201)),
    "another echo": ("stet_funds", "echo", lambda sent: sent | {"x": 1}, funds(), holding('"x":1')),
    "403 for no": ("stet_funds", "lacking", fail(403), funds("999999.00"), status(403)),
    "an amount": (
        "stet_funds",
        "report",
        lambda *_, **__: {"availableAmount": 1},
        funds(),
        holding("availableAmount"),
    ),
    "no for a bad IBAN": (
        "stet_funds",
        "refused",
        lambda _: False,
        funds(iban="XX"),
        holding('"result":false'),
    ),
    "PSU headers wanted": ("stet_funds", "expect_headers", fail(400), funds(), status(400)),
    "500 without amount": (
        "stet_funds",
        "amount_missing",
        lambda: StetProblem(500, "x"),
        funds(without="instructedAmount"),
        status(500),
    ),
    "no funds service": (
        "stet",
        "availability",
        lambda service: 404 if service == "funds" else 200,
        funds(),
        status(404),
    ),
    "no payments": (
        "stet",
        "availability",
        lambda service: 501 if service == "payments" else 200,
        create,
        status(501),
    ),
    "another identifier": (
        "stet",
        "echoed_request_id",
        lambda *_: "mine",
        ACCOUNTS,
        lambda a: a.headers["x-request-id"] == "mine",
    ),
    "HTML": (
        "stet",
        "media_type",
        lambda: "text/html",
        ACCOUNTS,
        lambda a: a.headers["content-type"] == "text/html",
    ),
    "ISO 8859-1": (
        "stet",
        "encoded",
        lambda text: text.replace("account", "accé").encode("latin-1"),
        ACCOUNTS,
        lambda a: b"\xe9" in a.body,
    ),
    "another error model": ("stet", "error_model", lambda *_: {"x": 1}, get("/nothing"), holding('"x":1')),
}


@pytest.mark.parametrize("name", list(DECISIONS))
def test_a_decision_taken_otherwise_shows(
    tpp: StetVisitor, bank: EmbeddedBank, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    component, method, decision, probe, sign = DECISIONS[name]
    assert not sign(probe(tpp))
    monkeypatch.setattr(getattr(bank.bank, component), method, decision)

    assert sign(probe(tpp))


def test_the_api_s_clock_and_patience_are_decisions_too(
    tpp: StetVisitor, bank: EmbeddedBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def think(request: Request) -> float:
        asked.append(request.path)
        return 0

    monkeypatch.setattr(bank.bank.stet, "seconds_of_thought", think)
    assert tpp.ask("GET", "/accounts").status == 200
    assert asked == ["/api/v1/accounts"]
    assert bank.bank.stet.date() - bank.clock.now() < timedelta(seconds=1)
