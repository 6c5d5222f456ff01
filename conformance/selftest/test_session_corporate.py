"""What scenarios are handed works against the embedded bank: PSUs that fit, payments, signatures, rights, counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from conformance.catalogue import Coverage, load
from conformance.checks.entitlements import expect_refused_or_waiting
from conformance.errors import NonConformance, NotApplicable, Review, Unobservable
from conformance.judgement import Ruling, judge
from conformance.oauth.landing import Ending
from conformance.running import Running
from conformance.selftest.bank_fixtures import shared_keyring
from conformance.selftest.embedded import EmbeddedBank
from conformance.selftest.runs import run_command
from conformance.session import Conduct, Decision, Known, Money, Order, Pisp, Psu, Session, Tpp, euro
from conformance.setup import Options, open_run
from conformance.target.model import Attestation, Profile
from conformance.verdict import Verdict

CENT = Money(Decimal("0.01"), "EUR")


@pytest.fixture(scope="module")
def bank() -> Iterator[EmbeddedBank]:
    with EmbeddedBank(keys=shared_keyring()) as running:
        yield running


@pytest.fixture(scope="module")
def running(bank: EmbeddedBank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A run without scenarios."""
    folder = tmp_path_factory.mktemp("run")
    opened = open_run(Options(str(bank.profile), folder=folder, slug="target", reporting=False))
    opened.start((), ())
    yield opened
    opened.finish(interrupted=False)


@pytest.fixture
def session(running: Running) -> Session:
    return running.session


@pytest.fixture
def tpp(session: Session) -> Tpp:
    return session.tpps[0]


@pytest.fixture
def pisp(session: Session) -> Pisp:
    return session.pisp


@pytest.fixture
def psu(session: Session) -> Psu:
    return session.psu_that("psu")


def code(order: Order) -> str | None:
    return order.state.item.status.code


@pytest.mark.parametrize("precondition", ["psu-secure-access", "psu-3skey"])
def test_each_role_is_opened_with_each_means(
    session: Session, tpp: Tpp, pisp: Pisp, precondition: str
) -> None:
    person = session.psu_that(precondition)
    order = pisp.pay(pisp.payment(person, euro("23.45")), person)

    assert tpp.accounts_of(person).accounts().first.iban
    assert tpp.funds_of(person).ask(pisp.debtor_of(person), euro("1.00")).item.available is True
    assert (code(order), order.reported_success) == ("ACSP", True)
    assert order.landing.means == (person.means,)
    assert "23.45" in order.landing.shown[0]
    assert pisp.creditor.iban in order.landing.shown[0]


def test_a_shared_grant_is_obtained_once_for_a_psu(running: Running, session: Session, tpp: Tpp) -> None:
    reader = session.psu_that("psu-no-payment")
    first = tpp.grant_of(reader, "aisp")
    asked = running.recorder.authentications

    assert tpp.grant_of(reader, "aisp").access_token == first.access_token
    assert tpp.journey_of(reader, "aisp").response == first.authorization
    assert running.recorder.authentications == asked


def test_a_psu_without_a_service_ends_elsewhere_and_is_not_asked_again(session: Session, tpp: Tpp) -> None:
    nobody = session.psu_that("psu-no-service")
    landing = tpp.journey_of(nobody, "aisp")

    assert landing.response is not None
    assert (landing.explained, landing.response.get("error")) == (True, "access_denied")
    with pytest.raises(Unobservable):
        tpp.grant_of(nobody, "aisp")
    assert tpp.journey_of(nobody, "aisp") is landing


def test_a_cap_holds_to_the_cent(session: Session, pisp: Pisp) -> None:
    capped = session.psu_that("psu-cap")
    within = pisp.pay(pisp.payment(capped, capped.cap), capped)
    beyond = pisp.approve(pisp.initiate(pisp.payment(capped, capped.cap + CENT), capped))

    assert code(within) == "ACSP"
    expect_refused_or_waiting(pisp.read(beyond).state)
    with pytest.raises(NonConformance):
        expect_refused_or_waiting(within.state)


def test_a_second_signature_is_given_by_another_psu(session: Session, pisp: Pisp) -> None:
    first, second = session.psu_that("psu-double-signature"), session.psu_that("psu-second-signer")
    signed = pisp.read(pisp.approve(pisp.initiate(pisp.payment(first), first)))
    again = pisp.read(pisp.approve(signed, second))

    assert code(signed) == "PATC"
    assert code(again) in ("ACTC", "ACSP")
    assert again.landings[1].means == ("3skey",)


