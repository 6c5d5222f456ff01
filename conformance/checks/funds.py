"""What a confirmation of funds must be beyond its schema: yes or no, and nothing else (PSD2, Art. 65)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from conformance.checks.payments import differences
from conformance.checks.responses import answered, deviates
from conformance.xs2a.answer import Answer, One
from conformance.xs2a.funds import FundsAnswer
from conformance.xs2a.json_text import read
from conformance.xs2a.money import decimal_of

_AMOUNT = re.compile(
    r"(?<![0-9A-Za-z.,:-])-?[0-9]{1,3}(?:[ '][0-9]{3}){0,6}[0-9]{0,18}[.,][0-9]{1,3}(?![0-9A-Za-z:-]|[.][0-9])"
)
_NO_AMOUNTS = {"status"}  # of the error model


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


def expect_same_answer(answers: Sequence[One[FundsAnswer]]) -> None:
    """The same question has the same answer however often it is asked: nothing is reserved (Art. 65(4))."""
    first, *others = answers
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
