"""The corporate bank: payment requests through their whole life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from conformance.bank.corporate.companies import Means, PaymentRight, Service, Signature
from conformance.bank.corporate.domain import CorporateBank
from conformance.bank.corporate.money import Money
from conformance.bank.corporate.orders import InstructionOrder, Party, PaymentOrder, PaymentRequest
from conformance.bank.corporate.problems import Refusal
from conformance.bank.corporate.seed import CAP, DAY_CAP
from conformance.selftest.test_bank_corporate_information import bank, refusal

__all__ = ["bank"]

PISP = "pisp"
PAYEE = Party("Fournisseur", "DE89370400440532013000")
CENT = Money.of("0.01")


def order(
    bank: CorporateBank,
    *amounts: Money,
    debtor: str = "acc-main",
    payees: Sequence[Party] = (),
    **more: object,
) -> PaymentOrder:
    """A payment order, of one cent and more to the payee unless said otherwise."""
    sums = amounts or (Money.of("1.01"),)
    receivers = list(payees) or [PAYEE] * len(sums)
    instructions = tuple(
        InstructionOrder(f"I-{n}", f"E-{n}", money, payee, (f"TEST {n}",))
        for n, (money, payee) in enumerate(zip(sums, receivers, strict=True))
    )
    iban = bank.directory.accounts[debtor].iban if debtor else ""
    number = len(list(bank.payments.everything()))
    made = PaymentOrder(
        f"PMT-{number}", instructions, len(instructions), iban, success_url="https://tpp.example/ok"
    )
    return replace(made, **more)  # type: ignore[arg-type]


def sign(bank: CorporateBank, request: PaymentRequest, user_id: str, account: str = "") -> PaymentRequest:
    """A PSU approves on his device and signs."""
    user = bank.directory.user(user_id)
    challenge = bank.journey.ask(request.approval, user, account)
    assert challenge is not None
    return bank.journey.sign(request.approval, user, bank.codes.prove(challenge.challenge_id))


def paid(bank: CorporateBank, user_id: str, *amounts: Money, **more: object) -> PaymentRequest:
    """A payment that is ordered, signed by one user and confirmed."""
    request = bank.payments.register(PISP, order(bank, *amounts, **more))  # type: ignore[arg-type]
    sign(bank, request, user_id)
    return bank.payments.confirm(PISP, request.resource_id)


def read(bank: CorporateBank, request: PaymentRequest) -> tuple[str, str]:
    """Status and reason as the PISP reads them."""
    found = bank.payments.read(PISP, request.resource_id)
    return bank.lifecycle.status_shown(found), bank.lifecycle.reason_shown(found)


def balance(bank: CorporateBank, account: str) -> Money:
    """The accounting balance of an account."""
    return bank.books.booked(bank.directory.accounts[account])


def statuses(request: PaymentRequest) -> str:
    """Every status that the payment has had."""
    return " ".join(status.value for status, _ in request.history)


def test_a_payment_goes_from_receipt_to_settlement(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))
    assert read(bank, request) == ("RCVD", "")
    assert bank.payments.funds_indicator(request) is None
    sign(bank, request, "treasurer")
    assert (read(bank, request)[0], balance(bank, "acc-main")) == ("ACTC", Money.of("184250.75"))
    bank.payments.confirm(PISP, request.resource_id, request.nonce)
    assert (read(bank, request)[0], balance(bank, "acc-main")) == ("ACSP", Money.of("184249.74"))
    bank.clock.advance(timedelta(seconds=1))
    assert read(bank, request) == ("ACSC", "")
    assert statuses(request) == "RCVD ACTC ACCP ACSP ACSC"
    assert bank.payments.funds_indicator(request) is True
    booked = bank.books.entries(bank.directory.accounts["acc-main"])[-1]
    assert (booked.counterparty, booked.end_to_end_id, str(booked.money)) == (
        "Fournisseur",
        "E-0",
        "-1.01 EUR",
    )


def test_a_payment_is_confirmed_once_and_only_after_the_psu(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))

    with refusal(Refusal.FORBIDDEN, "not-confirmable"):
        bank.payments.confirm(PISP, request.resource_id)
    sign(bank, request, "treasurer")
    with refusal(Refusal.INVALID, "nonce"):
        bank.payments.confirm(PISP, request.resource_id, "another")
    assert bank.payments.confirmation_link(request)
    bank.payments.confirm(PISP, request.resource_id)
    assert not bank.payments.confirmation_link(request)
    with refusal(Refusal.FORBIDDEN, "confirmed"):
        bank.payments.confirm(PISP, request.resource_id)
    assert balance(bank, "acc-main") == Money.of("184249.74")


def test_an_internal_transfer_credits_the_other_account(bank: CorporateBank) -> None:
    before, harbour = bank.books.everything(), bank.directory.accounts["acc-harbour"]

    paid(bank, "treasurer", Money.of("100.40"), payees=[Party("Harbour", harbour.iban)])

    assert balance(bank, "acc-harbour") == Money.of("40201.00")
    entry = bank.books.entries(harbour)[-1]
    assert (entry.counterparty, entry.counterparty_iban) == (
        "Méridienne Exemple SARL",
        bank.directory.accounts["acc-main"].iban,
    )
    assert bank.books.everything() == before


def test_the_same_request_twice_is_one_and_another_with_its_name_is_refused(bank: CorporateBank) -> None:
    asked = order(bank)
    request = bank.payments.register(PISP, asked)

    assert bank.payments.register(PISP, asked) is request
    assert bank.payments.register("another", asked) is not request
    with refusal(Refusal.INVALID, "DUPL"):
        bank.payments.register(PISP, replace(asked, initiating_party="Another"))
    assert request.order == asked


def test_payments_of_another_tpp_are_unknown(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))

    for operation in (bank.payments.read, bank.payments.confirm):
        with refusal(Refusal.UNKNOWN, "unknown"):
            operation("another", request.resource_id)
        with refusal(Refusal.UNKNOWN, "unknown"):
            operation(PISP, "PR-1")
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.cancellations.request("another", request.resource_id, "DS02")
    assert bank.payments.all_of("another") == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": 2}, "FF01"),
        ({"payment_information_id": "under_score"}, "FF01"),
        ({"service_level": "SEPA", "debtor_iban": ""}, ""),
        ({"debtor_iban": "FR7630006000011234567890180"}, "AC01"),
        ({"debtor_iban": "FR7630006000011234567890189"}, "AC01"),
        ({"day": date(2026, 11, 19)}, "FF01"),
        ({"day": date(2029, 1, 1)}, "CH03"),
        ({"instructions": ()}, "FF01"),
    ],
)
def test_orders_are_judged_before_they_are_stored(
    bank: CorporateBank, change: dict[str, object], reason: str
) -> None:
    wrong = order(bank, **change)  # type: ignore[arg-type]

    if not reason:
        assert bank.payments.register(PISP, wrong)
        return
    with refusal(Refusal.INVALID, reason):
        bank.payments.register(PISP, wrong)
    assert list(bank.payments.everything()) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"money": Money.of("-1")}, "FF01"),
        ({"money": Money.of(0)}, "FF01"),
        ({"money": Money.of(1, "USD")}, "FF01"),
        ({"creditor": Party("", PAYEE.iban)}, "RR03"),
        ({"creditor": Party("Payee", "DE88370400440532013000")}, "AC01"),
        ({"frequency": "SOMETIMES"}, "FF01"),
        ({"frequency": "MNTH", "last_day": date(2026, 11, 1)}, "FF01"),
        ({"end_to_end_id": ""}, "FF01"),
    ],
)
def test_instructions_are_judged_before_they_are_stored(
    bank: CorporateBank, change: dict[str, object], reason: str
) -> None:
    good = order(bank)
    wrong = replace(good.instructions[0], **change)  # type: ignore[arg-type]

    with refusal(Refusal.INVALID, reason):
        bank.payments.register(PISP, replace(good, instructions=(wrong,)))


def test_an_account_outside_the_scope_is_not_debited(bank: CorporateBank) -> None:
    with refusal(Refusal.FORBIDDEN, "out-of-scope"):
        bank.payments.register(
            PISP, order(bank, Money.of(1, "CHF"), debtor="acc-geneva", service_level="NURG")
        )


def test_the_psu_chooses_among_the_accounts_on_which_he_may_enter(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank, debtor=""))
    payer = bank.directory.user("one-account-payer")

    offered = bank.journey.debtor_accounts(request.approval, payer)
    assert [account.resource_id for account in offered] == ["acc-second"]
    with refusal(Refusal.FORBIDDEN, "no-entry-right"):
        bank.journey.ask(request.approval, payer, "acc-main")
    sign(bank, request, "one-account-payer", "acc-second")
    bank.payments.confirm(PISP, request.resource_id)
    assert balance(bank, "acc-second") == Money.of("9309.19")


def test_an_account_chosen_by_another_is_not_debited(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank, debtor=""))
    payer, treasurer = bank.directory.user("one-account-payer"), bank.directory.user("treasurer")
    first = bank.journey.ask(request.approval, payer, "acc-second")
    assert first is not None
    bank.journey.ask(request.approval, treasurer, "acc-main")

    with refusal(Refusal.FORBIDDEN, "no-entry-right"):
        bank.journey.sign(request.approval, payer, bank.codes.prove(first.challenge_id))


@pytest.mark.parametrize(
    ("user_id", "refused", "reason"),
    [
        ("reader", "no-entry-right", "AG01"),
        ("one-account-payer", "no-entry-right", "AG01"),
        ("ais-only", "service-not-granted", "MS03"),
        ("no-service", "service-not-granted", "MS03"),
        ("weak", "no-strong-means", "MS03"),
    ],
)
def test_a_psu_without_the_rights_ends_the_payment(
    bank: CorporateBank, user_id: str, refused: str, reason: str
) -> None:
    request = bank.payments.register(PISP, order(bank))

    with refusal(Refusal.FORBIDDEN, refused):
        bank.journey.open(request.approval, bank.directory.user(user_id))
    assert read(bank, request) == ("RJCT", reason)
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.journey.open(request.approval, bank.directory.user("treasurer"))


def test_a_stranger_ends_nothing(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))

    with refusal(Refusal.FORBIDDEN, "no-entry-right"):
        bank.journey.open(request.approval, bank.directory.user("outsider"))
    assert read(bank, request) == ("RCVD", "")


def test_a_refusal_rejects_and_returns_to_the_right_url(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank, failure_url="https://tpp.example/nok"))
    treasurer = bank.directory.user("treasurer")

    bank.journey.refuse(request.approval, treasurer)

    assert read(bank, request) == ("RJCT", "CUST")
    assert bank.journey.report_url(request.order, accepted=False) == "https://tpp.example/nok"
    only = replace(request.order, failure_url="")
    assert bank.journey.report_url(only, accepted=False) == "https://tpp.example/ok"
    assert {i.status.value for i in request.instructions} == {"RJCT"}


def test_a_code_is_for_one_payment_amount_payee_and_user_once(bank: CorporateBank) -> None:
    one, two = (bank.payments.register(PISP, order(bank, Money.of(n))) for n in (1, 2))
    treasurer, accountant = bank.directory.user("treasurer"), bank.directory.user("accountant")
    challenge = bank.journey.ask(one.approval, treasurer)
    assert challenge is not None
    assert bank.codes.shown(challenge.link) == ("EUR 1.00", f"Fournisseur {PAYEE.iban}")
    code = bank.codes.prove(challenge.challenge_id)

    for approval, user, wrong in ((two.approval, treasurer, code), (one.approval, accountant, code)):
        with refusal(Refusal.AUTHENTICATION, "wrong-code"):
            bank.journey.sign(approval, user, wrong)
    for wrong in ("", "guess"):
        with refusal(Refusal.AUTHENTICATION, "wrong-code"):
            bank.journey.sign(one.approval, treasurer, wrong)
    one.order = order(bank, Money.of(3))
    with refusal(Refusal.AUTHENTICATION, "wrong-code"):
        bank.journey.sign(one.approval, treasurer, code)
    assert {read(bank, request)[0] for request in (one, two)} == {"RCVD"}


def test_a_code_is_accepted_once(bank: CorporateBank) -> None:
    request, clerk = bank.payments.register(PISP, order(bank)), bank.directory.user("clerk")
    challenge = bank.journey.ask(request.approval, clerk)
    assert challenge is not None
    code = bank.codes.prove(challenge.challenge_id)
    bank.journey.sign(request.approval, clerk, code)
    bank.administration.set_payment_right(clerk, PaymentRight())

    with refusal(Refusal.AUTHENTICATION, "wrong-code"):
        bank.journey.sign(request.approval, clerk, code)

    assert sign(bank, request, "clerk").signatures[-1].validates


def test_a_challenge_is_over_after_five_minutes(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))
    challenge = bank.journey.ask(request.approval, bank.directory.user("treasurer"))
    assert challenge is not None

    bank.clock.advance(timedelta(minutes=5, seconds=1))

    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.codes.prove(challenge.challenge_id)


def test_a_cap_is_inclusive_to_the_cent_and_holds_for_the_total(bank: CorporateBank) -> None:
    half = Money.of("500.00")

    assert read(bank, paid(bank, "capped", CAP))[0] == "ACSP"
    assert read(bank, paid(bank, "capped", CAP + CENT))[0] == "PATC"
    assert read(bank, paid(bank, "capped", half, half + CENT))[0] == "PATC"
    assert read(bank, paid(bank, "capped", half, half))[0] == "ACSP"


def test_what_is_above_the_cap_waits_for_another_user(bank: CorporateBank) -> None:
    request = paid(bank, "capped", CAP + CENT)

    assert [r.resource_id for r in bank.journey.awaiting(bank.directory.user("treasurer"))] == [
        request.resource_id
    ]
    assert bank.journey.awaiting(bank.directory.user("capped")) == []
    sign(bank, request, "treasurer")

    assert read(bank, request)[0] == "ACSP"


def test_a_cap_of_the_day_is_inclusive_and_begins_anew(bank: CorporateBank) -> None:
    rest = DAY_CAP - CAP

    assert read(bank, paid(bank, "day-capped", CAP))[0] == "ACSP"
    assert read(bank, paid(bank, "day-capped", rest + CENT))[0] == "PATC"
    assert read(bank, paid(bank, "day-capped", rest))[0] == "ACSP"
    assert read(bank, paid(bank, "day-capped", CENT))[0] == "PATC"
    bank.clock.advance(timedelta(days=1))
    assert read(bank, paid(bank, "day-capped", CAP))[0] == "ACSP"


def test_two_signatures_come_from_two_users_of_allowed_groups(bank: CorporateBank) -> None:
    request = paid(bank, "first-signer", debtor="acc-groups")
    assert read(bank, request) == ("PATC", "")

    with refusal(Refusal.FORBIDDEN, "already-signed"):
        bank.journey.open(request.approval, bank.directory.user("first-signer"))
    with refusal(Refusal.FORBIDDEN, "wrong-group"):
        bank.journey.open(request.approval, bank.directory.user("wrong-signer"))
    assert (read(bank, request)[0], balance(bank, "acc-groups")) == ("PATC", Money.of("52000.00"))
    sign(bank, request, "second-signer")

    assert (read(bank, request)[0], balance(bank, "acc-groups")) == ("ACSP", Money.of("51998.99"))
    assert statuses(request) == "RCVD PATC ACTC ACCP ACSP"


def test_any_two_sign_where_no_groups_are_asked_for(bank: CorporateBank) -> None:
    request = paid(bank, "first-signer")

    sign(bank, request, "wrong-signer")

    assert read(bank, request)[0] == "ACSP"


def test_the_confirmation_may_come_after_the_second_signature(bank: CorporateBank) -> None:
    request = bank.payments.register(PISP, order(bank))
    sign(bank, request, "first-signer")
    sign(bank, request, "second-signer")
    assert (read(bank, request)[0], balance(bank, "acc-main")) == ("ACTC", Money.of("184250.75"))

    bank.payments.confirm(PISP, request.resource_id)

    assert read(bank, request)[0] == "ACSP"


def test_what_a_clerk_enters_awaits_a_signatory(bank: CorporateBank) -> None:
    request = paid(bank, "clerk")
    bank.clock.advance(timedelta(minutes=1))
    assert read(bank, request) == ("PATC", "")

    with refusal(Refusal.FORBIDDEN, "no-validation-right"):
        bank.journey.open(request.approval, bank.directory.user("reader"))
    sign(bank, request, "keyholder")

    assert read(bank, request)[0] == "ACSP"


def test_rights_can_change_while_the_bank_runs(bank: CorporateBank) -> None:
    clerk, main = bank.directory.user("clerk"), bank.directory.accounts["acc-main"]
    bank.administration.set_payment_right(clerk, PaymentRight(cap=CENT), main)
    assert read(bank, paid(bank, "clerk", CENT))[0] == "ACSP"
    bank.administration.set_payment_right(clerk, PaymentRight(signature=Signature.DOUBLE), main)
    assert read(bank, paid(bank, "clerk", CENT))[0] == "PATC"
    bank.administration.withdraw(clerk, Service.INITIATION)
    request = bank.payments.register(PISP, order(bank))
    with refusal(Refusal.FORBIDDEN, "service-not-granted"):
        bank.journey.open(request.approval, clerk)
    bank.administration.set_means(clerk, frozenset({Means.PASSWORD}))
    with refusal(Refusal.UNKNOWN, "unknown"):
        bank.journey.open(request.approval, clerk)
