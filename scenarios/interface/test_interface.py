"""RTS (EU) 2018/389, articles 29 to 33: three roles, answers in time, traceable, in the dialect's media type."""

import pytest

from conformance.catalogue import advises, covers
from conformance.checks.account_information import given_accounts
from conformance.checks.controls import given_served
from conformance.checks.interface import (
    expect_always_answered,
    expect_available,
    expect_correlated,
    expect_media_types,
    expect_right_time,
    expect_safe_links,
    expect_short_links,
    expect_utf8,
)
from conformance.checks.responses import expect_success
from conformance.session import Known, Pisp, Psu, Tpp, euro
from fixtures.interface import Tour


@covers("interface-three-roles")
def test_the_interface_tells_an_aisp_of_accounts(tpp: Tpp, psu: Psu) -> None:
    """Account information is one of the three services that a bank must offer."""
    answer = tpp.accounts_of(psu, present=True).accounts()

    expect_success(answer.exchange)
    given_accounts(answer)


@covers("interface-three-roles")
def test_the_interface_takes_payments_from_a_pisp(pisp: Pisp, psu: Psu) -> None:
    """Payment initiation is another one, and so is to follow what becomes of the payment."""
    order = pisp.initiate(pisp.payment(psu), psu)
    expect_success(order.created.exchange)

    followed = pisp.read(order)

    expect_success(followed.state.exchange)
    given_served(followed.state)


@covers("interface-three-roles")
def test_the_interface_confirms_funds_to_a_cbpii(tpp: Tpp, psu: Psu, known: Known) -> None:
    """And the confirmation of funds is the third."""
    answer = tpp.funds_of(psu).ask(known.debtor, euro("1.00"))

    expect_success(answer.exchange)
    given_served(answer)


@covers("interface-availability", last=True)
@pytest.mark.usefixtures("tour")
def test_the_interface_leaves_no_five_requests_in_a_row_unanswered(tpp: Tpp) -> None:
    """After five the interface is presumed to be down, and contingency measures are due."""
    calls = tpp.calls()

    expect_available(calls)


@advises("interface-availability", last=True)
@pytest.mark.usefixtures("tour")
def test_the_interface_answers_every_request_in_time(tpp: Tpp) -> None:
    """Fewer than five are worth a look all the same."""
    calls = tpp.calls()

    expect_always_answered(calls)


@covers("interface-request-correlation", last=True)
@pytest.mark.usefixtures("tour")
def test_every_answer_of_the_run_brings_the_request_identifier_back(tpp: Tpp) -> None:
    """An exchange can be found again on both sides, and a refusal above all."""
    calls = tpp.calls()

    expect_correlated(calls)


@covers("interface-request-correlation", last=True)
@pytest.mark.usefixtures("tour")
def test_every_answer_of_the_run_is_dated_by_a_right_clock(tpp: Tpp) -> None:
    """Two logs can be compared only where their clocks agree."""
    calls = tpp.calls()

    expect_right_time(calls)


@covers("interface-media-type")
def test_bodies_have_a_media_type_of_the_dialect(tour: Tour) -> None:
    """A client reads what it was told to expect."""
    answers = tour.answers

    expect_media_types(answers)


@advises("interface-media-type")
def test_bodies_have_the_very_media_type_of_the_dialect(tour: Tour) -> None:
    """Plain JSON is tolerated, and not what the specification says."""
    answers = tour.answers

    expect_media_types(answers, strictly=True)


@covers("interface-media-type")
def test_bodies_are_utf_8(tour: Tour) -> None:
    """Names and remittances have accents."""
    answers = tour.answers

    expect_utf8(answers)


@covers("interface-media-type")
def test_links_lead_to_https_addresses(tour: Tour) -> None:
    """A token that follows a link must not leave encrypted ground."""
    answers = tour.answers

    expect_safe_links(answers)


@advises("interface-media-type")
def test_links_are_no_longer_than_the_dialect_allows(tour: Tour) -> None:
    """STET allows 140 characters."""
    answers = tour.answers

    expect_short_links(answers)
