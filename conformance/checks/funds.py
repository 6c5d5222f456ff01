"""What a confirmation of funds must be beyond its schema: yes or no, and nothing else (PSD2, Art. 65)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from conformance.checks.controls import given_success
from conformance.checks.payments import differences
from conformance.checks.responses import answered, deviates
from conformance.checks.stet_schema import expect_error_model
from conformance.errors import Unobservable
from conformance.exchange import Exchange, FailureKind
from conformance.xs2a.accounts import Balance
from conformance.xs2a.answer import Answer, One, Page
from conformance.xs2a.funds import FundsAnswer
from conformance.xs2a.json_text import read
from conformance.xs2a.money import Money, decimal_of

_AMOUNT = re.compile(
    r"(?<![0-9A-Za-z.,:-])-?[0-9]{1,3}(?:[ '][0-9]{3}){0,6}[0-9]{0,18}[.,][0-9]{1,3}(?![0-9A-Za-z:-]|[.][0-9])"
)
_NO_AMOUNTS = {"status"}  # of the error model
_TOO_MANY = 429


def expect_available(answer: One[FundsAnswer]) -> None:
    """The bank says yes, as true."""
    _expect(answer, wanted=True)


def expect_unavailable(answer: One[FundsAnswer]) -> None:
    """The bank says no, as false and not as an error."""
    _expect(answer, wanted=False)


def _expect(answer: One[FundsAnswer], *, wanted: bool) -> None:
    if answered(answer.exchange).status != 200:
        deviates(answer.exchange, expected=f"200 with {str(wanted).lower()}")
    if answer.item.available is not wanted:
        found = "no Boolean" if answer.item.available is None else str(answer.item.available).lower()
        deviates(answer.exchange, expected=str(wanted).lower(), received=found)


def given_available(answer: One[FundsAnswer]) -> One[FundsAnswer]:
    """A good request that is answered with yes, beside which others can be judged.

    Raises:
        Unobservable: it is not (cbpii-positive-answer).
    """
    if answered(answer.exchange).status != 200 or answer.item.available is not True:
        raise Unobservable("a small amount is not confirmed with 200 and true (cbpii-positive-answer)")
    return answer


def expect_no_answer(answer: One[FundsAnswer], *statuses: int, beside: One[FundsAnswer]) -> None:
    """The request is refused, and neither yes nor no is said.

    Args:
        statuses: allowed ones.
        beside: the answer to a good request behind it.
    """
    exchange = answered(answer.exchange)
    if isinstance(answer.members.get("result"), bool):
        deviates(exchange, expected="neither yes nor no", received=f"{exchange.status} with an answer")
    given_available(beside)
    if exchange.status not in statuses:
        deviates(exchange, expected=" or ".join(map(str, statuses)))


def expect_invalid(answer: One[FundsAnswer], *, beside: One[FundsAnswer]) -> None:
    """A request that is no good is refused with 4xx and an explanation, and never with yes or no.

    Args:
        beside: the answer to a good request behind it.
    """
    exchange = answered(answer.exchange)
    if isinstance(answer.members.get("result"), bool):
        deviates(exchange, expected="a 4xx status", received=f"{exchange.status} with yes or no")
    given_available(beside)
    if not 400 <= (exchange.status or 0) < 500:
        deviates(exchange, expected="a 4xx status")
    expect_error_model(answer)


def expect_invalid_or_converted(answer: One[FundsAnswer], *, beside: One[FundsAnswer]) -> None:
    """Another currency than the account's is refused, or converted where the bank does that."""
    if answered(answer.exchange).status == 200 and answer.item.available is not None:
        return
    expect_invalid(answer, beside=beside)


def expect_always_answered(
    answers: Sequence[One[FundsAnswer]], *, attended: One[FundsAnswer], beside: Exchange | None
) -> None:
    """No request is refused, however often the same is asked and although no PSU is there.

    Args:
        answers: in order.
        attended: to the same with the PSU's address, behind them: what is refused there too is no question of
            the PSU's presence.
        beside: of another service behind them; None where there is none. Where that is refused too, 429 counts
            every request of the TPP and not those of the day.

    Raises:
        Unobservable: an answer is missing for another cause.
    """
    for answer in answers:
        exchange = answer.exchange
        if exchange.status == _TOO_MANY:
            given_success(*((beside,) if beside else (answers[0].exchange,)))
        elif 400 <= (exchange.status or 0) < 500:
            given_available(attended)
        elif answered(exchange).status == 200:
            _given_said(answer)
            continue
        else:
            raise Unobservable(f"{exchange.purpose}: {exchange.summary}")
        deviates(exchange, expected="200 without the PSU, as often as is asked")


