"""The bank's STET interface for AISPs, judged by the suite's dialect and checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from conformance.checks import accounts as checks
from conformance.checks import stet_schema as face
from conformance.selftest.bank_fixtures import bank
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.stet_visitor import AT_HOME, StetVisitor, bank_without_mistakes, visiting
from conformance.xs2a.accounts import AccessConsented, Period
from conformance.xs2a.answer import Answer
from conformance.xs2a.money import Money

__all__ = ["bank"]


@pytest.fixture
def treasurer(bank: EmbeddedBank) -> Iterator[StetVisitor]:
    """An AISP with a fresh token and the consent to everything."""
    with visiting(bank) as visitor:
        yield visitor


def expect_sound(answer: Answer) -> None:
    """What every answer of the interface keeps."""
    face.expect_valid(answer)
    face.expect_documented_status(answer)
    face.expect_documented_media_type(answer)
    face.expect_request_id(answer.exchange)
    face.expect_right_time(answer.exchange)
    if any(face.all_links(answer)):
        face.expect_links_on_api(answer)
    face.expect_short_links(answer)
    checks.expect_real_ibans(answer)
    checks.expect_money_in_scale(answer)
    checks.expect_no_card_number(answer)


def test_the_list_of_accounts_is_valid_and_shows_what_is_in_scope(treasurer: StetVisitor) -> None:
    page = treasurer.aisp().accounts()

    expect_sound(page)
    checks.expect_unique_accounts(page)
    assert [each.resource_id for each in page.items][:2] == ["acc-main", "acc-second"]
    assert treasurer.iban("acc-geneva") not in [each.iban for each in page.items]
    assert [each.other for each in page.items if each.card] == ["4970XXXXXXXX7893"]


def test_every_link_leads_to_a_valid_answer(treasurer: StetVisitor) -> None:
    aisp = treasurer.aisp()
    for account in aisp.accounts().items:
        balances, entries = aisp.balances(account), aisp.transactions(account)
        expect_sound(balances)
        expect_sound(entries)
        checks.expect_booking_dates(entries)
        if not account.card:
            checks.expect_booked_balance(balances, account)
    parent = aisp.parent(balances)
    assert parent
    assert len(parent.items) == 8


def test_balances_are_the_books_to_the_smallest_unit(treasurer: StetVisitor) -> None:
    aisp = treasurer.aisp()
    balances = aisp.balances(aisp.account_named("acc-jpy")).items

    assert balances[0].money == Money(Decimal(3_200_000), "JPY")
    assert [each.kind for each in balances] == ["CLBD", "XPCD"]
    assert b'"amount":3200000}' in treasurer.exchanges[-1].body


def test_pages_hold_each_entry_once_forwards_and_backwards(treasurer: StetVisitor) -> None:
    aisp = treasurer.aisp()
    first = aisp.transactions(aisp.account_named("acc-main"))
    whole = aisp.all_transactions(first)
    face.expect_whole(whole)
    checks.expect_no_duplicates(whole)
    checks.expect_sorted(whole)
    back = aisp.back(whole.pages[-1])

    assert len(whole.items) == 90 + 3
    checks.expect_same_entries(back.items, whole.items, back.pages[-1].exchange)
    last = aisp.follow(first, "last")
    assert last
    assert last.items == whole.pages[-1].items


def test_a_period_holds_its_first_day_and_not_the_day_behind_its_last(treasurer: StetVisitor) -> None:
    aisp = treasurer.aisp()
    account = aisp.account_named("acc-main")
    day = (datetime.now(UTC) - timedelta(days=10)).date()
    found = aisp.transactions(account, Period(day, day + timedelta(days=1)))

    expect_sound(found)
    assert {each.booked_on for each in found.items} == {day, day + timedelta(days=1)}
    assert aisp.transactions(account, query={"entryReferenceFrom": found.items[1].reference or ""}).items


@pytest.mark.parametrize(
    "query", ["dateFrom=notadate", "dateTo=2026-13-01", "dateFrom=2026-02-01&dateTo=2026-01-01", "page=x"]
)
def test_a_malformed_query_is_refused(treasurer: StetVisitor, query: str) -> None:
    answer = treasurer.ask("GET", f"/accounts/acc-main/transactions?{query}")

    assert answer.status == 400
    assert answer.json()["status"] == 400


def test_older_history_needs_a_scope_of_its_own(treasurer: StetVisitor, bank: EmbeddedBank) -> None:
    path = "/accounts/acc-main/transactions?dateFrom=2024-01-01"

    assert treasurer.ask("GET", path).status == 403
    with visiting(bank, scope="openid api1.v1 extended_transaction_history") as visitor:
        assert visitor.ask("GET", path).status == 200
        assert "extended" not in visitor.visitor.refresh(visitor.refresh_token).json()["scope"]


def test_a_consent_replaces_the_one_before(treasurer: StetVisitor) -> None:
    aisp, a, b = treasurer.aisp(), treasurer.iban("acc-main"), treasurer.iban("acc-second")
    for named, other in (("acc-main", "acc-second"), ("acc-second", "acc-main")):
        iban = treasurer.iban(named)
        answer = aisp.forward_consent(AccessConsented((iban,), (), beneficiaries=False, identity=False))
        face.expect_documented_status(answer)
        assert [each.iban for each in aisp.accounts().items] == [iban]
        expect_sound(aisp.balances(aisp.account_named(named)))
        assert aisp.balances(aisp.account_named(other)).exchange.status == 403
        assert aisp.transactions(aisp.account_named(named)).exchange.status == 403

    assert aisp.identity().exchange.status == 403
    assert aisp.beneficiaries().exchange.status == 403
    everything = AccessConsented((a, b), (a, b), beneficiaries=True, identity=True)
    assert aisp.forward_consent(everything, without="psuIdentity").exchange.status == 400
    foreign = replace(everything, balances=(treasurer.iban("acc-harbour"),))
    unknown = replace(everything, balances=("FR7630006000011234567890189",))
    assert [aisp.forward_consent(each).exchange.status for each in (foreign, unknown)] == [404, 404]


def test_who_is_connected_is_the_person(treasurer: StetVisitor) -> None:
    aisp = treasurer.aisp()
    aisp.accounts()
    identity, beneficiaries = aisp.identity(), aisp.beneficiaries()

    expect_sound(identity)
    expect_sound(beneficiaries)
    assert identity.item.name == "Camille Exemple"
    assert beneficiaries.items[0].trusted is True


def test_another_company_s_account_is_as_unknown_as_none(treasurer: StetVisitor) -> None:
    answers = [
        treasurer.ask("GET", f"/accounts/{name}/{report}")
        for name in ("acc-harbour", "acc-geneva", "nothing", "..%2Facc-harbour", "x" * 200)
        for report in ("balances", "transactions")
    ]

    assert {answer.status for answer in answers} == {404}
    messages = {answer.json()["message"] for answer in answers[:6]}
    assert messages == {"there is no such account"}


def test_four_unattended_accesses_a_day_and_any_number_with_the_psu() -> None:
    with bank_without_mistakes() as bank, visiting(bank) as visitor:
        alone, attended = visitor.aisp(None), visitor.aisp(AT_HOME)
        account = alone.account_named("acc-main")
        for _ in range(4):
            assert alone.accounts().exchange.status == 200
            walk = alone.all_transactions(alone.transactions(account))
            face.expect_whole(walk)
        for path in ("/accounts", "/accounts/acc-main/transactions"):
            refused = visitor.ask("GET", path, PSU_IP_Address=None)
            assert (refused.status, refused.json()["status"]) == (429, 429)
        for _ in range(6):
            assert attended.accounts().exchange.status == 200


def test_the_consent_lasts_180_days_and_then_a_new_authentication_is_due() -> None:
    with bank_without_mistakes() as bank, visiting(bank) as visitor:
        tokens = visitor.visitor.tokens(scope="openid api1.v1")
        bank.clock.advance(timedelta(days=179))
        renewed = visitor.visitor.refresh(tokens["refresh_token"]).json()
        visitor.token = renewed["access_token"]
        assert visitor.ask("GET", "/accounts").status == 200
        bank.clock.advance(timedelta(days=2))
        assert visitor.visitor.refresh(renewed["refresh_token"]).json()["error"] == "invalid_grant"


def test_rights_that_change_hold_from_that_moment() -> None:
    with bank_without_mistakes() as bank, visiting(bank, "capped", scope="openid api1.v1") as visitor:
        user = visitor.domain.directory.user("capped")
        visitor.domain.administration.hide_account(user, visitor.domain.directory.accounts["acc-main"])
        assert visitor.ask("GET", "/accounts/acc-main/balances").status == 404
        visitor.domain.administration.subscribe(
            visitor.domain.directory.companies["meridian"], subscribed=False
        )
        refused = visitor.ask("GET", "/accounts")
        assert (refused.status, "has not subscribed" in refused.json()["message"]) == (403, True)
        visitor.domain.administration.remove_user(user)
        assert visitor.ask("GET", "/accounts").status == 401