def test_a_psu_refuses_cancels_or_lets_the_device_be(pisp: Pisp, psu: Psu) -> None:
    conducts = (
        Conduct(decision=Decision.REFUSE),
        Conduct(cancel_at="decision"),
        Conduct(decision=Decision.IGNORE),
        Conduct(decision=Decision.WRONG),
    )
    orders = [
        pisp.read(pisp.approve(pisp.initiate(pisp.payment(psu), psu), conduct=conduct))
        for conduct in conducts
    ]

    assert [code(order) in ("RJCT", "RCVD", "PDNG", "PATC", "ACTC") for order in orders] == [True] * 4
    assert not any(order.landing.ending is Ending.REDIRECT and order.reported_success for order in orders)


def test_a_psu_stops_and_goes_on(pisp: Pisp, psu: Psu) -> None:
    order = pisp.approve(pisp.initiate(pisp.payment(psu), psu), conduct=Conduct(stop_at="decision"))
    assert (order.landing.ending, order.landing.step and order.landing.step.page) == (
        Ending.JOURNEY,
        "decision",
    )

    landing = psu.resume(order.landing)

    assert landing.ending is Ending.REDIRECT
    assert landing.arrived == order.payment.success_url.partition("?")[0]
    assert landing.authentications == 1


def test_every_call_to_an_api_carries_an_identifier(tpp: Tpp, psu: Psu) -> None:
    tpp.call(tpp.grant_of(psu).access_token)
    tpp.accounts_of(psu, present=True).accounts()
    last = tpp.calls()[-1]

    assert all(call.request_headers.get("X-Request-ID") for call in tpp.calls())
    assert last.request_headers["PSU-IP-Address"]


def test_the_administrator_changes_what_a_psu_may_see(session: Session, tpp: Tpp) -> None:
    person = session.psu_that("psu-partial-accounts")
    before = {account.iban for account in tpp.accounts_of(person).accounts().items}
    session.administrator.show_accounts(person, ["acc-main", "acc-second"])
    seen = {account.iban for account in tpp.accounts_of(person).accounts().items}
    session.administrator.show_accounts(person, ["acc-main"])

    assert before < seen
    with pytest.raises(Unobservable, match="could not nonsense"):
        session.administrator.act("nonsense")


def test_what_the_profile_does_not_know_does_not_apply(session: Session) -> None:
    profile, known = session.target.profile, session.known
    unknown = Known(profile.model_copy(update={"direct_channel": {}}))
    wanted = (
        lambda: unknown.direct_channel("aisp"),
        lambda: known.attestation("interface-contingency"),
        lambda: session.psu_that("psu-of-nobody"),
    )
    for ask in wanted:
        with pytest.raises(NotApplicable):
            ask()
    assert known.direct_channel("aisp").authentications == 1
    assert known.debtor in known.expected_accounts


def test_a_statement_becomes_a_review_and_no_pass() -> None:
    stated = Attestation.model_validate(
        {
            "statement": "Exempted.",
            "person": "Dominique Exemple",
            "date": date(2026, 1, 31),
        }
    )
    profile = Profile.model_construct(attestations={"interface-contingency": stated})
    raised = Known(profile).review("interface-contingency")
    requirement = load().requirements[0]
    judgement = judge(raised, requirement, Coverage(requirement.id), Ruling())

    assert isinstance(raised, Review)
    assert judgement.verdict is Verdict.REVIEW
    assert judgement.reason == "stated by Dominique Exemple on 2026-01-31: Exempted., no document"


@pytest.mark.parametrize("area", ["refresh", "sca", "pisp", "entitlements"])
def test_the_planned_number_is_not_exceeded_by_an_area_alone(tmp_path: Path, area: str) -> None:
    """There much is first needed after a wait has signed the PSU out, and what others share is not there yet."""
    with EmbeddedBank(keys=shared_keyring()) as reference:
        run = run_command("run", "--target", str(reference.profile), "--select", area, folder=tmp_path)
    planned, used = run.authentications

    assert set(used) == set(planned)
    assert [psu for psu, count in used.items() if count > planned[psu]] == []


def test_no_payment_leaves_a_trace_of_persons_or_accounts(
    running: Running, bank: EmbeddedBank, session: Session, pisp: Pisp
) -> None:
    """Neither of these nor of what was paid before: all of it is in the evidence, and nothing is readable."""
    for person in (session.psu_that("psu-secure-access"), session.psu_that("psu-3skey")):
        pisp.pay(pisp.payment(person, euro("23.45")), person)

    text = (running.folder / "evidence.ndjson").read_text(encoding="utf-8")
    found = {secret for secret in bank.secrets() if len(secret) >= 6 and json.dumps(secret)[1:-1] in text}
    assert text.count("/payment-requests") >= 4
    assert {secret[:3] for secret in found} == set()
    assert "DE89370400440532013000" not in text