def expect_within(answers: Sequence[One[FundsAnswer]], longest: timedelta) -> None:
    """Every answer is there before a card terminal gives up.

    Raises:
        Unobservable: one did not come for another reason, or was not waited for long enough.
    """
    for answer in answers:
        exchange, seconds = answer.exchange, answer.exchange.elapsed.total_seconds()
        if exchange.elapsed > longest and (exchange.answered or _timed_out(exchange)):
            wanted = f"an answer within {longest.total_seconds():.0f} s"
            found = f"one after {seconds:.1f} s" if exchange.answered else f"none for {seconds:.1f} s"
            deviates(exchange, expected=wanted, received=found)
    for answer in answers:
        _given_said(answer)


def _given_said(answer: One[FundsAnswer]) -> None:
    """The bank said yes or no.

    Raises:
        Unobservable: it said neither.
    """
    given_success(answer.exchange)
    if answer.item.available is None:
        raise Unobservable(f"{answer.exchange.purpose}: neither yes nor no")


def _timed_out(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind is FailureKind.TIMEOUT


def expect_nothing_reserved(
    before: Sequence[Balance], after: Page[Balance], money: Money, times: int
) -> None:
    """Balances are as before; what moved meanwhile for another reason says nothing.

    Args:
        before, after: the balances around the questions.
        money: that was asked for.
        times: how often.

    Raises:
        Unobservable: they moved by other amounts, as by payments of others.
    """
    earlier = {each.kind: each.money for each in before if each.money}
    if not any(each.money and each.kind in earlier for each in after.items):
        raise Unobservable("no balance was seen both before and after")
    for each in after.items:
        was = earlier.get(each.kind)
        if was is None or each.money is None or was == each.money:
            continue
        lost = was.amount - each.money.amount
        if lost > 0 and lost % money.amount == 0 and lost <= money.amount * times:
            deviates(
                after.exchange, expected="the balance as it was", received="one without what was asked for"
            )
        raise Unobservable("a balance moved meanwhile for another reason")


def expect_same_answer(answers: Sequence[One[FundsAnswer]]) -> None:
    """The same question has the same answer however often it is asked: nothing is reserved (Art. 65(4)).

    Raises:
        Unobservable: the first answer is neither yes nor no.
    """
    first, *others = answers
    if first.item.available is None:
        raise Unobservable("the first answer is neither yes nor no")
    for each in others:
        if each.item.available is not first.item.available:
            deviates(each.exchange, expected="the same answer again", received="another")


def expect_echo(answer: One[FundsAnswer]) -> None:
    """The request comes back unchanged, where the dialect repeats it."""
    lost = differences(answer.item.submitted, answer.item.echoed)
    if lost:
        deviates(answer.exchange, expected="the request unchanged", received=f"other {', '.join(lost[:5])}")


def expect_no_other_amount(answer: Answer) -> None:
    """No amount appears in body or headers but those that were sent (PSD2, Art. 65(3))."""
    exchange = answered(answer.exchange)
    sent = set(_amounts(_json(exchange.request_body or b"")))
    fields = [value for name, value in exchange.headers.items() if name.lower() not in _TECHNICAL]
    body = answer.json if answer.json is not None else exchange.body.decode("utf-8", "replace")
    if set(_amounts([body, fields])) - sent:
        deviates(
            exchange, expected="yes or no, and no amount but the one asked for", received="another amount"
        )


_TECHNICAL = {"server", "date", "via", "strict-transport-security", "cache-control", "digest", "signature"}


def _json(body: bytes) -> Any:
    try:
        return read(body)
    except ValueError:
        return None


def _amounts(value: Any) -> Iterator[Decimal]:
    """Every JSON number, and every one with decimals in text."""
    if isinstance(value, dict):
        value = [each for name, each in value.items() if name not in _NO_AMOUNTS]
    if isinstance(value, list):
        for each in value:
            yield from _amounts(each)
    elif isinstance(value, str):
        for text in _AMOUNT.findall(value):
            yield Decimal(re.sub("[ ']", "", text).replace(",", "."))
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield decimal_of(value) or Decimal(0 if value == 0 else "Infinity")
