"""The checks of accounts, entries and money find what they are for, and leave the rest alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks import accounts as judged
from conformance.checks import payments as paid
from conformance.checks.stet_schema import expect_links_on_api, expect_request_id, expect_right_time
from conformance.errors import NonConformance, Unobservable
from conformance.exchange import Headers
from conformance.selftest.xs2a_scripted import (
    CREATED,
    FRENCH,
    Bank,
    Reply,
    a_payment,
    accounts,
    aisp,
    balances,
    entry,
    pisp,
    transactions,
)
from conformance.xs2a.accounts import Balance, Entry, Period
from conformance.xs2a.answer import Page
from conformance.xs2a.money import SCALES, Money, decimal_of, euro


def listed(body: Any) -> Any:
    return aisp(Bank(Reply(body))).accounts()


def entries(*rows: dict[str, Any]) -> Page[Entry]:
    face = aisp(Bank(Reply(transactions(*rows))))
    return face.transactions(face.account_named("A"))


def balance(amount: Any = "100.00", **changed: Any) -> Page[Balance]:
    body = balances(amount)
    body["balances"][0] |= changed
    face = aisp(Bank(Reply(body)))
    return face.balances(face.account_named("A"))


@pytest.mark.parametrize(
    ("iban", "real"),
    [
        (FRENCH, True),
        ("FR7630006000011234567890188", False),
        ("FR76 3000 6000 0112 3456 7890 189", False),
        (FRENCH.lower(), False),
        ("XX7630006000011234567890189", False),
        ("DE8937040044053201300", False),
        ("", False),
        (None, False),
        ("ＦＲ7630006000011234567890189", False),  # noqa: RUF001 - letters that only look like Latin ones
    ],
)
def test_an_iban_is_real_or_not(iban: Any, real: bool) -> None:
    body = accounts()
    body["accounts"][0]["accountId"]["iban"] = iban

    assert judged.is_iban(iban) is real
    if not real:
        with pytest.raises(NonConformance, match="check digits") as found:
            judged.expect_real_ibans(listed(body))
        assert "3000" not in str(found.value)


def test_a_bic_of_no_country_is_a_finding() -> None:
    body = accounts()
    body["accounts"][0]["bicFi"] = "AGRIZZPPXXX"

    with pytest.raises(NonConformance, match="BIC"):
        judged.expect_real_ibans(listed(body))


@pytest.mark.parametrize(
    ("amount", "currency", "fits"),
    [
        ("12.50", "EUR", True),
        ("12.5000", "EUR", True),
        ("12.505", "EUR", False),
        ("12.5", "JPY", False),
        (12, "JPY", True),
        ("1.234", "KWD", True),
        ("1", "XXY", False),
        ("1,5", "EUR", False),
        ("1e3", "EUR", False),
        (True, "EUR", False),
        (None, "EUR", False),
    ],
)
def test_amounts_fit_their_currency(amount: Any, currency: str, fits: bool) -> None:
    answer = entries(entry(transactionAmount={"currency": currency, "amount": amount}))

    if fits:
        judged.expect_money_in_scale(answer)
        return
    with pytest.raises(NonConformance):
        judged.expect_money_in_scale(answer)


def test_a_number_with_a_huge_exponent_is_no_amount() -> None:
    body = b'{"balances":[{"balanceAmount":{"currency":"EUR","amount":1e99999}}]}'
    face = aisp(Bank(Reply(body)))

    assert face.balances(face.account_named("A")).first.money is None


def test_an_account_stands_once() -> None:
    body = accounts()
    judged.expect_unique_accounts(listed(body))
    body["accounts"].append({**body["accounts"][0], "resourceId": "ACC-0002"})

    with pytest.raises(NonConformance, match="twice"):
        judged.expect_unique_accounts(listed(body))


def test_a_booked_balance_is_in_the_accounts_currency() -> None:
    account = listed(accounts()).first
    judged.expect_booked_balance(balance(), account)

    with pytest.raises(NonConformance, match="accounting"):
        judged.expect_booked_balance(balance(balanceType="OTHR"), account)
    with pytest.raises(NonConformance, match="currency"):
        judged.expect_booked_balance(balance(balanceAmount={"currency": "USD", "amount": 1}), account)


def test_booking_dates_lie_in_the_period() -> None:
    asked = Period(date(2025, 1, 30), date(2025, 1, 30))
    judged.expect_booking_dates(entries(entry(), entry(2, status="PDNG", bookingDate=None)), asked)

    for wrong in ("2025-01-29", "2025-01-31T00:00:00Z", None):
        with pytest.raises(NonConformance):
            judged.expect_booking_dates(entries(entry(bookingDate=wrong)), asked)


def test_order_is_one_order() -> None:
    days = ["2025-01-30", "2025-01-29", "2025-01-29", "2025-01-01"]
    judged.expect_sorted(entries(*(entry(n, bookingDate=day) for n, day in enumerate(days))))

    with pytest.raises(NonConformance, match="mixed"):
        judged.expect_sorted(
            entries(*(entry(n, bookingDate=day) for n, day in enumerate([*days, "2025-01-30"])))
        )


def test_the_same_entries_are_the_same_in_any_order() -> None:
    one, other = entries(entry(1), entry(2)), entries(entry(2), entry(1))
    judged.expect_same_entries(one.items, other.items, one.exchange)

    with pytest.raises(NonConformance, match="1 missing and 0 others"):
        judged.expect_same_entries(one.items[:1], other.items, one.exchange)


def test_balances_are_explained_by_entries_to_the_cent() -> None:
    before, moved = (
        balance("100.00").first,
        entries(entry(1), entry(2, creditDebitIndicator="CRDT"), entry(3)),
    )
    judged.expect_total(before, moved.items, balance("87.5").first, moved.exchange)

    with pytest.raises(NonConformance, match="explain"):
        judged.expect_total(before, moved.items, balance("87.51").first, moved.exchange)
    with pytest.raises(Unobservable, match="could not be read"):
        judged.expect_total(before, entries(entry(creditDebitIndicator="X")).items, before, moved.exchange)


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("4111111111111111", True),
        ("card 4111 1111 1111 1111 used", True),
        ("4111-1111-1111-1111", True),
        ("411111XXXXXX1111", False),
        ("4111111111111112", False),
        (FRENCH, False),
        ("0000000000000000", False),
        ("FACTURE 42", False),
    ],
)
def test_whole_card_numbers_are_found(text: str, card: bool) -> None:
    answer = entries(entry(remittanceInformation={"unstructured": [text]}))

    if not card:
        judged.expect_no_card_number(answer)
        return
    with pytest.raises(NonConformance, match=r"remittanceInformation\.unstructured\[0\]") as found:
        judged.expect_no_card_number(answer)
    assert "1111" not in str(found.value)


def test_the_request_identifier_comes_back() -> None:
    answer = listed(accounts())
    expect_request_id(answer.exchange)

    for pairs in ((("X-Request-ID", "other"),), ()):
        changed = type(answer.exchange)(**{**answer.exchange.__dict__, "headers": Headers(pairs)})
        with pytest.raises(NonConformance, match="X-Request-ID"):
            expect_request_id(changed)


def test_the_psus_page_may_be_elsewhere_and_must_be_https() -> None:
    created = pisp(Bank(CREATED)).initiate(a_payment())
    expect_links_on_api(created)
    paid.expect_approval(created, ["bank.example"])

    with pytest.raises(NonConformance, match=r"https://bank\.example"):
        paid.expect_approval(created, ["sso.example"])


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(SCALES)))
def test_whole_minor_units_fit_and_smaller_ones_do_not(units: int, currency: str) -> None:
    scale = SCALES[currency]

    assert Money(Decimal(units).scaleb(-scale), currency).fits_currency
    assert not Money(Decimal(units * 10 + 1).scaleb(-scale - 1), currency).fits_currency


@given(
    st.decimals(allow_nan=True, allow_infinity=True) | st.text() | st.integers() | st.none() | st.booleans()
)
def test_an_amount_is_read_exactly_or_not_at_all(value: Any) -> None:
    found = decimal_of(value)

    assert found is None or (found.is_finite() and found == Decimal(value))


def test_money_adds_up_in_one_currency_only() -> None:
    assert euro("0.10") + euro("0.20") == euro("0.3")
    assert str(-euro("1E+1")) == "-10 EUR"
    with pytest.raises(ValueError, match="add up"):
        _ = euro("1") + Money(Decimal(1), "USD")


def test_an_inverted_period_is_refused_or_empty() -> None:
    face = aisp(Bank(Reply({}, 400), Reply(b"", 204, ""), Reply(transactions()), Reply({}, 500)))
    account = face.account_named("A")
    inverted = Period(date(2025, 2, 1), date(2025, 1, 1))

    for _ in range(2):
        judged.expect_refused_or_empty(face.transactions(account, inverted))
    for _ in range(2):
        with pytest.raises(NonConformance, match="400"):
            judged.expect_refused_or_empty(face.transactions(account, inverted))


def test_companies_share_no_account() -> None:
    body = accounts()
    body["accounts"][0] |= {"resourceId": "ACC-9", "accountId": {"iban": "DE89370400440532013000"}}
    judged.expect_no_common_accounts(listed(accounts()), listed(body))

    body["accounts"][0]["accountId"]["iban"] = FRENCH
    with pytest.raises(NonConformance, match="another company"):
        judged.expect_no_common_accounts(listed(accounts()), listed(body))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Fri, 31 Jan 2025 10:00:59 GMT", True),
        ("Fri, 31 Jan 2025 09:59:01 GMT", True),
        ("Fri, 31 Jan 2025 10:10:00 GMT", False),
        ("Fri, 31 Jan 2025 08:00:00 GMT", False),
        ("now", False),
    ],
)
def test_a_banks_clock_is_right_to_the_minute(text: str, right: bool) -> None:
    exchange = aisp(Bank(Reply(accounts(), headers={"Date": text}))).accounts().exchange

    if right:
        expect_right_time(exchange)
        return
    with pytest.raises(NonConformance, match="Date"):
        expect_right_time(exchange)
