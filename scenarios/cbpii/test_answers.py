"""PSD2, Art. 65; STET 1.4.2, Part 2, POST /funds-confirmations: yes or no, at once, and nothing else."""

from conformance.catalogue import advises, covers
from conformance.checks.funds import (
    expect_always_answered,
    expect_available,
    expect_echo,
    expect_no_other_amount,
    expect_nothing_reserved,
    expect_same_answer,
    expect_unavailable,
    expect_within,
    given_available,
)
from conformance.checks.stet_schema import expect_valid
from fixtures.cbpii import LONGEST, PATIENT, TIMES, Repeated, Till, Unattended


@covers("cbpii-positive-answer")
def test_an_amount_that_is_there_is_confirmed(till: Till) -> None:
    """The customer at the till is waiting for this yes."""
    answer = till.small

    expect_valid(answer)
    expect_available(answer)
    expect_echo(answer)


@covers("cbpii-negative-answer")
def test_an_amount_that_is_not_there_is_answered_with_no(till: Till) -> None:
    """No is an answer and not an error, or the card issuer would take it for a failure of the bank."""
    expect_unavailable(till.large)


@covers("cbpii-boolean-only")
def test_a_yes_tells_no_amount(till: Till) -> None:
    """The issuer learns that the money is there, and not how much."""
    answer = given_available(till.small)

    expect_no_other_amount(answer)


@covers("cbpii-boolean-only")
def test_a_no_tells_no_amount(till: Till) -> None:
    """How much is missing is nobody's business but the customer's."""
    expect_no_other_amount(till.large)


@covers("cbpii-no-blocking")
def test_the_same_question_has_the_same_answer_ten_times(repeated: Repeated) -> None:
    """A question is no payment, so it must not use the money up."""
    expect_same_answer(repeated.answers)


@covers("cbpii-no-blocking")
def test_balances_are_not_touched_by_questions(repeated: Repeated) -> None:
    """What the customer sees in the portal stays as it was."""
    expect_nothing_reserved(repeated.before, repeated.balances_after, repeated.money, TIMES)


@covers("cbpii-immediate-unattended")
def test_ten_questions_are_answered_without_the_psu(unattended: Unattended) -> None:
    """A card is used as often as it is used, and its holder sits before no screen."""
    expect_always_answered(unattended.answers, attended=unattended.attended, beside=unattended.other)


@covers("cbpii-immediate-unattended")
def test_no_answer_takes_half_a_minute(unattended: Unattended) -> None:
    """A terminal gives up long before."""
    expect_within(unattended.answers, LONGEST)


@advises("cbpii-immediate-unattended")
def test_answers_come_within_five_seconds(unattended: Unattended) -> None:
    """Immediately means while the customer still holds the card."""
    expect_within(unattended.answers, PATIENT)
