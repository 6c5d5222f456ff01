"""The bank's STET interface for PISPs, judged by the suite's dialect and checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from conformance.checks import payments as checks
from conformance.checks import stet_schema as face
from conformance.selftest.bank_fixtures import bank
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.stet_visitor import FOURNISSEUR, StetVisitor, visiting
from conformance.selftest.test_bank_stet_accounts import expect_sound
from conformance.xs2a.answer import One
from conformance.xs2a.money import Money, euro
from conformance.xs2a.payment import Creditor, Defect, Frequency, Payment, Recurrence, batch, instruction
from conformance.xs2a.payments import Initiated, PaymentState

__all__ = ["bank"]


@pytest.fixture
def pisp(bank: EmbeddedBank) -> Iterator[StetVisitor]:
    """A PISP with a fresh token."""
    with visiting(bank) as visitor:
        yield visitor


def initiated(visitor: StetVisitor, payment: Payment) -> One[Initiated]:
    """A payment that the bank took."""
    created = visitor.pisp().initiate(payment)
    expect_sound(created)
    checks.expect_location(created)
    checks.expect_approval(created, (visitor.visitor.bank.hosts.sso,))
    return created


def state(visitor: StetVisitor, created: One[Initiated]) -> One[PaymentState]:
    """The payment as the bank shows it."""
    read = visitor.pisp().read(created)
    expect_sound(read)
    checks.expect_stored_as_sent(created, read)
    checks.expect_reason(read)
    return read


def identifier(read: One[PaymentState]) -> str:
    """The identifier of a payment."""
    assert read.item.resource_id
    return read.item.resource_id


def test_a_payment_goes_from_its_creation_to_settlement(pisp: StetVisitor) -> None:
    created = initiated(pisp, pisp.payment())
    before = state(pisp, created)
    checks.expect_not_executed(before)
    refused = pisp.pisp().confirm(before)
    assert (refused.exchange.status, refused.exchange.members["status"]) == (403, 403)
    pisp.sign(identifier(before))
    signed = state(pisp, created)
    checks.expect_not_executed(signed)
    checks.expect_funds_told(signed, available=True)
    confirmed = pisp.pisp().confirm(signed, nonce=created.item.nonce)
    expect_sound(confirmed)
    pisp.visitor.bank.clock.advance(timedelta(seconds=1))
    after = state(pisp, created)

    checks.expect_settled(after)
    checks.expect_consistent_instructions(after, 1)
    assert not after.item.confirmable
    again = pisp.pisp().confirm(after, regardless=True)
    assert again.exchange.status == 403
    checks.expect_unchanged(after, state(pisp, created))


def test_a_psu_may_choose_the_account(pisp: StetVisitor) -> None:
    created = initiated(pisp, pisp.payment(debtor=""))
    read = state(pisp, created)
    pisp.sign(identifier(read), account="acc-second")

    assert state(pisp, created).item.stored["debtorAccount"]["iban"] == pisp.iban("acc-second")


def test_a_batch_and_a_standing_order_read_back_as_they_were_sent(pisp: StetVisitor) -> None:
    payee = Creditor("Hôtel du Lac", "FR7630006000011234567890189")
    several = batch(
        pisp.payment(), *(instruction(euro(f"{n}.10"), f"TEST {n} é", payee) for n in range(1, 4))
    )
    day = (datetime.now(UTC) + timedelta(days=20)).date()
    standing = pisp.payment().having(
        execute_on=day, recurrence=Recurrence(Frequency.MONTHLY, day + timedelta(days=100))
    )

    for payment in (several, standing):
        created = initiated(pisp, payment)
        read = state(pisp, created)
        pisp.sign(identifier(read))
        expect_sound(pisp.pisp().confirm(state(pisp, created)))
    checks.expect_not_executed(state(pisp, created))


def test_a_payment_of_tomorrow_can_be_cancelled_and_nothing_else_changed(pisp: StetVisitor) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    created = initiated(pisp, pisp.payment().having(execute_on=day))
    before = state(pisp, created)
    altered = pisp.pisp().alter(before, euro("9.99"))
    assert altered.exchange.status == 403
    checks.expect_unchanged(before, state(pisp, created))
    pisp.sign(identifier(before))
    pisp.pisp().confirm(state(pisp, created))
    asked = pisp.pisp().cancel(state(pisp, created))
    expect_sound(asked)
    checks.expect_approval(asked)
    approval = (asked.item.approval_url or "").rpartition("/")[2]
    user, cancellations = pisp.domain.directory.user("treasurer"), pisp.domain.cancellations
    code = pisp.domain.codes.prove(cancellations.ask(approval, user).challenge_id)
    cancellations.sign(approval, user, code)

    checks.expect_cancelled(state(pisp, created))
    assert pisp.pisp().cancel(state(pisp, created)).exchange.status == 403


def test_before_any_signature_a_cancellation_needs_nobody(pisp: StetVisitor) -> None:
    created = initiated(pisp, pisp.payment())
    answer = pisp.pisp().cancel(state(pisp, created), reason="FRAD")
    expect_sound(answer)

    assert (answer.item.approach, answer.item.approval_url) == ("NONE", None)
    checks.expect_cancelled(state(pisp, created))
    assert pisp.pisp().cancel(state(pisp, created), reason="XXXX").exchange.status == 400


def test_one_instruction_of_a_batch_can_be_cancelled(pisp: StetVisitor) -> None:
    created = initiated(
        pisp, batch(pisp.payment(), *(instruction(euro("1.10"), f"TEST {n}") for n in range(2)))
    )
    read = state(pisp, created)
    body = dict(read.item.stored)
    rows = [dict(row) for row in body["creditTransferTransaction"]]
    rows[1] |= {"transactionStatus": "CANC", "statusReasonInformation": "DUPL"}
    sent = {**_plain(body), "creditTransferTransaction": _plain(rows)}
    answer = pisp.ask("PUT", f"/payment-requests/{identifier(read)}", sent)

    assert answer.status == 200, answer.text
    assert [each.code for each in state(pisp, created).item.instructions] == ["PDNG", "CANC"]


def test_a_payment_of_another_tpp_is_as_unknown_as_none(pisp: StetVisitor, bank: EmbeddedBank) -> None:
    created = initiated(pisp, pisp.payment())
    before = state(pisp, created)
    path = f"/payment-requests/{identifier(before)}"
    body = _plain(before.item.stored)
    cancel = {**body, "paymentInformationStatus": "CANC", "statusReasonInformation": "DS02"}
    with visiting(bank, tpp="other") as other:
        foreign = [
            other.ask("GET", path),
            other.ask("PUT", path, cancel),
            other.ask("POST", f"{path}/confirmation"),
        ]
        none = other.ask("GET", "/payment-requests/0123456789")
        listed = other.ask("GET", "/payment-requests").json()["paymentRequests"]

    assert [answer.status for answer in (*foreign, none)] == [404] * 4
    assert {answer.json()["message"] for answer in (*foreign, none)} == {"there is no such payment request"}
    assert identifier(before) not in [each["resourceId"] for each in listed]
    checks.expect_unchanged(before, state(pisp, created))


@pytest.mark.parametrize("defect", list(Defect))
def test_what_is_missing_is_refused_by_its_name(pisp: StetVisitor, defect: Defect) -> None:
    refused = pisp.pisp().initiate(pisp.payment(), defect=defect)

    face.expect_refused(refused, 400)
    face.expect_error_model(refused)
    face.expect_request_id(refused.exchange)


def _spoilt() -> dict[str, Payment]:
    """Payments that are wrong in their values; without a debtor account."""
    good = _good()
    return {
        "zero": good.of(euro("0")),
        "negative": good.of(euro("-1.01")),
        "three decimals": good.of(euro("1.015")),
        "unknown currency": good.of(Money(Decimal(1), "XYZ")),
        "other currency": good.of(Money(Decimal(1), "GBP")),
        "decimals of yen": good.of(Money(Decimal("1.5"), "JPY")),
        "enormous": good.of(euro("1e30")),
        "bad check digit": good.to(Creditor("Fournisseur", "DE89370400440532013001")),
        "IBAN with spaces": good.to(Creditor("Fournisseur", "DE89 3704 0044 0532 0130 00")),
        "IBAN of another length": good.to(replace(FOURNISSEUR, iban="FR763000600001123456789018")),
        "creditor without name": good.to(replace(FOURNISSEUR, name="  ")),
        "past": good.having(execute_on=datetime.now(UTC).date() - timedelta(days=1)),
        "far future": good.having(execute_on=datetime.now(UTC).date() + timedelta(days=4000)),
        "report URL of http": good.having(success_url="http://tpp.example.com/ok"),
        "report URL with a line feed": good.having(success_url="https://tpp.example.com/\r\nSet-Cookie: a"),
        "identifier too long": replace(good, reference="P" * 36),
        "identifier of other characters": replace(good, reference="P<script>"),
    }


def _good() -> Payment:
    from conformance.xs2a.payment import single

    return single(
        euro("1.01"),
        FOURNISSEUR,
        created=datetime.now(UTC),
        initiating_party="Exemple TPP SAS",
        success_url="https://tpp.example.com/ok",
    )


@pytest.mark.parametrize("name", list(_spoilt()))
def test_wrong_values_are_refused_and_nothing_is_stored(pisp: StetVisitor, name: str) -> None:
    before = len(list(pisp.domain.payments.everything()))
    refused = pisp.pisp().initiate(_spoilt()[name])

    face.expect_refused(refused, 400)
    face.expect_error_model(refused)
    assert len(list(pisp.domain.payments.everything())) == before


def test_an_account_out_of_scope_is_not_debited(pisp: StetVisitor) -> None:
    assert pisp.pisp().initiate(pisp.payment(debtor="acc-geneva")).exchange.status == 403


def test_a_user_without_the_service_initiates_nothing(bank: EmbeddedBank) -> None:
    with visiting(bank, scope="openid api2.v1", psu="pis-only") as visitor:
        assert visitor.pisp().initiate(visitor.payment()).exchange.status == 201
        user = visitor.domain.directory.user("pis-only")
        granted, visitor.domain.directory.users["pis-only"].rights = (
            user.rights,
            replace(user.rights, services=frozenset()),
        )
        refused = visitor.pisp().initiate(visitor.payment())
        visitor.domain.directory.users["pis-only"].rights = granted

    assert refused.exchange.status == 403
    assert "payment-initiation" in refused.exchange.members["message"]


def _plain(value: Any) -> Any:
    """A JSON value with floats instead of decimals, which the plain client can write."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value
