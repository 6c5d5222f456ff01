"""The examples of STET's notes are valid, and the oddities of published samples are accepted or only warned of."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.accounts import (
    expect_booked_balance,
    expect_booking_dates,
    expect_money_in_scale,
    expect_no_card_number,
    expect_real_ibans,
)
from conformance.checks.funds import expect_available, expect_echo, expect_no_other_amount
from conformance.checks.payments import (
    expect_approval,
    expect_location,
    expect_not_executed,
    expect_stored_as_sent,
)
from conformance.checks.stet_schema import (
    expect_documented_media_type,
    expect_documented_status,
    expect_links_on_api,
    expect_request_id,
    expect_valid,
    remarks,
)
from conformance.errors import NonConformance
from conformance.selftest.xs2a_scripted import (
    BASE,
    CREATED,
    FRENCH,
    Bank,
    Reply,
    a_payment,
    accounts,
    aisp,
    balances,
    cbpii,
    creation,
    entry,
    links,
    payment_state,
    pisp,
    transactions,
)
from conformance.xs2a.money import euro


def test_accounts_balances_and_entries_are_valid_and_followed_by_their_links() -> None:
    bank = Bank(
        Reply(accounts()),
        Reply(balances()),
        Reply(transactions(next="/v1/accounts/ACC-0001/transactions?page=2")),
    )
    face = aisp(bank)

    listed = face.accounts()
    found = face.balances(listed.first)
    entries = face.transactions(listed.first)

    for answer in (listed, found, entries):
        expect_valid(answer)
        expect_real_ibans(answer)
        expect_money_in_scale(answer)
        expect_links_on_api(answer)
        expect_documented_media_type(answer)
        expect_documented_status(answer)
        expect_request_id(answer.exchange)
        expect_no_card_number(answer)
        assert remarks(answer) == ()
    expect_booked_balance(found, listed.first)
    expect_booking_dates(entries)
    assert (found.first.money, entries.first.money) == (euro("1500.25"), euro("-12.50"))
    account = f"{BASE}/v1/accounts/ACC-0001"
    assert bank.urls == [f"{BASE}/v1/accounts", f"{account}/balances", f"{account}/transactions"]


def test_the_person_connected_is_found_by_the_link_of_the_list() -> None:
    body = {"connectedPsu": "Jeanne Exemple", "_links": links(self="/v1/end-user-identity")}
    bank = Bank(Reply(accounts()), Reply(body))
    face = aisp(bank)

    face.accounts()
    found = face.identity()

    expect_valid(found)
    assert found.item.name == "Jeanne Exemple"


def test_a_payment_goes_from_creation_to_confirmation() -> None:
    payment = a_payment()
    bank = Bank(CREATED)
    face = pisp(bank)
    created = face.initiate(payment)
    sent = bank.sent
    bank._replies += [Reply(payment_state(sent)), Reply(payment_state(sent, "ACSP"))]

    state = face.read(created)
    confirmed = face.confirm(state, nonce=created.item.nonce)

    expect_valid(created)
    expect_location(created)
    expect_approval(created, ["bank.example"])
    expect_valid(state)
    expect_not_executed(state)
    expect_stored_as_sent(created, state)
    expect_valid(confirmed)
    assert bank.sent == {"nonce": "n-0S6"}
    assert bank.urls[1:] == [f"{BASE}/v1/payment-requests/PR-1{end}" for end in ("", "/confirmation")]
    assert sent["creditTransferTransaction"][0]["instructedAmount"] == {"currency": "EUR", "amount": 1.01}
    assert b'"amount":1.01' in (bank.exchanges[0].request_body or b"")


def test_a_confirmation_of_funds_is_yes_or_no_with_the_request_repeated() -> None:
    bank = Bank(script=lambda request: _confirm(request.request_body or b""))

    answer = cbpii(bank).ask(FRENCH, euro("10.00"), payee="Exemple")

    expect_valid(answer)
    expect_available(answer)
    expect_echo(answer)
    expect_no_other_amount(answer)


def _confirm(request: bytes) -> Reply:
    end = b',"result":true,"_links":{"self":{"href":"/v1/funds-confirmations"}}}'
    return Reply(b'{"request":' + request + end)


ODD_ENTRIES: dict[str, dict[str, Any]] = {
    "amount as text": {"transactionAmount": {"currency": "EUR", "amount": "12.50"}},
    "date-time for a date": {"bookingDate": "2025-01-30T00:00:00.000+0100"},
    "unknown member": {"expectingBookingDate": "2025-02-02"},
    "card entry": {"status": "OTHR"},
    "remittance of 1.4.0": {"remittanceInformation": ["FACTURE 42"]},
    "rejected": {"status": "RJCT"},
}


@pytest.mark.parametrize("change", ODD_ENTRIES.values(), ids=ODD_ENTRIES)
def test_oddities_of_entries_are_accepted(change: dict[str, Any]) -> None:
    face = aisp(Bank(Reply(transactions(entry(**change)))))

    answer = face.transactions(face.account_named("ACC-0001"))

    expect_valid(answer)
    assert answer.first.money == euro("-12.5")


def test_unknown_members_are_information() -> None:
    face = aisp(Bank(Reply(transactions(entry(expectingBookingDate="2025-02-02", other={"a": 1})))))

    answer = face.transactions(face.account_named("ACC-0001"))

    assert remarks(answer) == ("transactions[].expectingBookingDate", "transactions[].other")


def test_a_template_without_variables_and_an_encoded_identifier_are_followed() -> None:
    body = accounts()
    body["accounts"][0]["_links"]["balances"] = {
        "href": "/v1/accounts/ACC%2D0001/balances",
        "templated": True,
    }
    bank = Bank(Reply(body), Reply(balances()))
    face = aisp(bank)

    answer = face.balances(face.accounts().first)

    expect_valid(answer)
    assert bank.urls[-1] == f"{BASE}/v1/accounts/ACC%2D0001/balances"


def test_plain_json_is_valid_and_a_warning() -> None:
    answer = aisp(Bank(Reply(accounts(), media_type="application/json"))).accounts()

    expect_valid(answer)
    with pytest.raises(NonConformance, match=r"hal\+json"):
        expect_documented_media_type(answer)


def test_200_for_a_creation_is_valid_and_a_warning_and_no_location_a_finding() -> None:
    created = pisp(Bank(Reply(creation(), 200))).initiate(a_payment())

    expect_valid(created)
    with pytest.raises(NonConformance, match="201"):
        expect_documented_status(created)
    with pytest.raises(NonConformance, match="location"):
        expect_location(created)


def test_the_profile_may_say_that_creations_answer_200() -> None:
    expect_documented_status(pisp(Bank(Reply(creation(), 200)), create_status=200).initiate(a_payment()))


def test_switches_narrow_and_widen_the_schemas() -> None:
    odd = Reply(transactions(entry(status="HOLD", bookingDate="2025-01-30T00:00:00Z")))

    def listed(**switches: Any) -> Any:
        face = aisp(Bank(odd), **switches)
        return face.transactions(face.account_named("ACC-0001"))

    with pytest.raises(NonConformance, match="received HOLD"):
        expect_valid(listed())
    expect_valid(listed(enumerations={"entryStatus": ["HOLD"]}))
    with pytest.raises(NonConformance, match="bookingDate"):
        expect_valid(listed(enumerations={"entryStatus": ["HOLD"]}, date_fields="date"))
    with pytest.raises(NonConformance, match="amount"):
        expect_valid(listed(enumerations={"entryStatus": ["HOLD"]}, amounts="string"))
