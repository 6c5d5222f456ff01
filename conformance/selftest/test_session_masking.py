"""What the APIs of a corporate bank say about people and money stays out of the evidence; codes stay readable."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.exchange import Exchange, Headers
from conformance.wire.masking import Masking
from conformance.wire.redaction import Redactor

API = "https://api.bank.example"
IBAN = "FR7630006000011234567890189"
APPROVAL = "https://sso.bank.example/sgconnect/approve/aV3ry-l0ng-identifier?lang=en"
ANSWER = {
    "accounts": [{"resourceId": "acc-main", "accountId": {"iban": IBAN}, "name": "Méridienne Exemple"}],
    "balance": {"amount": 184250.75, "currency": "EUR", "balanceType": "CLBD"},
    "bookingDate": "2026-11-20",
    "paymentInformationStatus": "ACTC",
    "appliedAuthenticationApproach": "REDIRECT",
    "acceptedAuthenticationApproach": ["REDIRECT"],
    "nonce": "n0nce-of-the-payment",
    "_links": {"consentApproval": {"href": APPROVAL}},
}
PERSONAL = (IBAN, "Méridienne", "184250.75", "aV3ry-l0ng-identifier", "n0nce-of-the-payment")


def exchange(answer: Any, *, request: Any = None, request_id: str = "", echo: str = "") -> Exchange:
    sent = Headers((("Content-Type", "application/json"), ("X-Request-ID", request_id)))
    return Exchange(
        number=1,
        purpose="p",
        client=None,
        method="POST",
        url=f"{API}/accounts",
        request_headers=sent,
        request_body=json.dumps(request).encode(),
        sent=datetime.now(UTC),
        elapsed=timedelta(),
        status=200,
        headers=Headers((("Content-Type", "application/hal+json"), ("X-Request-ID", echo))),
        body=json.dumps(answer).encode(),
    )


def test_no_person_account_or_approval_stands_in_the_evidence() -> None:
    masking = Masking(Redactor(b"k"))
    seen = exchange(ANSWER, request={"debtor": {"iban": IBAN}, "nonce": "n0nce-of-the-payment"})
    text = f"{masking.request_body(seen)} {masking.response_body(seen)[0]}"

    assert [value for value in PERSONAL if value in text] == []
    for plain in ("CLBD", "ACTC", "REDIRECT", "EUR", "https://sso.bank.example/"):
        assert f'"{plain}' in text


def test_what_was_learnt_of_an_approval_is_masked_in_later_addresses_and_reasons() -> None:
    masking = Masking(Redactor(b"k"))
    masking.response_body(exchange(ANSWER))

    assert "aV3ry" not in masking.request_url(f"{APPROVAL.partition('?')[0]}/decision")
    assert (
        masking.redactor.mask("expected a balance of 184250.75 EUR") != "expected a balance of 184250.75 EUR"
    )
    assert masking.redactor.mask("booked on 2026-11-20") == "booked on 2026-11-20"


def test_synthetic_data_show_accounts_but_no_approval() -> None:
    masking = Masking(Redactor(b"k", accounts=False), plain_below=API)
    seen = exchange(ANSWER, request={"iban": IBAN})
    text = f"{masking.request_body(seen)} {masking.response_body(seen)[0]}"

    assert IBAN in text
    assert text.count(IBAN) == 2
    assert [value for value in PERSONAL[3:] if value in text] == []


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        (IBAN, True),
        (f"/accounts/{IBAN}/balances", True),
        ("FR7630006000011234567890188", False),
        ("EUR", False),
    ],
)
def test_an_account_number_is_known_by_its_shape(text: str, personal: bool) -> None:
    assert (Redactor(b"k").mask(text) != text) is personal


def test_a_request_identifier_is_readable_where_the_bank_repeats_it() -> None:
    masking = Masking(Redactor(b"k"))
    ours, theirs = "0b7a1d6c-1111-4c3d-9c8e-000000000001", "5f7a1d6c-2222-4c3d-9c8e-000000000002"
    for echo in (ours, theirs):
        seen = exchange({}, request_id=ours, echo=echo)
        assert ["X-Request-ID", ours] in masking.request_headers(seen.request_headers)
        assert (["X-Request-ID", echo] in masking.headers(seen.headers)) is (echo == ours)
