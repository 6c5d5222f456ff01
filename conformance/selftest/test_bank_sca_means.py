"""The means of authentication of the embedded bank: two factors, each proof once, failures that tell nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conformance.pki.authority import Authority
from conformance.selftest.bank_journeys import Person, name_of, own_bank, signature, words
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.keyring import PersonalToken
from conformance.selftest.plain_client import REALM, carried

__all__ = ["own_bank"]


def test_the_password_alone_opens_nothing(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    page = psu.log_in(psu.authorize())

    interaction = dict(carried(page))["interaction"]
    consent = psu.visit("POST", f"{REALM}/consent", f"interaction={interaction}&action=accept")

    assert (name_of(page), name_of(consent)) == ("approve", "error")
    assert name_of(psu.submit(page, "continue")) == "approve"
    assert "bank_session" not in psu.cookies


def test_no_parameter_of_the_request_spares_the_second_factor(own_bank: EmbeddedBank) -> None:
    for changes in (
        {"acr_values": None},
        {"acr_values": "L0"},
        {"scope": "openid"},
        {"login_hint": "treasurer"},
    ):
        psu = Person(own_bank)
        assert name_of(psu.log_in(psu.authorize(**changes))) == "approve"


def test_the_phone_shows_who_asks_and_shows_the_newest_request_first(own_bank: EmbeddedBank) -> None:
    psu, elsewhere = Person(own_bank), Person(own_bank)
    first, second = psu.log_in(psu.authorize()), elsewhere.log_in(elsewhere.authorize())

    assert psu.phone() == "Sign in at Example Bank, for Exemple TPP SAS"
    assert name_of(elsewhere.approved(second)) == "consent"
    assert name_of(psu.submit(first, "continue")) == "approve"


def test_an_approval_is_for_one_session(own_bank: EmbeddedBank) -> None:
    psu, elsewhere = Person(own_bank), Person(own_bank)
    mine = psu.log_in(psu.authorize())
    other = elsewhere.log_in(elsewhere.authorize())
    psu.decide("approve")
    proven = dict(carried(other))["challenge"]

    crossed = psu.submit(mine, "continue", challenge=proven)

    assert name_of(crossed) == "login"
    assert name_of(elsewhere.submit(other, "continue")) == "consent"
    assert name_of(elsewhere.submit(other, "continue")) == "login"  # the same approval a second time


def test_a_refusal_and_silence_on_the_phone_end_the_journey(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    page = psu.log_in(psu.authorize())
    psu.decide("refuse")
    refused = psu.submit(page, "continue")
    page = psu.log_in(psu.authorize())
    own_bank.clock.advance(timedelta(minutes=5, seconds=1))
    silent = psu.submit(page, "continue")

    assert [a.redirect["error"] for a in (refused, silent)] == ["access_denied"] * 2
    assert psu.phone() is None


def test_cancelling_in_the_browser_clears_the_phone(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    psu.submit(psu.log_in(psu.authorize()), "cancel")

    assert psu.phone() is None
    assert psu.decide("approve") == 409


def test_a_failure_does_not_tell_which_element_was_wrong(own_bank: EmbeddedBank) -> None:
    psu, keyholder = Person(own_bank), Person(own_bank, psu="keyholder")
    wrong_password = psu.log_in(psu.authorize(), "wrong")
    unknown = psu.submit(psu.authorize(), "login", username="nobody", password="wrong")
    page = psu.log_in(psu.authorize())
    psu.decide("approve", pin="000")
    wrong_pin = psu.submit(page, "continue")
    wrong_signature = keyholder.signed(keyholder.log_in(keyholder.authorize()), signature="AAAA")

    found = [wrong_password, unknown, wrong_pin, wrong_signature]
    assert {(answer.status, words(answer), len(answer.text)) for answer in found} == {
        (200, words(unknown), len(unknown.text))
    }
    assert "The authentication failed." in words(unknown)


@pytest.mark.parametrize("element", ["password", "pin", "signature"])
def test_five_failures_block_the_login_in_every_browser_for_an_hour(
    own_bank: EmbeddedBank, element: str
) -> None:
    role = "keyholder" if element == "signature" else "treasurer"
    for _ in range(5):
        psu = Person(own_bank, psu=role)
        page = psu.log_in(psu.authorize(), "wrong" if element == "password" else None)
        if element == "pin":
            assert psu.decide("approve", pin="000") == 403
        if element == "signature":
            psu.signed(page, signature="AAAA")

    psu = Person(own_bank, psu=role)
    blocked = psu.log_in(psu.authorize())
    own_bank.clock.advance(timedelta(hours=1, seconds=1))

    assert name_of(blocked) == "login"
    assert name_of(psu.log_in(psu.authorize())) in ("approve", "sign")


def test_a_locked_phone_takes_no_pin(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    page = psu.log_in(psu.authorize())
    for _ in range(5):
        psu.decide("approve", pin="000")

    assert psu.decide("approve") == 423
    assert psu.phone() is None
    assert name_of(psu.submit(page, "continue")) == "login"


def test_a_success_forgets_the_failures_before_it(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank)
    for _ in range(3):
        for _ in range(3):
            psu.log_in(psu.authorize(prompt="login"), "wrong")
        assert name_of(psu.approved(psu.log_in(psu.authorize(prompt="login")))) == "consent"


def test_a_token_signs_in(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank, psu="keyholder")
    page = psu.log_in(psu.authorize())

    consent = psu.signed(page)

    assert (name_of(page), name_of(consent)) == ("sign", "consent")
    assert "code" in psu.submit(consent, "accept").redirect
    assert psu.decide("approve") == 404


def test_a_signature_is_for_one_challenge(own_bank: EmbeddedBank) -> None:
    psu, elsewhere = Person(own_bank, psu="keyholder"), Person(own_bank, psu="keyholder")
    first, second = psu.log_in(psu.authorize()), elsewhere.log_in(elsewhere.authorize())
    used = dict(carried(first))["challenge"]
    replayed = {"challenge": used, "signature": signature(own_bank.tokens["keyholder"], used)}

    assert name_of(psu.signed(first)) == "consent"
    assert name_of(elsewhere.signed(second, None, **replayed)) == "login"


def test_only_the_own_valid_certificate_of_the_authority_signs(own_bank: EmbeddedBank) -> None:
    mine = own_bank.tokens["keyholder"]
    forged = Authority("3SKey Test CA").person(own_bank.psus["keyholder"].name)
    foreign = PersonalToken(forged, b"", "")
    for token in (own_bank.tokens["accountant"], foreign):
        psu = Person(own_bank, psu="keyholder")
        assert name_of(psu.signed(psu.log_in(psu.authorize()), token)) == "login"

    own_bank.clock.advance(timedelta(days=398))
    psu = Person(own_bank, psu="keyholder")
    assert name_of(psu.signed(psu.log_in(psu.authorize()), mine)) == "login"


@pytest.mark.parametrize("junk", ["", "****", "AAAA", "MIIB", "é"])
def test_junk_is_no_signature(own_bank: EmbeddedBank, junk: str) -> None:
    for field in ("signature", "certificate", "challenge"):
        psu = Person(own_bank, psu="keyholder")
        page = psu.log_in(psu.authorize())
        proof = {
            "signature": signature(own_bank.tokens["keyholder"], "x"),
            "certificate": "AAAA",
            field: junk,
        }
        assert name_of(psu.submit(page, "sign", **proof)) in ("login", "error")
        own_bank.clock.advance(timedelta(hours=2))


def test_who_has_both_means_chooses(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank, psu="accountant")
    page = psu.log_in(psu.authorize())

    assert name_of(page) == "means"
    assert name_of(psu.signed(psu.submit(page, "3skey"))) == "consent"
    page = psu.log_in(psu.authorize(prompt="login"))
    assert name_of(psu.approved(psu.submit(page, "secure-access"))) == "consent"
    page = psu.log_in(psu.authorize(prompt="login"))
    assert psu.submit(page, "cancel").redirect["error"] == "access_denied"


def test_a_means_that_the_psu_has_not_cannot_be_chosen(own_bank: EmbeddedBank) -> None:
    psu = Person(own_bank, psu="accountant")

    assert "error" in psu.submit(psu.log_in(psu.authorize()), "password-only").redirect
