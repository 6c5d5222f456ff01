"""What the bank's STET interface makes of requests that are no good: the sender's mistake, and never its own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.selftest.bank_fixtures import bank
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import Answer, Connection, post_control
from conformance.selftest.stet_visitor import BASE, StetVisitor, visiting

__all__ = ["bank"]

RESOURCES = [
    ("GET", "/accounts"),
    ("GET", "/accounts/acc-main/balances"),
    ("GET", "/accounts/acc-main/transactions"),
    ("PUT", "/consents"),
    ("GET", "/end-user-identity"),
    ("GET", "/trusted-beneficiaries"),
    ("POST", "/funds-confirmations"),
    ("GET", "/payment-requests"),
    ("POST", "/payment-requests"),
    ("GET", "/payment-requests/1"),
    ("PUT", "/payment-requests/1"),
    ("POST", "/payment-requests/1/confirmation"),
    ("POST", "/payment-requests/1/o-confirmation"),
]


@pytest.fixture(scope="module")
def tpp(bank: EmbeddedBank) -> Iterator[StetVisitor]:
    """A TPP with a token for everything."""
    with visiting(bank) as visitor:
        yield visitor


def payment(tpp: StetVisitor) -> dict[str, Any]:
    """The body of a good payment."""
    return {
        "paymentInformationId": f"P-{uuid.uuid4().hex[:20]}",
        "creationDateTime": "2025-01-31T10:00:00Z",
        "numberOfTransactions": 1,
        "initiatingParty": {"name": "Suite PISP"},
        "paymentTypeInformation": {"serviceLevel": "SEPA", "categoryPurpose": "CASH"},
        "debtorAccount": {"iban": tpp.iban("acc-main")},
        "beneficiary": {
            "creditor": {"name": "Fournisseur"},
            "creditorAccount": {"iban": "DE89370400440532013000"},
        },
        "creditTransferTransaction": [
            {
                "paymentId": {"instructionId": "I-1", "endToEndId": "E-1"},
                "instructedAmount": {"currency": "EUR", "amount": 1.01},
                "remittanceInformation": {"unstructured": ["TEST 1"]},
            }
        ],
        "supplementaryData": {
            "acceptedAuthenticationApproach": ["REDIRECT"],
            "successfulReportUrl": "https://tpp.example/ok?state=s1",
        },
    }


def expect_refusal(answer: Answer, *statuses: int, request_id: str | None = None) -> None:
    """A refusal in the error model, with the identifier of its request."""
    assert answer.status in statuses, answer.text
    assert answer.json()["status"] == answer.status
    assert answer.json()["message"]
    if request_id is not None:
        assert answer.headers["x-request-id"] == request_id


@pytest.mark.parametrize(("method", "path"), RESOURCES)
def test_every_refusal_brings_the_identifier_back(tpp: StetVisitor, method: str, path: str) -> None:
    body: Any = {} if method in ("POST", "PUT") else None
    for headers in ({"Authorization": None}, {"Authorization": "Bearer x"}, {}):
        answer = tpp.ask(method, path, body, X_Request_ID="id-1", **headers)
        assert answer.headers["x-request-id"] == "id-1"
        assert answer.status < 500
    expect_refusal(tpp.ask("DELETE", path, X_Request_ID="id-2"), 405, request_id="id-2")
    expect_refusal(tpp.ask(method, f"{path}/nothing", body, X_Request_ID="id-3"), 404, 405, request_id="id-3")


@pytest.mark.parametrize("sent", [None, "", "x" * 71, "a b", "é"])
def test_a_request_without_a_good_identifier_is_refused(tpp: StetVisitor, sent: str | None) -> None:
    for method, path in RESOURCES:
        body: Any = {} if method in ("POST", "PUT") else None
        expect_refusal(tpp.ask(method, path, body, X_Request_ID=sent), 400)


def test_a_good_payment_is_taken(tpp: StetVisitor) -> None:
    answer = tpp.ask("POST", "/payment-requests", payment(tpp))

    assert answer.status == 201, answer.text
    assert answer.headers["location"].startswith(f"{BASE}/payment-requests/")
    assert answer.headers["content-type"] == "application/hal+json; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["numberOfTransactions"], "1"),
        (["numberOfTransactions"], True),
        (["numberOfTransactions"], 2),
        (["numberOfTransactions"], -1),
        (["creationDateTime"], "yesterday"),
        (["creationDateTime"], 5),
        (["requestedExecutionDate"], "2025-02-30"),
        (["requestedExecutionDate"], "2001-01-01T00:00:00Z"),
        (["requestedExecutionDate"], "9999-12-31T23:59:59Z"),
        (["paymentTypeInformation"], None),
        (["paymentTypeInformation", "serviceLevel"], "FAST"),
        (["chargeBearer"], "DEBT"),
        (["debtorAccount"], {}),
        (["debtorAccount", "iban"], "DE12"),
        (["debtorAccount", "iban"], "FR7630006000011234567890189"),
        (["beneficiary"], "Fournisseur"),
        (["beneficiary", "creditor"], None),
        (["beneficiary", "creditorAccount", "iban"], "DE89370400440532013009"),
        (["creditTransferTransaction"], []),
        (["creditTransferTransaction"], {}),
        (["creditTransferTransaction", 0], None),
        (["creditTransferTransaction", 0, "paymentId"], {}),
        (["creditTransferTransaction", 0, "paymentId", "endToEndId"], "x" * 36),
        (["creditTransferTransaction", 0, "instructedAmount"], 1.01),
        (["creditTransferTransaction", 0, "instructedAmount", "amount"], 1.011),
        (["creditTransferTransaction", 0, "instructedAmount", "amount"], "1,01"),
        (["creditTransferTransaction", 0, "instructedAmount", "amount"], "NaN"),
        (["creditTransferTransaction", 0, "instructedAmount", "amount"], True),
        (["creditTransferTransaction", 0, "instructedAmount", "amount"], 1e300),
        (["creditTransferTransaction", 0, "instructedAmount", "currency"], "eur"),
        (["creditTransferTransaction", 0, "instructedAmount", "currency"], None),
        (["creditTransferTransaction", 0, "equivalentAmount"], {"amount": 1, "currency": "EUR"}),
        (["creditTransferTransaction", 0, "frequency"], "SOMETIMES"),
        (["creditTransferTransaction", 0, "remittanceInformation"], {"unstructured": ["x" * 141]}),
        (["creditTransferTransaction", 0, "remittanceInformation"], {"unstructured": "x"}),
        (["supplementaryData"], {}),
        (["supplementaryData", "acceptedAuthenticationApproach"], ["DECOUPLED"]),
        (["supplementaryData", "acceptedAuthenticationApproach"], [{}]),
        (["supplementaryData", "successfulReportUrl"], "javascript:alert(1)"),
        (["supplementaryData", "successfulReportUrl"], "https://"),
        (["supplementaryData", "successfulReportUrl"], "https://tpp.example:port/"),
        (["supplementaryData", "unsuccessfulReportUrl"], "//tpp.example"),
    ],
)
def test_a_wrong_member_is_refused(tpp: StetVisitor, path: list[Any], value: Any) -> None:
    body: Any = payment(tpp)
    *parents, last = path
    holder = body
    for name in parents:
        holder = holder[name]
    holder[last] = value

    expect_refusal(tpp.ask("POST", "/payment-requests", body), 400)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1e999999999}',
        b"[" * 100_000,
        b'{"a":' * 200 + b"1" + b"}" * 200,
    ],
)
def test_a_body_that_is_no_object_is_refused(tpp: StetVisitor, content: bytes) -> None:
    for method, path in RESOURCES:
        if method in ("POST", "PUT"):
            expect_refusal(tpp.ask(method, path, content), 400)


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_a_body_of_another_media_type_is_refused(tpp: StetVisitor, media_type: str) -> None:
    for method, path in RESOURCES:
        if method in ("POST", "PUT"):
            expect_refusal(tpp.ask(method, path, payment(tpp), Content_Type=media_type), 415)


def test_answers_of_another_media_type_are_not_to_be_had(tpp: StetVisitor) -> None:
    expect_refusal(tpp.ask("GET", "/accounts", Accept="text/html"), 406)
    for accept in ("*/*", "application/json", "application/*", "application/hal+json; charset=utf-8"):
        assert tpp.ask("GET", "/accounts", Accept=accept).status == 200


def test_a_digest_of_something_else_is_refused(tpp: StetVisitor) -> None:
    expect_refusal(tpp.ask("POST", "/payment-requests", payment(tpp), Digest="SHA-256=x"), 400)


def test_ten_megabytes_are_not_read(tpp: StetVisitor, bank: EmbeddedBank) -> None:
    connection = Connection(bank, "api", "main")
    headers = {"Authorization": f"Bearer {tpp.token}", "X-Request-ID": "id-10"}
    headers |= {"Content-Type": "application/json"}
    content = b'{"paymentInformationId": "' + b"x" * (10 << 20) + b'"}'
    before = len(list(tpp.domain.payments.everything()))
    answer = connection.ask("POST", f"{BASE}/payment-requests", content, headers)
    connection.close()

    expect_refusal(answer, 413, request_id="id-10")
    assert len(list(tpp.domain.payments.everything())) == before
    assert tpp.ask("GET", "/accounts").status == 200


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_makes_the_bank_stumble(tpp: StetVisitor, data: st.DataObject) -> None:
    body: Any = payment(tpp)
    holder, name = _somewhere(body, data)
    holder[name] = data.draw(_VALUES)
    path = data.draw(st.sampled_from(["/payment-requests", "/funds-confirmations", "/consents"]))
    answer = tpp.ask("PUT" if path == "/consents" else "POST", path, json.dumps(body).encode())

    assert answer.status < 500, answer.text
    if answer.status == 201:
        found = tpp.visitor.api.ask(
            "GET",
            answer.headers["location"],
            headers={"Authorization": f"Bearer {tpp.token}", "X-Request-ID": "1"},
        )
        assert found.status == 200, found.text


def _somewhere(body: Any, data: st.DataObject) -> tuple[Any, Any]:
    holder = body
    while True:
        name = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        inner = holder[name]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            return holder, name
        holder = inner


def test_the_administrator_changes_rights_from_outside(bank: EmbeddedBank) -> None:
    url = bank.administration
    withdraw = {"action": "withdraw", "user": "keyholder", "service": "account-aggregation"}
    assert post_control(url, withdraw) == 204
    assert post_control(url, {**withdraw, "action": "grant"}) == 204
    assert post_control(url, {"action": "receive", "account": "acc-empty", "amount": "5.00"}) == 204
    assert post_control(url, {"action": "set_payment_right", "user": "keyholder", "cap": "10.00"}) == 204
    assert post_control(url, {"action": "show_accounts", "user": "keyholder", "accounts": None}) == 204
    for wrong in (
        {},
        {"action": "x"},
        {**withdraw, "service": "x"},
        {"action": "receive", "account": "acc-empty"},
    ):
        assert post_control(url, wrong) == 400
    assert post_control(url, {**withdraw, "user": "nobody"}) == 404
