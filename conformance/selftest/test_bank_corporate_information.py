"""The corporate bank: entitlements, consents, account information and funds confirmations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from conformance.bank.clock import Clock
from conformance.bank.corporate.access import Access
from conformance.bank.corporate.companies import Means, Report, Service
from conformance.bank.corporate.consents import Consent
from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.identifiers import iban_is_valid, own_iban
from conformance.bank.corporate.money import Money, MoneyProblem
from conformance.bank.corporate.problems import Refusal, Refused
from conformance.bank.corporate.reporting import Page, Query
from conformance.bank.corporate.seed import open_bank

AISP, CBPII = "aisp", "cbpii"


class StandingClock(Clock):
    """A clock that stands until it is moved."""

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 9, 30, tzinfo=UTC) + self._moved


@pytest.fixture
def bank() -> CorporateBank:
    """A corporate bank in the morning of a Friday."""
    return open_bank(CorporateBank(StandingClock()))


def access_of(
    bank: CorporateBank, user_id: str = "treasurer", *, attended: bool = True, extended: bool = False
) -> Access:
    """What an AISP holds after a journey with a PSU who consented to everything."""
    access = Access(AISP, bank.directory.user(user_id), attended=attended, extended=extended)
    bank.consents.give(AISP, access.user)
    bank.access.authenticated(access)
    return access


def seen(bank: CorporateBank, access: Access) -> set[str]:
    """The resource ids of the account list."""
    return {account.resource_id for account in bank.information.accounts(access)}


def every_page(bank: CorporateBank, access: Access, account: str, query: Query | None = None) -> list[Page]:
    """The pages of a query, by their next links."""
    query = query or Query()
    pages = [bank.information.transactions(access, account, query)]
    while (after := pages[-1].next_after) is not None:
        further = Query(query.start, query.end, after=after, page=len(pages))
        pages.append(bank.information.transactions(access, account, further))
    return pages


@contextmanager
def refusal(kind: Refusal, reason: str) -> Iterator[None]:
    """Expect a refusal of a kind, for a reason."""
    with pytest.raises(Refused) as found:
        yield
    assert (found.value.kind, found.value.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1.001", "EUR"),
        ("0.1", "JPY"),
        ("1", "XXX"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e30", "EUR"),
        ("", "EUR"),
    ],
)
def test_money_refuses_what_the_currency_cannot_hold(amount: str, currency: str) -> None:
    with pytest.raises(MoneyProblem):
        Money.of(amount, currency)


def test_money_keeps_the_scale_of_its_currency_and_never_a_float() -> None:
    assert [str(Money.of("1", c)) for c in ("EUR", "JPY", "TND")] == ["1.00 EUR", "1 JPY", "1.000 TND"]
    assert Money.of("-0") == Money.zero("EUR")
    assert str(Money.of("-0")) == "0.00 EUR"
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]
    with pytest.raises(MoneyProblem):
        Money.of(1) + Money.of(1, "USD")


def test_own_ibans_are_valid_and_one_wrong_digit_is_not() -> None:
    iban = own_iban("FR", 42)

    assert iban_is_valid(iban)
    assert iban_is_valid("DE89370400440532013000")
    assert not iban_is_valid(iban[:-1] + str((int(iban[-1]) + 1) % 10))
    assert not any(
        iban_is_valid(bad) for bad in ("", "FR76", iban.lower(), f"{iban[:4]} {iban[4:]}", iban[:-1])
    )


def test_the_treasurer_sees_every_open_account_in_scope(bank: CorporateBank) -> None:
    listed = seen(bank, access_of(bank))

    company = {
        "acc-main",
        "acc-second",
        "acc-groups",
        "acc-empty",
        "acc-usd",
        "acc-jpy",
        "acc-berlin",
        "acc-card",
    }
    assert listed == company


def test_a_new_account_appears_by_itself_and_a_closed_one_disappears(bank: CorporateBank) -> None:
    access = access_of(bank)
    template = bank.directory.accounts["acc-empty"]
    new = type(template)("acc-new", "meridian", own_iban("FR", 77), "New", "FR", Money.of(0))

    bank.administration.open_account(new)
    bank.administration.close_account(template)

    assert "acc-new" in seen(bank, access)
    assert "acc-empty" not in seen(bank, access)
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.information.balances(access, "acc-empty")


@pytest.mark.parametrize(
    ("user_id", "reason"),
    [
        ("unsubscribed", "not-subscribed"),
        ("weak", "no-strong-means"),
        ("pis-only", "service-not-granted"),
        ("no-service", "service-not-granted"),
    ],
)
def test_who_lacks_a_prerequisite_cannot_be_aggregated(
    bank: CorporateBank, user_id: str, reason: str
) -> None:
    with refusal(Refusal.FORBIDDEN, reason):
        bank.consents.give(AISP, bank.directory.user(user_id))


def test_rights_to_accounts_and_reports_are_those_of_e_banking(bank: CorporateBank) -> None:
    one, report = access_of(bank, "one-account"), access_of(bank, "one-report")

    assert seen(bank, one) == {"acc-main"}
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.information.balances(one, "acc-second")
    assert bank.information.balances(report, "acc-main")
    assert bank.information.transactions(report, "acc-second", Query()).entries
    with refusal(Refusal.FORBIDDEN, "no-right"):
        bank.information.transactions(report, "acc-main", Query())
    with refusal(Refusal.FORBIDDEN, "no-right"):
        bank.information.balances(report, "acc-second")


@pytest.mark.parametrize("resource_id", ["acc-harbour", "acc-geneva", "acc-nowhere"])
def test_foreign_outside_and_unknown_accounts_look_the_same(bank: CorporateBank, resource_id: str) -> None:
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.information.transactions(access_of(bank), resource_id, Query())


def test_withdrawn_rights_hold_for_existing_grants(bank: CorporateBank) -> None:
    access = access_of(bank)
    user, main = access.user, bank.directory.accounts["acc-main"]

    bank.administration.hide_account(user, main)
    assert "acc-main" not in seen(bank, access)
    bank.administration.withdraw(user, Service.AGGREGATION)
    with refusal(Refusal.FORBIDDEN, "service-not-granted"):
        bank.information.accounts(access)
    bank.administration.grant(user, Service.AGGREGATION)
    assert bank.information.accounts(access)
    bank.administration.subscribe(bank.directory.company_of(user), subscribed=False)
    with refusal(Refusal.FORBIDDEN, "not-subscribed"):
        bank.information.accounts(access)
    bank.administration.remove_user(user)
    assert not bank.access.may_refresh(access)


def test_every_strong_means_is_offered_in_both_channels(bank: CorporateBank) -> None:
    user = bank.directory.user("accountant")

    for channel in ("tpp", "portal"):
        assert bank.entitlements.means_offered(user, channel) == (Means.SECURE_ACCESS, Means.THREE_S_KEY)
    bank.administration.set_means(user, frozenset({Means.PASSWORD}))
    assert not bank.entitlements.strong(user)


def test_a_put_consent_replaces_the_earlier_one_and_is_enforced(bank: CorporateBank) -> None:
    access = access_of(bank)

    for named in ("acc-main", "acc-second"):
        accounts = frozenset({named})
        bank.consents.put(AISP, access.user, Consent(accounts, accounts, psu_identity=False))
        assert seen(bank, access) == accounts
    with refusal(Refusal.FORBIDDEN, "no-consent"):
        bank.information.balances(access, "acc-main")
    with refusal(Refusal.FORBIDDEN, "identity"):
        bank.information.identity(access)
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.consents.put(AISP, access.user, Consent(frozenset({"acc-harbour"}), frozenset()))
    assert seen(bank, access) == {"acc-second"}
    assert bank.information.reports_shown(access, bank.directory.accounts["acc-second"]) == list(Report)


def test_a_consent_is_for_one_aisp_and_can_be_withdrawn(bank: CorporateBank) -> None:
    access = access_of(bank)

    with refusal(Refusal.FORBIDDEN, "no-consent"):
        bank.information.accounts(Access("another", access.user))
    assert bank.information.identity(access) == "Camille Exemple"
    bank.consents.withdraw(AISP, access.user)
    with refusal(Refusal.FORBIDDEN, "no-consent"):
        bank.information.accounts(access)


def test_the_redirect_model_knows_no_forwarded_consent(bank: CorporateBank) -> None:
    access = access_of(bank)
    bank.consents.model = "redirect"

    with refusal(Refusal.FORBIDDEN, "consent-model"):
        bank.consents.put(AISP, access.user, Consent())


def test_a_strong_authentication_lasts_180_days_for_its_aisp(bank: CorporateBank) -> None:
    access = access_of(bank)
    bank.consents.give("another", access.user)

    with refusal(Refusal.AUTHENTICATION, "authentication-due"):
        bank.information.accounts(Access("another", access.user))
    bank.clock.advance(timedelta(days=179, hours=23))
    assert bank.information.accounts(Access(AISP, access.user, certificate="another QWAC"))
    bank.clock.advance(timedelta(hours=1))
    with refusal(Refusal.AUTHENTICATION, "authentication-due"):
        bank.information.accounts(access)
    assert not bank.access.may_refresh(access)


def test_the_fifth_unattended_access_of_a_day_is_one_too_many(bank: CorporateBank) -> None:
    access = access_of(bank, attended=False)

    for _ in range(4):
        assert bank.information.accounts(access)
        assert bank.information.balances(access, "acc-main")
        assert len(every_page(bank, access, "acc-main")) > 4
    with refusal(Refusal.TOO_MANY, "too-many-accesses"):
        bank.information.transactions(access, "acc-main", Query())
    for _ in range(6):
        assert bank.information.balances(access_of(bank), "acc-main")
    bank.clock.advance(timedelta(hours=24))
    assert bank.information.accounts(access)


def test_pages_hold_every_entry_once_in_both_directions(bank: CorporateBank) -> None:
    access = access_of(bank)
    pages = every_page(bank, access, "acc-main")

    references = [entry.reference for page in pages for entry in page.entries]
    assert references == sorted(set(references))
    assert len(references) == 90 + 3
    backward = pages[-1]
    found = list(backward.entries)
    while backward.prev_before is not None:
        backward = bank.information.transactions(
            access, "acc-main", Query(before=backward.prev_before, page=1)
        )
        found = [*backward.entries, *found]
    assert [entry.reference for entry in found] == references
    last = bank.information.transactions(access, "acc-main", Query(after=pages[0].last_after, page=1))
    assert last == pages[-1]


def test_a_period_includes_its_first_day_and_excludes_its_end(bank: CorporateBank) -> None:
    access = access_of(bank)
    day = bank.clock.now().date() - timedelta(days=5)
    one = Query(start=day, end=day + timedelta(days=1))

    assert {entry.day for page in every_page(bank, access, "acc-main", one) for entry in page.entries} == {
        day
    }
    assert not bank.information.transactions(access, "acc-main", Query(start=day, end=day)).entries
    with refusal(Refusal.INVALID, "period"):
        bank.information.transactions(access, "acc-main", Query(start=day, end=day - timedelta(days=1)))


def test_references_bound_a_query(bank: CorporateBank) -> None:
    access = access_of(bank, extended=True)
    query = Query(first_reference="0000000010", last_reference="0000000012")

    found = bank.information.transactions(access, "acc-main", query).entries

    assert [entry.reference for entry in found] == ["0000000010", "0000000011", "0000000012"]


def test_history_goes_back_90_days_and_further_with_the_extended_scope(bank: CorporateBank) -> None:
    today = bank.clock.now().date()
    ninety, older = today - timedelta(days=90), today - timedelta(days=91)
    access, extended = access_of(bank), access_of(bank, extended=True)

    assert bank.information.transactions(access, "acc-main", Query(start=ninety)).entries[0].day == ninety
    with refusal(Refusal.FORBIDDEN, "history"):
        bank.information.transactions(access, "acc-main", Query(start=older))
    oldest = bank.information.transactions(extended, "acc-main", Query()).entries[0]
    assert oldest.day == today - timedelta(days=1095)


def test_balances_agree_with_the_entries(bank: CorporateBank) -> None:
    access = access_of(bank)
    booked, expected = bank.information.balances(access, "acc-main")
    entries = bank.books.entries(bank.directory.accounts["acc-main"])
    pending = [entry for entry in entries if entry.pending]

    assert (booked.kind, expected.kind, booked.money) == ("CLBD", "XPCD", Money.of("184250.75"))
    assert len(pending) == 3
    assert expected.money.amount - booked.money.amount == sum(entry.money.amount for entry in pending)
    bank.clock.advance(timedelta(days=4))
    assert {balance.money for balance in bank.information.balances(access, "acc-main")} == {expected.money}
    assert not any(entry.pending for entry in bank.books.entries(bank.directory.accounts["acc-main"]))


def test_the_same_seed_gives_the_same_years(bank: CorporateBank) -> None:
    again = open_bank(CorporateBank(StandingClock()))
    other = open_bank(CorporateBank(StandingClock(), seed="another"))

    first, second, third = [b.books.entries(b.directory.accounts["acc-usd"]) for b in (bank, again, other)]
    assert first == second != third


def test_an_account_without_entries_and_a_card_have_their_balances(bank: CorporateBank) -> None:
    access = access_of(bank)

    assert bank.information.transactions(access, "acc-empty", Query()).entries == ()
    assert [b.kind for b in bank.information.balances(access, "acc-card")] == ["OTHR"]
    assert bank.information.card_shown("4970101234567890") == "4970XXXXXXXX7890"
    assert str(bank.information.balances(access, "acc-jpy")[0].money) == "3200000 JPY"


def test_funds_are_confirmed_with_yes_or_no_and_nothing_is_blocked(bank: CorporateBank) -> None:
    user, second = bank.directory.user("treasurer"), bank.directory.accounts["acc-second"]
    bank.consents.give_funds(CBPII, user, [second])
    before = bank.books.everything()
    available = bank.books.available(second)

    for _ in range(10):
        assert bank.funds.confirm(CBPII, user, second.iban, available) is True
        assert bank.funds.confirm(CBPII, user, second.iban, available + Money.of("0.01")) is False
    assert bank.books.everything() == before
    bank.consents.withdraw(CBPII, user)
    with refusal(Refusal.FORBIDDEN, "no-consent"):
        bank.funds.confirm(CBPII, user, second.iban, Money.of("0.01"))


@pytest.mark.parametrize(
    ("account", "money", "kind", "reason"),
    [
        ("acc-main", Money.of("1"), Refusal.FORBIDDEN, "no-consent"),
        ("acc-harbour", Money.of("1"), Refusal.UNKNOWN, "unknown"),
        ("acc-geneva", Money.of("1", "CHF"), Refusal.FORBIDDEN, "out-of-scope"),
        ("acc-second", Money.of("-1"), Refusal.INVALID, "amount"),
        ("acc-second", Money.of("0"), Refusal.INVALID, "amount"),
        ("acc-second", Money.of("1", "USD"), Refusal.INVALID, "currency"),
    ],
)
def test_funds_are_not_confirmed(
    bank: CorporateBank, account: str, money: Money, kind: Refusal, reason: str
) -> None:
    user = bank.directory.user("treasurer")
    bank.consents.give(CBPII, user)
    bank.consents.give_funds(CBPII, user, [bank.directory.accounts["acc-second"]])

    with refusal(kind, reason):
        bank.funds.confirm(CBPII, user, bank.directory.accounts[account].iban, money)
    with refusal(Refusal.INVALID, "iban"):
        bank.funds.confirm(CBPII, user, "FR7612345", Money.of("1"))


def test_five_failures_block_a_login_in_every_browser(bank: CorporateBank) -> None:
    for browser in "abcde":
        assert not bank.attempts.blocked("treasurer", browser)
        bank.attempts.failed("treasurer", browser)

    assert bank.attempts.blocked("treasurer", "another")
    assert not bank.attempts.blocked("accountant")
    messages = {bank.attempts.message(known=k, element=e) for k in (True, False) for e in ("password", "pin")}
    assert len(messages) == 1
    bank.clock.advance(timedelta(hours=1))
    assert not bank.attempts.blocked("treasurer")


def test_money_from_outside_arrives(bank: CorporateBank) -> None:
    main, before = bank.directory.accounts["acc-main"], bank.books.everything()

    bank.administration.receive(main, Money.of("12.34"), "Somebody", "A gift")

    assert bank.books.booked(main) == Money.of("184263.09")
    assert bank.books.entries(main)[-1].counterparty == "Somebody"
    assert bank.books.everything() == before
    assert isinstance(before["EUR"], Decimal)


def test_opening_the_bank_costs_next_to_nothing() -> None:
    started = datetime.now(UTC)
    for _ in range(10):
        open_bank(CorporateBank(StandingClock()))
    assert (datetime.now(UTC) - started) / 10 < timedelta(milliseconds=20)
