"""What a TPP sends in STET: headers, digest, dates, payments, cancellations, and a place for signatures."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import NotApplicable, Unobservable
from conformance.selftest.xs2a_scripted import (
    BASE,
    CREATED,
    CREDITOR,
    FRENCH,
    GERMAN,
    NOW,
    Bank,
    Reply,
    a_payment,
    accounts,
    aisp,
    cbpii,
    dialect,
    links,
    payment_state,
    pisp,
    transactions,
)
from conformance.target.model import Api, Stet
from conformance.xs2a.accounts import AccessConsented, Period
from conformance.xs2a.caller import Message, Terminal
from conformance.xs2a.dialect import dialect_of
from conformance.xs2a.funds import FundsDefect
from conformance.xs2a.json_text import read, write
from conformance.xs2a.money import Money, euro
from conformance.xs2a.payment import Creditor, Defect, Frequency, Payment, Recurrence, batch, instruction
from conformance.xs2a.stet.payment_request import payment_request

LISTED = Reply(accounts())


def test_every_request_has_an_identifier_of_its_own_and_asks_for_hal() -> None:
    bank = Bank(script=lambda _: LISTED)
    face = aisp(bank)

    for _ in range(50):
        face.accounts()

    sent = [each.request_headers for each in bank.exchanges]
    identifiers = {headers["X-Request-ID"] for headers in sent}
    assert len(identifiers) == 50
    assert all(len(each) <= 70 for each in identifiers)
    assert {headers["Accept"] for headers in sent} == {"application/hal+json; charset=utf-8"}
    assert set(bank.tokens) == {"token-1"}
    assert not any(name.startswith("psu-") or name in ("digest", "content-type") for h in sent for name in h)


def test_the_terminal_of_a_present_psu_and_the_client_are_named() -> None:
    bank = Bank(LISTED)
    terminal = Terminal("192.0.2.7", (("User-Agent", "browser"), ("Accept-Language", "fr")))

    aisp(bank, terminal, client_id_header="Client-Id").accounts()

    sent = bank.exchanges[0].request_headers
    assert (sent["PSU-IP-Address"], sent["PSU-User-Agent"], sent["PSU-Accept-Language"]) == (
        "192.0.2.7",
        "browser",
        "fr",
    )
    assert sent["Client-Id"] == "client-1"


def test_a_digest_covers_the_very_bytes_that_are_sent() -> None:
    bank = Bank(CREATED)

    pisp(bank).initiate(a_payment())

    request = bank.exchanges[0]
    digest = b64encode(sha256(request.request_body or b"").digest()).decode()
    assert request.request_headers["Digest"] == f"SHA-256={digest}"
    assert request.request_headers["Content-Type"] == "application/json"


def test_a_signer_sees_the_message_and_adds_its_headers() -> None:
    seen: list[Message] = []

    def sign(message: Message) -> dict[str, str]:
        seen.append(message)
        return {"Signature": "s"}

    bank = Bank(LISTED)
    replace(dialect(), signer=sign).account_information(bank, None).accounts()

    assert bank.exchanges[0].request_headers["Signature"] == "s"
    empty = b64encode(sha256(b"").digest()).decode()
    assert seen[0].headers["Digest"] == f"SHA-256={empty}"
    assert (seen[0].method, seen[0].url, seen[0].body) == ("GET", f"{BASE}/v1/accounts", b"")
    assert bank.tokens == [None]


def test_the_base_path_is_the_profiles() -> None:
    bank = Bank(LISTED)

    aisp(bank, base_path="/pisp/ent/v1.4.2.15").accounts()

    assert bank.urls == [f"{BASE}/pisp/ent/v1.4.2.15/accounts"]


def test_a_period_excludes_the_day_after_its_last() -> None:
    bank = Bank(script=lambda _: Reply(transactions()))
    face = aisp(bank)
    account = face.account_named("A/1 é")

    face.transactions(account, Period(date(2025, 1, 1), date(2025, 1, 31)))
    face.transactions(account, Period(last=date(2024, 12, 31)))
    face.transactions(account, query={"dateFrom": "not a date"})

    path = f"{BASE}/v1/accounts/A%2F1%20%C3%A9/transactions"
    assert bank.urls == [
        f"{path}?dateFrom=2025-01-01T00:00:00Z&dateTo=2025-02-01T00:00:00Z",
        f"{path}?dateTo=2025-01-01T00:00:00Z",
        f"{path}?dateFrom=not%20a%20date",
    ]


def test_consent_is_forwarded_where_the_bank_takes_it() -> None:
    bank = Bank(script=lambda _: Reply(b"", 201))
    access = AccessConsented((FRENCH,), (), identity=True)

    aisp(bank, consent_model="mixed").forward_consent(access)
    whole = bank.sent
    aisp(bank, consent_model="mixed").forward_consent(access, without="psuIdentity")

    assert whole == {
        "balances": [{"iban": FRENCH}],
        "transactions": [],
        "trustedBeneficiaries": False,
        "psuIdentity": True,
    }
    assert "psuIdentity" not in bank.sent
    with pytest.raises(NotApplicable, match="consent_model"):
        aisp(bank).forward_consent(access)


def test_a_batch_to_several_creditors_names_each_at_its_instruction() -> None:
    other = Creditor("Autre", FRENCH, "AGRIFRPPXXX")
    payment = batch(
        a_payment(), instruction(euro("1.10"), "one", CREDITOR), instruction(euro("2.20"), "two", other)
    )

    members = payment_request(payment, Stet())

    assert members["numberOfTransactions"] == 2
    assert "beneficiary" not in members
    ibans = [each["beneficiary"]["creditorAccount"]["iban"] for each in members["creditTransferTransaction"]]
    assert ibans == [GERMAN, FRENCH]
    assert members["creditTransferTransaction"][1]["beneficiary"]["creditorAgent"] == {"bicFi": "AGRIFRPPXXX"}
    assert payment.total == euro("3.30")


def test_instructions_on_several_days_carry_their_own_day() -> None:
    days = date(2025, 2, 1), date(2025, 2, 2)
    payment = batch(a_payment(), *(instruction(euro("1"), "x", execute_on=day) for day in days))

    members = payment_request(payment, Stet())

    assert "requestedExecutionDate" not in members
    found = [each["requestedExecutionDate"] for each in members["creditTransferTransaction"]]
    assert found == ["2025-02-01T00:00:00Z", "2025-02-02T00:00:00Z"]
    assert members["beneficiary"]["creditor"]["name"] == "Fournisseur"


def test_a_standing_order_has_its_rhythm_at_the_instruction() -> None:
    order = a_payment().having(recurrence=Recurrence(Frequency.MONTHLY, date(2025, 12, 1)))

    (found,) = payment_request(order, Stet())["creditTransferTransaction"]

    assert (found["frequency"], found["executionRule"]) == ("MNTH", "FWNG")
    assert found["endDate"] == "2025-12-01T00:00:00Z"


@pytest.mark.parametrize("defect", list(Defect))
def test_each_defect_changes_the_request_and_nothing_else_of_it(defect: Defect) -> None:
    payment = a_payment()
    whole, spoilt = payment_request(payment, Stet()), payment_request(payment, Stet(), defect)

    assert whole != spoilt
    assert set(spoilt) <= set(whole)


def test_a_payment_needs_an_aware_time_and_one_currency() -> None:
    with pytest.raises(ValueError, match="time zone"):
        a_payment().having(created=datetime(2025, 1, 1))  # noqa: DTZ001
    mixed = batch(a_payment(), instruction(euro("1"), "x"), instruction(Money(Decimal(1), "USD"), "y"))
    with pytest.raises(ValueError, match="do not add up"):
        _ = mixed.total
    assert payment_request(mixed, Stet())["paymentTypeInformation"]["serviceLevel"] == "NURG"


def test_payments_and_their_variants_have_references_of_their_own() -> None:
    payment = a_payment()
    family: list[Payment] = [payment, payment.of(euro("2")), payment.to(CREDITOR), a_payment()]

    references = {each.reference for each in family}

    assert len(references) == 4
    assert all(len(each) <= 35 for each in references)


def test_a_cancellation_repeats_the_payment_with_a_reason_and_may_need_approval() -> None:
    payment = payment_request(a_payment(), Stet())
    stored = Reply(payment_state(json.loads(write(payment))))
    bank = Bank(stored, CREATED, stored, Reply({}, 403))
    face = pisp(bank)
    state = face.read_named("PR-1")

    cancelled = face.cancel(state)
    cancellation = bank.sent
    face.read(cancelled)
    face.alter(state, euro("99"))

    assert cancellation["paymentInformationStatus"] == "CANC"
    assert cancellation["statusReasonInformation"] == "DS02"
    assert cancellation["paymentInformationId"] == payment["paymentInformationId"]
    assert cancelled.item.approval_url == "https://bank.example/approve/PR-1"
    assert [each.method for each in bank.exchanges] == ["GET", "PUT", "GET", "PUT"]
    assert len(set(bank.urls)) == 1
    assert bank.sent["creditTransferTransaction"][0]["instructedAmount"]["amount"] == 99


def test_a_confirmation_needs_a_link_unless_it_is_sent_regardless() -> None:
    body = payment_state({})
    del body["_links"]["confirmation"]
    bank = Bank(script=lambda _: Reply(body))
    face = pisp(bank, confirmation="o-confirmation")
    state = face.read_named("PR-1")

    with pytest.raises(NotApplicable, match="confirmation"):
        face.confirm(state)
    face.confirm(state, regardless=True)

    assert bank.urls[-1] == f"{BASE}/v1/payment-requests/PR-1/o-confirmation"
    assert bank.exchanges[-1].request_body is None
    with pytest.raises(NotApplicable, match="without the PISP"):
        pisp(bank, confirmation="none").confirm(state, regardless=True)


@pytest.mark.parametrize("location", ["", "https://attacker.invalid/PR-1", "//x", "ftp://api.bank.example/"])
def test_a_payment_is_not_looked_for_outside_the_api(location: str) -> None:
    bank = Bank(Reply({"_links": links(consentApproval="https://x")}, 201, headers={"Location": location}))
    face = pisp(bank)
    created = face.initiate(a_payment())

    with pytest.raises(Unobservable):
        face.read(created)
    assert len(bank.urls) == 1


def test_a_payment_that_was_refused_cannot_be_read() -> None:
    face = pisp(Bank(Reply({}, 400)))

    with pytest.raises(Unobservable, match="400"):
        face.read(face.initiate(a_payment()))


def test_a_funds_request_has_the_required_members_or_lacks_one_on_purpose() -> None:
    bank = Bank(script=lambda _: Reply({}))

    cbpii(bank, amounts="string").ask(FRENCH, euro("10.00"))
    whole = bank.sent
    cbpii(bank).ask(FRENCH, euro("10.00"), defect=FundsDefect.NO_ACCOUNT)

    assert whole["instructedAmount"] == {"currency": "EUR", "amount": "10.00"}
    assert set(whole) == {"paymentCoverageRequestId", "instructedAmount", "accountId"}
    assert set(bank.sent) == {"paymentCoverageRequestId", "instructedAmount"}


def test_a_profile_without_dialect_has_no_face() -> None:
    with pytest.raises(NotApplicable, match="no dialect"):
        dialect_of(Api(base_url=BASE, probe="/x"))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**13), max_value=10**13))
def test_an_amount_goes_out_and_comes_back_to_the_digit(amount: Decimal) -> None:
    assert str(read(write({"amount": amount}))["amount"]) == f"{amount:f}"


def test_a_float_is_never_sent() -> None:
    with pytest.raises(TypeError, match="float"):
        write({"amount": 1.1})


def test_the_time_of_creation_is_written_in_utc() -> None:
    members = payment_request(a_payment(), Stet())

    assert members["creationDateTime"] == "2025-01-31T10:00:00Z"
    assert NOW.tzinfo is UTC
