"""The bank's STET interface for CBPIIs, judged by the suite's dialect and checks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.checks import funds as checks
from conformance.checks import stet_schema as face
from conformance.selftest.bank_fixtures import bank
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.stet_visitor import StetVisitor, visiting
from conformance.selftest.test_bank_stet_accounts import expect_sound
from conformance.xs2a.funds import FundsDefect
from conformance.xs2a.money import Money, euro

__all__ = ["bank"]


@pytest.fixture
def cbpii(bank: EmbeddedBank) -> Iterator[StetVisitor]:
    """A CBPII with a fresh token."""
    with visiting(bank, scope="openid api3.v1") as visitor:
        yield visitor


def test_yes_and_no_are_booleans_and_nothing_is_reserved(cbpii: StetVisitor) -> None:
    iban = cbpii.iban("acc-second")
    # pending debits count: what is available may be less than the booked balance
    yes = [cbpii.cbpii().ask(iban, euro("1200.00"), payee="Boutique") for _ in range(8)]
    no = cbpii.cbpii().ask(iban, euro("9310.21"))

    for answer in (*yes, no):
        expect_sound(answer)
        checks.expect_echo(answer)
        checks.expect_no_other_amount(answer)
    checks.expect_available(yes[0])
    checks.expect_same_answer(yes)
    checks.expect_unavailable(no)


@pytest.mark.parametrize("defect", list(FundsDefect))
def test_what_is_missing_is_refused(cbpii: StetVisitor, defect: FundsDefect) -> None:
    refused = cbpii.cbpii().ask(cbpii.iban("acc-main"), euro("1.00"), defect=defect)

    face.expect_refused(refused, 400)
    face.expect_error_model(refused)


@pytest.mark.parametrize(
    ("iban", "money", "status"),
    [
        ("FR7699881000420000000100116", euro("1.00"), 400),
        ("FR7630006000011234567890189", euro("1.00"), 404),
        ("acc-harbour", euro("1.00"), 404),
        ("acc-geneva", Money(euro("1.00").amount, "CHF"), 403),
        ("acc-main", Money(euro("1.00").amount, "USD"), 400),
        ("acc-main", Money(euro("1.00").amount, "XXX"), 400),
        ("acc-main", euro("-1.00"), 400),
        ("acc-main", euro("0"), 400),
        ("acc-main", euro("1.001"), 400),
    ],
)
def test_a_question_that_is_no_good_has_no_answer(
    cbpii: StetVisitor, iban: str, money: Money, status: int
) -> None:
    refused = cbpii.cbpii().ask(iban if iban.startswith("FR") else cbpii.iban(iban), money)

    face.expect_refused(refused, status)
    face.expect_error_model(refused)
    checks.expect_no_other_amount(refused)


def test_a_withdrawn_consent_ends_the_answers(cbpii: StetVisitor) -> None:
    cbpii.domain.consents.withdraw(cbpii.client_id, cbpii.domain.directory.user("treasurer"))

    assert cbpii.cbpii().ask(cbpii.iban("acc-main"), euro("1.00")).exchange.status == 403


def test_a_consent_to_an_aisp_is_none_for_a_cbpii(bank: EmbeddedBank) -> None:
    with visiting(bank, "reader", scope="openid api1.v1") as visitor:
        refused = visitor.cbpii().ask(visitor.iban("acc-main"), euro("1.00"))

    assert refused.exchange.status == 403
    assert 'error="insufficient_scope"' in refused.exchange.headers["WWW-Authenticate"]
