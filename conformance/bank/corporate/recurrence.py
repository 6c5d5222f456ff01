"""The days of standing orders (STET: frequency, executionRule)."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

_DAYS = {"DAIL": 1, "WEEK": 7, "TOWK": 14}
_MONTHS = {"MNTH": 1, "TOMN": 2, "QUTR": 3, "SEMI": 6, "YEAR": 12}
FREQUENCIES = frozenset(_DAYS) | frozenset(_MONTHS)
RULES = frozenset({"", "FWNG", "PREC"})
_SATURDAY = 5


def occurrences(first: date, frequency: str, rule: str, last: date | None) -> Iterator[date]:
    """The days of a standing order, without end if it has none.

    Args:
        first: the first one.
        frequency: one of `FREQUENCIES`.
        rule: FWNG puts a weekend's occurrence on Monday, PREC on Friday; empty leaves it.
        last: the last day that counts.
    """
    number = 0
    while last is None or _nth(first, frequency, number) <= last:
        yield working(_nth(first, frequency, number), rule)
        number += 1


def working(day: date, rule: str) -> date:
    """The day, or by the rule the working day behind or before it."""
    step = {"FWNG": 1, "PREC": -1}.get(rule, 0)
    while step and day.weekday() >= _SATURDAY:
        day += timedelta(days=step)
    return day


def _nth(first: date, frequency: str, number: int) -> date:
    if frequency in _DAYS:
        return first + timedelta(days=_DAYS[frequency] * number)
    months = first.month - 1 + _MONTHS[frequency] * number
    year, month = first.year + months // 12, months % 12 + 1
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
