"""The journeys of AISP, CBPII and portal at the embedded bank: consents, inactivity, and who may not go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conformance.selftest.bank_journeys import Person, name_of, order_payment, own_bank, words
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.plain_client import carried

__all__ = ["own_bank"]


def test_the_consent_to_an_aisp_names_the_accounts(own_bank: EmbeddedBank) -> None:
    psu, domain = Person(own_bank), own_bank.bank.corporate
    page = psu.sign_in(psu.authorize(scope="openid api1.v1"))

    assert "code" in psu.submit(page, "accept").redirect
    assert all(a.name in words(page) for a in domain.entitlements.listed(domain.directory.user("treasurer")))
    assert "CHF" not in words(page)
    assert domain.consents.any_information(psu.client.client_id, domain.directory.user("treasurer"))


def test_the_psu_chooses_the_accounts_for_a_cbpii(own_bank: EmbeddedBank) -> None:
    psu, domain = Person(own_bank), own_bank.bank.corporate
    user, tpp = domain.directory.user("treasurer"), psu.client.client_id
    page = psu.sign_in(psu.authorize(scope="openid api3.v1"))

    again = psu.submit(page, "accept", account="acc-harbour")
    assert "Choose at least one account." in words(again)
    assert "code" in psu.submit(again, "accept", account="acc-second").redirect

    consented = [
        a.resource_id
        for a in domain.directory.accounts.values()
        if domain.consents.funds_consents(tpp, user, a)
    ]
    assert consented == ["acc-second"]
    assert ("account", "acc-geneva") not in carried(page)


def test_five_idle_minutes_end_what_was_begun(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    page = psu.sign_in(psu.authorize())
    own_bank.clock.advance(timedelta(minutes=5, seconds=30))

    late = psu.submit(page, "accept")

    assert name_of(late) == "login"
    assert "five minutes" in words(late)
    assert "code" in psu.submit(psu.sign_in(late), "accept").redirect
    own_bank.clock.advance(timedelta(minutes=4))
    assert name_of(psu.authorize()) == "consent"
    own_bank.clock.advance(timedelta(minutes=5, seconds=30))
    assert name_of(psu.authorize()) == "login"


def test_another_aisp_needs_an_authentication_of_its_own(own_bank: EmbeddedBank) -> None:
    psu, elsewhere = Person(own_bank), Person(own_bank, "other")
    psu.journey()
    elsewhere.cookies = psu.cookies

    assert name_of(psu.authorize()) == "consent"
    assert name_of(elsewhere.authorize(scope="openid api1.v1")) == "login"
    assert elsewhere.authorize(scope="openid api1.v1", prompt="none").redirect["error"] == "login_required"


def test_a_password_only_session_of_the_portal_is_worth_nothing(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    psu.journey()
    own_bank.clock.advance(timedelta(minutes=6))
    page = psu.log_in(psu.visit("GET", "/sgconnect/portal"))

    assert name_of(page) == "approve"
    assert "bank_session" in psu.cookies
    assert psu.authorize(prompt="none").redirect["error"] == "login_required"
    assert name_of(psu.authorize()) == "login"
    assert name_of(psu.open(order_payment(own_bank))) == "login"


@pytest.mark.parametrize(
    ("role", "scope", "reason"),
    [
        ("weak", "openid api1.v1", "strong means"),
        ("unsubscribed", "openid api1.v1", "not subscribed"),
        ("no-service", "openid api1.v1", "account-aggregation"),
        ("no-service", "openid api3.v1", "none of the services"),
        ("pis-only", "openid api1.v1", "account-aggregation"),
        ("ais-only", "openid api2.v1", "payment-initiation"),
    ],
)
def test_who_lacks_a_right_is_told_why_and_returns_without_code(
    own_bank: EmbeddedBank, role: str, scope: str, reason: str
) -> None:
    psu = Person(own_bank, psu=role)
    page = psu.log_in(psu.authorize(scope=scope))
    if role != "weak":
        page = psu.approved(page)

    back = psu.submit(page, "continue")

    assert name_of(page) == "refused"
    assert reason in words(page)
    assert back.redirect["error"] == "access_denied"
    assert "code" not in back.redirect


def test_a_removed_user_is_as_unknown_as_anybody(own_bank: EmbeddedBank) -> None:
    own_bank.bank.corporate.administration.remove_user(own_bank.bank.corporate.directory.user("treasurer"))
    psu = Person(own_bank)

    assert "The authentication failed." in words(psu.log_in(psu.authorize()))


def test_pages_of_one_journey_take_no_forms_of_another(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    interaction = dict(carried(psu.authorize()))["interaction"]

    for path in ("/sgconnect/payment/login", "/sgconnect/portal/login", "/sgconnect/payment/decision"):
        assert psu.visit("POST", path, f"interaction={interaction}&action=login").status == 400
        assert psu.visit("GET", path).status == 405
